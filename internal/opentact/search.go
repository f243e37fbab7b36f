// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// search is one create, and how its profile is found where the answer to a POST
// is lost: among those that are in the list and were not there before, by the
// name and the values that were sent.
type search[F Fields] struct {
	*Collection[F]
	lane  *lane
	write write
	// cause is what came in place of the last answer that was lost.
	cause error
	// repeats counts how often the POST was sent again after that.
	repeats int
}

// recover finds out what became of a POST whose answer was lost. If it made a
// profile that is returned; if not, and the POST may be sent again, neither
// profile nor error is.
func (s *search[F]) recover(ctx context.Context, cause error) (profile Profile[F], err error) {
	if s.cause == nil {
		s.lane.beginWait(s.write.sent)
	}
	s.cause = cause
	found, seen, err := s.look(ctx)
	if found == nil && err == nil {
		// A list may lag behind: it is asked twice before it is believed.
		if sleep(ctx, s.pause()) != nil {
			return profile, s.unknown("no new profile has this name yet, and it was interrupted, so that it was looked for only once", nil)
		}
		found, seen, err = s.look(ctx)
	}
	switch {
	case err != nil:
		return profile, err
	case found != nil:
		return s.settle(ctx, s.write, found)
	case mayHappenYet(cause):
		return profile, s.unknown("no new profile has this name yet, and the API may still be working on it", nil)
	case s.repeats >= s.client.config.MaxRetries:
		return profile, s.unknown(seen.nothingFound(s.client.config.MaxRetries), nil)
	}
	return profile, nil
}

// mayHappenYet tells whether the API, or a gateway, gave up waiting for what the
// API was doing. That no list shows it does not say that it will not be done.
func mayHappenYet(cause error) bool {
	switch statusOf(cause) {
	case http.StatusRequestTimeout, http.StatusGatewayTimeout, 522, 524, 598: // the last three are those of well-known proxies
		return true
	default:
		return errors.Is(cause, context.DeadlineExceeded)
	}
}

// lastLook is for a create that ends with an error that is clear, after a POST
// whose end was not. That two lists did not show a profile makes it unlikely, but
// the error may well be that there is one.
func (s *search[F]) lastLook(ctx context.Context, cause error) (profile Profile[F], err error) {
	_ = sleep(ctx, s.pause()) // after an interrupt one look at once has to do
	found, _, err := s.look(ctx)
	switch {
	case err != nil:
		return profile, err
	case found != nil:
		return s.settle(ctx, s.write, found)
	}
	return profile, s.unknown(fmt.Sprintf("no new profile has this name, and when the request was sent again: %v", cause), nil)
}

// pause is the time between two looks. It is no random one: it is for the API
// to catch up. What took too long is given as much time again.
func (s *search[F]) pause() time.Duration {
	if mayHappenYet(s.cause) {
		return s.client.config.RequestTimeout
	}
	return ceiling(retryMinWait, s.client.config.RetryMaxWait, s.repeats)
}

// look asks the list once. What it finds belongs to this create from then on.
func (s *search[F]) look(ctx context.Context) (found members, seen sighting, err error) {
	err = s.alone(ctx, func(ctx context.Context) error {
		if seen, err = s.sight(ctx); err != nil {
			return s.unknown("the list could not be read: "+err.Error(), nil)
		}
		if err := s.judge(seen); err != nil || len(seen.equal) == 0 {
			return err
		}
		if err := s.claim(uuidOf(seen.equal[0])); err != nil {
			return s.unknown(err.Error(), seen.equal)
		}
		found = seen.equal[0]
		s.lane.found(s.write.sent)
		return nil
	})
	return found, seen, err
}

// alone does something while no POST of this name is under way, also after an
// interrupt: one timeout is for those POSTs to end, one for a list, and the rest
// for what the API may ask to wait before it.
func (s *search[F]) alone(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := outlive(ctx, 2*s.client.config.RequestTimeout+s.client.config.RetryMaxWait)
	defer cancel()
	if s.lane.own(ctx) != nil {
		return s.unknown("other creates with this name were still under way", nil)
	}
	defer s.lane.disown()
	return do(ctx)
}

// judge returns an error where a list does not tell.
func (s *search[F]) judge(seen sighting) error {
	candidates := slices.Concat(seen.equal, seen.others)
	unlisted := s.creates.unreadable()
	switch {
	case unlisted != nil:
		return s.unknown("which profiles are new is not known, because the list before the first create could not be read: "+unlisted.Error(), candidates)
	case len(seen.equal) > seen.lost:
		return s.unknown(fmt.Sprintf("%d new profiles have this name and the values that were sent, and the answers to %d such requests were lost",
			len(seen.equal), seen.lost), candidates)
	case len(seen.equal) > 0:
		return nil
	case len(seen.others) > 0:
		return s.unknown("a new profile has this name, and other values than were sent", candidates)
	case len(seen.missing) > 0:
		return s.unknown("the list does not show what was certainly created before: "+Enumerate(seen.missing), nil)
	default:
		return nil
	}
}

// endWait is called when the create has a profile, or gives up.
func (s *search[F]) endWait() {
	if s.cause != nil {
		s.lane.endWait(s.write.sent)
	}
}

// surplus looks for what the POSTs have made beside the profiles that belong to a
// resource, when more were lost than creates wait for one: when one was sent
// again, here or by a sibling that is alike. As many as nobody waits for are set
// aside, and named to people: which ones does not matter.
func (s *search[F]) surplus(ctx context.Context) (uuids []string) {
	if posts, _ := s.lane.spare(s.write.sent); s.cause == nil || posts == 0 {
		return nil
	}
	_ = sleep(ctx, s.pause()) // after an interrupt one look at once has to do
	_ = s.alone(ctx, func(ctx context.Context) error {
		seen, err := s.sight(ctx)
		if err != nil || len(seen.missing) > 0 {
			return err // nobody can tell, as the warning about a repetition says
		}
		posts, waiting := s.lane.spare(s.write.sent)
		for _, m := range seen.equal[min(len(seen.equal), waiting):] {
			s.creates.retire(uuidOf(m))
			uuids = append(uuids, uuidOf(m))
		}
		if waiting == 0 { // nobody else will ask what became of them
			for range posts {
				s.lane.found(s.write.sent)
			}
		}
		return nil
	})
	return uuids
}

// unknown is what is left to say when nobody can tell what became of a create.
func (s *search[F]) unknown(reason string, candidates []members) error {
	err := &UnknownOutcomeError{Name: s.write.name(), Reason: reason, Err: s.cause}
	if len(candidates) > mostShown {
		err.Reason += fmt.Sprintf(" (these are the first %d of %d)", mostShown, len(candidates))
		candidates = candidates[:mostShown]
	}
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
			differences = append(differences, fmt.Sprintf("%s is %s, and was sent as %s", field, s.show(field, m, s.write.sent), s.show(field, s.write.sent, s.write.sent)))
		}
	}
	return differences
}
