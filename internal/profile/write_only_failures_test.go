// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// failedUpdate is a way in which an update fails.
type failedUpdate struct {
	fault emulator.Fault
	// isDone reports whether the API stores the new value.
	isDone bool
}

var failedUpdates = map[string]failedUpdate{
	"rejected":                {emulator.Fault{Action: emulator.ActionReject}, false},
	"failed":                  {emulator.Fault{Action: emulator.ActionRespond, Status: http.StatusInternalServerError}, false},
	"request lost":            {emulator.Fault{Action: emulator.ActionCloseBefore}, false},
	"response lost, but done": {emulator.Fault{Action: emulator.ActionCloseAfter}, true},
}

// eachFailedUpdate runs a test for each sensitive attribute and each way in which an update fails.
func eachFailedUpdate(t *testing.T, test func(*testing.T, *secretField, failedUpdate)) {
	t.Helper()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for name, failed := range failedUpdates {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, f.inNewAccount(t), failed)
			})
		}
	})
}

// fail plans and applies an update that fails, and returns the state after it.
func (f *secretField) fail(t *testing.T, failed failedUpdate, state acctest.State, config acctest.Values) acctest.State {
	t.Helper()
	injection := f.env.Inject(t, emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{failed.fault}})
	defer injection.Remove()
	planned, diags := f.plan(t, f.env.Protocol(t), state, config)
	acctest.NoErrors(t, diags)
	after, diags := f.apply(t, f.env.Protocol(t, acctest.Values{"max_retries": 0}), state, planned, config)
	acctest.WantError(t, diags, "", "Could not update ")
	if !after.Value.Equal(state.Value) {
		t.Errorf("the state is %v", after.Values())
	}
	return after
}

// After a failed update, the next plan updates again, unless the API has stored the value and a refresh shows it.
func TestWriteOnly_FailedUpdate_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	eachFailedUpdate(t, func(t *testing.T, f *secretField, failed failedUpdate) {
		state := f.converge(t, acctest.State{}, f.config(writeOnly(secretA)))
		config := f.config(writeOnly(secretB))
		state = f.fail(t, failed, state, config)
		f.wantPlan(t, state, config, "null", newValue) // without a refresh
		f.wantPlan(t, state, f.config(writeOnly(secretA)), noChange, "")
		refreshed := f.refresh(t, state, f.isListed())
		if failed.isDone {
			f.wantPlan(t, refreshed, config, noChange, "")
			f.wantPlan(t, refreshed, f.config(writeOnly(secretA)), "null", changed)
		} else {
			f.wantPlan(t, refreshed, config, "null", newValue)
			f.wantPlan(t, refreshed, f.config(writeOnly(secretA)), noChange, "")
		}
		state = f.converge(t, state, config)
		if got := f.stored(t, state); got != secretB {
			t.Errorf("the API stores %v", got)
		}
		f.wantPlan(t, f.refresh(t, state, f.isListed()), config, noChange, "")
	})
}

// With a version, the state keeps the old version after a failed update, so the next plan writes the value of
// that run.
func TestWriteOnly_FailedUpdate_NewVersion_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	eachFailedUpdate(t, func(t *testing.T, f *secretField, failed failedUpdate) {
		state := f.converge(t, acctest.State{}, f.config(versioned(secretA, 1)))
		state = f.fail(t, failed, state, f.config(versioned(secretB, 2)))
		generated := f.config(versioned(secretB+"-generated", 2))
		for _, state := range []acctest.State{state, f.refresh(t, state, false)} {
			f.wantPlan(t, state, generated, "null", "")
		}
		state = f.converge(t, f.refresh(t, state, false), generated)
		if got := f.stored(t, state); got != secretB+"-generated" {
			t.Errorf("the API stores %v", got)
		}
		f.wantPlan(t, f.refresh(t, state, false), f.config(versioned(secretA, 2)), noChange, "")
	})
}

// The failed update was to repair a change by another client. The version is the same, and the value is new in each
// run.
func TestWriteOnly_FailedRepair_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	eachFailedUpdate(t, func(t *testing.T, f *secretField, failed failedUpdate) {
		state := f.converge(t, acctest.State{}, f.config(versioned(secretA, 1)))
		f.change(t, state, byHand)
		state = f.fail(t, failed, f.refresh(t, state, false), f.config(versioned(secretB, 1)))
		generated := f.config(versioned(secretB+"-generated", 1))
		for _, state := range []acctest.State{state, f.refresh(t, state, false)} {
			f.wantPlan(t, state, generated, "null", changed)
		}
		state = f.converge(t, f.refresh(t, state, false), generated)
		f.wantPlan(t, f.refresh(t, state, false), f.config(versioned(secretA, 1)), noChange, "")
	})
}

// The update from the plain attribute fails. The state keeps the plain value.
func TestWriteOnly_FailedMove_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	eachFailedUpdate(t, func(t *testing.T, f *secretField, failed failedUpdate) {
		f.mayShow = true
		state := f.converge(t, acctest.State{}, f.config(plain(secretA)))
		config := f.config(writeOnly(secretB))
		state = f.fail(t, failed, state, config)
		state = f.refresh(t, state, false)
		f.wantPlan(t, state, config, "null", "")
		f.mayShow = false
		state = f.converge(t, state, config)
		f.wantPlan(t, f.refresh(t, state, false), config, noChange, "")

		f.mayShow = true // and back
		state = f.fail(t, failed, state, f.config(plain(secretA)))
		f.mayShow = false
		f.checkState(t, state)
		state = f.refresh(t, state, false)
		f.mayShow = true
		f.wantPlan(t, state, f.config(plain(secretA)), show(secretA), "")
		state = f.converge(t, state, f.config(plain(secretA)))
		f.wantPlan(t, f.refresh(t, state, false), f.config(plain(secretA)), noChange, "")
	})
}

// The removal fails. The next plan unsets the field again.
func TestWriteOnly_FailedRemoval_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	eachFailedUpdate(t, func(t *testing.T, f *secretField, failed failedUpdate) {
		state := f.converge(t, acctest.State{}, f.config(writeOnly(secretA)))
		state = f.fail(t, failed, state, f.config(nil))
		for _, state := range []acctest.State{state, f.refresh(t, state, false)} {
			f.wantPlan(t, state, f.config(nil), afterApply, unset)
		}
		state = f.converge(t, state, f.config(nil))
		if got := f.stored(t, state); got != nil {
			t.Errorf("the API stores %v", got)
		}
		f.wantPlan(t, f.refresh(t, state, false), f.config(nil), noChange, "")
	})
}

// The API stores another value than the one sent. The next plan updates again.
func TestWriteOnly_Update_Mismatch_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, test := range []struct{ before, after acctest.Values }{
			{writeOnly(secretA), writeOnly(secretB)}, {versioned(secretA, 1), versioned(secretB, 2)}, {plain(secretA), writeOnly(secretB)},
			{nil, writeOnly(secretB)}, {nil, versioned(secretB, 1)},
		} {
			var isPatched atomic.Bool
			p := f.stub(t, func(r *http.Request) any {
				switch {
				case r.Method == http.MethodPatch || isPatched.Load():
					isPatched.Store(true)
					return byHand
				case test.before == nil:
					return nil
				default:
					return secretA
				}
			})
			f := &secretField{attribute: f.attribute, env: f.env, mayShow: true}
			planned, _ := p.Plan(t, f.resourceType, acctest.State{}, f.config(test.before))
			state, diags := f.apply(t, p, acctest.State{}, planned, f.config(test.before))
			acctest.NoDiagnostics(t, diags)
			f.mayShow = false
			config := f.config(test.after)
			planned, diags = p.Plan(t, f.resourceType, state, config)
			acctest.NoErrors(t, diags)
			state, diags = f.apply(t, p, state, planned, config)
			acctest.WantError(t, diags, "", "Could not set all attributes of", f.name+" was sent as a sensitive value of 26 characters and came back as a sensitive value of 32 characters")
			if state.Values()[f.name] != nil {
				t.Errorf("the state is %v", state.Values())
			}
			f.wantPlan(t, state, config, "null", changed)
			f.wantPlan(t, refresh(t, p, f.resourceType, state), config, "null", changed)
		}
	})
}

// The update from the write-only attribute to the plain one has no effect. The state doesn't show the write-only value.
func TestWriteOnly_Update_MoveToPlainIgnored_StateStaysNull(t *testing.T) {
	t.Parallel()
	const public = "https://public.example/"
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, before := range []acctest.Values{writeOnly(secretA), versioned(secretA, 1)} {
			p := f.stub(t, func(*http.Request) any { return secretA })
			planned, _ := p.Plan(t, f.resourceType, acctest.State{}, f.config(before))
			state, diags := f.apply(t, p, acctest.State{}, planned, f.config(before))
			acctest.NoDiagnostics(t, diags)
			config := f.config(plain(public))
			planned = f.wantPlan(t, state, config, show(public), "")
			state, diags = f.apply(t, p, state, planned, config) // checks that the state contains no secret
			acctest.WantError(t, diags, "", "Could not set all attributes of")
			f.wantPlan(t, state, config, show(public), "")
			f.wantPlan(t, refresh(t, p, f.resourceType, state), config, show(public), "")
			f.wantPlan(t, state, f.config(writeOnly(secretA)), noChange, "")
		}
	})
}

// The API ignores that it should unset the field. The state doesn't show the value, and the next plan is empty.
func TestWriteOnly_Unset_Ignored_StateStaysNull(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		p := f.stub(t, func(*http.Request) any { return secretA })
		planned, _ := p.Plan(t, f.resourceType, acctest.State{}, f.config(versioned(secretA, 1)))
		state, diags := f.apply(t, p, acctest.State{}, planned, f.config(versioned(secretA, 1)))
		acctest.NoDiagnostics(t, diags)
		planned = f.wantPlan(t, state, f.config(nil), afterApply, unset)
		after, diags := f.apply(t, p, state, planned, f.config(nil))
		acctest.WantDiagnostics(t, diags, removalWarning(f.attribute, wasNotUnset))
		acctest.CheckConsistent(t, planned, after)
		if after.Values()[f.name] != nil || privateHashes(t, after)[f.name].Stored == nil {
			t.Errorf("the state is %v", after.Values())
		}
		f.wantPlan(t, refresh(t, p, f.resourceType, after), f.config(nil), noChange, "")
		f.wantPlan(t, after, f.config(writeOnly(secretA)), noChange, "")
		f.wantPlan(t, after, f.config(writeOnly(secretB)), "null", newValue)
	})
}

// Terraform loses private state if the provider is killed during an update. The next refresh doesn't show the value.
func TestWriteOnly_PrivateStateLost_StateStaysNull(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, test := range []struct {
			config           acctest.Values
			planned, warning string
		}{
			{writeOnly(secretA), noChange, ""}, // the API has the value
			{writeOnly(secretB), "null", changed},
			{versioned(secretA, 1), "null", changed},
		} {
			for _, listed := range []bool{false, true} {
				f := f.inNewAccount(t)
				config := f.config(test.config)
				state := f.converge(t, acctest.State{}, with(config, f.name+"_wo", secretA))
				state.Private = nil
				state = f.refresh(t, state, listed)
				f.wantPlan(t, state, config, test.planned, test.warning)
				state = f.converge(t, f.refresh(t, state, listed), config)
				if got := f.stored(t, state); got != test.config["_wo"] {
					t.Errorf("the API stores %v", got)
				}
				f.wantPlan(t, f.refresh(t, state, listed), config, noChange, "")
			}
		}
	})
}

// Private state may be damaged, or that of another version of the provider. The next plan writes the value.
func TestWriteOnly_PrivateStateUnusable_WritesValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, content := range []string{
			"", "null", "[1]", `"x"`, "{}", `{"hashes":{"` + f.name + `":null}}`, `{"hashes":{"` + f.name + `":{"salt":"?"}}}`,
			`{"hashes":{"` + f.name + `":{"salt":"AAAA","written":"?"}}}`,
			`{"hashes":{"` + f.name + `":{"written":"AAAA","stored":"AAAA"}}}`,
			`{"hashes":{"a_field_of_the_future":{"salt":"AAAA","written":"AAAA","stored":"AAAA"}},"planned":["a_field_of_the_future"]}`,
		} {
			for refreshes, values := range map[bool]acctest.Values{false: versioned(secretA, 1), true: writeOnly(secretA)} {
				p := f.env.Protocol(t)
				config := f.config(values)
				state := withPrivate(t, p.Converge(t, f.resourceType, acctest.State{}, config), "write_only", content)
				want := newValue
				if refreshes {
					f.mayShow, want = true, "" // the state shows the value until the next apply
					state = refresh(t, p, f.resourceType, state)
				}
				planned, diags := f.env.Protocol(t).Plan(t, f.resourceType, state, config)
				if got := f.summaries(diags); got != want || planned.Value.Equal(state.Value) {
					t.Errorf("%s: the plan is %v and warns %q, want %q", content, planned.Values(), got, want)
				}
				f.mayShow = false
				state, diags = f.apply(t, p, state, planned, config)
				acctest.NoDiagnostics(t, diags)
				f.wantPlan(t, refresh(t, p, f.resourceType, state), config, noChange, "")
				if err := f.env.Remove(f.kind, state.Values().Text("id")); err != nil { // the next profile has the same name
					t.Fatal(err)
				}
			}
		}
	})
}

// A state of an earlier version of the provider has neither the attributes nor the hashes.
func TestWriteOnly_StateOfEarlierVersion_MovesToWriteOnly(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		f.mayShow = true
		p := f.env.Protocol(t)
		state := f.converge(t, acctest.State{}, f.config(plain(secretA)))
		values := state.Values()
		text := fmt.Sprintf(`{"id":%q,"name":"a","created_on":%q,"modified_on":%q,%q:%q,"long_code_weight":1,"toll_free_weight":1,"number_pool_enable":false,"skip_unhealthy_tns":false,"sticky_sender":false}`,
			values["id"], values["created_on"], values["modified_on"], f.name, secretA)
		upgraded, err := p.Server.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
			TypeName: f.resourceType, Version: 0, RawState: &tfprotov6.RawState{JSON: []byte(text)},
		})
		if err != nil {
			t.Fatal(err)
		}
		acctest.NoDiagnostics(t, upgraded.Diagnostics)
		value, err := upgraded.UpgradedState.Unmarshal(state.Value.Type())
		if err != nil {
			t.Fatal(err)
		}
		if !value.Equal(state.Value) {
			t.Errorf("the upgraded state is %v, want %v", value, state.Value)
		}
		state.Value = value
		state = withPrivate(t, state, "write_only", "")
		state = withPrivate(t, state, "configured", fmt.Sprintf(`[%q,"name"]`, f.name))
		f.wantPlan(t, state, f.config(plain(secretA)), noChange, "")
		f.wantPlan(t, state, f.config(nil), afterApply, unset)
		config := f.config(writeOnly(secretA))
		planned := f.wantPlan(t, state, config, "null", "")
		f.mayShow = false
		state, diags := f.apply(t, p, state, planned, config)
		acctest.NoDiagnostics(t, diags)
		f.wantPlan(t, f.refresh(t, state, false), config, noChange, "")
	})
}
