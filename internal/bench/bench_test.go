// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

var full = flag.Bool("full", false, "measure for a quarter of an hour and print the tables")

// tables are the results, in Markdown.
var tables strings.Builder

func TestMain(m *testing.M) {
	flag.Parse()
	start := time.Now()
	status := acctest.Main(m)
	if *full && status == 0 {
		fmt.Printf("Measured on %s with %d cores (%s/%s), %s, in %s.\n\n%s", start.Format(time.DateOnly), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
			runtime.Version(), time.Since(start).Round(time.Second), tables.String())
	}
	os.Exit(status)
}

// maxRequests is the maximum number of requests of a refresh, for any number of profiles.
const maxRequests = 5

var (
	atOnce = api{name: "responds at once"}
	apis   = []api{
		atOnce,
		{name: "responds after 50 ms", options: emulator.Options{Latency: 50 * time.Millisecond}},
		{name: "20 requests per second", options: emulator.Options{RequestsPerSecond: 20}},
	}
)

// withForbidden adds the same APIs with forbidden lists.
func withForbidden(apis ...api) []api {
	all := slices.Clone(apis)
	for _, a := range apis {
		a.forbidden = true
		all = append(all, a)
	}
	return all
}

// group is a number of objects that are measured with several APIs in turn, so that other
// load of the machine affects all of them in the same way.
type group struct {
	command string
	objects int
	apis    []api
}

// TestAccTerraform measures Terraform with profiles and with terraform_data objects. Without
// -full, it only checks that the measurement works.
func TestAccTerraform(t *testing.T) { //nolint:paralleltest // other tests would change the results
	groups, rounds := []group{{refresh, 12, withForbidden(atOnce)}, {apply, 4, []api{atOnce}}}, 1
	if *full {
		groups, rounds = []group{
			{refresh, 100, withForbidden(apis...)}, {refresh, 1000, withForbidden(apis...)}, {refresh, 5000, apis},
			{apply, 100, apis}, {apply, 1000, apis},
		}, 3
	}
	rows := make(map[string][][]string)
	for _, g := range groups {
		g.apis = append([]api{baseline}, g.apis...)
		samples := make(map[string][]sample)
		for range rounds {
			for _, a := range g.apis {
				samples[a.String()] = append(samples[a.String()], a.measure(t, g.command, g.objects))
			}
		}
		base := median(samples[baseline.String()])
		for _, a := range g.apis {
			m := median(samples[a.String()])
			if g.command == refresh && !a.forbidden && m.requests > maxRequests {
				t.Errorf("a refresh of %d profiles sent %d requests", g.objects, m.requests)
			}
			objects := fmt.Sprint(g.objects)
			rows[g.command] = append(rows[g.command], []string{objects, a.String(), seconds(m.wall), ratio(m.wall, base.wall), fmt.Sprint(m.requests), megabytes(m.peak)})
			if a.forbidden {
				list := median(samples[a.name])
				rows["list"] = append(rows["list"], []string{objects, a.name, seconds(m.wall), seconds(list.wall), ratio(m.wall, list.wall), ratio(m.requests, list.requests)})
			}
		}
	}
	heads := []string{"objects", "API", "wall time", "× `terraform_data`", "requests", "peak memory of the provider"}
	table("Refresh-only plan", heads, rows[refresh])
	table("Refresh with and without the cached list", []string{"objects", "API", "one GET per profile", "cached list", "times faster", "times fewer requests"}, rows["list"])
	table("Apply that creates all objects", heads, rows[apply])
}

// table adds a table to the results.
func table(title string, heads []string, rows [][]string) {
	fmt.Fprintf(&tables, "%s:\n\n%s\n", title, acctest.Table(heads, rows))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func ratio[N ~int | ~int64](a, b N) string { return fmt.Sprintf("%.2f", float64(a)/float64(b)) }

// megabytes formats a size in units of 1,000,000 bytes. A size of 0 is unknown.
func megabytes(n int64) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// median returns the sample with the median wall time.
func median(samples []sample) sample {
	slices.SortFunc(samples, func(a, b sample) int { return cmp.Compare(a.wall, b.wall) })
	return samples[len(samples)/2]
}
