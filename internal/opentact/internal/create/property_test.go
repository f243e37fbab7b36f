// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
)

// Without flags, the cases are the same each time, and the test writes no files.
func init() {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": "1000", "rapid.nofailfile": "true"} {
		_ = flag.Set(name, value)
	}
}

// scenario is one case of the property test.
type scenario struct {
	Lists       []string
	NewestFirst bool
	PerPage     int
	MaxRetries  int
	// Skew is the difference between the API's clocks.
	Skew time.Duration
	// Existing and Others are profiles that this process does not make. Others begin to
	// exist at their Start.
	Existing, Others []creation
	Creates          []creation
}

// drawScenario returns a random scenario. Its creates send the weights 1 and 2. The other
// process uses another weight, because nothing else tells its profiles from theirs.
func drawScenario(t *rapid.T) scenario {
	seconds := func(from, to int) *rapid.Generator[time.Duration] {
		return rapid.Map(rapid.IntRange(from, to), func(n int) time.Duration { return time.Duration(n) * time.Second })
	}
	profiles := func(start *rapid.Generator[time.Duration], weights ...int) *rapid.Generator[creation] {
		return rapid.Custom(func(t *rapid.T) creation {
			return creation{
				Name: rapid.SampledFrom([]string{"a", "a", "a", "A", "b"}).Draw(t, "name"), Weight: rapid.SampledFrom(weights).Draw(t, "weight"),
				Start: start.Draw(t, "start"),
			}
		})
	}
	creates := rapid.Custom(func(t *rapid.T) creation {
		c := profiles(seconds(0, 5), 1, 1, 2).Draw(t, "profile")
		c.Posts = rapid.SliceOfN(rapid.SampledFrom(postEnds), 0, 3).Draw(t, "posts")
		c.Delay, c.Late = seconds(0, 3).Draw(t, "delay"), seconds(61, 80).Draw(t, "late")
		if rapid.IntRange(0, 4).Draw(t, "interrupted") == 0 {
			c.Interrupt = seconds(1, 100).Draw(t, "interrupt")
		}
		return c
	})
	return scenario{
		Lists:       rapid.SliceOfN(rapid.SampledFrom(listEnds), 1, 6).Draw(t, "lists"),
		NewestFirst: rapid.Bool().Draw(t, "newest first"), PerPage: rapid.IntRange(1, 4).Draw(t, "per page"),
		MaxRetries: rapid.IntRange(0, 2).Draw(t, "max retries"),
		Skew:       time.Duration(rapid.SampledFrom([]int{0, 0, 0, -120, -2, 2, 120}).Draw(t, "skew")) * time.Second,
		Existing:   rapid.SliceOfN(profiles(rapid.Just(time.Duration(0)), 1, 2), 1, 3).Draw(t, "existing"),
		Others:     rapid.SliceOfN(profiles(seconds(0, 100), 99), 0, 1).Draw(t, "others"),
		Creates:    rapid.SliceOfN(creates, 1, 6).Draw(t, "creates"),
	}
}

// outcome is how a create of a scenario ended.
type outcome struct {
	create.Result
	err error
}

// run runs a scenario, and returns all profiles at its end.
func (s scenario) run(ctx context.Context) ([]stored, []outcome) {
	m := &model{lists: s.Lists, newestFirst: s.NewestFirst, perPage: s.PerPage, skew: s.Skew}
	for _, p := range s.Existing {
		m.store(p.Name, p.Weight, before, false)
	}
	for _, p := range s.Others {
		time.AfterFunc(p.Start, func() { m.store(p.Name, p.Weight, others, false) })
	}
	creator := m.creator(s.MaxRetries)
	outcomes := make([]outcome, len(s.Creates))
	var working sync.WaitGroup
	unit := time.Microsecond
	for i, c := range s.Creates {
		// No two creates do something at the same time. Else the order would be random.
		c.Start, c.Delay = c.Start+unit, c.Delay+unit
		unit *= 10
		working.Go(func() {
			time.Sleep(c.Start)
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			if c.Interrupt > 0 {
				time.AfterFunc(c.Interrupt+time.Microsecond/2, cancel)
			}
			sent := fieldsOf(fmt.Sprintf(`{"name":%q,"weight":%d}`, c.Name, c.Weight))
			outcomes[i].Result, outcomes[i].err = creator.Create(ctx, create.Request{Name: c.Name, Sent: sent, Post: m.post(i, c)})
		})
	}
	working.Wait()
	time.Sleep(time.Hour) // until the API has acted on all POSTs
	return m.all(), outcomes
}

// violations returns what is wrong at the end of a scenario.
func (s scenario) violations(all []stored, outcomes []outcome) (found []string) {
	violate := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	owner, named, duplicate := make(map[string]int), make(map[string]bool), make(map[string]bool)
	for i, o := range outcomes {
		ambiguous, isAmbiguous := errors.AsType[*apierror.AmbiguousCreateError](o.err)
		switch id := o.Fields.UUID(); {
		case isAmbiguous:
			for _, candidate := range ambiguous.Candidates {
				named[candidate.UUID] = true
			}
		case o.err != nil && slices.ContainsFunc(all, func(p stored) bool { return p.creator == i }):
			violate("create %d made a profile and ended with a clear error: %v", i, o.err)
		case o.err == nil:
			if other, taken := owner[id]; taken {
				violate("creates %d and %d both have %s", other, i, id)
			}
			owner[id] = i
		}
		for _, id := range o.Duplicates {
			named[id], duplicate[id] = true, true
		}
	}
	spare := make(map[string]int) // by name, how many profiles no create needs to account for
	for _, p := range all {
		i, owned := owner[p.uuid]
		c := creation{Name: p.name, Weight: p.weight}
		if owned {
			c = s.Creates[i]
		}
		switch {
		case owned && (p.creator < 0 || duplicate[p.uuid] || c.Name != p.name || c.Weight != p.weight):
			violate("create %d adopted %+v", i, p)
		case duplicate[p.uuid] && p.creator < 0:
			violate("%+v is not a duplicate", p)
		}
		if p.creator < 0 {
			continue
		}
		key := strings.ToLower(p.name)
		maker := outcomes[p.creator]
		if _, isAmbiguous := errors.AsType[*apierror.AmbiguousCreateError](maker.err); isAmbiguous || p.late && maker.Resends > 0 {
			spare[key]++ // its error, or the warning about a resend, says that it may exist
		}
		if !owned && !named[p.uuid] {
			spare[key]--
		}
	}
	for name, n := range spare {
		if n < 0 {
			violate("%d profiles named %q are neither owned nor reported", -n, name)
		}
	}
	for id, i := range owner {
		if !slices.ContainsFunc(all, func(p stored) bool { return p.uuid == id }) {
			violate("create %d owns %s, which does not exist", i, id)
		}
	}
	return found
}

// No two creates get one profile, no create adopts a profile that it can't have made,
// and every profile that a create made is owned or reported.
func TestCreator_RandomFailures_EachProfileIsAccountedFor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		s := drawScenario(r)
		var all []stored
		var outcomes []outcome
		synctest.Test(t, func(t *testing.T) { all, outcomes = s.run(t.Context()) })
		for _, violation := range s.violations(all, outcomes) {
			r.Error(violation)
		}
	})
}

// The random cases reach every way in which a create can end.
func TestCreator_RandomFailures_ReachEveryEnd(t *testing.T) {
	t.Parallel()
	ends := make(map[string]int)
	example := rapid.Custom(drawScenario)
	for seed := range 500 {
		s := example.Example(seed)
		synctest.Test(t, func(t *testing.T) {
			_, outcomes := s.run(t.Context())
			for _, o := range outcomes {
				ends[endOf(o)]++
			}
		})
	}
	for _, want := range []string{"clear response", "recovered", "resent", "duplicates", "candidates", "no candidates", "clear error"} {
		if ends[want] == 0 {
			t.Errorf("no create ended with %q: %v", want, ends)
		}
	}
}

func endOf(o outcome) string {
	ambiguous, isAmbiguous := errors.AsType[*apierror.AmbiguousCreateError](o.err)
	switch {
	case isAmbiguous && len(ambiguous.Candidates) > 0:
		return "candidates"
	case isAmbiguous:
		return "no candidates"
	case o.err != nil:
		return "clear error"
	case len(o.Duplicates) > 0:
		return "duplicates"
	case o.Resends > 0:
		return "resent"
	case o.Ambiguous != nil:
		return "recovered"
	default:
		return "clear response"
	}
}
