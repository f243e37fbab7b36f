// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// The commands that are measured.
const (
	refresh = "refresh"
	apply   = "apply"
)

// api is a variant of the API.
type api struct {
	name    string
	options emulator.Options
	// forbidden makes the API reject lists with 403, so that each read is a GET.
	forbidden bool
}

// baseline is no API: its objects are terraform_data.
var baseline = api{name: "none: `terraform_data`"}

func (a api) String() string {
	if a.forbidden {
		return a.name + "; lists forbidden"
	}
	return a.name
}

// sample is one measurement.
type sample struct {
	wall     time.Duration
	requests int
	// peak is the peak memory of the provider, in bytes; 0 if it is unknown.
	peak int64
}

// measure runs a command once in a new workspace.
func (a api) measure(t *testing.T, command string, objects int) (s sample) {
	t.Helper()
	const values = "name = \"profile ${count.index}\"\n callback_url = \"https://sms.example.com/${count.index}\"\n sticky_sender = true\n"
	files := map[string]string{"main.tf": fmt.Sprintf("resource \"terraform_data\" \"p\" {\n count = %d\n input = {\n%s}\n}\n", objects, values)}
	var env *acctest.Env // nil for the baseline
	if a.name != baseline.name {
		env = acctest.New(t, a.options)
		files = env.Files(fmt.Sprintf("resource \"opentact_messaging_profile\" \"p\" {\n count = %d\n %s}\n", objects, values))
	}
	if a.forbidden {
		env.Inject(t, emulator.Rule{
			Method: http.MethodGet, Path: "/profile/messaging",
			Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusForbidden}},
		})
	}
	if command == refresh {
		files["terraform.tfstate"] = stateOf(t, env, objects)
	}
	w := acctest.NewWorkspace(t, files)
	if env == nil { // only dev_overrides make init unnecessary
		if err := w.Init(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	peak := watchMemory(acctest.Program(t))
	start := time.Now()
	var err error
	if command == apply {
		err = w.Apply(t.Context())
	} else {
		_, err = w.Plan(t.Context(), tfexec.RefreshOnly(true))
	}
	s.wall, s.peak = time.Since(start), peak()
	if err != nil {
		t.Fatalf("%s of %d objects, API %s: %v", command, objects, a, err)
	}
	if env != nil {
		s.requests = len(env.Requests())
	}
	return s
}

// watchMemory polls the processes of a program until stop is called, which returns the highest
// peak memory of one of them. It needs Linux; elsewhere it returns 0.
func watchMemory(program string) (stop func() int64) {
	done, result := make(chan struct{}), make(chan int64)
	go func() {
		var peak int64
		for {
			peak = max(peak, peakMemory(program))
			select {
			case <-done:
				result <- peak
				return
			case <-time.After(25 * time.Millisecond):
			}
		}
	}()
	return func() int64 { close(done); return <-result }
}

func peakMemory(program string) (peak int64) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != program {
			continue
		}
		status, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "status")) // fails if the process has ended
		_, value, _ := bytes.Cut(status, []byte("VmHWM:"))
		var kilobytes int64
		_, _ = fmt.Sscan(string(value), &kilobytes)
		peak = max(peak, kilobytes<<10)
	}
	return peak
}
