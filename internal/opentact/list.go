// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// pageSize is the `take` that the vendor's search endpoints accept.
	pageSize = 100
	// maxPages puts an end to a list that has none.
	maxPages = 10_000
	// maxElements bounds what is kept of a list. An account that has as many
	// profiles has more than Terraform can manage.
	maxElements = 100_000
	// maxReadings is how often a list is read that changes meanwhile.
	maxReadings = 3
)

// listing gathers the profiles of a list, page by page if it comes in pages.
type listing[F Fields] struct {
	*Collection[F]
	// known are members whose concealed values no error may show.
	known   []members
	entries []entry
	// index finds an entry by its profile's uuid.
	index map[string]int
	// items holds what identifies each element seen: of a lease, not the
	// profile that it repeats.
	items map[string]bool
	// total is how many items the first page said there are; nil before that.
	total *int
	// begun is when the first page was asked for.
	begun time.Time
	// skipped are the elements that are no profile, and unreadable says what is wrong
	// with the first, or with one that contradicts another. What becomes of the rest
	// is for the caller to say.
	skipped    omissions
	unreadable error
	// call is the one for the last page.
	call *call
	// left is how many more bytes are read, of all pages together.
	left int64
}

// entry is one profile of a list.
type entry struct {
	members
	// flaw is why it cannot be told which of two profiles this is.
	flaw error
}

// item is one element of a list.
type item struct {
	key     string
	profile members
	// err is why no profile was found in it.
	err error
}

// listAny returns every profile of the kind, also those that lack fields or have
// malformed ones. Concealed values among the known members are kept out of errors.
func (c *Collection[F]) listAny(ctx context.Context, known ...members) ([]members, error) {
	l, err := c.list(ctx, known...)
	if err == nil {
		err = l.fault(l.unreadable)
	}
	if err != nil {
		return nil, err
	}
	all := make([]members, len(l.entries))
	for i, e := range l.entries {
		all[i] = e.members
	}
	return all, nil
}

// list reads the list of the kind to its end. One that changes between two pages
// may have an item in neither, and is read anew.
func (c *Collection[F]) list(ctx context.Context, known ...members) (l *listing[F], err error) {
	for range maxReadings {
		l = &listing[F]{Collection: c, known: known, left: maxListAnswer, index: make(map[string]int), items: make(map[string]bool)}
		if err = l.all(ctx); !errors.Is(err, errChanged) {
			return l, err
		}
	}
	return l, fmt.Errorf("%ss: %w, %d times in a row", c.operation("list"), err, maxReadings)
}

// all reads every page.
func (l *listing[F]) all(ctx context.Context) error {
	for range maxPages {
		more, err := l.next(ctx)
		if err != nil || !more {
			return err
		}
	}
	return fmt.Errorf("%ss: the list does not end after %d pages", l.operation("list"), maxPages)
}

var errChanged = errors.New("the list changed while it was read")

// next reads one page, and tells whether there are more.
func (l *listing[F]) next(ctx context.Context) (more bool, err error) {
	call := l.newListCall(l.known...)
	l.call = call
	call.limit = l.left
	seen := len(l.items)
	if seen > 0 {
		query := url.Values{"skip": {strconv.Itoa(seen)}, "take": {strconv.Itoa(pageSize)}}
		call.url.RawQuery = query.Encode()
	}
	var items []item
	call.restart = func() {
		items = nil
		if seen == 0 {
			l.begun = time.Now()
		}
	}
	call.element = func(raw json.RawMessage) error {
		if seen+len(items) >= maxElements {
			return fmt.Errorf("the list has more than %d elements", maxElements)
		}
		items = append(items, l.read(raw))
		return nil
	}
	got, err := l.client.do(ctx, call)
	l.left -= call.size
	switch {
	case err != nil:
		return false, err
	case got.array && seen > 0:
		return false, call.unexpected(errors.New("an array came after a page of a longer list"))
	case got.array:
		l.add(items)
		return false, nil
	}
	more, err = l.addPage(got, items)
	if err != nil && !errors.Is(err, errChanged) {
		err = call.unexpected(err)
	}
	return more, err
}

// addPage takes in a page of a longer list.
func (l *listing[F]) addPage(got *answer, items []item) (more bool, err error) {
	var page struct {
		Total *int `json:"total"`
	}
	if json.Unmarshal(got.payload, &page) != nil || page.Total == nil || !got.page {
		return false, fmt.Errorf("a list was expected, found %s", describeJSON(got.payload))
	}
	total := *page.Total
	if l.total != nil && *l.total != total {
		return false, errChanged
	}
	l.total = &total
	added := l.add(items)
	switch {
	case len(l.items) > total:
		return false, fmt.Errorf("%w: it has %d items and says that there are %d", errChanged, len(l.items), total)
	case len(l.items) == total:
		return false, nil
	case len(items) == 0:
		return false, fmt.Errorf("the list ends after %d of %d items", len(l.items), total)
	case added == 0:
		return false, fmt.Errorf("the page after %d of %d items repeats an earlier one", len(l.items), total)
	default:
		return true, nil
	}
}

// read finds the profile in one element.
func (l *listing[F]) read(raw json.RawMessage) item {
	m, err := l.reader.find(raw)
	if err != nil {
		return item{err: err}
	}
	var own struct {
		UUID string `json:"uuid"`
	}
	if json.Unmarshal(raw, &own) != nil || own.UUID == "" {
		own.UUID = uuidOf(m)
	}
	return item{key: own.UUID, profile: m}
}

// add takes in items, and counts those that were not seen before.
func (l *listing[F]) add(items []item) (added int) {
	for _, it := range items {
		if it.err != nil {
			it.key = "#" + strconv.Itoa(len(l.items)) // which no other has
			l.skipped.add(it.err)
			l.unreadable = cmp.Or(l.unreadable, it.err)
		}
		if !l.items[it.key] {
			added++
		}
		l.items[it.key] = true
		if it.err == nil {
			l.enter(it.profile)
		}
	}
	return added
}

// enter takes in a profile. Leases may repeat it.
func (l *listing[F]) enter(m members) {
	uuid := uuidOf(m)
	if at, known := l.index[uuid]; known {
		if e := &l.entries[at]; !e.equal(m) {
			e.flaw = errors.New("two different profiles have the uuid " + uuid)
			l.unreadable = cmp.Or(l.unreadable, e.flaw)
		}
		return
	}
	l.index[uuid] = len(l.entries)
	l.entries = append(l.entries, entry{members: m})
}

// fault is what is wrong with a list whose answer came well, if anything is.
func (l *listing[F]) fault(reason error) error {
	if reason == nil {
		return nil
	}
	return l.call.unexpected(fmt.Errorf("in the list: %w", reason))
}

// omissions are elements of a list that are left out.
type omissions struct {
	count int
	// reasons are those of the first few.
	reasons []string
}

// mostReasons is how many are kept.
const mostReasons = 10

func (o *omissions) add(reason error) {
	if o.count++; o.count <= mostReasons {
		o.reasons = append(o.reasons, reason.Error())
	}
}

func (o *omissions) String() string {
	return fmt.Sprintf("%d elements show no whole profile: %s", o.count, strings.Join(o.reasons, "; "))
}
