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

// TestAccTransitions runs TestTransitions in Terraform: all transitions of all attributes in one plan.
func TestAccTransitions(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	attributes := contractAttributes(t)
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
	table := newTransitionTable()
	for _, a := range attributes {
		for i, tr := range transitions {
			at := address(a, i)
			got := outcome{Planned: noChange, Request: patches(env, from, a, ids[at]), State: show(states[at][a.name])}
			if planned, changes := first.planned[at]; changes {
				got.Planned = show(planned[a.name])
			}
			if got.Warning = tr.want(a).Warning; got.Warning != "" {
				want := removalWarning(a, got.Warning)
				if diff := cmp.Diff("warning: "+want.Summary+": "+want.Detail, first.warnings[at]); diff != "" {
					t.Errorf("%s: %s", at, diff)
				}
			} else {
				got.Warning = first.warnings[at]
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

// TestAccRemoval_IgnoreChanges also plans with -refresh=false.
func TestAccRemoval_IgnoreChanges(t *testing.T) {
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

// TestAccRemoval_WarnsForEachAttribute reads the output of Terraform, which merges warnings with equal
// summaries.
func TestAccRemoval_WarnsForEachAttribute(t *testing.T) {
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
	w := acctest.NewWorkspace(t, both(acctest.Values{"sticky_sender": true, "long_code_weight": 7, "callback_url": webhook}))
	if err := w.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Write(t, both(acctest.Values{}))
	var output strings.Builder
	w.SetStdout(&output)
	for _, test := range []struct {
		name string
		run  func() error
		want int
	}{
		{"refresh-only", func() error { _, err := w.Plan(t.Context(), tfexec.RefreshOnly(true)); return err }, 0},
		{"destroy", func() error { _, err := w.Plan(t.Context(), tfexec.Destroy(true)); return err }, 0},
		{"plan", func() error { _, err := w.Plan(t.Context()); return err }, 1},
		{"apply", func() error { return w.Apply(t.Context()) }, 1},
	} {
		output.Reset()
		if err := test.run(); err != nil {
			t.Fatal(err)
		}
		_, warnings, _ := strings.Cut(output.String(), "Plan: ") // which may show the URL
		for _, profile := range []string{"one", "two"} {
			for _, want := range []string{
				fmt.Sprintf("sticky_sender of messaging profile %q keeps its value", profile),
				fmt.Sprintf("long_code_weight of messaging profile %q keeps its value", profile),
				fmt.Sprintf("callback_url of messaging profile %q is unset", profile),
			} {
				if got := strings.Count(output.String(), want); got != test.want {
					t.Errorf("%s: want %q %d times, got %d, in\n%s", test.name, want, test.want, got, &output)
				}
			}
		}
		if strings.Contains(warnings, "s3cret") {
			t.Errorf("%s: a warning shows the URL:\n%s", test.name, warnings)
		}
	}
}
