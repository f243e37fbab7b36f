// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// What Terraform is told to do.
const (
	refresh = "refresh"
	apply   = "apply"
)

// api is one way in which the API answers.
type api struct {
	name    string
	options emulator.Options
	// listless tells that it refuses to list, so that each read is a GET.
	listless bool
}

// floor is no API: the objects are terraform_data, which are Terraform's own.
var floor = api{name: "none"}

// job is what one row of a table is measured by.
type job struct {
	*testing.T
	api
	verb    string
	objects int
	samples []sample
	// state and env are what each run begins with.
	state string
	env   *acctest.Env
}

// sample is one measurement.
type sample struct {
	wall time.Duration
	// calls counts the requests that the API received.
	calls int
	// peak is the most memory that the provider had resident, in bytes; 0 where
	// that cannot be told.
	peak int64
}

func (j *job) isFloor() bool { return j.name == floor.name }

// prepare makes what a run begins with: for each apply an API of its own, for
// refreshes the same API and state.
func (j *job) prepare() {
	if j.verb == refresh && j.state != "" {
		return
	}
	if !j.isFloor() {
		j.env = acctest.New(j, j.options)
	}
	if j.listless {
		j.env.Inject(j, emulator.Rule{
			Method: http.MethodGet, Path: "/profile/messaging",
			Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusForbidden}},
		})
	}
	if j.verb == refresh {
		j.state = j.writeState()
	}
}

// workspace is one in which Terraform finds the objects declared, and the state.
func (j *job) workspace() *acctest.Workspace {
	files := map[string]string{"main.tf": floorConfig(j.objects)}
	if !j.isFloor() {
		files = j.env.Files(profileConfig(j.objects))
	}
	if j.state != "" {
		files["terraform.tfstate"] = j.state
	}
	w := acctest.NewWorkspace(j, files)
	if j.isFloor() { // without a provider from outside it has to be initialised
		if err := w.Init(j.Context()); err != nil {
			j.Fatal(err)
		}
	}
	return w
}

// run measures the job once.
func (j *job) run() {
	j.prepare()
	w, before := j.workspace(), j.calls()
	peak := watchMemory(acctest.Program(j))
	begin := time.Now()
	var err error
	if j.verb == apply {
		err = w.Apply(j.Context())
	} else {
		_, err = w.Plan(j.Context(), tfexec.RefreshOnly(true))
	}
	s := sample{wall: time.Since(begin), peak: peak()}
	if err != nil {
		j.Fatalf("%s of %d, API %s: %v", j.verb, j.objects, j, err)
	}
	s.calls = j.calls() - before
	j.samples = append(j.samples, s)
}

// String names what the objects are made by.
func (j *job) String() string {
	switch {
	case j.isFloor():
		return "none: `terraform_data`"
	case j.listless:
		return j.name + ", and does not list"
	default:
		return j.name
	}
}

// withList finds the job that differs from this one in that the API lists.
func (j *job) withList(jobs []*job) *job {
	for _, other := range jobs {
		if j.listless && !other.listless && other.name == j.name {
			return other
		}
	}
	return nil
}

func (j *job) calls() int {
	if j.env == nil {
		return 0
	}
	return len(j.env.Requests())
}

// median is the sample of the middle: of each figure by itself.
func (j *job) median() (m sample) {
	m.wall = middle(j.samples, func(s sample) time.Duration { return s.wall })
	m.calls = middle(j.samples, func(s sample) int { return s.calls })
	m.peak = middle(j.samples, func(s sample) int64 { return s.peak })
	return m
}

// middle is the median of what a figure is in each sample.
func middle[S any, T cmp.Ordered](samples []S, figure func(S) T) T {
	figures := make([]T, len(samples))
	for i, s := range samples {
		figures[i] = figure(s)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// profileConfig declares messaging profiles, and floorConfig as many objects with
// the same values that no API knows.
func profileConfig(objects int) string {
	return fmt.Sprintf("resource \"opentact_messaging_profile\" \"p\" {\n  count = %d\n%s}\n", objects, values("  "))
}

func floorConfig(objects int) string {
	return fmt.Sprintf("resource \"terraform_data\" \"p\" {\n  count = %d\n  input = {\n%s  }\n}\n", objects, values("    "))
}

func values(indent string) string {
	return indent + "name = \"profile ${count.index}\"\n" +
		indent + "callback_url = \"https://sms.example.com/${count.index}\"\n" +
		indent + "sticky_sender = true\n"
}
