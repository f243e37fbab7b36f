// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestPlan_ManagedProfile_IsNotReported plans a new profile that equals a profile of a resource. Any call of Terraform about
// a resource shows the provider that the profile is managed.
func TestPlan_ManagedProfile_IsNotReported(t *testing.T) {
	t.Parallel()
	for name, manage := range map[string]func(t *testing.T, env *acctest.Env, p *acctest.Protocol, typ string, state acctest.State){
		"read": func(t *testing.T, _ *acctest.Env, p *acctest.Protocol, typ string, state acctest.State) {
			t.Helper()
			refresh(t, p, typ, state)
		},
		"read failed": func(t *testing.T, env *acctest.Env, p *acctest.Protocol, typ string, state acctest.State) {
			t.Helper()
			failed := env.Inject(t, emulator.Rule{Path: "/profile/*/*", Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 403}}})
			_, diags := p.Read(t, typ, state)
			acctest.WantError(t, diags, "", "Could not read")
			failed.Remove()
		},
		"no change planned": func(t *testing.T, _ *acctest.Env, p *acctest.Protocol, typ string, state acctest.State) {
			t.Helper()
			wantNoChange(t, p, typ, state, acctest.Values{"name": "a"})
		},
		"update planned": func(t *testing.T, _ *acctest.Env, p *acctest.Protocol, typ string, state acctest.State) {
			t.Helper()
			_, diags := p.Plan(t, typ, state, acctest.Values{"name": "b"})
			acctest.NoDiagnostics(t, diags)
		},
		"delete planned": func(t *testing.T, _ *acctest.Env, p *acctest.Protocol, typ string, state acctest.State) {
			t.Helper()
			_, diags := p.Plan(t, typ, state, nil)
			acctest.NoDiagnostics(t, diags)
		},
		"imported": func(t *testing.T, _ *acctest.Env, p *acctest.Protocol, typ string, state acctest.State) {
			t.Helper()
			imported, diags := p.Import(t, typ, state.Values().Text("id"))
			acctest.NoDiagnostics(t, diags)
			refresh(t, p, typ, imported)
		},
		"deleted after the list": func(t *testing.T, _ *acctest.Env, p *acctest.Protocol, typ string, state acctest.State) {
			t.Helper()
			acctest.NoDiagnostics(t, planNew(t, p, typ, acctest.Values{"name": "b"}))
			_, diags := p.Apply(t, typ, state, acctest.State{Value: p.Null(t, typ)}, nil)
			acctest.NoDiagnostics(t, diags)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for resourceType, kind := range kindsByType {
				for _, check := range []string{"warn", "error"} {
					env := acctest.New(t, emulator.Options{})
					state := env.Protocol(t).Converge(t, resourceType, acctest.State{}, acctest.Values{"name": "a"})
					id := add(t, env, kind, map[string]any{"name": "a"}) // an equal profile that no resource manages
					p := env.Protocol(t, acctest.Values{"duplicate_check": check})
					manage(t, env, p, resourceType, state)
					want := orphanWarning(env, resourceType, "a", id)
					if check == "error" {
						want = orphanError(want)
					}
					acctest.WantDiagnostics(t, planNew(t, p, resourceType, acctest.Values{"name": "a"}), want)
				}
			}
		})
	}
}

// The process reads the list after it has created the profile, so the list shows the profile.
func TestPlan_CreatedProfile_IsNotReported(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	config := acctest.Values{"name": "a"}
	planned, diags := env.Protocol(t).Plan(t, messagingProfile, acctest.State{}, config)
	acctest.NoDiagnostics(t, diags)
	p := env.Protocol(t) // Terraform applies in another process
	_, diags = p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	acctest.NoDiagnostics(t, diags)
	from := len(env.Requests())
	acctest.NoDiagnostics(t, planNew(t, p, messagingProfile, config))
	wantRequests(t, env, from, "GET /rest/profile/messaging")
}

// Terraform reads and plans resources at the same time. A read counts before its response.
func TestPlan_ReadStarted_IsNotReported(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	state := env.Protocol(t).Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	held := env.Inject(t, emulator.Rule{Path: "/profile/messaging/*", Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	p := env.Protocol(t)
	var reading sync.WaitGroup
	reading.Go(func() {
		if _, diags := p.Read(t, messagingProfile, state); len(diags) > 0 {
			t.Error(acctest.Describe(diags))
		}
	})
	if err := held.AwaitHeld(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	acctest.NoDiagnostics(t, planNew(t, p, messagingProfile, acctest.Values{"name": "a"}))
	held.Release()
	reading.Wait()
}

// TestPlan_DataSourceAndNewProfile_OneList reads a data source before, after and during the plan of a new profile.
func TestPlan_DataSourceAndNewProfile_OneList(t *testing.T) {
	t.Parallel()
	for resourceType, kind := range kindsByType {
		env := acctest.New(t, emulator.Options{})
		id := add(t, env, kind, map[string]any{"name": "a"})
		want := orphanWarning(env, resourceType, "a", id)
		planIt := func(p *acctest.Protocol) {
			acctest.WantDiagnostics(t, planNew(t, p, resourceType, acctest.Values{"name": "a"}), want)
		}
		readIt := func(p *acctest.Protocol) {
			all, diags := p.ReadDataSource(t, resourceType+"s", nil)
			if n := len(all.List("profiles")); len(diags) > 0 || n != 1 {
				t.Errorf("got %d profiles: %s", n, acctest.Describe(diags))
			}
		}
		for name, run := range map[string]func(*acctest.Protocol){
			"data source first": func(p *acctest.Protocol) { readIt(p); planIt(p) },
			"data source last":  func(p *acctest.Protocol) { planIt(p); readIt(p) },
			"at the same time": func(p *acctest.Protocol) {
				var working sync.WaitGroup
				for range 10 {
					working.Go(func() { planIt(p) })
					working.Go(func() { readIt(p) })
				}
				working.Wait()
			},
		} {
			from := len(env.Requests())
			run(env.Protocol(t))
			if lists := len(env.Requests()) - from; lists != 1 {
				t.Errorf("%s, %s: got %d lists", resourceType, name, lists)
			}
		}
	}
}

// If the list of a plan fails, a data source reads the list again, with retries.
func TestPlan_ListFails_DataSourceReadsAgain(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	env.Inject(t, emulator.Rule{Times: 2, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusServiceUnavailable}}})
	p := env.Protocol(t)
	acctest.NoDiagnostics(t, planNew(t, p, messagingProfile, acctest.Values{"name": "a"}))
	_, diags := p.ReadDataSource(t, messagingProfile+"s", nil)
	acctest.NoDiagnostics(t, diags)
	if diff := cmp.Diff(map[int]int{200: 1, 503: 2}, env.Counters().ByStatus); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

// TestPlan_WithoutNewProfile_SendsNothing covers each plan that creates nothing, and the calls before a plan.
func TestPlan_WithoutNewProfile_SendsNothing(t *testing.T) {
	t.Parallel()
	for resourceType := range kindsByType {
		env := acctest.New(t, emulator.Options{})
		state := env.Protocol(t).Converge(t, resourceType, acctest.State{}, acctest.Values{"name": "a"})
		from := len(env.Requests())
		for _, check := range []string{"warn", "error", "off"} {
			p := env.Protocol(t, acctest.Values{"duplicate_check": check}) // validates and configures
			acctest.NoDiagnostics(t, p.ValidateResource(t, resourceType, acctest.Values{"name": "b"}))
			acctest.NoDiagnostics(t, p.ValidateDataSource(t, resourceType+"s", nil))
			wantNoChange(t, p, resourceType, state, acctest.Values{"name": "a"})
			for _, config := range []acctest.Values{{"name": "b"}, {"name": acctest.Unknown}, nil} {
				_, diags := p.Plan(t, resourceType, state, config)
				acctest.NoDiagnostics(t, diags)
			}
		}
		wantRequests(t, env, from)
	}
}
