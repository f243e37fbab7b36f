// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

const (
	// pageSize is the `take` that the vendor's search endpoints accept.
	pageSize = 100
	// maxPages puts an end to a list that has none.
	maxPages = 10_000
	// maxReadings is how often a list is read that changes meanwhile.
	maxReadings = 3
)

// listing gathers the profiles of a list, page by page if it comes in pages.
type listing[F Fields] struct {
	*Collection[F]
	// check returns an error for a profile that the caller has no use for.
	check func(members) error
	// known are members whose concealed values no error may show.
	known    []members
	profiles []members
	// index finds a profile in profiles by its uuid.
	index map[string]int
	// items holds what identifies each element seen: of a lease, not the
	// profile that it repeats.
	items map[string]bool
	// total is how many items the first page said there are; nil before that.
	total *int
}

// page is the object in which the vendor's search endpoints wrap an array.
type page struct {
	Total *int              `json:"total"`
	Data  []json.RawMessage `json:"data"`
}

// item is one element of a list.
type item struct {
	key     string
	profile members
}

// List returns every profile of the kind, in the order of the API. Profiles
// that leases repeat are returned once.
func (c *Collection[F]) List(ctx context.Context) ([]Profile[F], error) {
	all, err := c.list(ctx, c.checkListed)
	profiles := make([]Profile[F], len(all))
	for i, m := range all {
		profiles[i], _ = c.layout.decode(m) // checkListed has seen that it can be
	}
	return profiles, err
}

// listAny returns every profile of the kind, also those that lack fields or have
// malformed ones. Concealed values among the known members are kept out of errors.
func (c *Collection[F]) listAny(ctx context.Context, known ...members) ([]members, error) {
	return c.list(ctx, func(members) error { return nil }, known...)
}

// list returns every profile of the kind, undecoded, if none fails the check. One
// that changes between two pages may have an item in neither, and is read anew.
func (c *Collection[F]) list(ctx context.Context, check func(members) error, known ...members) (profiles []members, err error) {
	for range maxReadings {
		l := &listing[F]{Collection: c, check: check, known: known, index: make(map[string]int), items: make(map[string]bool)}
		if profiles, err = l.all(ctx); !errors.Is(err, errChanged) {
			return profiles, err
		}
	}
	return nil, fmt.Errorf("%ss: %w, %d times in a row", c.operation("list"), err, maxReadings)
}

// all reads every page.
func (l *listing[F]) all(ctx context.Context) ([]members, error) {
	for range maxPages {
		more, err := l.next(ctx)
		if err != nil {
			return nil, err
		}
		if !more {
			return l.profiles, nil
		}
	}
	return nil, fmt.Errorf("%ss: the list does not end after %d pages", l.operation("list"), maxPages)
}

var errChanged = errors.New("the list changed while it was read")

// checkListed refuses a profile that cannot be shown as the API meant it.
func (c *Collection[F]) checkListed(m members) error {
	_, malformed := c.layout.decode(m)
	if _, named := m["name"]; !named {
		return fmt.Errorf("%s %s has no name", c.spec.Name, uuidOf(m))
	}
	if len(malformed) > 0 {
		return fmt.Errorf("%s %s: %s is not of this field's type", c.spec.Name, uuidOf(m), malformed[0])
	}
	return nil
}

// next reads one page, and tells whether there are more.
func (l *listing[F]) next(ctx context.Context) (more bool, err error) {
	call := l.newListCall(l.known...)
	if seen := len(l.items); seen > 0 {
		query := url.Values{"skip": {strconv.Itoa(seen)}, "take": {strconv.Itoa(pageSize)}}
		call.url.RawQuery = query.Encode()
	}
	var items []item
	call.restart = func() { items = nil }
	call.element = func(raw json.RawMessage) error {
		it, err := l.read(raw)
		items = append(items, it)
		return err
	}
	got, err := l.client.do(ctx, call)
	if err != nil {
		return false, err
	}
	if got.array && len(l.items) > 0 {
		return false, call.unexpected(errors.New("an array came after a page of a longer list"))
	}
	if got.array {
		if _, err := l.add(items); err != nil {
			return false, call.unexpected(err)
		}
		return false, nil
	}
	more, err = l.addPage(got.payload)
	if err != nil && !errors.Is(err, errChanged) {
		err = call.unexpected(err)
	}
	return more, err
}

// addPage takes in a page of a longer list.
func (l *listing[F]) addPage(payload json.RawMessage) (more bool, err error) {
	var p page
	if json.Unmarshal(payload, &p) != nil || p.Total == nil || p.Data == nil {
		return false, fmt.Errorf("a list was expected, found %s", describeJSON(payload))
	}
	if l.total != nil && *l.total != *p.Total {
		return false, errChanged
	}
	l.total = p.Total
	items := make([]item, len(p.Data))
	for i, raw := range p.Data {
		if items[i], err = l.read(raw); err != nil {
			return false, err
		}
	}
	added, err := l.add(items)
	switch {
	case err != nil:
		return false, err
	case len(l.items) >= *p.Total:
		return false, nil
	case len(items) == 0:
		return false, fmt.Errorf("the list ends after %d of %d items", len(l.items), *p.Total)
	case added == 0:
		return false, fmt.Errorf("the page after %d of %d items repeats an earlier one", len(l.items), *p.Total)
	default:
		return true, nil
	}
}

// read finds the profile in one element.
func (l *listing[F]) read(raw json.RawMessage) (item, error) {
	m, err := l.reader.find(raw)
	if err == nil {
		err = l.check(m)
	}
	if err != nil {
		return item{}, fmt.Errorf("in the list: %w", err)
	}
	var own struct {
		UUID string `json:"uuid"`
	}
	if json.Unmarshal(raw, &own) != nil || own.UUID == "" {
		own.UUID = uuidOf(m)
	}
	return item{key: own.UUID, profile: m}, nil
}

// add takes in items, and counts those that were not seen before.
func (l *listing[F]) add(items []item) (added int, err error) {
	for _, it := range items {
		if !l.items[it.key] {
			added++
		}
		l.items[it.key] = true
		uuid := uuidOf(it.profile)
		at, known := l.index[uuid]
		if known && !l.profiles[at].equal(it.profile) {
			return 0, errors.New("two different profiles have the uuid " + uuid)
		}
		if !known {
			l.index[uuid] = len(l.profiles)
			l.profiles = append(l.profiles, it.profile)
		}
	}
	return added, nil
}
