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

// ruleSet holds the active rules, in order of injection.
type ruleSet struct {
	mu         sync.Mutex // also guards the fields of each Injection
	lastID     int
	injections []*Injection
}

// Injection is a rule that was injected. It is active until it is removed. Its methods are safe for concurrent use.
type Injection struct {
	set  *ruleSet
	id   int
	rule Rule
	gate chan struct{} // closed by Release; held requests wait for it

	// set.mu guards the following fields.
	seen      map[requestKey]int // number of attempts
	skipped   int
	hits      int
	held      int
	heldGrows chan struct{} // closed and replaced when held grows
	released  bool
}

// Inject activates a rule. Rules are tried in order of injection, and the first one that hits a request decides its
// fault. Later rules do not count that request. Inject returns an error if the rule is invalid.
func (e *Emulator) Inject(rule Rule) (*Injection, error) {
	if err := rule.validate(); err != nil {
		return nil, fmt.Errorf("invalid rule: %w", err)
	}
	rule.Faults = slices.Clone(rule.Faults)
	s := e.rules
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	i := &Injection{
		set: s, id: s.lastID, rule: rule, seen: make(map[requestKey]int),
		gate: make(chan struct{}), heldGrows: make(chan struct{}),
	}
	s.injections = append(s.injections, i)
	return i, nil
}

// RemoveRules removes all rules and releases their held requests. Call it before you shut down a server, because the
// server waits for held requests.
func (e *Emulator) RemoveRules() {
	for _, i := range e.rules.all() {
		i.Remove()
	}
}

func (s *ruleSet) all() []*Injection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.injections)
}

// find returns the first injection that hits a request, and its fault. It returns nil if no rule hits.
func (s *ruleSet) find(t target, key requestKey) (*Injection, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.injections {
		if !i.rule.matches(t, key) {
			continue
		}
		if fault, hit := i.hit(key); hit {
			return i, fault
		}
	}
	return nil, Fault{}
}

func (r Rule) matches(t target, key requestKey) bool {
	if r.Method != "" && r.Method != key.method {
		return false
	}
	matches, _ := path.Match(r.Path, t.path) // validate has checked the pattern
	return matches || r.Path == ""
}

// hit counts a matching request. If the rule hits the request, hit returns the fault. The caller holds the lock.
func (i *Injection) hit(key requestKey) (fault Fault, hit bool) {
	attempt := i.seen[key]
	i.seen[key]++
	if i.skipped < i.rule.Skip {
		i.skipped++
		return Fault{}, false
	}
	fault, hit = i.rule.choose(key, attempt)
	isUsedUp := i.rule.Times > 0 && i.hits == i.rule.Times
	if !hit || isUsedUp || i.hasNoEffect(fault, key) {
		return Fault{}, false
	}
	i.hits++
	return fault, true
}

// choose selects a fault by the seed. It reports whether the probability allows a hit.
func (r Rule) choose(key requestKey, attempt int) (fault Fault, hit bool) {
	share, choice := pseudoRandom(r.Seed, key, attempt)
	hit = r.Probability == 0 || share < r.Probability
	return r.Faults[choice%uint64(len(r.Faults))], hit
}

// hasNoEffect reports whether the fault can't affect the request: a released rule holds no request, and only a GET for
// profiles can lag.
func (i *Injection) hasNoEffect(fault Fault, key requestKey) bool {
	switch fault.Action {
	case ActionHold, ActionHoldAfter:
		return i.released
	case ActionLag:
		return key.method != http.MethodGet || key.kind == loginKind || key.kind == ""
	default:
		return false
	}
}

// hold blocks until the rule is released.
func (i *Injection) hold() {
	i.set.mu.Lock()
	i.held++
	close(i.heldGrows)
	i.heldGrows = make(chan struct{})
	i.set.mu.Unlock()
	<-i.gate
}

// ID returns the number of the injection. The first injection has number 1. Numbers are not reused.
func (i *Injection) ID() int { return i.id }

// Hits returns the number of requests that the rule has hit.
func (i *Injection) Hits() int {
	hits, _, _ := i.count()
	return hits
}

// count returns the counters, and a channel that is closed when held grows.
func (i *Injection) count() (hits, held int, heldGrows <-chan struct{}) {
	i.set.mu.Lock()
	defer i.set.mu.Unlock()
	return i.hits, i.held, i.heldGrows
}

// AwaitHeld waits until the rule has held n requests. Released requests count. AwaitHeld returns an error if ctx ends, or
// if the rule is released before it has held n requests.
func (i *Injection) AwaitHeld(ctx context.Context, n int) error {
	for {
		_, held, grows := i.count()
		if held >= n {
			return nil
		}
		select {
		case <-grows:
		case <-i.gate:
			return fmt.Errorf("rule %d was released after it held %d of %d requests", i.id, held, n)
		case <-ctx.Done():
			return fmt.Errorf("waiting for rule %d, which has held %d of %d requests: %w", i.id, held, n, ctx.Err())
		}
	}
}

// Release lets all held requests continue. After that, the rule holds no more requests.
func (i *Injection) Release() {
	i.set.mu.Lock()
	defer i.set.mu.Unlock()
	if !i.released {
		i.released = true
		close(i.gate)
	}
}

// Remove removes the rule and releases its held requests. Its counters stay readable.
func (i *Injection) Remove() {
	i.set.mu.Lock()
	i.set.injections = slices.DeleteFunc(i.set.injections, func(other *Injection) bool { return other == i })
	i.set.mu.Unlock()
	i.Release()
}
