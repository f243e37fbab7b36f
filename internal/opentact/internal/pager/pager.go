// SPDX-License-Identifier: MPL-2.0

// Package pager reads lists of profiles, which may come in pages. It promises:
//
//   - A list lacks no profile that existed before it was read, even if profiles are
//     created and deleted meanwhile. Otherwise it says that a profile may be missing.
//   - A list that always ends too early, repeats itself or has no end is an error.
//
// It does not know how requests are sent, or how one response is read.
package pager

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

const (
	// pageSize is the `take` that the vendor's search endpoints accept.
	pageSize = 100
	// maxPages is the maximum number of pages. It stops a list without an end.
	maxPages = 10_000
	// maxItems is the maximum number of items of a list. Terraform can't manage that many
	// profiles.
	maxItems = 100_000
	// maxReadings is the maximum number of times that a list of several pages is read.
	maxReadings = 5
)

// Pager reads a list, which may come in pages.
type Pager struct {
	Shape    wire.Shape
	Redactor *redact.Redactor
	// Get sends a request for the list with a query, and calls response.Classify.
	Get func(ctx context.Context, query url.Values, response *wire.Response) (Origin, error)
}

// Origin says where and when the response for a page was made.
type Origin struct {
	// Started is when the successful attempt was sent.
	Started time.Time
	// Date is when the server made the response, on its own clock. It is zero if the
	// server gave no usable time.
	Date time.Time
	// Stale says why the response is an old copy from a cache, or is "".
	Stale string
}

// Read reads the list. A list of one page is complete. With several pages, a reading misses
// a profile that moves to an earlier page, because another profile was deleted. So Read
// reads the list again, until a reading has all profiles of the reading before it. If also
// the total did not go down in the earlier reading, no profile was deleted during that
// reading, so it was complete. New profiles don't matter. After five readings, Read sets
// Changed.
func (p *Pager) Read(ctx context.Context) (*List, error) {
	var last, before *List // before is the reading before, unless a profile was deleted in it
	var tornErr error
	for range maxReadings {
		r := reading{Pager: p, list: &List{index: make(map[string]int)}, seen: make(map[string]bool), left: wire.MaxList}
		err := r.readPages(ctx)
		switch {
		case err != nil && !r.torn:
			return nil, err
		case err != nil:
			tornErr, before = err, nil
			continue
		case r.pages <= 1 || r.list.Stale != "":
			return r.list, nil
		case before != nil && r.list.contains(before.index):
			r.list.Date = before.Date
			return r.list, nil
		}
		if last, before = r.list, r.list; r.shrunk {
			before = nil
		}
	}
	if last == nil {
		return nil, tornErr
	}
	last.Changed = true
	return last, nil
}

// readPages reads the list to its end.
func (r *reading) readPages(ctx context.Context) error {
	for {
		if more, err := r.next(ctx); err != nil || !more {
			return err
		}
	}
}

// reading is the state of one read of a list.
type reading struct {
	*Pager
	list *List
	// offset is the number of items before the next page.
	offset int
	// seen holds the keys of all items so far. The key of a lease is its own uuid, not
	// the uuid of its profile.
	seen map[string]bool
	// total is the number of items of the list, according to the last page.
	total int
	// totalChanged reports whether two pages gave different totals. shrunk reports whether
	// a later total was smaller.
	totalChanged, shrunk bool
	// torn reports whether the list ended too early or repeated itself. The reason may be
	// that it changed.
	torn bool
	// pages counts the pages. left is the number of bytes that may still be read.
	pages int
	left  int64
}

// item is one item of a page.
type item struct {
	key     string
	profile wire.RawFields
	err     error
}

// next reads one page and reports whether there are more.
func (r *reading) next(ctx context.Context) (more bool, err error) {
	var page []item
	response := &wire.Response{
		Redactor: r.Redactor, MaxBytes: r.left, InPages: true,
		Reset: func() { page = nil },
		Item: func(raw json.RawMessage) error {
			if len(r.seen)+len(page) >= maxItems {
				return fmt.Errorf("the list has more than %d items", maxItems)
			}
			page = append(page, r.read(raw))
			return nil
		},
		Check: func(response *wire.Response) error {
			more, err = r.add(response, page)
			return err
		},
	}
	var query url.Values
	if r.offset > 0 {
		query = url.Values{"skip": {strconv.Itoa(r.offset)}, "take": {strconv.Itoa(pageSize)}}
	}
	origin, err := r.Get(ctx, query, response)
	if err != nil {
		return false, err
	}
	if r.offset == 0 {
		r.list.Started, r.list.Date = origin.Started, origin.Date
	}
	r.list.Stale = cmp.Or(r.list.Stale, origin.Stale)
	r.left -= response.Size
	r.offset += len(page)
	return more, nil
}

// read returns the profile in one item, with the key of the item.
func (r *reading) read(raw json.RawMessage) item {
	profile, err := r.Shape.Find(raw)
	if err != nil {
		return item{err: err}
	}
	var own struct {
		UUID string `json:"uuid"`
	}
	if json.Unmarshal(raw, &own) != nil || own.UUID == "" {
		own.UUID = profile.UUID()
	}
	return item{key: own.UUID, profile: profile}
}

// add adds a page to the list and reports whether there are more.
func (r *reading) add(response *wire.Response, page []item) (more bool, err error) {
	if response.IsArray {
		if r.offset > 0 {
			return false, errors.New("an array came after a page of a longer list")
		}
		r.addItems(page)
		return false, nil
	}
	var header struct {
		Total *int `json:"total"`
	}
	if json.Unmarshal(response.Payload, &header) != nil || header.Total == nil || !response.IsPage || *header.Total < 0 {
		return false, fmt.Errorf("a list was expected, found %s", wire.Describe(response.Payload))
	}
	r.totalChanged = r.totalChanged || r.offset > 0 && *header.Total != r.total
	r.shrunk = r.shrunk || r.offset > 0 && *header.Total < r.total
	r.total = *header.Total
	r.pages++
	before := len(r.seen)
	r.addItems(page)
	return r.isMore(page, len(r.seen) > before)
}

// isMore reports whether there are more pages after this one. A list that ends too early
// or repeats itself is an error, unless its total shows that it is changing.
func (r *reading) isMore(page []item, isNew bool) (more bool, err error) {
	seen, atEnd := len(r.seen), r.offset+len(page) >= r.total
	switch {
	case seen >= r.total, atEnd && r.totalChanged:
		return false, nil
	case len(page) == 0:
		r.torn = true
		return false, fmt.Errorf("the list ends after %d of %d items", seen, r.total)
	case !r.totalChanged && (atEnd || !isNew):
		r.torn = true
		return false, fmt.Errorf("the page after %d of %d items repeats an earlier one", seen, r.total)
	case r.pages == maxPages:
		return false, fmt.Errorf("the list does not end after %d pages", maxPages)
	default:
		return true, nil
	}
}

// addItems adds the items of a page.
func (r *reading) addItems(page []item) {
	for _, it := range page {
		if it.err != nil {
			it.key = "#" + strconv.Itoa(len(r.seen))                                     // no other item has this key
			r.list.Skipped.add(func() string { return r.Redactor.Text(it.err.Error()) }) // it may quote the item
		} else {
			r.list.add(it.profile)
		}
		r.seen[it.key] = true
	}
}
