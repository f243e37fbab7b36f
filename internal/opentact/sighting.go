// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// sighting is what one list shows under the name of a lost POST.
type sighting struct {
	// equal have every value that was sent, as far as the API shows values.
	equal []members
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
	all, err := s.listAny(ctx)
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
		alike := func(sent members) bool { return s.matches(sent, m) }
		switch {
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

// mayBeNamed tells whether a profile has the name that was sent, or shows none.
func (s *search[F]) mayBeNamed(m members) bool {
	name, named := m["name"]
	return !named || s.spec.same("name", s.write.sent["name"], name)
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
		reason += " except those of other resources, " + strings.Join(seen.taken, ", ")
	}
	return fmt.Sprintf("%s, and it has been tried as often as max_retries (%d) allows", reason, maxRetries)
}
