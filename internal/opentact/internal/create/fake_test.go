// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// The settings of the creators under test.
const (
	requestTimeout = time.Minute
	retryMaxWait   = 10 * time.Second
)

// shape is that of the profiles in these tests.
var shape = wire.Shape{Fields: []string{wire.UUID, wire.Name, wire.CreatedOn, "weight", "url"}}

func uuid(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// profile returns the JSON of a profile with more members.
func profile(n int, members string) string { return fmt.Sprintf(`{"uuid":%q,%s}`, uuid(n), members) }

// fieldsOf returns the raw fields of a JSON object.
func fieldsOf(object string) (fields wire.RawFields) {
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		panic(err)
	}
	return fields
}

// readList reads a list through a pager. The server's time is date. The function page
// returns the payload of the page after skip items.
func readList(ctx context.Context, date time.Time, page func(skip int) (payload string, err error)) (*pager.List, error) {
	p := pager.Pager{Shape: shape, Get: func(_ context.Context, query url.Values, response *wire.Response) (pager.Origin, error) {
		skip, _ := strconv.Atoi(query.Get("skip")) // the first page has none
		payload, err := page(skip)
		if err != nil {
			return pager.Origin{}, err
		}
		body := io.NopCloser(strings.NewReader(`{"success":true,"payload":` + payload + `}`))
		_, err = response.Classify(&http.Response{StatusCode: http.StatusOK, Body: body})
		return pager.Origin{Started: time.Now(), Date: date}, err
	}}
	return p.Read(ctx)
}

// sleep waits, unless the context ends first.
func sleep(ctx context.Context, wait time.Duration) error {
	select {
	case <-time.After(wait):
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// about returns the request of an error with an outcome.
func about(last apierror.Outcome) apierror.Request {
	return apierror.Request{Operation: "create thing", Method: http.MethodPost, URL: "https://api.example/things", Attempts: 1, Last: last}
}

func lostTo(err error) error {
	return &apierror.TransportError{Request: about(apierror.Ambiguous), Err: err}
}

func page(status int) error {
	return &apierror.ResponseError{Request: about(apierror.Ambiguous), Status: status, Reason: "an HTML page"}
}

func rejected(status int, message string) error {
	return &apierror.APIError{Request: about(apierror.Rejected), Status: status, Message: message}
}

func notSent(err error) error {
	return &apierror.TransportError{Request: apierror.Request{Operation: "create thing"}, Err: err}
}

// exchange is one request of a script and how it ends.
type exchange struct {
	// pages are the payloads of the response. Only a list has several.
	pages []string
	err   error
	// made is the number of the profile that a POST makes from what was sent, or 0.
	made int
	// changes reports whether the list loses a profile each time that its pages are read.
	changes bool
	// wait is how long the request takes.
	wait time.Duration
	// old says why a list is an old copy from a cache.
	old string
}

func lists(items ...string) exchange { return inPages("[" + strings.Join(items, ",") + "]") }

func inPages(payloads ...string) exchange { return exchange{pages: payloads} }

func shows(object string) exchange { return inPages(object) }

func fails(err error) exchange { return exchange{err: err} }

// makes is a POST whose response shows what was sent, with a UUID.
func makes(n int) exchange { return exchange{made: n} }

// taking returns the exchange with a duration.
func (e exchange) taking(wait time.Duration) exchange {
	e.wait = wait
	return e
}

// stale returns the exchange as an old copy from a cache.
func (e exchange) stale(why string) exchange {
	e.old = why
	return e
}

// changing is a list that always changes while it is read.
var changing = exchange{changes: true}

// lost is a request whose response is lost.
var lost = fails(lostTo(io.ErrUnexpectedEOF))

// script is an API that responds as a test says. After the last entry of posts or
// lists, that entry is used again. The clock of the server advances by ten seconds with
// each request. A profile without a time was created by the last POST, or long ago if
// the first list shows it.
type script struct {
	posts, lists []exchange
	gets         map[string]exchange
	// timeless reports whether the server shows no times.
	timeless bool

	mu                     sync.Mutex
	posted, listed, gotten int
	// adopted are the arguments of Adopt.
	adopted []string
	// known are the fields that the last list was told of.
	known wire.RawFields
	// requests counts all requests. created is the time of the last POST.
	requests int
	created  time.Time
	// old are the profiles of the first list.
	old map[string]bool
}

// serverStart is the time of the server before the first request.
var serverStart = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// date counts a request, and returns its time on the server's clock.
func (s *script) date() time.Time {
	s.requests++
	if s.timeless {
		return time.Time{}
	}
	return serverStart.Add(time.Duration(s.requests) * 10 * time.Second)
}

// fillCreated adds the time of creation to a profile that shows none.
func (s *script) fillCreated(fields wire.RawFields) {
	created := s.created
	if s.old[fields.UUID()] {
		created = serverStart.AddDate(-6, 0, 0)
	}
	if _, ok := fields[wire.CreatedOn]; !ok && !s.timeless {
		fields[wire.CreatedOn] = json.RawMessage(strconv.Quote(created.Format(time.RFC3339)))
	}
}

func next(of []exchange, done *int) exchange {
	entry := of[min(*done, len(of)-1)]
	*done++
	return entry
}

// creator returns a creator that uses the script.
func (s *script) creator(change ...func(*create.Options)) *create.Creator {
	options := create.Options{
		List: s.list, Baseline: s.list, Get: s.get, Same: same, Compare: compare,
		Adopt: func(uuid string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.adopted = append(s.adopted, uuid)
		},
		RequestTimeout: requestTimeout, RetryMaxWait: retryMaxWait, MaxRetries: 2,
		MaxWait: func(retry int) time.Duration { return time.Second << retry },
	}
	for _, f := range change {
		f(&options)
	}
	return create.New(options)
}

func same(_ string, a, b json.RawMessage) bool { return bytes.Equal(a, b) }

func compare(field string, sent, got wire.RawFields) apierror.Mismatch {
	return apierror.Mismatch{Field: field, Sent: string(sent[field]), Got: string(got[field])}
}

// create creates a profile with the members of a JSON object.
func (s *script) create(ctx context.Context, c *create.Creator, object string) (create.Result, error) {
	sent := fieldsOf(object)
	return c.Create(ctx, create.Request{Name: sent.Text(wire.Name), Sent: sent, Info: apierror.Request{Operation: "create thing"}, Post: func(ctx context.Context) (create.Response, error) {
		return s.post(ctx, sent)
	}})
}

// post is not interrupted once it is sent.
func (s *script) post(ctx context.Context, sent wire.RawFields) (create.Response, error) {
	if err := ctx.Err(); err != nil {
		return create.Response{}, notSent(err)
	}
	s.mu.Lock()
	entry := next(s.posts, &s.posted)
	s.created = s.date()
	s.mu.Unlock()
	time.Sleep(entry.wait)
	if entry.err != nil {
		return create.Response{}, entry.err
	}
	fields := maps.Clone(sent)
	if entry.made == 0 {
		fields = fieldsOf(entry.pages[0])
	} else {
		fields[wire.UUID] = json.RawMessage(strconv.Quote(uuid(entry.made)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fillCreated(fields)
	return create.Response{Fields: fields, Date: s.created, Elapsed: entry.wait}, nil
}

func (s *script) list(ctx context.Context, known wire.RawFields) (*pager.List, error) {
	if err := ctx.Err(); err != nil {
		return nil, notSent(err)
	}
	s.mu.Lock()
	entry := next(s.lists, &s.listed)
	isFirst := s.listed == 1
	s.known = known
	s.mu.Unlock()
	if err := sleep(ctx, entry.wait); err != nil {
		return nil, lostTo(err)
	}
	if entry.err != nil {
		return nil, entry.err
	}
	s.mu.Lock()
	date := s.date()
	s.mu.Unlock()
	pages, readings := 0, 0
	list, err := readList(ctx, date, func(skip int) (string, error) {
		if skip == 0 {
			pages, readings = 0, readings+1
		}
		pages++
		if entry.changes {
			return fmt.Sprintf(`{"total":2,"data":[%s]}`, profile(100*pages+readings, `"name":"z"`)), nil
		}
		return entry.pages[pages-1], nil // the pages are the same each time that the list is read
	})
	if err != nil {
		return nil, err
	}
	list.Stale = entry.old
	s.mu.Lock()
	defer s.mu.Unlock()
	if isFirst {
		s.old = make(map[string]bool)
	}
	for _, listed := range list.Profiles {
		if isFirst {
			s.old[listed.UUID] = true
		}
		s.fillCreated(listed.Fields)
	}
	return list, nil
}

func (s *script) get(ctx context.Context, uuid string, _ wire.RawFields) (wire.RawFields, error) {
	s.mu.Lock()
	s.gotten++
	s.mu.Unlock()
	entry, ok := s.gets[uuid]
	if !ok {
		return nil, rejected(http.StatusNotFound, "no such thing")
	}
	if err := sleep(ctx, entry.wait); err != nil || entry.err != nil {
		return nil, lostOr(err, entry.err)
	}
	return fieldsOf(entry.pages[0]), nil
}

// lostOr returns the error of an interrupted request, or another one.
func lostOr(interrupted, other error) error {
	if interrupted != nil {
		return lostTo(interrupted)
	}
	return other
}

// wantRequests compares how many POSTs and lists were sent in all.
func (s *script) wantRequests(t *testing.T, posts, lists int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.posted != posts || s.listed != lists {
		t.Errorf("%d POSTs and %d lists were sent, want %d and %d", s.posted, s.listed, posts, lists)
	}
}
