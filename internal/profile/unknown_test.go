// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// A value from another resource is unknown when the plan is made, and known when
// it is applied: before that Terraform plans once more. It may turn out to be
// anything, null included.
func TestUnknownValues(t *testing.T) {
	t.Parallel()
	for _, a := range attributesOfTheContract(t) {
		for _, existing := range []bool{false, true} {
			for _, turnsOut := range []any{a.value, a.other, nil} {
				env := acctest.New(t, emulator.Options{})
				p := env.Protocol(t)
				var prior acctest.State
				if existing {
					prior = p.Converge(t, a.resourceType, prior, acctest.Values{"name": "a", a.name: a.value})
				}
				config := acctest.Values{"name": "a", a.name: acctest.Unknown}
				acctest.NoDiagnostics(t, p.ValidateResource(t, a.resourceType, config))
				planned, diags := p.Plan(t, a.resourceType, prior, config)
				acctest.NoDiagnostics(t, diags)
				if existing { // nothing else is planned to change
					want := prior.Values()
					want[a.name], want["modified_on"] = acctest.Unknown, acctest.Unknown
					if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(planned.Values())); diff != "" {
						t.Errorf("%s: planned otherwise: %s", a.name, diff)
					}
				}
				from := len(env.Requests())
				config[a.name] = turnsOut
				again, diags := p.Plan(t, a.resourceType, prior, config)
				if kept := existing && turnsOut == nil && !a.nullable; kept != (warning(t, a, prior, diags) != "") {
					t.Errorf("%s: got %s", a.name, acctest.Describe(diags))
				}
				state, diags := p.Apply(t, a.resourceType, prior, again, config)
				acctest.NoDiagnostics(t, diags)
				// What was planned as known has come true.
				for name, want := range planned.Values() {
					if got := state.Values()[name]; want != acctest.Unknown && got != want {
						t.Errorf("%s: %s was planned as %v and is %v", a.name, name, want, got)
					}
				}
				if !existing {
					continue
				}
				request, is := fmt.Sprintf("{%q:%s}", a.name, show(turnsOut)), turnsOut
				switch {
				case turnsOut == a.value:
					request = ""
				case turnsOut == nil && !a.nullable:
					request, is = "", a.value
				}
				if got := patches(env, from, a, state.Values().Text("id")); got != request || show(state.Values()[a.name]) != show(is) {
					t.Errorf("%s turned out to be %v: %s was sent, and it is %v", a.name, turnsOut, got, state.Values()[a.name])
				}
			}
		}
	}
}

func TestUnknownName(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	config := acctest.Values{"name": acctest.Unknown}
	acctest.NoDiagnostics(t, p.ValidateResource(t, messagingProfile, config))
	planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
	acctest.NoDiagnostics(t, diags)
	if got := planned.Values()["name"]; got != acctest.Unknown || len(env.Requests()) > 0 {
		t.Errorf("the name is planned as %v, with %d requests", got, len(env.Requests()))
	}
}

// Terraform reads a data source when everything it is looked up by is known. It
// validates it before that.
func TestUnknownFilters(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, test := range []struct {
		typeName string
		config   acctest.Values
	}{
		{messagingProfile, acctest.Values{"id": acctest.Unknown}},
		{messagingProfile, acctest.Values{"name": acctest.Unknown}},
		{messagingProfile, acctest.Values{"name": acctest.Unknown, "id": acctest.Unknown}}, // one may turn out to be null
		{messagingProfile + "s", acctest.Values{"name_regex": acctest.Unknown}},
	} {
		acctest.NoDiagnostics(t, p.ValidateDataSource(t, test.typeName, test.config))
	}
}
