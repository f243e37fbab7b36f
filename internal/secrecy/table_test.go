// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
)

// The places where secrets are looked for.
const (
	inLogs    = "logs"
	inErrors  = "diagnostics"
	inPrinted = "printed plans"
	inPlans   = "saved plans"
	inState   = "state"
	inConfig  = "configuration"
	inCrash   = "crash"
	inAPILog  = "emulator's output"
	inOther   = "other files"
)

var places = []string{inLogs, inErrors, inPrinted, inPlans, inState, inConfig, inCrash, inAPILog, inOther}

// shownIn are the places where what is configured may be.
var shownIn = []string{inPrinted, inPlans, inState, inConfig}

// found is the table of what was found where, of all tests.
var found = table{hits: make(map[string]map[string]int), size: make(map[string]int)}

type table struct {
	mu   sync.Mutex
	hits map[string]map[string]int
	size map[string]int
}

// add counts the hits of a secret in a place.
func (t *table) add(secret, place string, hits int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hits[secret] == nil {
		t.hits[secret] = make(map[string]int)
	}
	t.hits[secret][place] += hits
}

// searched counts the bytes that were looked through in a place.
func (t *table) searched(place string, bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.size[place] += bytes
}

func (t *table) print(out io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.hits) == 0 {
		return
	}
	var names []string
	for name := range t.hits {
		names = append(names, name)
	}
	slices.Sort(names)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(w, "secret\t%s\t\n", strings.Join(places, "\t"))
	for _, name := range names {
		_, _ = fmt.Fprintf(w, "%s\t", name)
		for _, place := range places {
			_, _ = fmt.Fprintf(w, "%d\t", t.hits[name][place])
		}
		_, _ = fmt.Fprintln(w)
	}
	_, _ = fmt.Fprint(w, "kilobytes searched\t")
	for _, place := range places {
		_, _ = fmt.Fprintf(w, "%d\t", t.size[place]/1000)
	}
	_, _ = fmt.Fprintln(w)
	_ = w.Flush()
}
