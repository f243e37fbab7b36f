// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestAccTransitions is TestTransitions in Terraform: all transitions of all
// attributes in one plan.
func TestAccTransitions(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	attributes := attributesOfTheContract(t)
	label := func(a attribute, i int) string { return fmt.Sprintf("%s_%d", a.name, i) }
	address := func(a attribute, i int) string { return a.resourceType + "." + label(a, i) }

	before, after := "", ""
	ids := map[string]string{}
	for _, a := range attributes {
		for i, tr := range transitions {
			if tr.origin == imported {
				ids[address(a, i)] = add(t, env, a.kind, map[string]any{"name": "a", a.name: tr.before(a)})
				after += acctest.ImportBlock(address(a, i), ids[address(a, i)])
			} else {
				before += acctest.Block(a.resourceType, label(a, i), acctest.Values{"name": "a", a.name: tr.before(a)})
			}
			after += acctest.Block(a.resourceType, label(a, i), acctest.Values{"name": "a", a.name: tr.after(a)})
		}
	}
	w := acctest.NewWorkspace(t, env.Files(before))
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

	w.Write(t, env.Files(after))
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
				if want := fmt.Sprintf("warning: Attribute %s: it is not configured any more, and its value stays %s.", a.name, show(a.value)); !strings.HasPrefix(warning, want) {
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
	env := acctest.New(t, emulator.Options{})
	config := func(values acctest.Values, more string) map[string]string {
		block := strings.TrimSuffix(acctest.Block(messagingProfile, "test", values), "}\n") + more + "}\n"
		return env.Files(block)
	}
	apply := func(w *acctest.Workspace, options ...tfexec.ApplyOption) []string {
		t.Helper()
		from := len(env.Requests())
		if err := w.Apply(t.Context(), options...); err != nil {
			t.Fatal(err)
		}
		return writesOf(env, from)
	}
	w := acctest.NewWorkspace(t, config(acctest.Values{"name": "a", "callback_url": webhook}, ""))
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

// TestAccRemovalIsSaidOfEach reads what Terraform shows to people: of warnings
// with one summary it would show the first alone.
func TestAccRemovalIsSaidOfEach(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	both := func(values acctest.Values) map[string]string {
		blocks := ""
		for _, name := range []string{"one", "two"} {
			values["name"] = name
			blocks += acctest.Block(messagingProfile, name, values)
		}
		return env.Files(blocks)
	}
	w := acctest.NewWorkspace(t, both(acctest.Values{"sticky_sender": true, "long_code_weight": 7}))
	if err := w.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Write(t, both(acctest.Values{}))
	var said strings.Builder
	w.SetStdout(&said)
	if _, err := w.Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`sticky_sender keeps its value: messaging profile "one"`, `long_code_weight keeps its value: messaging profile "one"`,
		`sticky_sender keeps its value: messaging profile "two"`, `long_code_weight keeps its value: messaging profile "two"`,
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not in\n%s", want, &said)
		}
	}
}
