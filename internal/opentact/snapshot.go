// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// maxAge is how old a list may be that answers a read, counted from the request
// for it.
const maxAge = 30 * time.Second

// snapshot is the list of a kind, as it was at one time.
type snapshot[F Fields] struct {
	*Collection[F]
	// begun is when it was asked for, and took how long it took to come.
	begun time.Time
	took  time.Duration
	// writes is how many writes of the kind had ended before.
	writes   int
	profiles []Profile[F]
	// whole finds those that are shown with all their fields, by their uuids.
	whole map[string]int
	// flaw is why it is no list of profiles.
	flaw error
	// omitted are the elements that reads cannot use.
	omitted omissions
}

// newSnapshot keeps of a list what reads need.
func newSnapshot[F Fields](l *listing[F], writes int) *snapshot[F] {
	s := &snapshot[F]{
		Collection: l.Collection, begun: l.begun, took: time.Since(l.begun), writes: writes,
		profiles: make([]Profile[F], len(l.entries)), whole: make(map[string]int, len(l.entries)),
		omitted: l.skipped,
	}
	flaw := l.unreadable
	for i, e := range l.entries {
		profile, malformed := l.layout.decode(e.members)
		s.profiles[i] = profile
		fault := cmp.Or(e.flaw, s.faultOf(e.members, malformed))
		switch {
		case fault != nil:
			s.omitted.add(fault)
			flaw = cmp.Or(flaw, fault)
		case e.lacks(l.layout.names):
			s.omitted.add(fmt.Errorf("%s %s lacks a field", l.spec.Name, profile.UUID))
		default:
			s.whole[profile.UUID] = i
		}
	}
	s.flaw = l.fault(flaw)
	return s
}

// faultOf is why a profile cannot be shown as the API meant it.
func (c *Collection[F]) faultOf(m members, malformed []string) error {
	_, named := m["name"]
	switch {
	case !named:
		return fmt.Errorf("%s %s has no name", c.spec.Name, uuidOf(m))
	case len(malformed) > 0:
		return fmt.Errorf("%s %s: %s is not of this field's type", c.spec.Name, uuidOf(m), malformed[0])
	default:
		return nil
	}
}

func (s *snapshot[F]) isFresh() bool { return time.Since(s.begun) <= maxAge }

// useless is why a list cannot answer any read. That it is empty is no reason: it
// may be true.
func (s *snapshot[F]) useless() error {
	switch {
	case s.took > maxAge:
		return fmt.Errorf("it took longer than %s to read", maxAge)
	case len(s.whole) == 0 && s.omitted.count > 0:
		return errors.New(s.omitted.String())
	default:
		return nil
	}
}

// all returns every profile, if there is nothing else in the list.
func (s *snapshot[F]) all() ([]Profile[F], error) { return slices.Clone(s.profiles), s.flaw }

// confirm returns a profile if the list shows all of it, and no other values than
// are known, if any are.
func (s *snapshot[F]) confirm(known Profile[F]) (profile Profile[F], ok bool) {
	at, ok := s.whole[known.UUID]
	if !ok {
		return profile, false
	}
	profile = s.profiles[at]
	switch {
	case known.Fields.ProfileName() == "": // which each profile has, so nothing is known
		return profile, true
	case contradict(known.CreatedOn, profile.CreatedOn), contradict(known.ModifiedOn, profile.ModifiedOn):
		return profile, false
	}
	profile.Fields, ok = s.reconcile(profile.Fields, known.Fields)
	return profile, ok
}

func contradict(known, listed Optional[string]) bool { return !known.IsZero() && known != listed }

// reconcile returns the fields if they are the same for the API. Where they are not to
// the letter they are kept as they are known.
func (s *snapshot[F]) reconcile(listed, known F) (F, bool) {
	if listed == known {
		return listed, true
	}
	before, errBefore := encode(known)
	after, errAfter := encode(listed)
	if errors.Join(errBefore, errAfter) != nil {
		return listed, false
	}
	for field, raw := range before {
		if !s.spec.same(field, raw, after[field]) {
			return listed, false
		}
	}
	before.fill(after)
	kept, malformed := s.layout.decode(before)
	return kept.Fields, len(malformed) == 0
}
