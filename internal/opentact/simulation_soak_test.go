// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"pgregory.net/rapid"
)

var (
	soakDuration = flag.Duration("soak", 0, "how long TestClient_Soak runs random cases")
	soakRule     = flag.Int("soak.rule", 0, "index in simRules of the only promise that TestClient_RandomCases_KeepPromises checks (0 for all)")
	soakSeed     = flag.Uint64("soak.seed", 0, "first seed of TestClient_Soak (0 to use a random one with -soak, otherwise 1)")
)

// casesPerScenario is how many cases of a scenario a run without -soak has.
const casesPerScenario = 200

// replays is how often a case that failed is run again. The client's back-off is random,
// so a case does not end in the same way each time.
const replays = 5

// Processes, people and a failing API act at random. The client keeps all promises of
// simRules. A case that breaks one is reduced, and its events are printed.
func TestClient_RandomCases_KeepPromises(t *testing.T) {
	t.Parallel()
	for _, scenario := range simScenarios {
		t.Run(scenario.name, func(t *testing.T) {
			t.Parallel()
			cases, failed, rule := 0, false, *soakRule
			rapid.Check(t, func(r *rapid.T) {
				if cases++; cases > casesPerScenario && !failed {
					return // -rapid.checks is for tests with shorter cases
				}
				c := rapid.Custom(scenario.drawCase).Draw(r, "case")
				runs := 1
				if failed {
					runs = replays
				}
				for range runs {
					s := runCase(t, c)
					for _, v := range s.judge() {
						if !v.unavoidable && (rule == 0 || rule == v.rule) {
							failed, rule = true, v.rule // a smaller case must break the same promise
							r.Logf("%s\n%s", v.text, s.trace())
							r.Fatalf("broken promise: %s", simRules[v.rule])
						}
					}
				}
			})
		})
	}
}

// GoString is short, because the trace describes the case.
func (simCase) GoString() string { return "see the trace" }

// soakRow is the result of the cases of one scenario.
type soakRow struct {
	cases, creates, ambiguous, recovered, reported int
	// broken and unavoidable count the violations of each rule.
	broken, unavoidable [8]int
	// examples are the shortest traces of a violation of each rule, with its seed.
	examples map[int]soakExample
}

type soakExample struct {
	seed        uint64
	text, trace string
}

// add adds the result of a case.
func (row *soakRow) add(s *simulation, seed uint64) {
	row.cases++
	for _, run := range s.creates() {
		row.creates++
		if run.ambiguous() == 0 {
			continue
		}
		row.ambiguous++
		if run.created.UUID != "" {
			row.recovered++
		}
		if _, isAmbiguous := run.ambiguousError(); isAmbiguous {
			row.reported++
		}
	}
	for _, v := range s.judge() {
		if v.unavoidable {
			row.unavoidable[v.rule]++
			continue
		}
		row.broken[v.rule]++
		trace := s.trace()
		if known, ok := row.examples[v.rule]; !ok || len(trace) < len(known.trace) {
			row.examples[v.rule] = soakExample{seed, v.text, trace}
		}
	}
}

// printSoak prints the table of all scenarios.
func printSoak(out io.Writer, rows []soakRow) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "scenario\tcases\tcreates\tambiguous\trecovered\treported\t"+strings.Join(simRules[1:], "\t"))
	for i, row := range rows {
		_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d", simScenarios[i].name, row.cases, row.creates, row.ambiguous, row.recovered, row.reported)
		for rule := 1; rule < len(simRules); rule++ {
			_, _ = fmt.Fprintf(w, "\t%d", row.broken[rule])
			if n := row.unavoidable[rule]; n > 0 {
				_, _ = fmt.Fprintf(w, " (%d)", n)
			}
		}
		_, _ = fmt.Fprintln(w)
	}
	_ = w.Flush()
	_, _ = fmt.Fprintln(out, "\nViolations in parentheses are unavoidable. The client has warned, if it could know:")
	for i, row := range rows {
		if row.unavoidable != [8]int{} {
			_, _ = fmt.Fprintf(out, "- %s: %s\n", simScenarios[i].name, simScenarios[i].unavoidable)
		}
	}
}

// Random cases of all scenarios run one after the other until -soak ends, at least one of
// each.
func TestClient_Soak(t *testing.T) {
	t.Parallel()
	first := *soakSeed
	switch {
	case first > 0:
	case *soakDuration > 0:
		first = 1 + uint64(rand.Uint32())
	default:
		first = 1
	}
	rows := make([]soakRow, len(simScenarios))
	for i := range rows {
		rows[i].examples = make(map[int]soakExample)
	}
	var mu sync.Mutex
	next, begun := 0, time.Now()
	take := func() (number int, more bool) {
		mu.Lock()
		defer mu.Unlock()
		number = next
		next++
		return number, number < len(simScenarios) || time.Since(begun) < *soakDuration
	}
	t.Run("cases", func(t *testing.T) {
		for worker := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for number, more := take(); more; number, more = take() {
					scenario, seed := number%len(simScenarios), first+uint64(number/len(simScenarios))
					s := runCase(t, rapid.Custom(simScenarios[scenario].drawCase).Example(int(seed)))
					mu.Lock()
					rows[scenario].add(s, seed)
					mu.Unlock()
				}
			})
		}
	})
	for i, row := range rows {
		for _, rule := range slices.Sorted(maps.Keys(row.examples)) {
			example, name := row.examples[rule], strings.ReplaceAll(simScenarios[i].name, " ", "_")
			t.Errorf("%s: %d violations of %q, such as: %s\nTo reduce it: go test ./internal/opentact -run '^TestClient_RandomCases_KeepPromises$/^%s$' -rapid.checks=1 -rapid.seed=%d -soak.rule=%d\n%s",
				simScenarios[i].name, row.broken[rule], simRules[rule], example.text, name, example.seed, rule, example.trace)
		}
	}
	if *soakDuration > 0 {
		_, _ = fmt.Printf("%d cases in %s, seeds from %d\n", next, time.Since(begun).Round(time.Second), first)
		printSoak(os.Stdout, rows)
	}
}
