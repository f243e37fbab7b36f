// SPDX-License-Identifier: MPL-2.0

package pager_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// The attempt for the first page is sent at firstPage. Each page takes a minute.
var firstPage = time.Date(2026, time.November, 24, 18, 0, 0, 0, time.UTC)

// firstDate is the time of the server at which it makes the first page.
var firstDate = firstPage.Add(time.Hour)

// server responds to the requests of a Pager.
type server struct {
	// body returns the body of a page. Readings and their pages are counted from 0.
	body    func(reading, page int) io.Reader
	queries []string
	// readings counts the readings, and pages the pages of the last one.
	readings, pages int
	// stale are the pages that are old copies from a cache.
	stale map[int]string
}

// pages returns a server whose list always has the same pages. The last one is repeated.
func pages(payloads ...string) *server { return readings(payloads) }

// readings returns a server whose list has other pages each time that it is read. The last
// page of a reading, and the last reading, are repeated.
func readings(all ...[]string) *server {
	return &server{body: func(reading, page int) io.Reader {
		payloads := all[min(reading, len(all)-1)]
		return text(success(payloads[min(page, len(payloads)-1)]))
	}}
}

func (s *server) pager() *pager.Pager {
	return &pager.Pager{Shape: shape, Get: func(_ context.Context, query url.Values, response *wire.Response) (pager.Origin, error) {
		number := time.Duration(len(s.queries)) * time.Minute
		if !query.Has("skip") {
			s.readings, s.pages = s.readings+1, 0
		}
		s.queries = append(s.queries, query.Encode())
		err := classify(response, s.body(s.readings-1, s.pages))
		s.pages++
		return pager.Origin{Started: firstPage.Add(number), Date: firstDate.Add(number), Stale: s.stale[len(s.queries)-1]}, err
	}}
}

// page returns the payload of a page.
func page(total int, items ...string) string {
	return fmt.Sprintf(`{"take":100,"skip":0,"total":%d,"data":[%s]}`, total, strings.Join(items, ","))
}

// uuids returns the UUIDs of a list.
func uuids(list *pager.List) []string {
	var all []string
	for _, profile := range list.Profiles {
		all = append(all, profile.UUID)
	}
	return all
}

// TestPager_Read is the table of lists.
func TestPager_Read(t *testing.T) {
	t.Parallel()
	a, b, c := profile(uuidA, "a"), profile(uuidB, "b"), profile(uuidC, "c")
	for _, test := range []struct {
		name    string
		pages   []string
		want    []string
		queries []string
	}{
		{name: "an empty array", pages: []string{"[]"}, queries: []string{""}},
		{name: "an array", pages: []string{"[" + a + "," + b + "]"}, want: []string{uuidA, uuidB}, queries: []string{""}},
		{name: "leases", pages: []string{"[" + lease(`"thing":`+a) + `,{"uuid":"x","thing":` + b + `}]`}, want: []string{uuidA, uuidB}},
		{name: "leases that repeat a profile", pages: []string{"[" + lease(`"thing":`+a) + `,{"uuid":"x","thing":` + a + `},` + b + "]"}, want: []string{uuidA, uuidB}},
		{name: "an empty page", pages: []string{page(0)}, queries: []string{""}},
		{name: "one page", pages: []string{page(2, a, b)}, want: []string{uuidA, uuidB}, queries: []string{""}},
		{name: "more items than the total", pages: []string{page(1, a, b)}, want: []string{uuidA, uuidB}, queries: []string{""}},
		{
			name: "three pages", pages: []string{page(3, a), page(3, b), page(3, c)}, want: []string{uuidA, uuidB, uuidC},
			queries: []string{"", "skip=1&take=100", "skip=2&take=100", "", "skip=1&take=100", "skip=2&take=100"},
		},
		{name: "pages that overlap", pages: []string{page(3, a, b), page(3, b, c)}, want: []string{uuidA, uuidB, uuidC}},
		{
			name: "pages of leases that repeat a profile", pages: []string{page(2, lease(`"thing":`+a)), page(2, `{"uuid":"x","thing":`+a+`}`)},
			want: []string{uuidA}, queries: []string{"", "skip=1&take=100", "", "skip=1&take=100"},
		},
		{name: "pages of leases without a UUID", pages: []string{page(2, `{"thing":`+a+`}`), page(2, `{"thing":`+b+`}`)}, want: []string{uuidA, uuidB}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := pages(test.pages...)
			list, err := server.pager().Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, uuids(list)); diff != "" {
				t.Error(diff)
			}
			if list.Changed || list.Incomplete() != nil {
				t.Errorf("changed is %t, incomplete is %v", list.Changed, list.Incomplete())
			}
			if test.queries != nil {
				if diff := cmp.Diff(test.queries, server.queries); diff != "" {
					t.Error(diff)
				}
			}
			lastReading := time.Duration(len(server.queries)/server.readings*(server.readings-1)) * time.Minute
			if !list.Date.Equal(firstDate) || !list.Started.Equal(firstPage.Add(lastReading)) {
				t.Errorf("the list was complete at %s, and started at %s", list.Date, list.Started)
			}
		})
	}
}

// TestPager_Read_ListChanges is the table of lists that change while they are read. Each
// reading has other pages.
func TestPager_Read_ListChanges(t *testing.T) {
	t.Parallel()
	a, b, c, d := profile(uuidA, "a"), profile(uuidB, "b"), profile(uuidC, "c"), profile(uuidD, "d")
	abc := []string{page(3, a, b), page(3, c)}
	for _, test := range []struct {
		name     string
		readings [][]string
		want     []string
		// wantPages is the number of pages that are read.
		wantPages int
		// wantDate is the number of the page at whose time the list was complete.
		wantDate int
		changed  bool
		queries  []string
	}{
		{name: "it grows at its end", readings: [][]string{{page(2, a), page(3, b), page(3, c)}, abc}, want: []string{uuidA, uuidB, uuidC}, wantPages: 5},
		{
			name: "it grows at its beginning", readings: [][]string{{page(2, b), page(3, b), page(3, c)}, {page(3, a, b), page(3, c)}}, want: []string{uuidA, uuidB, uuidC}, wantPages: 5,
			queries: []string{"", "skip=1&take=100", "skip=2&take=100", "", "skip=2&take=100"},
		},
		{
			name:     "it grows at its beginning each time, and an old profile is at its end",
			readings: [][]string{{page(2, b), page(3, b), page(3, a)}, {page(3, c), page(4, c), page(4, b), page(4, a)}}, want: []string{uuidC, uuidB, uuidA}, wantPages: 7,
		},
		{name: "it grows between two readings", readings: [][]string{{page(2, a), page(2, b)}, {page(3, a, b), page(3, c)}}, want: []string{uuidA, uuidB, uuidC}, wantPages: 4},
		{
			name:     "it grows during each reading",
			readings: [][]string{{page(2, a), page(2, b)}, {page(3, a), page(4, b), page(4, c), page(4, d)}}, want: []string{uuidA, uuidB, uuidC, uuidD}, wantPages: 6,
		},
		{
			name:     "one profile is deleted and another one created, so the total stays equal",
			readings: [][]string{{page(3, a, b), page(3, d)}, {page(3, b, c), page(3, d)}}, want: []string{uuidB, uuidC, uuidD}, wantPages: 6, wantDate: 2,
		},
		{
			name:     "a profile is created at its beginning and deleted again, each time",
			readings: [][]string{{page(4, a, b), page(5, b, c), page(4)}},
			want:     []string{uuidA, uuidB, uuidC}, wantPages: 15, wantDate: 12, changed: true,
		},
		{
			name: "a profile is deleted while it is read", readings: [][]string{{page(3, a), page(2, c)}, {page(2, b), page(2, c)}},
			want: []string{uuidB, uuidC}, wantPages: 6, wantDate: 2,
		},
		{
			name:     "profiles are deleted at its end, and one is created at its beginning",
			readings: [][]string{{page(4, a, b), page(3, b)}, {page(3, c, a), page(3, b)}}, want: []string{uuidC, uuidA, uuidB}, wantPages: 6, wantDate: 2,
		},
		{name: "it ends too early, once", readings: [][]string{{page(3, a), page(3)}, abc}, want: []string{uuidA, uuidB, uuidC}, wantPages: 6, wantDate: 2},
		{name: "it repeats itself, once", readings: [][]string{{page(3, a), page(3, a)}, abc}, want: []string{uuidA, uuidB, uuidC}, wantPages: 6, wantDate: 2},
		{
			name:     "a profile is deleted during each reading",
			readings: [][]string{abc, {page(2, a), page(2, b)}, {page(2, a), page(2, c)}, {page(2, b), page(2, c)}, {page(2, c), page(2, d)}},
			want:     []string{uuidC, uuidD}, wantPages: 10, wantDate: 8, changed: true,
		},
		{
			name: "it repeats itself the last time", readings: [][]string{abc, {page(3, a), page(3, a)}, abc, {page(3, a), page(3, a)}, {page(3, a), page(3, a)}},
			want: []string{uuidA, uuidB, uuidC}, wantPages: 10, wantDate: 4, changed: true,
		},
		{
			name: "it repeats itself, but not the last time", readings: [][]string{{page(3, a), page(3, a)}, abc, {page(3, a), page(3, a)}, {page(3, a), page(3, a)}, abc},
			want: []string{uuidA, uuidB, uuidC}, wantPages: 10, wantDate: 8, changed: true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := readings(test.readings...)
			list, err := server.pager().Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, uuids(list)); diff != "" {
				t.Error(diff)
			}
			if list.Changed != test.changed || test.changed != (fmt.Sprint(list.Incomplete()) == "it changed while it was read, 5 times in a row") {
				t.Errorf("changed is %t, incomplete is %v", list.Changed, list.Incomplete())
			}
			if want := firstDate.Add(time.Duration(test.wantDate) * time.Minute); len(server.queries) != test.wantPages || !list.Date.Equal(want) {
				t.Errorf("%d pages were read, want %d; the list was complete at %s, want %s", len(server.queries), test.wantPages, list.Date, want)
			}
			if test.queries != nil {
				if diff := cmp.Diff(test.queries, server.queries); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// One old page makes the list an old copy. The list is not read again. The reason of the
// first old page counts.
func TestPager_Read_StalePage_MakesListStale(t *testing.T) {
	t.Parallel()
	for _, stale := range []map[int]string{{0: "it is old"}, {1: "it is old"}, {0: "it is old", 1: "it is older"}} {
		server := pages(page(2, profile(uuidA, "a")), page(2, profile(uuidB, "b")))
		server.stale = stale
		list, err := server.pager().Read(t.Context())
		if err != nil || list.Stale != "it is old" || list.Incomplete() == nil || list.Incomplete().Error() != "it is old" || len(server.queries) != 2 {
			t.Errorf("pages %v: got %+v after %d pages, %v", stale, list, len(server.queries), err)
		}
	}
}

func TestPager_Read_Error(t *testing.T) {
	t.Parallel()
	a, b := profile(uuidA, "a"), profile(uuidB, "b")
	for _, test := range []struct {
		name  string
		pages []string
		want  string
	}{
		{"fewer items than the total", []string{page(2, a), page(2)}, "the list ends after 1 of 2 items"},
		{"a page that repeats", []string{page(3, a), page(3, a)}, "the page after 1 of 3 items repeats an earlier one"},
		{"a last page that repeats", []string{page(3, a, b), page(3, b)}, "the page after 2 of 3 items repeats an earlier one"},
		{"a last page that repeats one of two", []string{page(4, a, b), page(4, b, profile(uuidC, "c")), page(4)}, "the page after 3 of 4 items repeats an earlier one"},
		{"an empty page before the end", []string{page(2)}, "the list ends after 0 of 2 items"},
		{"an array after a page", []string{page(3, a), "[" + b + "]"}, "an array came after a page of a longer list"},
		{"a total below zero", []string{page(-1)}, "a list was expected, found an object with the members [data skip take total]"},
		{"a total that is text", []string{`{"total":"1","data":[` + a + `]}`}, "a list was expected, found an object with the members [data total]"},
		{"a total that is too large", []string{`{"total":1e999999999,"data":[]}`}, "a list was expected, found an object with the members [data total]"},
		{"a page without a total", []string{`{"data":[` + a + `]}`}, "a list was expected, found an object with the members [data]"},
		{"a total without items", []string{`{"total":0}`}, "a list was expected, found an object with the members [total]"},
		{"items in an object", []string{`{"total":0,"data":{}}`}, "a list was expected, found an object with the members [data total]"},
		{"a profile", []string{a}, "a list was expected, found an object with the members [name uuid]"},
		{"text", []string{`"s3cret"`}, "a list was expected, found a single JSON value"},
		{"null", []string{"null"}, "a list was expected, found null"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list, err := pages(test.pages...).pager().Read(t.Context())
			if err == nil || !isResponseError(err) || !strings.HasSuffix(err.Error(), ": "+test.want) {
				t.Errorf("got %v, %v, want %s", list, err, test.want)
			}
		})
	}
}

// An item without a profile is skipped. The list then does not prove that a profile does
// not exist.
func TestPager_Read_SkippedItems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		pages []string
	}{
		{"an array", []string{`[{"name":"x"},` + profile(uuidA, "a") + `,17]`}},
		{"pages", []string{page(3, `{"name":"x"}`), page(3, profile(uuidA, "a")), page(3, "17")}},
	} {
		list, err := pages(test.pages...).pager().Read(t.Context())
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff([]string{uuidA}, uuids(list)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		const want = "2 items of the list could not be used: the profile has no uuid; a profile was expected, found a single JSON value"
		if got := list.Incomplete(); got == nil || got.Error() != want || list.Changed {
			t.Errorf("%s: got %v, changed %t", test.name, got, list.Changed)
		}
	}
}

// The error of a request ends the reading, and is returned unchanged.
func TestPager_Read_RequestFails(t *testing.T) {
	t.Parallel()
	want := errors.New("no connection")
	p := pages(page(2, profile(uuidA, "a"))).pager()
	get := p.Get
	p.Get = func(ctx context.Context, query url.Values, response *wire.Response) (pager.Origin, error) {
		if query.Has("skip") {
			return pager.Origin{}, want
		}
		return get(ctx, query, response)
	}
	if list, err := p.Read(t.Context()); !errors.Is(err, want) || list != nil {
		t.Errorf("got %v, %v", list, err)
	}
}

// A page may be read in several attempts. Only the last one counts.
func TestPager_Read_SecondAttempt(t *testing.T) {
	t.Parallel()
	p := pages("[" + profile(uuidB, "b") + "]").pager()
	get := p.Get
	p.Get = func(ctx context.Context, query url.Values, response *wire.Response) (pager.Origin, error) {
		if err := classify(response, text(`{"success":true,"payload":[`+profile(uuidA, "a")+",")); err == nil {
			t.Error("a response that is cut short is a success")
		}
		return get(ctx, query, response)
	}
	list, err := p.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{uuidB}, uuids(list)); diff != "" {
		t.Error(diff)
	}
}

func TestPager_Read_Endless(t *testing.T) {
	t.Parallel()
	server := &server{body: func(_, at int) io.Reader {
		return text(success(page(1_000_000_000, fmt.Sprintf(`{"uuid":"%08x-2222-4222-8222-222222222222"}`, at))))
	}}
	_, err := server.pager().Read(t.Context())
	if err == nil || !strings.HasSuffix(err.Error(), "the list does not end after 10000 pages") || len(server.queries) != 10_000 {
		t.Errorf("after %d pages: got %v", len(server.queries), err)
	}
}

func TestPager_Read_TooManyItems(t *testing.T) {
	t.Parallel()
	const maxItems = 100_000
	items := make([]string, maxItems+1)
	for i := range items {
		items[i] = "{}"
	}
	list, err := pages("[" + strings.Join(items[:maxItems], ",") + "]").pager().Read(t.Context())
	if err != nil || list.Skipped.Count != maxItems {
		t.Errorf("at the limit: %v", err)
	}
	for name, payloads := range map[string][]string{
		"in an array": {"[" + strings.Join(items, ",") + "]"},
		"in pages":    {page(maxItems+1, items[:maxItems]...), page(maxItems+1, "{}")},
	} {
		if _, err := pages(payloads...).pager().Read(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "the list has more than 100000 items") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// The size limit of a list applies to all its pages together.
func TestPager_Read_TooLarge(t *testing.T) {
	t.Parallel()
	server := &server{body: func(_, at int) io.Reader {
		if at == 0 {
			return text(success(page(2, profile(uuidA, "a"))))
		}
		return announced{text(""), wire.MaxList}
	}}
	if _, err := server.pager().Read(t.Context()); err == nil || !strings.Contains(err.Error(), "it is larger than ") || len(server.queries) != 2 {
		t.Errorf("after %d pages: got %v", len(server.queries), err)
	}
}

// Each page may be as large as the pages before it have left of the limit.
func TestPager_Read_PagesShareSizeLimit(t *testing.T) {
	t.Parallel()
	payloads := []string{page(4, profile(uuidA, "a")), page(4, profile(uuidB, "bb")), page(4, profile(uuidC, "ccc")), page(4, profile(uuidD, "d"))}
	p := pages(payloads...).pager()
	get := p.Get
	var limits []int64
	p.Get = func(ctx context.Context, query url.Values, response *wire.Response) (pager.Origin, error) {
		limits = append(limits, response.MaxBytes)
		return get(ctx, query, response)
	}
	if _, err := p.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := int64(wire.MaxList)
	var want []int64
	for _, payload := range payloads {
		want = append(want, left)
		left -= int64(len(success(payload)))
	}
	want = append(want, want...) // the list is read twice
	if diff := cmp.Diff(want, limits); diff != "" {
		t.Errorf("limits of the pages (-want +got):\n%s", diff)
	}
}
