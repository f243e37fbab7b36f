// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"sync"
)

// faultSet is all rules, in order of injection.
type faultSet struct {
	mu         sync.Mutex // guards the injections too
	last       int        // the id that was given last
	injections []*Injection
}

// Injection is a rule that is in force, until it is removed. Its methods may be called from many goroutines.
type Injection struct {
	set  *faultSet
	id   int
	rule Rule
	gate chan struct{} // closed to let go what is held

	// The rest is guarded by the lock of the set.
	seen    map[subject]int // attempts
	skipped int
	hits    int
	held    int
	waiters chan struct{} // closed, and replaced, when held grows
	open    bool          // whether the gate is
}

// Inject puts a rule in force. Rules are tried in order of injection, and the first that hits decides: a request has
// one fault at most, and rules after that one do not count it. The error says what is wrong with the rule.
func (e *Emulator) Inject(rule Rule) (*Injection, error) {
	if err := rule.check(); err != nil {
		return nil, fmt.Errorf("the rule cannot be injected: %w", err)
	}
	rule.Faults = slices.Clone(rule.Faults)
	s := e.faults
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	i := &Injection{
		set: s, id: s.last, rule: rule, seen: make(map[subject]int),
		gate: make(chan struct{}), waiters: make(chan struct{}),
	}
	s.injections = append(s.injections, i)
	return i, nil
}

// RemoveRules removes every rule, and so lets go every request that is held. A server that is about to end needs it, or
// it would wait for those requests.
func (e *Emulator) RemoveRules() {
	for _, i := range e.faults.all() {
		i.Remove()
	}
}

func (s *faultSet) all() []*Injection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.injections)
}

// find returns the injection that hits a request, and by which fault; nil if none does.
func (s *faultSet) find(t target, who subject) (*Injection, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.injections {
		if !i.rule.selects(t, who) {
			continue
		}
		if fault, hit := i.strike(who); hit {
			return i, fault
		}
	}
	return nil, Fault{}
}

func (r Rule) selects(t target, who subject) bool {
	if r.Method != "" && r.Method != who.method {
		return false
	}
	matches, _ := path.Match(r.Path, t.below) // the pattern was checked
	return matches || r.Path == ""
}

// strike counts a request that the rule selects, and returns its fault if it is hit. The caller holds the lock.
func (i *Injection) strike(who subject) (fault Fault, hit bool) {
	attempt := i.seen[who]
	i.seen[who]++
	if i.skipped < i.rule.Skip {
		i.skipped++
		return Fault{}, false
	}
	fault, hit = i.rule.decide(who, attempt)
	if !hit || i.rule.Times > 0 && i.hits == i.rule.Times || i.idle(fault, who) {
		return Fault{}, false
	}
	i.hits++
	return fault, true
}

// decide depends on nothing but its arguments and the rule.
func (r Rule) decide(who subject, attempt int) (fault Fault, hit bool) {
	share, choice := draw(r.Seed, who, attempt)
	hit = r.Probability == 0 || share < r.Probability
	return r.Faults[choice%uint64(len(r.Faults))], hit
}

// idle reports whether a fault would not be felt: an open gate holds nobody, and only reading profiles can lag.
func (i *Injection) idle(fault Fault, who subject) bool {
	switch fault.Action {
	case ActionHold:
		return i.open
	case ActionLag:
		return who.method != http.MethodGet || who.kind == login || who.kind == ""
	default:
		return false
	}
}

// hold keeps a request until the gate opens.
func (i *Injection) hold() {
	i.set.mu.Lock()
	i.held++
	close(i.waiters)
	i.waiters = make(chan struct{})
	i.set.mu.Unlock()
	<-i.gate
}

// ID is the number of the injection: the first has 1, and none is used twice.
func (i *Injection) ID() int { return i.id }

// Hits is how many requests the rule has hit so far.
func (i *Injection) Hits() int {
	hits, _, _ := i.count()
	return hits
}

// count returns the counters, and what is closed as soon as held grows.
func (i *Injection) count() (hits, held int, grows <-chan struct{}) {
	i.set.mu.Lock()
	defer i.set.mu.Unlock()
	return i.hits, i.held, i.waiters
}

// AwaitHeld waits until n requests have been held by the rule, those that were let go since included. The error is that
// of the context, or says that the gate was opened before there were so many.
func (i *Injection) AwaitHeld(ctx context.Context, n int) error {
	for {
		_, held, grows := i.count()
		if held >= n {
			return nil
		}
		select {
		case <-grows:
		case <-i.gate:
			return fmt.Errorf("rule %d was released when %d of %d requests had been held", i.id, held, n)
		case <-ctx.Done():
			return fmt.Errorf("waiting for rule %d to hold %d requests, it has held %d: %w", i.id, n, held, ctx.Err())
		}
	}
}

// Release lets every request go on that is held, and none is held by this rule any more.
func (i *Injection) Release() {
	i.set.mu.Lock()
	defer i.set.mu.Unlock()
	if !i.open {
		i.open = true
		close(i.gate)
	}
}

// Remove ends the rule, and releases what it holds. Its counters stay.
func (i *Injection) Remove() {
	i.set.mu.Lock()
	i.set.injections = slices.DeleteFunc(i.set.injections, func(other *Injection) bool { return other == i })
	i.set.mu.Unlock()
	i.Release()
}
