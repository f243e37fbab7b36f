// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// writeOnlyStep is a plan of Terraform and its apply.
type writeOnlyStep struct {
	// changedTo is the value that another client has set before, jsonNull, or nil if it has set nothing.
	changedTo any
	// config is the configuration.
	config acctest.Values
	// noRefresh makes a plan with -refresh=false. onlyRefresh makes no plan.
	noRefresh, onlyRefresh bool

	// planned is the planned value of the attribute with the name of the field. If it is "", nothing is planned.
	planned string
	// request is the value that the update writes, jsonNull, or nil if it writes none.
	request any
	// warning is that of wantPlan.
	warning string
	// stored is the value that the API stores at the end, and state is the one in the state.
	stored, state any
}

// Warnings of plans.
const (
	newValue  = "F_wo has a new value"
	changed   = "F was changed outside of Terraform"
	unset     = "F is unset"
	isIgnored = "F_wo is ignored"
)

// jsonNull is a null in a request or in the API.
const jsonNull = "null"

var writeOnlyLifecycles = map[string][]writeOnlyStep{
	"same value": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{config: writeOnly(secretA), stored: secretA},
	},
	"new value": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{config: writeOnly(secretB), planned: "null", request: secretB, warning: newValue, stored: secretB},
		{config: writeOnly(secretA), planned: "null", request: secretA, warning: newValue, stored: secretA},
	},
	"equal in NFC": {
		{config: writeOnly(secretA + "\u00e9"), planned: "null", request: secretA + "\u00e9", stored: secretA + "\u00e9"},
		{config: writeOnly(secretA + "e\u0301"), stored: secretA + "\u00e9"},
		{changedTo: secretA + "e\u0301", config: writeOnly(secretA + "\u00e9"), stored: secretA + "e\u0301"},
	},
	"same version, new value": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{config: versioned(secretB, 1), stored: secretA},
		{config: versioned(acctest.Unknown, 1), stored: secretA},
	},
	"new version": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{config: versioned(secretB, 2), planned: "null", request: secretB, stored: secretB},
		{config: versioned(secretB, 0), planned: "null", request: secretB, stored: secretB},
	},
	"version added": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{config: versioned(secretB, 1), planned: "null", request: secretB, stored: secretB},
	},
	"version removed, same value": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{config: writeOnly(secretA), planned: "null", stored: secretA},
	},
	"version removed, new value": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{config: writeOnly(secretB), planned: "null", request: secretB, warning: newValue, stored: secretB},
	},
	"changed by another client": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{changedTo: byHand, config: writeOnly(secretA), planned: "null", request: secretA, warning: changed, stored: secretA},
	},
	"changed by another client, new value": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{changedTo: byHand, config: writeOnly(secretB), planned: "null", request: secretB, warning: changed, stored: secretB},
	},
	"changed by another client to the new value": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{changedTo: secretB, config: writeOnly(secretB), stored: secretB},
		{config: writeOnly(secretA), planned: "null", request: secretA, warning: changed, stored: secretA},
	},
	"changed by another client, with a version": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{changedTo: byHand, config: versioned(secretB, 1), planned: "null", request: secretB, warning: changed, stored: secretB},
	},
	"changed by another client and back": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{changedTo: byHand, onlyRefresh: true, stored: byHand},
		{changedTo: secretA, config: writeOnly(secretA), stored: secretA},
	},
	"changed by another client and back, with a version": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{changedTo: byHand, onlyRefresh: true, stored: byHand},
		{changedTo: secretA, config: versioned(secretB, 1), stored: secretA},
	},
	"unset by another client": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{changedTo: jsonNull, config: writeOnly(secretA), planned: "null", request: secretA, warning: changed, stored: secretA},
	},
	"unset by another client, with a version": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{changedTo: jsonNull, config: versioned(secretB, 1), planned: "null", request: secretB, warning: changed, stored: secretB},
	},
	"refreshed twice after a change by another client": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{changedTo: byHand, onlyRefresh: true, stored: byHand},
		{onlyRefresh: true, stored: byHand},
		{config: writeOnly(secretA), planned: "null", request: secretA, warning: changed, stored: secretA},
	},
	"without a refresh": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{noRefresh: true, config: writeOnly(secretB), planned: "null", request: secretB, warning: newValue, stored: secretB},
		{noRefresh: true, changedTo: byHand, config: writeOnly(secretB), stored: byHand},
		{config: writeOnly(secretB), planned: "null", request: secretB, warning: changed, stored: secretB},
	},
	"another attribute": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{config: with(writeOnly(secretA), "name", "b"), planned: "null", stored: secretA},
		// The response to the update shows the change.
		{changedTo: byHand, noRefresh: true, config: with(writeOnly(secretA), "name", "a"), planned: "null", stored: byHand},
		{config: writeOnly(secretA), planned: "null", request: secretA, warning: changed, stored: secretA},
	},
	"another attribute, with a version": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{config: with(versioned(secretB, 1), "name", "b"), planned: "null", stored: secretA},
	},
	"from plain to write-only": {
		{config: plain(secretA), planned: show(secretA), request: secretA, stored: secretA, state: secretA},
		{config: writeOnly(secretB), planned: "null", request: secretB, stored: secretB},
		{changedTo: byHand, config: writeOnly(secretB), planned: "null", request: secretB, warning: changed, stored: secretB},
	},
	"from plain to write-only, equal": {
		{config: plain(secretA), planned: show(secretA), request: secretA, stored: secretA, state: secretA},
		{config: writeOnly(secretA), planned: "null", stored: secretA},
		{changedTo: byHand, config: writeOnly(secretA), planned: "null", request: secretA, warning: changed, stored: secretA},
	},
	"from plain to a version, equal": {
		{config: plain(secretA), planned: show(secretA), request: secretA, stored: secretA, state: secretA},
		{config: versioned(secretA, 1), planned: "null", stored: secretA},
		{config: versioned(secretB, 1), stored: secretA},
	},
	"from plain to write-only, changed by another client": {
		{config: plain(secretA), planned: show(secretA), request: secretA, stored: secretA, state: secretA},
		{changedTo: byHand, config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
	},
	"from write-only to plain": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{config: plain(secretB), planned: show(secretB), request: secretB, stored: secretB, state: secretB},
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
	},
	"from write-only to plain, equal": { // the state doesn't show that they are equal
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{config: plain(secretA), planned: show(secretA), request: secretA, stored: secretA, state: secretA},
		{config: nil, planned: afterApply, request: jsonNull, warning: unset},
	},
	"removed": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{config: nil, planned: afterApply, request: jsonNull, warning: unset},
		{changedTo: byHand, config: nil, stored: byHand, state: byHand},
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
	},
	"removed with its version": {
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
		{config: nil, planned: afterApply, request: jsonNull, warning: unset},
		{config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
	},
	"removed after a change by another client": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{changedTo: byHand, config: nil, planned: afterApply, request: jsonNull, warning: unset},
	},
	"removed after another client unset it": { // the update removes the hashes
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{changedTo: jsonNull, config: nil, planned: afterApply, request: jsonNull, warning: unset},
		{changedTo: byHand, config: nil, stored: byHand, state: byHand},
	},
	"removed beside another change": {
		{config: writeOnly(secretA), planned: "null", request: secretA, stored: secretA},
		{config: acctest.Values{"name": "b"}, planned: afterApply, request: jsonNull, warning: unset},
	},
	"added to an existing profile": {
		{config: nil, planned: afterApply},
		{config: writeOnly(secretA), planned: "null", request: secretA, warning: newValue, stored: secretA},
	},
	"added to an existing profile with a value of another client": {
		{config: nil, planned: afterApply},
		{changedTo: byHand, config: versioned(secretA, 1), planned: "null", request: secretA, stored: secretA},
	},
}

// TestWriteOnly_Lifecycles tests the lifecycles of a write-only attribute. The cached list serves the refreshes of one
// field, and GETs serve those of the other.
func TestWriteOnly_Lifecycles(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for name, steps := range writeOnlyLifecycles {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := f.inNewAccount(t)
				state := acctest.State{}
				for i, step := range steps {
					t.Logf("step %d", i+1)
					state = f.run(t, state, step, f.isListed())
				}
			})
		}
	})
}

// run runs one step and returns the state after it.
func (f *secretField) run(t *testing.T, state acctest.State, step writeOnlyStep, listed bool) acctest.State {
	t.Helper()
	config := f.config(step.config)
	f.mayShow = len(privateHashes(t, state)) == 0 || config[f.name+"_wo"] == nil
	switch step.changedTo {
	case nil:
	case jsonNull:
		f.change(t, state, nil)
	default:
		f.change(t, state, step.changedTo)
	}
	if !state.Value.IsNull() && !step.noRefresh {
		state = f.refresh(t, state, listed)
	}
	if !step.onlyRefresh {
		state = f.runPlan(t, state, config, step)
	}
	f.mayShow = step.state != nil
	f.checkState(t, state)
	if got := f.stored(t, state); got != step.stored {
		t.Errorf("the API stores %v, want %v", got, step.stored)
	}
	if got := state.Values()[f.name]; got != step.state {
		t.Errorf("the state has %v, want %v", got, step.state)
	}
	_, hasHashes := privateHashes(t, state)[f.name]
	if isWriteOnly := step.state == nil && step.stored != nil; hasHashes != isWriteOnly {
		t.Errorf("private state has hashes: %t", hasHashes)
	}
	return state
}

// runPlan plans and applies one step. The next plan is empty.
func (f *secretField) runPlan(t *testing.T, state acctest.State, config acctest.Values, step writeOnlyStep) acctest.State {
	t.Helper()
	want := step.planned
	if want == "" {
		want = noChange
	}
	from := len(f.env.Requests())
	planned := f.wantPlan(t, state, config, want, step.warning)
	if want != noChange {
		prior := state
		var diags []*tfprotov6.Diagnostic
		state, diags = f.apply(t, f.env.Protocol(t), prior, planned, config)
		acctest.NoDiagnostics(t, diags)
		acctest.CheckConsistent(t, planned, state)
	}
	if got := f.written(t, from); len(got) > 1 || len(got) == 0 && step.request != nil || len(got) == 1 && got[0] != step.request {
		t.Errorf("the provider writes %v, want %v", got, step.request)
	}
	if !step.noRefresh || step.changedTo == nil {
		f.wantPlan(t, state, config, noChange, "")
		f.wantPlan(t, f.refresh(t, state, false), config, noChange, "")
	}
	return state
}
