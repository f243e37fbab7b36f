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

// job measures one row of a table.
type job struct {
	*testing.T
	api
	group
	samples []sample
	// state and env are the state and the API at the start of each run. env of the baseline
	// is nil.
	state string
	env   *acctest.Env
}

// sample is one measurement.
type sample struct {
	wall     time.Duration
	requests int
	// peak is the peak memory of the provider, in bytes; 0 if it is unknown.
	peak int64
}

// prepare starts an API for each apply, but only one API for all refreshes.
func (j *job) prepare() {
	if j.command == refresh && j.state != "" {
		return
	}
	if j.name != baseline.name {
		j.env = acctest.New(j, j.options)
	}
	if j.forbidden {
		j.env.Inject(j, emulator.Rule{
			Method: http.MethodGet, Path: "/profile/messaging",
			Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusForbidden}},
		})
	}
	if j.command == refresh {
		j.state = j.writeState()
	}
}

// workspace returns a workspace with the configuration and the state.
func (j *job) workspace() *acctest.Workspace {
	const values = "name = \"profile ${count.index}\"\n callback_url = \"https://sms.example.com/${count.index}\"\n sticky_sender = true\n"
	files := map[string]string{"main.tf": fmt.Sprintf("resource \"terraform_data\" \"p\" {\n count = %d\n input = {\n%s}\n}\n", j.objects, values)}
	if j.env != nil {
		files = j.env.Files(fmt.Sprintf("resource \"opentact_messaging_profile\" \"p\" {\n count = %d\n %s}\n", j.objects, values))
	}
	if j.state != "" {
		files["terraform.tfstate"] = j.state
	}
	w := acctest.NewWorkspace(j, files)
	if j.env == nil { // only dev_overrides make init unnecessary
		if err := w.Init(j.Context()); err != nil {
			j.Fatal(err)
		}
	}
	return w
}

// run measures the job once.
func (j *job) run() {
	j.prepare()
	w, before := j.workspace(), j.requests()
	peak := watchMemory(acctest.Program(j))
	start := time.Now()
	var err error
	if j.command == apply {
		err = w.Apply(j.Context())
	} else {
		_, err = w.Plan(j.Context(), tfexec.RefreshOnly(true))
	}
	s := sample{wall: time.Since(start), peak: peak(), requests: j.requests() - before}
	if err != nil {
		j.Fatalf("%s of %d objects, API %s: %v", j.command, j.objects, j, err)
	}
	j.samples = append(j.samples, s)
}

func (j *job) String() string { return j.api.String() }

func (j *job) requests() int {
	if j.env == nil {
		return 0
	}
	return len(j.env.Requests())
}

// median returns the median of each value.
func (j *job) median() sample {
	return sample{
		wall:     median(j.samples, func(s sample) time.Duration { return s.wall }),
		requests: median(j.samples, func(s sample) int { return s.requests }),
		peak:     median(j.samples, func(s sample) int64 { return s.peak }),
	}
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
