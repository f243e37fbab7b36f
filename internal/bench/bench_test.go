// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

var full = flag.Bool("full", false, "measure, and print the tables, for a quarter of an hour")

var results report

func TestMain(m *testing.M) {
	flag.Parse()
	begin := time.Now()
	status := acctest.Main(m)
	if *full && status == 0 {
		fmt.Printf("Measured on %s by %d cores (%s/%s), %s, in %s.\n\n%s", begin.Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
			runtime.Version(), time.Since(begin).Round(time.Second), results.text.String())
	}
	os.Exit(status)
}

// mostCalls is how many requests a refresh may make, of however many profiles.
const mostCalls = 5

var (
	atOnce = api{name: "answers at once"}
	apis   = []api{
		atOnce,
		{name: "takes 50 ms", options: emulator.Options{Latency: 50 * time.Millisecond}},
		{name: "20 requests per second", options: emulator.Options{RequestsPerSecond: 20}},
	}
)

// group is a number of objects, with the APIs that they are measured with in turn, so
// that all suffer alike from what else the machine does.
type group struct {
	verb    string
	objects int
	apis    []api
}

// groups are what is measured, and how often: medians are shown. Without -full it is
// just enough to see that it can be measured.
func groups() (all []group, rounds int) {
	if !*full {
		return []group{{refresh, 12, withListless(atOnce)}, {apply, 4, []api{atOnce}}}, 1
	}
	return []group{
		{refresh, 100, withListless(apis...)}, {refresh, 1000, withListless(apis...)}, {refresh, 5000, apis},
		{apply, 100, apis}, {apply, 1000, apis},
	}, 3
}

// withListless adds the same APIs without lists.
func withListless(apis ...api) []api {
	all := slices.Clone(apis)
	for _, a := range apis {
		a.listless = true
		all = append(all, a)
	}
	return all
}

// measure runs the jobs of a group, that of the floor first.
func (g group) measure(t *testing.T, rounds int) []*job {
	t.Helper()
	var jobs []*job
	for _, a := range append([]api{floor}, g.apis...) {
		jobs = append(jobs, &job{T: t, api: a, verb: g.verb, objects: g.objects})
	}
	for range rounds {
		for _, j := range jobs {
			j.run()
		}
	}
	return jobs
}

// TestTerraform measures what Terraform takes for profiles, beside what it takes for
// as many objects that no provider has to do with.
func TestTerraform(t *testing.T) { //nolint:paralleltest // nothing else is to run beside what is measured
	all, rounds := groups()
	rows := make(map[string][][]string)
	for _, g := range all {
		jobs := g.measure(t, rounds)
		least := jobs[0].median()
		for _, j := range jobs {
			m := j.median()
			if g.verb == refresh && !j.listless && m.calls > mostCalls {
				t.Errorf("a refresh of %d profiles has made %d calls", g.objects, m.calls)
			}
			row := []string{fmt.Sprint(g.objects), j.String(), seconds(m.wall), ratio(m.wall, least.wall), fmt.Sprint(m.calls), megabytes(m.peak)}
			rows[g.verb] = append(rows[g.verb], row)
			if with := j.withList(jobs); with != nil {
				w := with.median()
				rows["gain"] = append(rows["gain"], []string{fmt.Sprint(g.objects), j.name, seconds(m.wall), seconds(w.wall), ratio(m.wall, w.wall), ratio(time.Duration(m.calls), time.Duration(w.calls))})
			}
		}
	}
	heads := []string{"objects", "API", "wall time", "× `terraform_data`", "API calls", "peak memory of the provider"}
	results.table("Refresh-only plan", heads, rows[refresh])
	results.table("What the one list gains", []string{"objects", "API", "one GET each", "one list", "times faster", "times fewer calls"}, rows["gain"])
	results.table("Apply that creates all", heads, rows[apply])
}
