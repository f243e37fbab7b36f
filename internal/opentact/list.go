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
)

// listing gathers the profiles of a list, page by page if it comes in pages.
type listing[F Fields] struct {
	*Collection[F]
	profiles []Profile[F]
	// index finds a profile in profiles by its uuid.
	index map[string]int
	// items holds what identifies each element seen: of a lease, not the
	// profile that it repeats.
	items map[string]bool
}

// page is the object in which the vendor's search endpoints wrap an array.
type page struct {
	Total *int              `json:"total"`
	Data  []json.RawMessage `json:"data"`
}

// item is one element of a list.
type item[F Fields] struct {
	key     string
	profile Profile[F]
}

// List returns every profile of the kind, in the order of the API. Profiles
// that leases repeat are returned once.
func (c *Collection[F]) List(ctx context.Context) ([]Profile[F], error) {
	l := &listing[F]{Collection: c, index: make(map[string]int), items: make(map[string]bool)}
	for range maxPages {
		more, err := l.next(ctx)
		if err != nil || !more {
			return l.profiles, err
		}
	}
	return nil, fmt.Errorf("%ss: the list does not end after %d pages", c.operation("list"), maxPages)
}

// next reads one page, and tells whether there are more.
func (l *listing[F]) next(ctx context.Context) (more bool, err error) {
	call := l.newListCall()
	if seen := len(l.items); seen > 0 {
		query := url.Values{"skip": {strconv.Itoa(seen)}, "take": {strconv.Itoa(pageSize)}}
		call.url.RawQuery = query.Encode()
	}
	var items []item[F]
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
	if err != nil {
		return false, call.unexpected(err)
	}
	return more, nil
}

// addPage takes in a page of a longer list.
func (l *listing[F]) addPage(payload json.RawMessage) (more bool, err error) {
	var p page
	if json.Unmarshal(payload, &p) != nil || p.Total == nil || p.Data == nil {
		return false, fmt.Errorf("a list was expected, found %s", describeJSON(payload))
	}
	items := make([]item[F], len(p.Data))
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

// read decodes one element.
func (l *listing[F]) read(raw json.RawMessage) (item[F], error) {
	m, err := l.reader.find(raw)
	if err != nil {
		return item[F]{}, fmt.Errorf("in the list: %w", err)
	}
	profile, malformed := l.layout.decode(m)
	if _, named := m["name"]; !named {
		return item[F]{}, fmt.Errorf("in the list: %s %s has no name", l.spec.Name, profile.UUID)
	}
	if len(malformed) > 0 {
		return item[F]{}, fmt.Errorf("in the list: %s %s: %s is not of this field's type", l.spec.Name, profile.UUID, malformed[0])
	}
	var own struct {
		UUID string `json:"uuid"`
	}
	if json.Unmarshal(raw, &own) != nil || own.UUID == "" {
		own.UUID = profile.UUID
	}
	return item[F]{key: own.UUID, profile: profile}, nil
}

// add takes in items, and counts those that were not seen before.
func (l *listing[F]) add(items []item[F]) (added int, err error) {
	for _, it := range items {
		if !l.items[it.key] {
			added++
		}
		l.items[it.key] = true
		at, known := l.index[it.profile.UUID]
		if known && any(l.profiles[at]) != any(it.profile) {
			return 0, errors.New("two different profiles have the uuid " + it.profile.UUID)
		}
		if !known {
			l.index[it.profile.UUID] = len(l.profiles)
			l.profiles = append(l.profiles, it.profile)
		}
	}
	return added, nil
}
