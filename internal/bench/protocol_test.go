// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"flag"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

const resourceType = "opentact_messaging_profile"

// newProfiles returns a provider for an API with n profiles, and their states.
func newProfiles(b *testing.B, n int) (env *acctest.Env, p *acctest.Protocol, states []acctest.State) {
	b.Helper()
	env = acctest.New(b, emulator.Options{})
	p = env.Protocol(b)
	uuids := make([]string, n)
	for i := range uuids {
		var err error
		if uuids[i], err = env.Add(emulator.MessagingProfile, valuesOf(i)); err != nil {
			b.Fatal(err)
		}
	}
	for _, uuid := range uuids {
		state, diags := p.Import(b, resourceType, uuid)
		acctest.NoDiagnostics(b, diags)
		state, diags = p.Read(b, resourceType, state)
		acctest.NoDiagnostics(b, diags)
		states = append(states, state)
	}
	return env, p, states
}

// BenchmarkRead reads profiles from the cached list.
func BenchmarkRead(b *testing.B) {
	env, p, states := newProfiles(b, 100)
	requests := make([]*tfprotov6.ReadResourceRequest, len(states))
	for i, state := range states {
		requests[i] = p.ReadRequest(b, resourceType, state)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		resp, err := p.Server.ReadResource(b.Context(), requests[i%len(requests)])
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatalf("error %v, response %+v", err, resp)
		}
	}
	if n := len(env.Requests()); n > maxRequests+b.N/10_000 { // the list is cached for 30 s
		b.Errorf("the provider sent %d requests, want at most %d", n, maxRequests+b.N/10_000)
	}
}

// updated returns the configuration of an update of one attribute.
func updated() acctest.Values {
	config := acctest.Values(valuesOf(0))
	config["sticky_sender"] = false
	return config
}

func BenchmarkPlan(b *testing.B) {
	_, p, states := newProfiles(b, 1)
	request := p.PlanRequest(b, resourceType, states[0], updated())
	b.ReportAllocs()
	for b.Loop() {
		resp, err := p.Server.PlanResourceChange(b.Context(), request)
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatalf("error %v, response %+v", err, resp)
		}
	}
}

// BenchmarkPlanNew plans a new profile in an account with 1,000 profiles. All plans use the same list.
func BenchmarkPlanNew(b *testing.B) {
	env := acctest.New(b, emulator.Options{})
	for i := range 1000 {
		if _, err := env.Add(emulator.MessagingProfile, valuesOf(i)); err != nil {
			b.Fatal(err)
		}
	}
	p := env.Protocol(b)
	request := p.PlanRequest(b, resourceType, acctest.State{}, acctest.Values(valuesOf(1000)))
	b.ReportAllocs()
	for b.Loop() {
		resp, err := p.Server.PlanResourceChange(b.Context(), request)
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatalf("error %v, response %+v", err, resp)
		}
	}
	if n := len(env.Requests()); n != 1 {
		b.Errorf("the provider sent %d requests, want 1", n)
	}
}

// BenchmarkApply applies the update with an API that always returns the same response.
func BenchmarkApply(b *testing.B) {
	env, p, states := newProfiles(b, 1)
	planned, diags := p.Plan(b, resourceType, states[0], updated())
	acctest.NoDiagnostics(b, diags)
	request := p.ApplyRequest(b, resourceType, states[0], planned, updated())
	profile, _ := env.Profile(emulator.MessagingProfile, states[0].Values().Text("id"))
	profile["sticky_sender"] = false
	response := jsonOf(object{"success": true, "payload": profile})
	p = acctest.Stub(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(response) })
	b.ReportAllocs()
	for b.Loop() {
		resp, err := p.Server.ApplyResourceChange(b.Context(), request)
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatalf("error %v, response %+v", err, resp)
		}
	}
}

// BenchmarkSchema gets the schema, which is Terraform's first call.
func BenchmarkSchema(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := provider.NewServer(version.Current()).GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestProtocol measures the provider without Terraform, on one core and with the garbage
// collection of the program. Without -full, each benchmark makes only one call.
func TestProtocol(t *testing.T) { //nolint:paralleltest // other tests would change the results
	if !*full {
		if err := flag.Set("test.benchtime", "1x"); err != nil {
			t.Fatal(err)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(provider.GCPercent))
	var rows [][]string
	for _, benchmark := range []struct {
		name string
		run  func(*testing.B)
	}{
		{"read a profile from the cached list", BenchmarkRead},
		{"plan an update", BenchmarkPlan},
		{"plan a new profile, with 1,000 existing ones", BenchmarkPlanNew},
		{"apply an update", BenchmarkApply},
		{"get the schema", BenchmarkSchema},
	} {
		r := testing.Benchmark(benchmark.run)
		if r.N == 0 {
			t.Fatalf("the benchmark %q failed", benchmark.name)
		}
		rows = append(rows, []string{benchmark.name, fmt.Sprintf("%.3f ms", float64(r.NsPerOp())/1e6), fmt.Sprint(r.AllocsPerOp()), fmt.Sprintf("%.1f kB", float64(r.AllocedBytesPerOp())/1e3)})
	}
	table("Over the plugin protocol, for one profile on one core", []string{"call", "time", "allocations", "bytes allocated"}, rows)
}
