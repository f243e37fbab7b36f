// SPDX-License-Identifier: MPL-2.0

package opentact

import (
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
	// flaw is why it is no list of profiles, and partial why it shows one of them
	// in part.
	flaw, partial error
	// skipped counts the elements that are no profile of their own.
	skipped int
}

// newSnapshot keeps of a list what reads need.
func newSnapshot[F Fields](l *listing[F], writes int) *snapshot[F] {
	s := &snapshot[F]{
		Collection: l.Collection, begun: l.begun, took: time.Since(l.begun), writes: writes,
		profiles: make([]Profile[F], len(l.entries)), whole: make(map[string]int, len(l.entries)),
		flaw: l.unreadable, skipped: l.skipped,
	}
	for i, e := range l.entries {
		s.profiles[i] = e.profile
		lacks := e.members.lacks(l.layout.names)
		switch {
		case e.flaw != nil && s.flaw == nil:
			s.flaw = e.flaw
		case lacks && s.partial == nil:
			s.partial = fmt.Errorf("%s %s lacks a field", l.spec.Name, e.profile.UUID)
		}
		if e.flaw == nil && !lacks {
			s.whole[e.profile.UUID] = i
		}
	}
	return s
}

func (s *snapshot[F]) isFresh() bool { return time.Since(s.begun) <= maxAge }

// useless is why a list cannot answer any read. That it is empty is no reason: it
// may be true.
func (s *snapshot[F]) useless() error {
	switch {
	case s.took > maxAge:
		return fmt.Errorf("it took longer than %s to read", maxAge)
	case len(s.whole) == 0 && s.flaw != nil:
		return s.flaw
	case len(s.whole) == 0:
		return s.partial
	default:
		return nil
	}
}

// omits tells what a list does not answer reads of, "" if it answers all.
func (s *snapshot[F]) omits() string {
	partial := len(s.profiles) - len(s.whole)
	if partial == 0 && s.skipped == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d profiles are not shown whole and %d elements were skipped, so these profiles are read one by one: %v",
		partial, len(s.profiles), s.skipped, errors.Join(s.flaw, s.partial))
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
	// Every profile has a name: of one without nothing else is known either.
	if known.Fields == profile.Fields || known.Fields.ProfileName() == "" {
		return profile, true
	}
	profile.Fields, ok = s.likewise(profile.Fields, known.Fields)
	return profile, ok
}

// likewise is for values that are the same for the API and not to the letter. They
// are kept as they are known.
func (s *snapshot[F]) likewise(listed, known F) (F, bool) {
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
