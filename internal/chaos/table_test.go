// SPDX-License-Identifier: MPL-2.0

package chaos_test

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// row is the result of one scenario with one seed.
type row struct {
	scenario string
	seed     uint64
	// requests counts the requests that the API received, and failures those that it failed.
	requests, failures int
	// applies counts the commands that created or changed profiles.
	applies int
	// wanted counts the declared profiles, and found those that are in the state and in the
	// API. lost and duplicated are the highest counts after any command.
	wanted, found, lost, duplicated int
}

// count compares the UUIDs in the state with those in the API.
func (r *row) count(wanted int, state, stored []string) {
	found := 0
	for _, uuid := range state {
		if slices.Contains(stored, uuid) {
			found++
		}
	}
	r.wanted, r.found = wanted, found
	r.lost = max(r.lost, wanted-found)
	r.duplicated = max(r.duplicated, len(stored)-found)
}

// results are the rows of all tests.
var results struct {
	mu   sync.Mutex
	rows []row
}

func printResults(out io.Writer) {
	slices.SortFunc(results.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.scenario, b.scenario), cmp.Compare(a.seed, b.seed))
	})
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "scenario\tseed\trequests\tfailed requests\tapplies\tprofiles wanted\tfound\tlost\tduplicated\t")
	for _, r := range results.rows {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			r.scenario, r.seed, r.requests, r.failures, r.applies, r.wanted, r.found, r.lost, r.duplicated)
	}
	_ = w.Flush()
}

func TestMain(m *testing.M) {
	flag.Parse()
	status := acctest.Main(m)
	if len(results.rows) > 0 {
		printResults(os.Stdout)
	}
	os.Exit(status)
}
