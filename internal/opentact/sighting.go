// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// sighting is what one list shows under the name of a lost POST.
type sighting struct {
	// equal have every value that was sent, as far as the API shows values. Those
	// come first that fewest of the lost POSTs can have made: a create that sent few
	// values would else take what only another can have made.
	equal []members
	// lost is how many of the lost POSTs can have made one of these.
	lost int
	// others have another value, and no lost POST of a sibling accounts for them.
	others []members
	// taken belong to other resources of this process.
	taken []string
	// missing belong to resources of this process too, and are not in the list.
	missing []string
}

// sight sorts what a list shows. Nobody creates under the same name meanwhile.
func (s *search[F]) sight(ctx context.Context) (seen sighting, err error) {
	mine := s.creates.owned()
	all, err := s.listAny(ctx, s.write.sent)
	if err != nil {
		return seen, err
	}
	siblings := s.lane.lostPosts()
	listed := make(map[string]bool, len(all))
	for _, m := range all {
		uuid := uuidOf(m)
		listed[uuid] = true
		if !s.creates.isNew(uuid) || !s.mayBeNamed(m) {
			continue
		}
		if mine[uuid] {
			seen.taken = append(seen.taken, uuid)
			continue
		}
		if err := s.fillIn(ctx, uuid, m); err != nil {
			return seen, err
		}
		switch {
		case s.matches(s.write.sent, m):
			seen.equal = append(seen.equal, m)
		case !slices.ContainsFunc(siblings, func(sent members) bool { return s.matches(sent, m) }):
			seen.others = append(seen.others, m)
		}
	}
	for uuid := range s.creates.owned() { // which has lost what was deleted meanwhile
		if mine[uuid] && !listed[uuid] {
			seen.missing = append(seen.missing, uuid)
		}
	}
	slices.Sort(seen.missing)
	makers := make(map[string]int)
	for _, m := range seen.equal {
		for _, sent := range siblings {
			if s.matches(sent, m) {
				makers[uuidOf(m)]++
			}
		}
	}
	slices.SortStableFunc(seen.equal, func(a, b members) int { return makers[uuidOf(a)] - makers[uuidOf(b)] })
	for _, sent := range siblings {
		if slices.ContainsFunc(seen.equal, func(m members) bool { return s.matches(sent, m) }) {
			seen.lost++
		}
	}
	return seen, nil
}

// mayBeNamed tells whether a profile shows no name, or what an API could make of
// the one that was sent.
func (s *search[F]) mayBeNamed(m members) bool {
	shown := write{sent: m}
	return shown.name() == "" || folded(shown.name()) == folded(s.write.name())
}

// fillIn looks up what a list leaves out of a profile. Without it, one of the
// same name could be taken for another.
func (s *search[F]) fillIn(ctx context.Context, uuid string, m members) error {
	if !m.lacks(s.write.sent.names()) {
		return nil
	}
	full, err := s.exchange(ctx, "read", http.MethodGet, uuid, nil, s.write.sent)
	m.fill(full)
	return err
}

// matches tells whether a profile has the name and every value that was sent, as
// far as the API shows them.
func (c *Collection[F]) matches(sent, m members) bool {
	if _, named := m["name"]; !named {
		return false
	}
	for field, raw := range sent {
		if got, shown := m[field]; shown && !isNull(raw) && !c.spec.same(field, raw, got) {
			return false
		}
	}
	return true
}

// nothingFound says that a POST would have been sent again, if it might.
func (seen sighting) nothingFound(maxRetries int) string {
	reason := "no new profile has this name"
	if len(seen.taken) > 0 {
		reason += " except those of other resources, " + Enumerate(seen.taken)
	}
	return fmt.Sprintf("%s, and it has been tried as often as max_retries (%d) allows", reason, maxRetries)
}
