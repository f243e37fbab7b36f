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

// storm is a rule by which a share of the requests goes wrong in one of three ways, none of which changes anything.
func storm(seed uint64, probability float64) emulator.Rule {
	return emulator.Rule{Seed: seed, Probability: probability, Faults: []emulator.Fault{
		{Action: emulator.ActionRespond, Status: 500}, {Action: emulator.ActionPage, Status: 502}, {Action: emulator.ActionCloseBefore},
	}}
}

// fate is what a storm makes of a request: its status if a fault set one, -1 for a closed connection, 0 for no fault.
func fate(t *testing.T, e *emulator.Emulator, method, path, body string) int {
	t.Helper()
	got, dropped := exchange(t, e, method, path, body, nil) // without a token, what is not hit is answered 401
	switch {
	case dropped:
		return -1
	case got.Code == http.StatusUnauthorized:
		return 0
	}
	return got.Code
}

func named(name string) string { return fmt.Sprintf(`{"name":%q}`, name) }

func TestProbabilityIsTheShareThatIsHit(t *testing.T) {
	t.Parallel()
	const n = 2000
	subjects := map[string]func(int) string{
		"of one object":      func(int) string { return "one" },
		"of similar objects": func(i int) string { return fmt.Sprint("profile-", i) },
	}
	for _, p := range []float64{0.03, 0.3, 0.97} {
		for name, object := range subjects {
			t.Run(fmt.Sprint(p, " ", name), func(t *testing.T) {
				t.Parallel()
				e := newEmulator(t, emulator.Options{})
				rule := inject(t, e, storm(1, p))
				fates := make(map[int]int)
				for i := range n {
					fates[fate(t, e, http.MethodPost, "/profile/messaging", named(object(i)))]++
				}
				near(t, "hits", p*n, rule.Hits())
				mustEqual(t, "requests that were not hit", n-rule.Hits(), fates[0])
				for _, each := range []int{500, 502, -1} {
					near(t, fmt.Sprint("fault ", each), p*n/3, fates[each])
				}
			})
		}
	}
}

// near allows a count to differ from what is expected by four standard deviations of a count of rare events, and more
// than that of others. The counts are the same in every run.
func near(t *testing.T, what string, want float64, got int) {
	t.Helper()
	if math.Abs(float64(got)-want) > 4*math.Sqrt(want) {
		t.Errorf("%s: %d, want about %.0f", what, got, want)
	}
}

func TestProbabilityOneAndNoneHitAlways(t *testing.T) {
	t.Parallel()
	for _, p := range []float64{0, 1} {
		e := newEmulator(t, emulator.Options{})
		rule := inject(t, e, storm(1, p))
		for range 100 {
			fate(t, e, http.MethodGet, "/profile/messaging", "")
		}
		mustEqual(t, fmt.Sprint("hits of probability ", p), 100, rule.Hits())
	}
}

// fates are what becomes of the attempts of one subject.
type fates map[string][]int

// weather sends eight requests for each of many subjects and returns what became of them. All requests of a subject
// follow each other; how subjects are mixed is up to the order.
func weather(t *testing.T, seed uint64, order func(subjects []string, send func(subject string))) fates {
	t.Helper()
	e := newEmulator(t, emulator.Options{})
	inject(t, e, storm(seed, 0.5))
	var mu sync.Mutex
	all := make(fates)
	subjects := make(map[string]func() int)
	for _, kind := range emulator.Kinds() {
		for i := range 10 {
			name := fmt.Sprint("name-", i)
			uuid, err := e.Add(kind, map[string]any{"name": name})
			if err != nil {
				t.Fatal(err)
			}
			for _, method := range []string{http.MethodGet, http.MethodPatch} { // their uuids differ from run to run
				subjects[fmt.Sprint(method, kind, name)] = func() int { return fate(t, e, method, item(kind, uuid), "") }
			}
			subjects[fmt.Sprint("create", kind, name)] = func() int {
				return fate(t, e, http.MethodPost, collection(kind), named(name))
			}
		}
		subjects[fmt.Sprint("list", kind)] = func() int { return fate(t, e, http.MethodGet, collection(kind), "") }
	}
	subjects["login"] = func() int { return fate(t, e, http.MethodGet, "/auth", "") }
	subjects["unknown uuid"] = func() int { return fate(t, e, http.MethodGet, item(emulator.MessagingProfile, unknownUUID), "") }
	names := make([]string, 0, len(subjects))
	for name := range subjects {
		names = append(names, name)
	}
	slices.Sort(names)
	order(names, func(subject string) {
		got := subjects[subject]()
		mu.Lock()
		defer mu.Unlock()
		all[subject] = append(all[subject], got)
	})
	return all
}

const attempts = 8

// oneByOne finishes a subject before the next.
func oneByOne(subjects []string, send func(string)) {
	for _, subject := range subjects {
		for range attempts {
			send(subject)
		}
	}
}

// inTurn goes round, backwards.
func inTurn(subjects []string, send func(string)) {
	for range attempts {
		for _, subject := range slices.Backward(subjects) {
			send(subject)
		}
	}
}

// atOnce lets all subjects run at the same time.
func atOnce(subjects []string, send func(string)) {
	var working sync.WaitGroup
	for _, subject := range subjects {
		working.Go(func() { oneByOne([]string{subject}, send) })
	}
	working.Wait()
}

// The same seed hits the same attempts of the same subjects by the same faults, however the requests are mixed.
func TestASeedDecidesWhateverTheOrder(t *testing.T) {
	t.Parallel()
	want := weather(t, 7, oneByOne)
	mustEqual(t, "in turn", want, weather(t, 7, inTurn))
	mustEqual(t, "at once", want, weather(t, 7, atOnce))
	distinct := make(map[string]bool)
	for _, each := range want {
		distinct[fmt.Sprint(each)] = true
	}
	if len(distinct) < len(want)*9/10 {
		t.Errorf("%d subjects have only %d fates", len(want), len(distinct))
	}
	if fmt.Sprint(weather(t, 8, oneByOne)) == fmt.Sprint(want) {
		t.Error("another seed decides alike")
	}
}

// A profile has the fate of its name, and another one under another name.
func TestAProfileIsKnownByItsCurrentName(t *testing.T) {
	t.Parallel()
	// fateOf creates a profile in an emulator of its own, renames it, and asks for it.
	fateOf := func(created, renamed string) []int {
		e := newEmulator(t, emulator.Options{})
		inject(t, e, storm(3, 0.5))
		uuid, err := e.Add(emulator.MessagingProfile, map[string]any{"name": created})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Change(emulator.MessagingProfile, uuid, map[string]any{"name": renamed}); err != nil {
			t.Fatal(err)
		}
		var all []int
		for range 16 {
			all = append(all, fate(t, e, http.MethodDelete, item(emulator.MessagingProfile, uuid), ""))
		}
		return all
	}
	mustEqual(t, "the same name in the end", fateOf("new", "new"), fateOf("old", "new"))
	if slices.Equal(fateOf("new", "new"), fateOf("new", "old")) {
		t.Error("two names have one fate")
	}
}

// A request that is repeated after the profile was removed has a fate that does not depend on a random uuid.
func TestARemovedProfileIsKnownByItsLastName(t *testing.T) {
	t.Parallel()
	fates := func() (all []int) {
		e := newEmulator(t, emulator.Options{})
		inject(t, e, storm(3, 0.5))
		uuid, err := e.Add(emulator.MessagingProfile, map[string]any{"name": "gone"})
		if err == nil {
			err = e.Remove(emulator.MessagingProfile, uuid)
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 16 {
			all = append(all, fate(t, e, http.MethodGet, item(emulator.MessagingProfile, uuid), ""))
		}
		return all
	}
	mustEqual(t, "fates", fates(), fates())
}
