// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// A write-only value that is unknown in the plan of a create is known, or null, in the apply.
func TestWriteOnly_Create_UnknownValue_IsDecidedAtApply(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, value := range []any{secretA, nil} {
			f := f.inNewAccount(t)
			planned := f.wantPlan(t, acctest.State{}, f.config(writeOnly(acctest.Unknown)), afterApply, "")
			config := f.config(writeOnly(value))
			planned = f.planAgain(t, acctest.State{}, planned, config)
			state, diags := f.apply(t, f.env.Protocol(t), acctest.State{}, planned, config)
			acctest.NoDiagnostics(t, diags)
			acctest.CheckConsistent(t, planned, state)
			if got := f.stored(t, state); got != value || state.Values()[f.name] != nil {
				t.Errorf("the API stores %v, the state has %v", got, state.Values()[f.name])
			}
			f.wantPlan(t, f.refresh(t, state, false), config, noChange, "")
		}
	})
}

// In the plan of a create, one attribute is set and the other one is unknown. It is null in the apply.
func TestWriteOnly_Create_OtherAttributeUnknown_BecomesNull(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, test := range []struct {
			unknown, known  acctest.Values
			planned, stored string
		}{
			{acctest.Values{"": webhook, "_wo": acctest.Unknown}, plain(webhook), show(webhook), webhook},
			{acctest.Values{"": acctest.Unknown, "_wo": secretA}, writeOnly(secretA), afterApply, secretA},
		} {
			f := f.inNewAccount(t)
			f.mayShow = test.stored == webhook
			planned := f.wantPlan(t, acctest.State{}, f.config(test.unknown), test.planned, "")
			planned = f.planAgain(t, acctest.State{}, planned, f.config(test.known))
			state, diags := f.apply(t, f.env.Protocol(t), acctest.State{}, planned, f.config(test.known))
			acctest.NoDiagnostics(t, diags)
			acctest.CheckConsistent(t, planned, state)
			if got := f.stored(t, state); got != test.stored {
				t.Errorf("the API stores %v, want %s", got, test.stored)
			}
			f.wantPlan(t, f.refresh(t, state, false), f.config(test.known), noChange, "")
		}
	})
}

// In the plan of an update, the plain attribute is set and the write-only one is unknown: it may be null in the apply.
func TestWriteOnly_Update_OtherAttributeUnknown_PlansPlainValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		f.mayShow = true
		for _, before := range []acctest.Values{plain(webhook), writeOnly(webhook), versioned(webhook, 1)} {
			state := f.converge(t, acctest.State{}, f.config(before))
			f.wantPlan(t, state, f.config(acctest.Values{"": secretA, "_wo": acctest.Unknown}), show(secretA), "")
		}
	})
}

// planAgain plans as Terraform does at the beginning of an apply: all values of the configuration are known. It
// checks that the new plan fits the old one.
func (f *secretField) planAgain(t *testing.T, prior, planned acctest.State, config acctest.Values) acctest.State {
	t.Helper()
	again, diags := f.plan(t, f.env.Protocol(t), prior, config)
	acctest.NoErrors(t, diags)
	for name, value := range planned.Values() {
		if value != acctest.Unknown && again.Values()[name] != value {
			t.Errorf("%s was planned as %v, and is planned as %v at apply", name, value, again.Values()[name])
		}
	}
	return again
}

// A write-only value that is unknown in the plan of an update is known, or null, in the apply. A null unsets the field.
func TestWriteOnly_Update_UnknownValue_IsDecidedAtApply(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for value, want := range map[any][]any{secretB: {secretB}, nil: {jsonNull}, secretA: nil} {
			f := f.inNewAccount(t)
			state := f.converge(t, acctest.State{}, f.config(writeOnly(secretA)))
			planned := f.wantPlan(t, state, f.config(writeOnly(acctest.Unknown)), afterApply, "")
			if planned.Values()["modified_on"] != acctest.Unknown {
				t.Errorf("modified_on is planned as %v", planned.Values()["modified_on"])
			}
			config, from := f.config(writeOnly(value)), len(f.env.Requests())
			planned = f.planAgain(t, state, planned, config)
			if !planned.Value.Equal(state.Value) { // otherwise Terraform doesn't update
				var diags []*tfprotov6.Diagnostic
				prior := state
				state, diags = f.apply(t, f.env.Protocol(t), prior, planned, config)
				acctest.NoDiagnostics(t, diags)
				acctest.CheckConsistent(t, planned, state)
			}
			if got := f.written(t, from); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the provider writes %v, want %v", got, want)
			}
			if got := f.stored(t, state); got != value || state.Values()[f.name] != nil {
				t.Errorf("the API stores %v, the state has %v", got, state.Values()[f.name])
			}
			f.wantPlan(t, f.refresh(t, state, false), config, noChange, "")
			f.change(t, state, nil)
			f.wantPlan(t, f.refresh(t, state, false), f.config(writeOnly(acctest.Unknown)), afterApply, "")
		}
	})
}

// A null in the API doesn't show that an unknown value is stored: it may become known.
func TestWriteOnly_Update_UnknownValue_UnsetByAnotherClient_IsPlanned(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		state := f.converge(t, acctest.State{}, f.config(writeOnly(secretA)))
		f.change(t, state, nil)
		f.wantPlan(t, f.refresh(t, state, false), f.config(writeOnly(acctest.Unknown)), afterApply, "")
	})
}

// A version may be unknown too. The plan then writes the value, unless the version is the old one.
func TestWriteOnly_UnknownVersion_IsDecidedAtApply(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		state := f.converge(t, acctest.State{}, f.config(versioned(secretA, 1)))
		planned := f.wantPlan(t, state, f.config(versioned(secretB, acctest.Unknown)), "null", "")
		if again := f.planAgain(t, state, planned, f.config(versioned(secretB, 1))); !again.Value.Equal(state.Value) {
			t.Errorf("the old version plans %v", again.Values())
		}
		config := f.config(versioned(secretB, 2))
		planned = f.planAgain(t, state, planned, config)
		state, diags := f.apply(t, f.env.Protocol(t), state, planned, config)
		acctest.NoDiagnostics(t, diags)
		if got := f.stored(t, state); got != secretB || state.Values()[f.name+"_wo_version"] != 2.0 {
			t.Errorf("the API stores %v, the state is %v", got, state.Values())
		}
		f.wantPlan(t, state, f.config(versioned(secretA, 2)), noChange, "")
	})
}

// The check of new profiles compares the value of the write-only attribute.
func TestWriteOnly_Create_OrphanCheck_ComparesValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		id := add(t, f.env, f.kind, map[string]any{"name": "a", f.name: secretA})
		for value, want := range map[any]bool{secretA: true, secretB: false, acctest.Unknown: true} {
			config := f.config(writeOnly(value))
			_, diags := f.plan(t, f.env.Protocol(t), acctest.State{}, config)
			if got := strings.Contains(acctest.Describe(diags), "may exist already as "+id); got != want || len(diags) > 1 {
				t.Errorf("%v: got %s", value, acctest.Describe(diags))
			}
		}
		// With duplicate_check = "error", the apply checks again.
		p := f.env.Protocol(t, failsOnDuplicates)
		config, from := f.config(writeOnly(secretB)), len(f.env.Requests())
		planned, diags := f.plan(t, p, acctest.State{}, config)
		acctest.NoDiagnostics(t, diags)
		f.change(t, acctest.State{Value: p.Object(t, f.resourceType, acctest.Values{"id": id})}, secretB)
		_, diags = f.apply(t, f.env.Protocol(t, failsOnDuplicates), acctest.State{}, planned, config)
		acctest.WantError(t, diags, "", "may exist already as "+id, "The new profile is not created")
		if got := f.env.Writes(from); len(got) > 0 {
			t.Errorf("the provider writes %v", got)
		}
		f.change(t, acctest.State{Value: p.Object(t, f.resourceType, acctest.Values{"id": id})}, byHand)
		_, diags = f.apply(t, f.env.Protocol(t, failsOnDuplicates), acctest.State{}, planned, config)
		acctest.NoDiagnostics(t, diags)
	})
}

// If the response to a create is lost, the provider finds the profile in the list. The state has the hash, but not
// the value.
func TestWriteOnly_Create_ResponseLost_SavesHash(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		f.env.Inject(t, emulator.Rule{Method: http.MethodPost, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
		config := f.config(writeOnly(secretA))
		planned, diags := f.plan(t, f.env.Protocol(t), acctest.State{}, config)
		acctest.NoDiagnostics(t, diags)
		state, diags := f.apply(t, f.env.Protocol(t), acctest.State{}, planned, config)
		if len(diags) != 1 || !strings.HasPrefix(diags[0].Summary, "Adopted ") {
			t.Errorf("got %s", acctest.Describe(diags))
		}
		acctest.CheckConsistent(t, planned, state)
		f.wantPlan(t, state, config, noChange, "")
		f.change(t, state, byHand)
		f.wantPlan(t, f.refresh(t, state, false), config, "null", changed)
	})
}

// An ambiguous create without a candidate that matches is an error. It contains no value.
func TestWriteOnly_Create_Ambiguous_ErrorHasNoValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		p := f.env.Protocol(t, acctest.Values{"max_retries": 0})
		config := f.config(writeOnly(secretA))
		planned, diags := f.plan(t, p, acctest.State{}, config)
		acctest.NoDiagnostics(t, diags)
		add(t, f.env, f.kind, map[string]any{"name": "a", f.name: secretB}) // a candidate with another value
		f.env.Inject(t, emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionCloseBefore}}})
		state, diags := f.apply(t, p, acctest.State{}, planned, config)
		acctest.WantError(t, diags, "", "may or may not have been created", f.name+" is a sensitive value of 26 characters, but was sent as a sensitive value of 26 characters")
		if state.Values() != nil {
			t.Errorf("the state is %v", state.Values())
		}
	})
}

// A create that stores another value taints the resource. The state doesn't have that value.
func TestWriteOnly_Create_Mismatch_StateIsNull(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, values := range []acctest.Values{writeOnly(secretA), versioned(secretA, 1)} {
			p := f.stub(t, func(*http.Request) any { return byHand })
			config := f.config(values)
			planned, diags := f.plan(t, p, acctest.State{}, config)
			acctest.NoDiagnostics(t, diags)
			state, diags := f.apply(t, p, acctest.State{}, planned, config)
			acctest.WantError(t, diags, "", f.name+" was sent as a sensitive value of 26 characters and came back as a sensitive value of 32 characters", "untaint")
			if values := state.Values(); values["id"] != uuid || values[f.name] != nil {
				t.Errorf("the state is %v", values)
			}
			// After terraform untaint, the next plan writes the value again.
			f.wantPlan(t, state, config, "null", changed)
			f.wantPlan(t, refresh(t, p, f.resourceType, state), config, "null", changed)
		}
	})
}

// Each written value has its own salt, so equal values have different hashes.
func TestWriteOnly_Create_EqualValues_HaveDifferentHashes(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		seen := make(map[string]bool)
		var state acctest.State
		for _, name := range []string{"a", "b", "c"} {
			state = f.converge(t, acctest.State{}, f.config(with(versioned(secretA, 1), "name", name)))
			hash := privateHashes(t, state)[f.name]
			seen[string(hash.Salt)], seen[string(hash.Written)] = true, true
			if !bytes.Equal(hash.Written, hash.Stored) {
				t.Errorf("got %+v", hash)
			}
		}
		state = f.converge(t, state, f.config(with(versioned(secretA, 2), "name", "c")))
		hash := privateHashes(t, state)[f.name]
		seen[string(hash.Salt)], seen[string(hash.Written)] = true, true
		if len(seen) != 8 {
			t.Errorf("4 writes have %d different salts and hashes, want 8", len(seen))
		}
	})
}

// Each of the fields moves to its write-only attribute and back on its own.
func TestWriteOnly_BothFields_AreIndependent(t *testing.T) {
	t.Parallel()
	f := &secretField{attribute: attribute{resourceType: messagingProfile, kind: emulator.MessagingProfile, name: "callback_url"}, env: acctest.New(t, emulator.Options{})}
	f.mayShow = true // of the plain attributes
	state := acctest.State{}
	for i, test := range []struct {
		config acctest.Values
		want   string // the body of the write
		state  [2]any
	}{
		{acctest.Values{"callback_url": secretA, "callback_url2_wo": secretB}, `{"callback_url":"` + secretA + `","callback_url2":"` + secretB + `","name":"a"}`, [2]any{secretA, nil}},
		{acctest.Values{"callback_url": secretB, "callback_url2_wo": secretB}, `{"callback_url":"` + secretB + `"}`, [2]any{secretB, nil}},
		{acctest.Values{"callback_url_wo": secretA, "callback_url2_wo": secretB}, `{"callback_url":"` + secretA + `"}`, [2]any{nil, nil}},
		{acctest.Values{"callback_url_wo": secretA, "callback_url2_wo": secretA, "callback_url2_wo_version": 1}, `{"callback_url2":"` + secretA + `"}`, [2]any{nil, nil}},
		{acctest.Values{"callback_url_wo": secretB, "callback_url2_wo": secretB, "callback_url2_wo_version": 1}, `{"callback_url":"` + secretB + `"}`, [2]any{nil, nil}},
		{acctest.Values{"callback_url_wo": secretA, "callback_url2_wo": secretB, "callback_url2_wo_version": 2}, `{"callback_url":"` + secretA + `","callback_url2":"` + secretB + `"}`, [2]any{nil, nil}},
		{acctest.Values{"callback_url_wo": secretA, "callback_url2": secretA}, `{"callback_url2":"` + secretA + `"}`, [2]any{nil, secretA}},
		{acctest.Values{"callback_url2": secretA}, `{"callback_url":null}`, [2]any{nil, secretA}},
		{acctest.Values{"callback_url_wo": secretA}, `{"callback_url":"` + secretA + `","callback_url2":null}`, [2]any{nil, nil}},
	} {
		from := len(f.env.Requests())
		state = f.converge(t, state, f.config(test.config))
		if got := strings.Join(writesOf(f.env, from), " "); got != test.want {
			t.Errorf("step %d: the provider writes %s, want %s", i+1, got, test.want)
		}
		if got := [2]any{state.Values()["callback_url"], state.Values()["callback_url2"]}; got != test.state {
			t.Errorf("step %d: the state has %v", i+1, got)
		}
		wantNoChange(t, f.env.Protocol(t), messagingProfile, f.refresh(t, state, true), f.config(test.config))
	}
}

// An import reads the value into the state. The next plan removes it from there.
func TestWriteOnly_Import_NextPlanHidesValue(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, test := range []struct {
			config  acctest.Values
			written []any
		}{
			{writeOnly(secretA), nil}, {writeOnly(secretB), []any{secretB}}, {versioned(secretA, 1), nil}, {versioned(secretB, 1), []any{secretB}},
		} {
			for _, byIdentity := range []bool{false, true} {
				f := f.inNewAccount(t)
				id := add(t, f.env, f.kind, map[string]any{"name": "a", f.name: secretA})
				state := f.imported(t, id, byIdentity)
				config, from := f.config(test.config), len(f.env.Requests())
				planned := f.wantPlan(t, state, config, "null", "")
				f.mayShow = false
				after, diags := f.apply(t, f.env.Protocol(t), state, planned, config)
				acctest.NoDiagnostics(t, diags)
				acctest.CheckConsistent(t, planned, after)
				if got := f.written(t, from); fmt.Sprint(got) != fmt.Sprint(test.written) {
					t.Errorf("the provider writes %v, want %v", got, test.written)
				}
				f.wantPlan(t, f.refresh(t, after, false), config, noChange, "")
				f.change(t, after, byHand)
				f.wantPlan(t, f.refresh(t, after, false), config, "null", changed)
			}
		}
	})
}

// imported imports a profile whose value is secretA.
func (f *secretField) imported(t *testing.T, id string, byIdentity bool) acctest.State {
	t.Helper()
	p := f.env.Protocol(t)
	var (
		state acctest.State
		diags []*tfprotov6.Diagnostic
	)
	if byIdentity {
		state, diags = p.ImportByIdentity(t, f.resourceType, acctest.Values{"id": id})
	} else {
		state, diags = p.Import(t, f.resourceType, id)
	}
	acctest.NoDiagnostics(t, diags)
	f.mayShow = true
	state = refresh(t, p, f.resourceType, state)
	if got := state.Values()[f.name]; got != secretA {
		t.Errorf("%s is %v in the state", f.name, got)
	}
	return state
}
