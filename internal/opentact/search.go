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

// sighting is what one list shows under the name of a lost POST.
type sighting struct {
	// equal have every value that was sent, as far as the list shows values.
	equal []members
	// others have another value, and no lost POST of a sibling accounts for them.
	others []members
	// taken belong to other resources of this process.
	taken []string
	// missing belong to resources of this process too, and are not in the list.
	missing []string
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

// sight sorts what a list shows. Nobody creates under the same name meanwhile.
func (s *search[F]) sight(ctx context.Context) (seen sighting, err error) {
	mine := s.creates.owned()
	all, err := s.listAny(ctx)
	if err != nil {
		return seen, err
	}
	siblings := s.lane.lostPosts()
	listed := make(map[string]bool, len(all))
	for _, m := range all {
		uuid := uuidOf(m)
		listed[uuid] = true
		_, named := m["name"]
		alike := func(sent members) bool { return named && s.matches(sent, m) }
		switch {
		case !s.creates.isNew(uuid) || named && !s.spec.same("name", s.write.sent["name"], m["name"]):
		case mine[uuid]:
			seen.taken = append(seen.taken, uuid)
		case alike(s.write.sent):
			seen.equal = append(seen.equal, m)
		case !slices.ContainsFunc(siblings, alike):
			seen.others = append(seen.others, m)
		}
	}
	for uuid := range s.creates.owned() { // which has lost what was deleted meanwhile
		if mine[uuid] && !listed[uuid] {
			seen.missing = append(seen.missing, uuid)
		}
	}
	slices.Sort(seen.missing)
	return seen, nil
}

// matches tells whether a profile has every value that was sent, as far as it
// shows them.
func (c *Collection[F]) matches(sent, m members) bool {
	for field, raw := range sent {
		if got, shown := m[field]; shown && !isNull(raw) && !c.spec.same(field, raw, got) {
			return false
		}
	}
	return true
}

// surplus looks for what earlier POSTs have made after all, when one was sent
// again. They are set aside, and named to people.
func (s *search[F]) surplus(ctx context.Context) (uuids []string) {
	if s.repeats == 0 || sleep(ctx, s.pause()) != nil || s.lane.own(ctx) != nil {
		return nil
	}
	defer s.lane.disown()
	seen, err := s.sight(ctx)
	if err != nil || len(seen.equal) <= s.lane.othersSearching() {
		return nil
	}
	for _, m := range seen.equal {
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

// nothingFound says that a POST would have been sent again, if it might.
func (seen sighting) nothingFound(maxRetries int) string {
	reason := "no new profile has this name"
	if len(seen.taken) > 0 {
		reason += " except those of other resources, " + strings.Join(seen.taken, ", ")
	}
	return fmt.Sprintf("%s, and it has been tried as often as max_retries (%d) allows", reason, maxRetries)
}
