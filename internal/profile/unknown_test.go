// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// A value from another resource is unknown in the plan and known in the apply. It may become null.
// Terraform plans again before it applies.
func TestResource_Plan_UnknownValue_BecomesKnownInApply(t *testing.T) {
	t.Parallel()
	for _, a := range contractAttributes(t) {
		for _, existing := range []bool{false, true} {
			for _, later := range []any{a.value, a.other, nil} {
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
				if existing { // nothing else changes
					want := prior.Values()
					want[a.name], want["modified_on"] = acctest.Unknown, acctest.Unknown
					if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(planned.Values())); diff != "" {
						t.Errorf("%s: the plan changes something else: %s", a.name, diff)
					}
				}
				from := len(env.Requests())
				config[a.name] = later
				again, diags := p.Plan(t, a.resourceType, prior, config)
				wantWarning := ""
				switch {
				case !existing || later != nil:
				case !a.nullable:
					wantWarning = keepsItsValue
				case a.isSensitive():
					wantWarning = isUnset
				}
				if got := warning(t, a, diags); got != wantWarning {
					t.Errorf("%s: the warning is %q, want %q", a.name, got, wantWarning)
				}
				state, diags := p.Apply(t, a.resourceType, prior, again, config)
				acctest.NoDiagnostics(t, diags)
				// Every known planned value is in the state.
				for name, want := range planned.Values() {
					if got := state.Values()[name]; want != acctest.Unknown && got != want {
						t.Errorf("%s: %s was planned as %v and is %v", a.name, name, want, got)
					}
				}
				if !existing {
					continue
				}
				request, is := fmt.Sprintf("{%q:%s}", a.name, show(later)), later
				switch {
				case later == a.value:
					request = ""
				case later == nil && !a.nullable:
					request, is = "", a.value
				}
				if got := patches(env, from, a, state.Values().Text("id")); got != request || show(state.Values()[a.name]) != show(is) {
					t.Errorf("%s became %v: the provider sent %s, and the value is %v", a.name, later, got, state.Values()[a.name])
				}
			}
		}
	}
}

// The plan checks the credentials with a list, but can't look for the profile.
func TestResource_Plan_UnknownName_ReadsListOnce(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	config := acctest.Values{"name": acctest.Unknown}
	acctest.NoDiagnostics(t, p.ValidateResource(t, messagingProfile, config))
	planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
	acctest.NoDiagnostics(t, diags)
	if got := planned.Values()["name"]; got != acctest.Unknown {
		t.Errorf("the name is planned as %v", got)
	}
	wantRequests(t, env, 0, "GET /rest/profile/messaging")
}

// Terraform validates a data source before its arguments are known. It reads it afterwards.
func TestDataSources_Validate_UnknownArguments(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, test := range []struct {
		typeName string
		config   acctest.Values
	}{
		{messagingProfile, acctest.Values{"id": acctest.Unknown}},
		{messagingProfile, acctest.Values{"name": acctest.Unknown}},
		{messagingProfile, acctest.Values{"name": acctest.Unknown, "id": acctest.Unknown}}, // one may become null
		{messagingProfile + "s", acctest.Values{"name_regex": acctest.Unknown}},
	} {
		acctest.NoDiagnostics(t, p.ValidateDataSource(t, test.typeName, test.config))
	}
}
