// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// Terraform applies ignore_changes only to plans. Instead of an ignored attribute, the configuration of a plan
// has the value of the state: null for a write-only attribute. The apply gets the whole configuration.

// With a version in the plan, the webhook stays. Terraform doesn't pass the new value.
func TestWriteOnly_IgnoreChanges_WithVersion_KeepsValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		state := f.converge(t, acctest.State{}, f.config(versioned(secretA, 1)))
		ignored := f.config(acctest.Values{"_wo_version": 1, "sticky_sender": true}) // differs from the state
		f.wantPlan(t, f.refresh(t, state, false), f.config(versioned(nil, 1)), noChange, isIgnored)

		// Another attribute changes.
		from := len(f.env.Requests())
		planned := f.wantPlan(t, state, ignored, "null", isIgnored)
		state, diags := f.apply(t, f.env.Protocol(t), state, planned, with(ignored, f.name+"_wo", secretB))
		acctest.NoDiagnostics(t, diags)
		acctest.CheckConsistent(t, planned, state)
		if got := f.written(t, from); got != nil || f.stored(t, state) != secretA {
			t.Errorf("the provider writes %v", got)
		}

		// A change by another client can't be repaired: ignore_changes hides the value.
		f.change(t, state, byHand)
		f.wantPlan(t, f.refresh(t, state, false), ignored, noChange, isIgnored)

		// Without ignore_changes, the next plan repairs it.
		f.wantPlan(t, f.refresh(t, state, false), with(ignored, f.name+"_wo", secretA), "null", changed)
	})
}

// A new version writes the value of the apply's configuration.
func TestWriteOnly_IgnoreChanges_NewVersion_WritesValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		state := f.converge(t, acctest.State{}, f.config(versioned(secretA, 1)))
		from := len(f.env.Requests())
		planned := f.wantPlan(t, state, f.config(versioned(nil, 2)), "null", "")
		config := f.config(versioned(secretB, 2))
		state, diags := f.apply(t, f.env.Protocol(t), state, planned, config)
		acctest.NoDiagnostics(t, diags)
		acctest.CheckConsistent(t, planned, state)
		if got := f.written(t, from); len(got) != 1 || got[0] != secretB || state.Values()[f.name] != nil {
			t.Errorf("the provider writes %v, the state is %v", got, state.Values())
		}
		f.wantPlan(t, f.refresh(t, state, false), f.config(versioned(nil, 2)), noChange, isIgnored)
	})
}

// ignore_changes = all passes exactly the state. No warning is needed.
func TestWriteOnly_IgnoreChanges_All_PlanIsEmpty(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		state := f.converge(t, acctest.State{}, f.config(versioned(secretA, 1)))
		for _, other := range []any{nil, byHand} {
			all := state.Values()
			for _, name := range []string{"id", "created_on", "modified_on"} {
				all[name] = nil
			}
			f.wantPlan(t, state, all, noChange, "")
			if other != nil {
				continue
			}
			f.change(t, state, byHand)
			state = f.refresh(t, state, false)
		}
	})
}

// Without a version, an ignored attribute looks like a removed one. The apply changes nothing, because the
// configuration still sets it.
func TestWriteOnly_IgnoreChanges_WithoutVersion_ApplyFails(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		state := f.converge(t, acctest.State{}, f.config(writeOnly(secretA)))
		for _, planConfig := range []acctest.Values{{}, {"sticky_sender": true}} {
			from := len(f.env.Requests())
			planned := f.wantPlan(t, state, f.config(planConfig), afterApply, unset)
			config := f.config(with(planConfig, "_wo", secretA))
			after, diags := f.apply(t, f.env.Protocol(t), state, planned, config)
			acctest.WantError(t, diags, "", "The plan had no value for "+f.name+"_wo, so it unsets "+f.name+".", "Nothing was changed.")
			if got := f.env.Writes(from); len(got) > 0 || !after.Value.Equal(state.Value) {
				t.Errorf("the provider writes %v, the state is %v", got, after.Values())
			}
			f.wantPlan(t, after, f.config(writeOnly(secretA)), noChange, "")
			f.wantPlan(t, f.refresh(t, after, false), f.config(writeOnly(secretB)), "null", newValue)
		}
	})
}

// The attribute was removed from the configuration and from ignore_changes: nothing protects the webhook.
func TestWriteOnly_IgnoreChanges_RemovedToo_IsUnset(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, updates := range []bool{false, true} {
			f := f.inNewAccount(t)
			state := f.converge(t, acctest.State{}, f.config(versioned(secretA, 1)))
			if updates { // another attribute, while ignore_changes still protects the webhook
				planned := f.wantPlan(t, state, f.config(acctest.Values{"_wo_version": 1, "sticky_sender": true}), "null", isIgnored)
				var diags []*tfprotov6.Diagnostic
				prior := state
				state, diags = f.apply(t, f.env.Protocol(t), prior, planned, f.config(acctest.Values{"sticky_sender": true}))
				acctest.NoDiagnostics(t, diags)
				acctest.CheckConsistent(t, planned, state)
			}
			f.wantPlan(t, state, f.config(acctest.Values{"_wo_version": 1, "sticky_sender": updates}), noChange, isIgnored)
			state = f.converge(t, state, f.config(acctest.Values{"sticky_sender": updates}))
			if got := f.stored(t, state); got != nil {
				t.Errorf("after an update of another attribute: %t: the API stores %v", updates, got)
			}
		}
	})
}

// After an import, ignore_changes with the name of the field passes the imported value beside the write-only one.
// The update writes the write-only value. The next refresh removes the imported value from the state.
func TestWriteOnly_IgnoreChanges_PlainAttribute_WritesValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, test := range []struct {
			config  acctest.Values
			warning string
			written []any
		}{
			{writeOnly(secretB), newValue, []any{secretB}},
			{writeOnly(secretA), newValue, nil},
			{versioned(secretB, 1), "", []any{secretB}},
		} {
			f := f.inNewAccount(t)
			f.mayShow = true
			id := add(t, f.env, f.kind, map[string]any{"name": "a", f.name: secretA})
			state := f.imported(t, id, false)
			from := len(f.env.Requests())
			config := f.config(test.config)
			planned := f.wantPlan(t, state, with(config, f.name, secretA), show(secretA), test.warning)
			state, diags := f.env.Protocol(t).Apply(t, f.resourceType, state, planned, config)
			acctest.NoDiagnostics(t, diags)
			acctest.CheckConsistent(t, planned, state)
			if diff := cmp.Diff(test.written, f.written(t, from)); diff != "" {
				t.Errorf("written values (-want +got):\n%s", diff)
			}
			// Without a refresh, the state still has the imported value.
			f.wantPlan(t, state, with(config, f.name, secretA), noChange, "")
			config, from = with(config, "sticky_sender", true), len(f.env.Requests())
			planned = f.wantPlan(t, state, with(config, f.name, secretA), show(secretA), "")
			state, diags = f.env.Protocol(t).Apply(t, f.resourceType, state, planned, config)
			acctest.NoDiagnostics(t, diags)
			if got := f.written(t, from); len(got) > 0 || privateHashes(t, state)[f.name].Salt == nil {
				t.Errorf("the update of another attribute writes %v", got)
			}
			f.mayShow = false
			f.wantPlan(t, f.refresh(t, state, false), config, noChange, "")
		}
	})
}

// After an import without a version, an ignored attribute leaves the webhook as it was: the provider has never written it.
func TestWriteOnly_IgnoreChanges_Imported_IsNeverUnset(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		f.mayShow = true
		state := f.imported(t, add(t, f.env, f.kind, map[string]any{"name": "a", f.name: secretA}), false)
		config := f.config(acctest.Values{"sticky_sender": true})
		planned := f.wantPlan(t, state, config, show(secretA), "")
		from := len(f.env.Requests())
		state, diags := f.env.Protocol(t).Apply(t, f.resourceType, state, planned, with(config, f.name+"_wo", secretB))
		acctest.NoDiagnostics(t, diags)
		if got := f.written(t, from); len(got) > 0 {
			t.Errorf("the provider writes %v", got)
		}
		f.wantPlan(t, state, config, noChange, "")
		f.wantPlan(t, state, with(config, f.name+"_wo", secretB), "null", "")
	})
}

// Each ignored write-only attribute has its own warning.
func TestWriteOnly_IgnoreChanges_BothFields_WarnTwice(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		config := acctest.Values{"name": "a"}
		for _, name := range []string{"callback_url", "callback_url2"} {
			config[name+"_wo"], config[name+"_wo_version"] = secretA, 1
		}
		state := f.converge(t, acctest.State{}, config)
		config["callback_url_wo"], config["callback_url2_wo"] = nil, nil
		_, diags := f.plan(t, f.env.Protocol(t), state, config)
		if len(diags) != 2 {
			t.Errorf("got %s", acctest.Describe(diags))
		}
	})
}
