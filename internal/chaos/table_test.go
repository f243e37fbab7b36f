// SPDX-License-Identifier: MPL-2.0

package chaos_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
)

// row is what one life of all profiles came to.
type row struct {
	scenario string
	seed     uint64
	// requests and faults count what the API was sent and how often it failed.
	requests, faults int
	// applies counts how often Terraform was told to apply, to create and to change.
	applies int
	// wanted is how many profiles were declared, found how many of them are in
	// the state and in the API, lost how many are not in both, and duplicated how
	// many the API has beside.
	wanted, found, lost, duplicated int
}

// count compares the state with the API, and keeps the worst that was seen.
func (r *row) count(wanted int, state, stored map[string]bool) {
	found := 0
	for uuid := range state {
		if stored[uuid] {
			found++
		}
	}
	r.wanted, r.found = wanted, found
	r.lost = max(r.lost, wanted-found)
	r.duplicated = max(r.duplicated, len(stored)-found)
}

// table gathers the rows of all tests.
type table struct {
	mu   sync.Mutex
	rows []row
}

func (t *table) add(r row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, r)
}

func (t *table) print(out io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.rows) == 0 {
		return
	}
	slices.SortFunc(t.rows, func(a, b row) int {
		return strings.Compare(fmt.Sprintf("%s %20d", a.scenario, a.seed), fmt.Sprintf("%s %20d", b.scenario, b.seed))
	})
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "scenario\tseed\trequests sent\tfaults injected\tapplies\tobjects wanted\tfound\tlost\tduplicated\t")
	for _, r := range t.rows {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			r.scenario, r.seed, r.requests, r.faults, r.applies, r.wanted, r.found, r.lost, r.duplicated)
	}
	_ = w.Flush()
}
