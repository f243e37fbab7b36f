// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// search is one create, and how its profile is found where the answer to a POST
// is lost: among those that are in the list and were not there before, by the
// name and the values that were sent.
type search[F Fields] struct {
	*Collection[F]
	lane  *lane
	write write
	// repeats counts how often the POST was sent again after an answer was lost,
	// begun tells that one was.
	repeats int
	begun   bool
}

// recover finds out what became of a POST whose answer was lost. If it made a
// profile that is returned; if not, and the POST may be sent again, neither
// profile nor error is.
func (s *search[F]) recover(ctx context.Context, cause error) (profile Profile[F], err error) {
	if !s.begun {
		s.begun = true
		s.lane.beginSearch()
	}
	for look := range 2 {
		// A list may lag behind: it is asked twice before it is believed.
		if look > 0 && sleep(ctx, s.pause()) != nil {
			return profile, s.unknown(cause, "no new profile has this name yet, and there was no time to look again", nil)
		}
		found, seen, err := s.look(ctx, cause)
		if err != nil {
			return profile, err
		}
		if found != nil {
			return s.settle(ctx, s.write, found)
		}
		if look > 0 && s.repeats >= s.client.config.MaxRetries {
			return profile, s.unknown(cause, seen.nothingFound(s.client.config.MaxRetries), nil)
		}
	}
	return profile, nil
}

// pause is the time between two looks. It is no random one: it is for the API
// to catch up.
func (s *search[F]) pause() time.Duration {
	return ceiling(retryMinWait, s.client.config.RetryMaxWait, s.repeats)
}

// look asks the list once. What it finds belongs to this create from then on.
func (s *search[F]) look(ctx context.Context, cause error) (found members, seen sighting, err error) {
	ctx, cancel := outlive(ctx, 2*s.client.config.RequestTimeout)
	defer cancel()
	if err := s.lane.own(ctx); err != nil {
		return nil, seen, s.unknown(cause, "other creates with this name were still under way", nil)
	}
	defer s.lane.disown()
	seen, err = s.sight(ctx)
	if err != nil {
		return nil, seen, s.unknown(cause, "the list could not be read: "+err.Error(), nil)
	}
	candidates := slices.Concat(seen.equal, seen.others)
	lost := s.lane.countLost(s.write.sent)
	unlisted := s.creates.unreadable()
	switch {
	case unlisted != nil:
		return nil, seen, s.unknown(cause, "which profiles are new is not known, because the list before the first create could not be read: "+unlisted.Error(), candidates)
	case len(seen.equal) > lost:
		return nil, seen, s.unknown(cause, fmt.Sprintf("%d new profiles have this name and the values that were sent, and the answers to %d such requests were lost", len(seen.equal), lost), candidates)
	case len(seen.equal) > 0:
		found = seen.equal[0]
		s.creates.claim(uuidOf(found))
		s.lane.found(s.write.sent)
		return found, seen, nil
	case len(seen.others) > 0:
		return nil, seen, s.unknown(cause, "a new profile has this name, and other values than were sent", candidates)
	case len(seen.missing) > 0:
		return nil, seen, s.unknown(cause, "the list does not show what was certainly created before: "+strings.Join(seen.missing, ", "), nil)
	default:
		return nil, seen, nil
	}
}

// surplus looks for what earlier POSTs have made after all, when one was sent
// again. As many as no sibling can be looking for are set aside, and named to
// people: which ones does not matter, they are all alike.
func (s *search[F]) surplus(ctx context.Context) (uuids []string) {
	if s.repeats == 0 {
		return nil
	}
	_ = sleep(ctx, s.pause()) // after an interrupt one look has to do
	ctx, cancel := outlive(ctx, 2*s.client.config.RequestTimeout)
	defer cancel()
	if s.lane.own(ctx) != nil {
		return nil
	}
	defer s.lane.disown()
	seen, err := s.sight(ctx)
	if err != nil {
		return nil
	}
	for range s.repeats { // now it is known what became of them
		s.lane.found(s.write.sent)
	}
	for _, m := range seen.equal[min(len(seen.equal), s.lane.othersSearching()):] {
		s.creates.setAside(uuidOf(m))
		uuids = append(uuids, uuidOf(m))
	}
	return uuids
}

// end is called when the create is over.
func (s *search[F]) end() {
	if s.begun {
		s.lane.endSearch()
	}
}

// unknown is what is left to say when nobody can tell what became of a create.
func (s *search[F]) unknown(cause error, reason string, candidates []members) error {
	err := &UnknownOutcomeError{Name: s.write.name(), Reason: reason, Err: cause}
	for _, m := range candidates {
		err.Candidates = append(err.Candidates, Candidate{UUID: uuidOf(m), Differences: s.differences(m)})
	}
	return err
}

// differences lists in which values a profile differs from what was sent.
func (s *search[F]) differences(m members) (differences []string) {
	for _, field := range s.write.sent.names() {
		got, shown := m[field]
		if shown && !isNull(s.write.sent[field]) && !s.spec.same(field, s.write.sent[field], got) {
			differences = append(differences, fmt.Sprintf("%s is %s, and was sent as %s", field, s.show(field, m), s.show(field, s.write.sent)))
		}
	}
	return differences
}
