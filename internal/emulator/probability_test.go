// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// threeFaults returns a rule with three faults that do not handle the request.
func threeFaults(seed uint64, probability float64) emulator.Rule {
	return emulator.Rule{Seed: seed, Probability: probability, Faults: []emulator.Fault{
		{Action: emulator.ActionRespond, Status: 500}, {Action: emulator.ActionPage, Status: 502}, {Action: emulator.ActionCloseBefore},
	}}
}

// faultOf returns the status of the fault that hit a request, -1 for a closed connection, or 0 for no fault.
func faultOf(t *testing.T, e *emulator.Emulator, method, path, body string) int {
	t.Helper()
	got, closed := serveRequest(t, e, method, path, body, nil) // without a token, a request without a fault has status 401
	switch {
	case closed:
		return -1
	case got.Code == http.StatusUnauthorized:
		return 0
	}
	return got.Code
}

// named returns a body with a name.
func named(name string) string { return fmt.Sprintf(`{"name":%q}`, name) }

func TestProbability_IsShareOfHits(t *testing.T) {
	t.Parallel()
	const n = 2000
	names := map[string]func(int) string{
		"same name":     func(int) string { return "one" },
		"similar names": func(i int) string { return fmt.Sprint("profile-", i) },
	}
	for _, p := range []float64{0.03, 0.3, 0.97} {
		for title, name := range names {
			t.Run(fmt.Sprint(p, " ", title), func(t *testing.T) {
				t.Parallel()
				e := newEmulator(t, emulator.Options{})
				rule := inject(t, e, threeFaults(1, p))
				counts := make(map[int]int)
				for i := range n {
					counts[faultOf(t, e, http.MethodPost, "/profile/messaging", named(name(i)))]++
				}
				near(t, "hits", p*n, rule.Hits())
				mustEqual(t, "requests without a fault", n-rule.Hits(), counts[0])
				for _, each := range []int{500, 502, -1} {
					near(t, fmt.Sprint("fault ", each), p*n/3, counts[each])
				}
			})
		}
	}
}

// near allows a difference of four standard deviations of a Poisson distribution, which is at least the deviation here.
// The counts are the same in every run, because the seed is.
func near(t *testing.T, what string, want float64, got int) {
	t.Helper()
	if math.Abs(float64(got)-want) > 4*math.Sqrt(want) {
		t.Errorf("%s: %d, want about %.0f", what, got, want)
	}
}

func TestProbability_ZeroOrOne_HitsAlways(t *testing.T) {
	t.Parallel()
	for _, p := range []float64{0, 1} {
		e := newEmulator(t, emulator.Options{})
		rule := inject(t, e, threeFaults(1, p))
		for range 100 {
			faultOf(t, e, http.MethodGet, "/profile/messaging", "")
		}
		mustEqual(t, fmt.Sprint("hits of probability ", p), 100, rule.Hits())
	}
}

// outcomes are the results of faultOf for the attempts of each request key.
type outcomes map[string][]int

// outcomesOf sends eight requests for each of many request keys. The order decides how requests of different keys are
// mixed.
func outcomesOf(t *testing.T, seed uint64, order func(keys []string, send func(key string))) outcomes {
	t.Helper()
	e := newEmulator(t, emulator.Options{})
	inject(t, e, threeFaults(seed, 0.5))
	var mu sync.Mutex
	all := make(outcomes)
	keys := make(map[string]func() int)
	for _, kind := range emulator.Kinds() {
		for i := range 10 {
			name := fmt.Sprint("name-", i)
			uuid, err := e.Add(kind, map[string]any{"name": name})
			if err != nil {
				t.Fatal(err)
			}
			for _, method := range []string{http.MethodGet, http.MethodPatch} { // their UUIDs differ in each run
				keys[fmt.Sprint(method, kind, name)] = func() int { return faultOf(t, e, method, item(kind, uuid), "") }
			}
			keys[fmt.Sprint("create", kind, name)] = func() int {
				return faultOf(t, e, http.MethodPost, collection(kind), named(name))
			}
		}
		keys[fmt.Sprint("list", kind)] = func() int { return faultOf(t, e, http.MethodGet, collection(kind), "") }
	}
	keys["login"] = func() int { return faultOf(t, e, http.MethodGet, "/auth", "") }
	keys["unknown uuid"] = func() int { return faultOf(t, e, http.MethodGet, item(emulator.MessagingProfile, unknownUUID), "") }
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	order(names, func(key string) {
		got := keys[key]()
		mu.Lock()
		defer mu.Unlock()
		all[key] = append(all[key], got)
	})
	return all
}

const attempts = 8

// oneByOne sends all requests of a key before those of the next.
func oneByOne(keys []string, send func(string)) {
	for _, key := range keys {
		for range attempts {
			send(key)
		}
	}
}

// roundRobin sends one request of each key, then the next, in reverse order of the keys.
func roundRobin(keys []string, send func(string)) {
	for range attempts {
		for _, key := range slices.Backward(keys) {
			send(key)
		}
	}
}

// parallel sends the requests of all keys in parallel.
func parallel(keys []string, send func(string)) {
	var working sync.WaitGroup
	for _, key := range keys {
		working.Go(func() { oneByOne([]string{key}, send) })
	}
	working.Wait()
}

// A seed selects the same attempts and faults in each order of requests.
func TestRuleSeed_OrderOfRequests_DoesNotMatter(t *testing.T) {
	t.Parallel()
	want := outcomesOf(t, 7, oneByOne)
	mustEqual(t, "round robin", want, outcomesOf(t, 7, roundRobin))
	mustEqual(t, "parallel", want, outcomesOf(t, 7, parallel))
	distinct := make(map[string]bool)
	for _, each := range want {
		distinct[fmt.Sprint(each)] = true
	}
	if len(distinct) < len(want)*9/10 {
		t.Errorf("%d keys have only %d different outcomes", len(want), len(distinct))
	}
	if fmt.Sprint(outcomesOf(t, 8, oneByOne)) == fmt.Sprint(want) {
		t.Error("another seed has the same outcomes")
	}
}

func TestRuleSeed_RenamedProfile_UsesCurrentName(t *testing.T) {
	t.Parallel()
	// outcomesOf creates a profile in a new emulator, renames it, and deletes it several times.
	outcomesOf := func(created, renamed string) []int {
		e := newEmulator(t, emulator.Options{})
		inject(t, e, threeFaults(3, 0.5))
		uuid, err := e.Add(emulator.MessagingProfile, map[string]any{"name": created})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Change(emulator.MessagingProfile, uuid, map[string]any{"name": renamed}); err != nil {
			t.Fatal(err)
		}
		var all []int
		for range 16 {
			all = append(all, faultOf(t, e, http.MethodDelete, item(emulator.MessagingProfile, uuid), ""))
		}
		return all
	}
	mustEqual(t, "same current name", outcomesOf("new", "new"), outcomesOf("old", "new"))
	if slices.Equal(outcomesOf("new", "new"), outcomesOf("new", "old")) {
		t.Error("two names have the same outcomes")
	}
}

// The outcome does not depend on the random UUID of a deleted profile.
func TestRuleSeed_DeletedProfile_UsesLastName(t *testing.T) {
	t.Parallel()
	outcomes := func() (all []int) {
		e := newEmulator(t, emulator.Options{})
		inject(t, e, threeFaults(3, 0.5))
		uuid, err := e.Add(emulator.MessagingProfile, map[string]any{"name": "deleted"})
		if err == nil {
			err = e.Remove(emulator.MessagingProfile, uuid)
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 16 {
			all = append(all, faultOf(t, e, http.MethodGet, item(emulator.MessagingProfile, uuid), ""))
		}
		return all
	}
	mustEqual(t, "outcomes", outcomes(), outcomes())
}
