// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/provider"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

const resourceType = "opentact_messaging_profile"

// profiles are profiles of an API with the states that the provider returned for them.
type profiles struct {
	*acctest.Protocol
	env    *acctest.Env
	states []acctest.State
}

func newProfiles(b *testing.B, n int) *profiles {
	b.Helper()
	p := &profiles{env: acctest.New(b, emulator.Options{})}
	p.Protocol = p.env.Protocol(b)
	uuids := make([]string, n)
	for i := range uuids {
		var err error
		if uuids[i], err = p.env.Add(emulator.MessagingProfile, valuesOf(i)); err != nil {
			b.Fatal(err)
		}
	}
	for _, uuid := range uuids {
		state, diags := p.Import(b, resourceType, uuid)
		acctest.NoDiagnostics(b, diags)
		state, diags = p.Read(b, resourceType, state)
		acctest.NoDiagnostics(b, diags)
		p.states = append(p.states, state)
	}
	return p
}

func benchmarkRead(b *testing.B, server tfprotov6.ProviderServer, requests []*tfprotov6.ReadResourceRequest) {
	b.Helper()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		resp, err := server.ReadResource(b.Context(), requests[i%len(requests)])
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatalf("error %v, response %+v", err, resp)
		}
	}
}

func benchmarkPlan(b *testing.B, server tfprotov6.ProviderServer, request *tfprotov6.PlanResourceChangeRequest) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		resp, err := server.PlanResourceChange(b.Context(), request)
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatalf("error %v, response %+v", err, resp)
		}
	}
}

func benchmarkApply(b *testing.B, server tfprotov6.ProviderServer, request *tfprotov6.ApplyResourceChangeRequest) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		resp, err := server.ApplyResourceChange(b.Context(), request)
		if err != nil || len(resp.Diagnostics) > 0 {
			b.Fatalf("error %v, response %+v", err, resp)
		}
	}
}

// BenchmarkRead reads profiles from the cached list.
func BenchmarkRead(b *testing.B) {
	p := newProfiles(b, 100)
	requests := make([]*tfprotov6.ReadResourceRequest, len(p.states))
	for i, state := range p.states {
		requests[i] = p.ReadRequest(b, resourceType, state)
	}
	benchmarkRead(b, p.Server, requests)
	if n := len(p.env.Requests()); n > maxRequests+b.N/10_000 { // the list is cached for 30 s
		b.Errorf("the provider sent %d requests, want at most %d", n, maxRequests+b.N/10_000)
	}
}

// update returns the requests of an update of one attribute.
func update(b *testing.B, p *acctest.Protocol, state acctest.State) (plan *tfprotov6.PlanResourceChangeRequest, apply *tfprotov6.ApplyResourceChangeRequest) {
	b.Helper()
	config := acctest.Values(valuesOf(0))
	config["sticky_sender"] = false
	planned, diags := p.Plan(b, resourceType, state, config)
	acctest.NoDiagnostics(b, diags)
	return p.PlanRequest(b, resourceType, state, config), p.ApplyRequest(b, resourceType, state, planned, config)
}

func BenchmarkPlan(b *testing.B) {
	p := newProfiles(b, 1)
	plan, _ := update(b, p.Protocol, p.states[0])
	benchmarkPlan(b, p.Server, plan)
}

// BenchmarkApply applies the update with an API that always returns the same response.
func BenchmarkApply(b *testing.B) {
	p := newProfiles(b, 1)
	_, apply := update(b, p.Protocol, p.states[0])
	driver := acctest.NewProtocol(b)
	acctest.NoDiagnostics(b, driver.Configure(b, acctest.Values{"base_url": p.updated(b), "token": "x"}))
	benchmarkApply(b, driver.Server, apply)
}

// BenchmarkRequest sends the request of an apply with Go's client, without a body.
func BenchmarkRequest(b *testing.B) {
	address := newProfiles(b, 1).updated(b)
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPatch, address, http.NoBody)
		if err != nil {
			b.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

// updated returns the address of an API that responds to all requests with the updated profile.
func (p *profiles) updated(b *testing.B) string {
	b.Helper()
	profile, _ := p.env.Profile(emulator.MessagingProfile, p.states[0].Values().Text("id"))
	profile["sticky_sender"] = false
	text := jsonOf(object{"success": true, "payload": profile})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }))
	b.Cleanup(server.Close)
	return server.URL
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

// handshake returns the median time from the start of the program until it prints the line
// that Terraform waits for.
func handshake(t *testing.T) time.Duration {
	t.Helper()
	var times []time.Duration
	for range 9 {
		ctx, cancel := context.WithCancel(t.Context())
		command := exec.CommandContext(ctx, acctest.Program(t))
		// Without this variable of Terraform, the program prints a message for users.
		command.Env = append(os.Environ(), "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6",
			"TMPDIR="+t.TempDir()) // the program creates a socket there
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		times = append(times, time.Since(start))
		cancel()
		_ = command.Wait() // cancel killed it
	}
	return median(times, func(d time.Duration) time.Duration { return d })
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
		{"… only the framework", BenchmarkBareRead},
		{"plan an update", BenchmarkPlan},
		{"… only the framework", BenchmarkBarePlan},
		{"apply an update", BenchmarkApply},
		{"… only the framework", BenchmarkBareApply},
		{"… only HTTP, with Go's client and server", BenchmarkRequest},
		{"get the schema", BenchmarkSchema},
	} {
		r := testing.Benchmark(benchmark.run)
		if r.N == 0 {
			t.Fatalf("the benchmark %q failed", benchmark.name)
		}
		rows = append(rows, []string{benchmark.name, fmt.Sprintf("%.3f ms", float64(r.NsPerOp())/1e6), fmt.Sprint(r.AllocsPerOp()), fmt.Sprintf("%.1f kB", float64(r.AllocedBytesPerOp())/1e3)})
	}
	table("Over the plugin protocol, for one profile on one core", []string{"call", "time", "allocations", "bytes allocated"}, rows)
	info, err := os.Stat(acctest.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	table("The program", []string{"figure", "value"}, [][]string{
		{"size in a release", megabytes(info.Size())},
		{"time until the handshake", fmt.Sprintf("%.0f ms", float64(handshake(t))/float64(time.Millisecond))},
	})
}
