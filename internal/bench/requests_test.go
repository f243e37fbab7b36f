// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const webhook = "https://user:password@sms.example.com/"

// planCase is a plan of a number of resources of each kind.
type planCase struct {
	name              string
	existing, created int
	// destroys plans to destroy the existing resources. refreshOnly only reads them.
	destroys, refreshOnly bool
	// writeOnly sets write-only attributes of the existing resources.
	writeOnly bool
	// want is the number of requests per kind. For comparison, wantWithout is the number without the new profiles.
	want, wantWithout int
}

// TestPlan_Requests counts the requests of plans. A plan with new profiles sends at most one more request per kind. A plan
// without new profiles sends no additional request.
func TestPlan_Requests(t *testing.T) { //nolint:paralleltest // other tests write to tables too
	var rows [][]string
	for _, c := range []planCase{
		{name: "1 new", created: 1, want: 1},
		{name: "100 new", created: 100, want: 1},
		{name: "1 new, 3 existing", created: 1, existing: 3, want: 4, wantWithout: 3},
		{name: "1 new, 100 existing", created: 1, existing: 100, want: 4, wantWithout: 4},
		{name: "100 new, 100 existing", created: 100, existing: 100, want: 4, wantWithout: 4},
		{name: "no change, 3 existing", existing: 3, want: 3, wantWithout: 3},
		{name: "no change, 100 existing", existing: 100, want: 4, wantWithout: 4},
		{name: "refresh only, 3 existing", existing: 3, refreshOnly: true, want: 3, wantWithout: 3},
		{name: "refresh only, 100 existing", existing: 100, refreshOnly: true, want: 4, wantWithout: 4},
		{name: "destroy, 3 existing", existing: 3, destroys: true, want: 3, wantWithout: 3},
		{name: "destroy, 100 existing", existing: 100, destroys: true, want: 4, wantWithout: 4},
		{name: "no change, 3 existing with write-only attributes", existing: 3, writeOnly: true, want: 3, wantWithout: 3},
		{name: "no change, 100 existing with write-only attributes", existing: 100, writeOnly: true, want: 4, wantWithout: 4},
		{name: "refresh only, 100 existing with write-only attributes", existing: 100, writeOnly: true, refreshOnly: true, want: 4, wantWithout: 4},
	} {
		row := []string{c.name}
		for kinds := 1; kinds <= 2; kinds++ {
			got := c.requests(t, kinds)
			without := got
			if c.created > 0 {
				existing := c
				existing.created = 0
				without = existing.requests(t, kinds)
			}
			if got != kinds*c.want || without != kinds*c.wantWithout || got > without+kinds {
				t.Errorf("%s, %d kinds: got %d requests, and %d without new profiles", c.name, kinds, got, without)
			}
			row = append(row, fmt.Sprint(without), fmt.Sprint(got))
		}
		rows = append(rows, row)
	}
	text := acctest.Table([]string{"plan", "one kind, without new profiles", "one kind", "both kinds, without new profiles", "both kinds"}, rows)
	t.Logf("Requests per plan:\n%s", text)
	fmt.Fprintf(&tables, "Requests per plan:\n\n%s\n", text)
}

// requests makes the plan in a new process and returns the number of its requests. Like Terraform, it reads and plans ten
// resources at the same time.
func (c planCase) requests(t *testing.T, kinds int) int {
	t.Helper()
	env := acctest.New(t, emulator.Options{})
	earlier := env.Protocol(t)
	var resources []func(*acctest.Protocol) []*tfprotov6.Diagnostic
	for _, lifecycle := range acctest.Lifecycles()[:kinds] {
		for i := range max(c.existing, c.created) {
			if i < c.existing {
				name := fmt.Sprint("existing ", i)
				resources = append(resources, c.existingResource(t, env, earlier, lifecycle, name))
			}
			if i < c.created {
				resources = append(resources, func(p *acctest.Protocol) []*tfprotov6.Diagnostic {
					_, diags := p.Plan(t, lifecycle.Type, acctest.State{}, acctest.Values{"name": fmt.Sprint("new ", i)})
					return diags
				})
			}
		}
	}
	p, from := env.Protocol(t), len(env.Requests())
	var working sync.WaitGroup
	turn := make(chan struct{}, 10)
	for _, resource := range resources {
		turn <- struct{}{}
		working.Go(func() {
			defer func() { <-turn }()
			if diags := resource(p); len(diags) > 0 {
				t.Error(acctest.Describe(diags))
			}
		})
	}
	working.Wait()
	return len(env.Requests()) - from
}

// existingResource creates a profile in an earlier process. It returns a function that reads and plans the profile as
// Terraform does.
func (c planCase) existingResource(t *testing.T, env *acctest.Env, earlier *acctest.Protocol, lifecycle acctest.Lifecycle, name string) func(*acctest.Protocol) []*tfprotov6.Diagnostic {
	t.Helper()
	typeName, stored, config := lifecycle.Type, object{"name": name}, acctest.Values{"name": name}
	if c.writeOnly && lifecycle.Kind == emulator.MessagingProfile {
		stored["callback_url"], config["callback_url_wo"] = webhook, webhook
	}
	uuid, err := env.Add(lifecycle.Kind, stored)
	if err != nil {
		t.Fatal(err)
	}
	state, diags := earlier.Import(t, typeName, uuid)
	acctest.NoDiagnostics(t, diags)
	state, diags = earlier.Read(t, typeName, state)
	acctest.NoDiagnostics(t, diags)
	if c.writeOnly {
		state = earlier.Converge(t, typeName, state, config)
	}
	if c.destroys {
		config = nil
	}
	return func(p *acctest.Protocol) []*tfprotov6.Diagnostic {
		refreshed, diags := p.Read(t, typeName, state)
		if c.refreshOnly {
			return diags
		}
		planned, planDiags := p.Plan(t, typeName, refreshed, config)
		if c.writeOnly && !planned.Value.Equal(state.Value) {
			t.Errorf("a change is planned: %v", planned.Values())
		}
		return append(diags, planDiags...)
	}
}
