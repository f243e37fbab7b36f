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

// profiles are those of an API, as the provider has read them.
type profiles struct {
	*acctest.Protocol
	env    *acctest.Env
	states []acctest.State
}

func newProfiles(b *testing.B, n int) *profiles {
	b.Helper()
	p := &profiles{env: acctest.New(b, emulator.Options{})}
	p.Protocol = p.env.Protocol(b)
	var uuids []string
	for i := range n {
		uuid, err := p.env.Add(emulator.MessagingProfile, valuesOf(i))
		if err != nil {
			b.Fatal(err)
		}
		uuids = append(uuids, uuid)
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

// BenchmarkRead refreshes a profile that the list answers for.
func BenchmarkRead(b *testing.B) {
	p := newProfiles(b, 100)
	requests := make([]*tfprotov6.ReadResourceRequest, len(p.states))
	for i, state := range p.states {
		requests[i] = p.ReadRequest(b, resourceType, state)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if resp, err := p.Server.ReadResource(b.Context(), requests[i%len(requests)]); err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, resp.Diagnostics)
		}
	}
	if calls := len(p.env.Requests()); calls > mostCalls+b.N/10_000 { // a list is good for half a minute
		b.Errorf("%d calls", calls)
	}
}

// change is an update of one attribute.
func change(b *testing.B, p *acctest.Protocol, state acctest.State) (plan *tfprotov6.PlanResourceChangeRequest, apply *tfprotov6.ApplyResourceChangeRequest) {
	b.Helper()
	config := acctest.Values(valuesOf(0))
	config["sticky_sender"] = false
	planned, diags := p.Plan(b, resourceType, state, config)
	acctest.NoDiagnostics(b, diags)
	return p.PlanRequest(b, resourceType, state, config), p.ApplyRequest(b, resourceType, state, planned, config)
}

// BenchmarkPlan plans that update.
func BenchmarkPlan(b *testing.B) {
	p := newProfiles(b, 1)
	plan, _ := change(b, p.Protocol, p.states[0])
	b.ReportAllocs()
	for b.Loop() {
		if resp, err := p.Server.PlanResourceChange(b.Context(), plan); err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, resp.Diagnostics)
		}
	}
}

// BenchmarkApply carries it out, with an API that does nothing but answer.
func BenchmarkApply(b *testing.B) {
	p := newProfiles(b, 1)
	_, apply := change(b, p.Protocol, p.states[0])
	stub := newStub(b)
	driver := acctest.NewProtocol(b)
	acctest.NoDiagnostics(b, driver.Configure(b, acctest.Values{"base_url": stub.URL, "token": "x"}))
	stub.answer(p.env, p.states[0])
	b.ReportAllocs()
	for b.Loop() {
		if resp, err := driver.Server.ApplyResourceChange(b.Context(), apply); err != nil || len(resp.Diagnostics) > 0 {
			b.Fatal(err, resp.Diagnostics)
		}
	}
}

// BenchmarkRequest is what of an apply is HTTP: a request without a body, and the same
// answer, by Go's own client.
func BenchmarkRequest(b *testing.B) {
	p := newProfiles(b, 1)
	stub := newStub(b)
	stub.answer(p.env, p.states[0])
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPatch, stub.URL, http.NoBody)
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

// stub is an API that answers every request alike.
type stub struct {
	*httptest.Server
	text []byte
}

func newStub(b *testing.B) *stub {
	b.Helper()
	s := &stub{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(s.text) }))
	b.Cleanup(s.Close)
	return s
}

// answer makes it what the update of a profile is answered.
func (s *stub) answer(env *acctest.Env, state acctest.State) {
	profile, _ := env.Profile(emulator.MessagingProfile, state.Values().Text("id"))
	profile["sticky_sender"] = false
	s.text = jsonOf(object{"success": true, "payload": profile})
}

// BenchmarkSchema is what Terraform asks for first.
func BenchmarkSchema(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := provider.NewServer(version.Current()).GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}

// handshake is the time from the start of the program to the line that Terraform
// waits for.
func handshake(t *testing.T) time.Duration {
	t.Helper()
	var times []time.Duration
	for range 9 {
		ctx, cancel := context.WithCancel(t.Context())
		command := exec.CommandContext(ctx, acctest.Program(t))
		// What Terraform sets, by which it is told from a curious user.
		command.Env = append(os.Environ(), "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6",
			"TMPDIR="+t.TempDir()) // for its socket
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		times = append(times, time.Since(begin))
		cancel()
		_ = command.Wait() // it was killed
	}
	return middle(times, func(took time.Duration) time.Duration { return took })
}

// TestProtocol measures the provider without Terraform: on one core, and with the
// garbage collected as often as in its program. Without -full each benchmark makes one
// call, to see that it can.
func TestProtocol(t *testing.T) { //nolint:paralleltest // nothing else is to run beside what is measured
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
		{"read a profile that the list answers for", BenchmarkRead},
		{"… the framework alone", BenchmarkBareRead},
		{"plan an update", BenchmarkPlan},
		{"… the framework alone", BenchmarkBarePlan},
		{"apply it", BenchmarkApply},
		{"… the framework alone", BenchmarkBareApply},
		{"… HTTP alone, by Go's own client and server", BenchmarkRequest},
		{"answer for the schema", BenchmarkSchema},
	} {
		r := testing.Benchmark(benchmark.run)
		if r.N == 0 {
			t.Fatalf("%s failed", benchmark.name)
		}
		rows = append(rows, []string{benchmark.name, fmt.Sprintf("%.3f ms", float64(r.NsPerOp())/1e6), fmt.Sprint(r.AllocsPerOp()), fmt.Sprintf("%.1f kB", float64(r.AllocedBytesPerOp())/1e3)})
	}
	results.table("Over the plugin protocol, for one profile on one core", []string{"call", "time", "allocations", "bytes allocated"}, rows)
	info, err := os.Stat(acctest.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	results.table("The program", []string{"figure", "value"}, [][]string{
		{"size, as it is released", megabytes(info.Size())},
		{"from its start to the handshake", fmt.Sprintf("%.0f ms", float64(handshake(t))/float64(time.Millisecond))},
	})
}
