// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const requiredProviders = "terraform {\n  required_providers {\n    opentact = { source = \"opentact/opentact\" }\n  }\n}\n"

// plan is what Terraform says of one.
type plan struct {
	// planned are attributes of resources that change, by the resources' addresses.
	planned map[string]acctest.Values
	// warnings are texts, by the resources' addresses.
	warnings map[string]string
}

// planIn plans in a workspace, and leaves the plan to be applied in a file.
func planIn(t *testing.T, w *acctest.Workspace, options ...tfexec.PlanOption) plan {
	t.Helper()
	got := plan{planned: map[string]acctest.Values{}, warnings: map[string]string{}}
	var said bytes.Buffer
	if _, err := w.PlanJSON(t.Context(), &said, append(options, tfexec.Out("plan"))...); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	for line := range bytes.Lines(said.Bytes()) {
		var message struct {
			Diagnostic struct{ Severity, Address, Detail string }
		}
		if json.Unmarshal(line, &message) == nil && message.Diagnostic.Severity != "" && message.Diagnostic.Address != "" {
			got.warnings[message.Diagnostic.Address] = message.Diagnostic.Severity + ": " + message.Diagnostic.Detail
		}
	}
	shown, err := w.ShowPlanFile(t.Context(), "plan")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range shown.ResourceChanges {
		if change.Change.Actions.NoOp() {
			continue
		}
		values, _ := change.Change.After.(map[string]any)
		unknown, _ := change.Change.AfterUnknown.(map[string]any)
		for name, is := range unknown {
			if is == true {
				values[name] = acctest.Unknown
			}
		}
		got.planned[change.Address] = values
	}
	return got
}

// statesIn returns the attributes of all resources, by their addresses.
func statesIn(t *testing.T, w *acctest.Workspace) map[string]acctest.Values {
	t.Helper()
	shown, err := w.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]acctest.Values{}
	for _, resource := range shown.Values.RootModule.Resources {
		states[resource.Address] = resource.AttributeValues
	}
	return states
}

func needsTerraform(t *testing.T) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("needs Terraform: set TF_ACC=1, as make testacc does")
	}
}

// TestAccTransitions is TestTransitions in Terraform: all transitions of all
// attributes in one plan.
func TestAccTransitions(t *testing.T) {
	t.Parallel()
	needsTerraform(t)
	env := acctest.New(t, emulator.Options{})
	attributes := attributesOfTheContract(t)
	label := func(a attribute, i int) string { return fmt.Sprintf("%s_%d", a.name, i) }
	address := func(a attribute, i int) string { return a.resourceType + "." + label(a, i) }

	before, after := requiredProviders+env.Config(""), requiredProviders+env.Config("")
	ids := map[string]string{}
	for _, a := range attributes {
		for i, tr := range transitions {
			if tr.origin == imported {
				ids[address(a, i)] = add(t, env, a.kind, map[string]any{"name": "a", a.name: tr.before(a)})
				after += fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address(a, i), ids[address(a, i)])
			} else {
				before += acctest.Block(a.resourceType, label(a, i), acctest.Values{"name": "a", a.name: tr.before(a)})
			}
			after += acctest.Block(a.resourceType, label(a, i), acctest.Values{"name": "a", a.name: tr.after(a)})
		}
	}
	w := acctest.NewWorkspace(t, buildProvider(t), map[string]string{"main.tf": before})
	if err := w.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, state := range statesIn(t, w) {
		ids[name] = state.Text("id")
	}
	for _, a := range attributes {
		for i, tr := range transitions {
			if tr.origin != drifted {
				continue
			}
			if err := env.Change(a.kind, ids[address(a, i)], map[string]any{a.name: a.other}); err != nil {
				t.Fatal(err)
			}
		}
	}

	w.Write(t, map[string]string{"main.tf": after})
	first, from := planIn(t, w), len(env.Requests())
	if err := w.Apply(t.Context(), tfexec.DirOrPlan("plan")); err != nil {
		t.Fatal(err)
	}
	states, second := statesIn(t, w), planIn(t, w)
	table := newTable()
	for _, a := range attributes {
		for i, tr := range transitions {
			at := address(a, i)
			got := outcome{Planned: noChange, Request: patches(env, from, a, ids[at]), State: show(states[at][a.name])}
			if planned, changes := first.planned[at]; changes {
				got.Planned = show(planned[a.name])
			}
			if warning := first.warnings[at]; warning != "" {
				got.Warning = "warns"
				if want := "warning: Attribute " + a.name + ": it is not configured any more"; !strings.HasPrefix(warning, want) {
					t.Errorf("%s: %s", at, warning)
				}
			}
			_, changes := second.planned[at]
			got.SecondPlan = secondPlan(!changes, second.warnings[at])
			if diff := cmp.Diff(tr.want(a), got); diff != "" {
				t.Errorf("%s: %s: %s", a.name, tr.name, diff)
			}
			table.add(a, tr, got)
		}
	}
	t.Log(table)
}

// TestAccIgnoredRemoval shows what Terraform makes of ignore_changes, and of
// -refresh=false.
func TestAccIgnoredRemoval(t *testing.T) {
	t.Parallel()
	needsTerraform(t)
	env := acctest.New(t, emulator.Options{})
	config := func(values acctest.Values, more string) map[string]string {
		block := strings.TrimSuffix(acctest.Block(messagingProfile, "test", values), "}\n") + more + "}\n"
		return map[string]string{"main.tf": requiredProviders + env.Config(block)}
	}
	apply := func(w *acctest.Workspace, options ...tfexec.ApplyOption) []string {
		t.Helper()
		from := len(env.Requests())
		if err := w.Apply(t.Context(), options...); err != nil {
			t.Fatal(err)
		}
		return writesOf(env, from)
	}
	w := acctest.NewWorkspace(t, buildProvider(t), config(acctest.Values{"name": "a", "callback_url": webhook}, ""))
	apply(w)
	const address = messagingProfile + ".test"

	w.Write(t, config(acctest.Values{"name": "b"}, "  lifecycle {\n    ignore_changes = [callback_url]\n  }\n"))
	if got := planIn(t, w).planned[address]["callback_url"]; got != webhook {
		t.Errorf("callback_url is planned as %v", got)
	}
	if diff := cmp.Diff([]string{`{"name":"b"}`}, apply(w)); diff != "" {
		t.Error(diff)
	}
	if got := planIn(t, w).planned; len(got) > 0 {
		t.Errorf("the second plan is not empty: %v", got)
	}

	w.Write(t, config(acctest.Values{"name": "b"}, ""))
	if got := planIn(t, w, tfexec.Refresh(false)).planned[address]["callback_url"]; got != acctest.Unknown {
		t.Errorf("callback_url is planned as %v", got)
	}
	if diff := cmp.Diff([]string{`{"callback_url":null}`}, apply(w, tfexec.Refresh(false))); diff != "" {
		t.Error(diff)
	}
	for _, refresh := range []bool{true, false} {
		if got := planIn(t, w, tfexec.Refresh(refresh)).planned; len(got) > 0 {
			t.Errorf("the second plan is not empty: %v", got)
		}
	}
}
