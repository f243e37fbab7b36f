// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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
var shape = wire.Shape{Fields: []string{wire.UUID, wire.Name, "weight", "url"}}

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

// readList reads a list through a pager. The function page returns the payload of the
// page after skip items.
func readList(ctx context.Context, page func(skip int) (payload string, err error)) (*pager.List, error) {
	p := pager.Pager{Shape: shape, Get: func(_ context.Context, query url.Values, response *wire.Response) (pager.Origin, error) {
		skip, _ := strconv.Atoi(query.Get("skip")) // the first page has none
		payload, err := page(skip)
		if err != nil {
			return pager.Origin{}, err
		}
		body := io.NopCloser(strings.NewReader(`{"success":true,"payload":` + payload + `}`))
		_, err = response.Classify(&http.Response{StatusCode: http.StatusOK, Body: body})
		return pager.Origin{Started: time.Now()}, err
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
	// changes reports whether the list loses a profile each time that its pages are read.
	changes bool
	// wait is how long the request takes.
	wait time.Duration
}

func lists(items ...string) exchange { return inPages("[" + strings.Join(items, ",") + "]") }

func inPages(payloads ...string) exchange { return exchange{pages: payloads} }

func shows(object string) exchange { return inPages(object) }

func fails(err error) exchange { return exchange{err: err} }

// taking returns the exchange with a duration.
func (e exchange) taking(wait time.Duration) exchange {
	e.wait = wait
	return e
}

// changing is a list that always changes while it is read.
var changing = exchange{changes: true}

// lost is a request whose response is lost.
var lost = fails(lostTo(io.ErrUnexpectedEOF))

// script is an API that responds as a test says. After the last entry of posts or
// lists, that entry is used again.
type script struct {
	posts, lists []exchange
	gets         map[string]exchange

	mu                     sync.Mutex
	posted, listed, gotten int
	// adopted are the arguments of Adopt.
	adopted []string
	// known are the fields that the last list was told of.
	known wire.RawFields
}

func next(of []exchange, done *int) exchange {
	entry := of[min(*done, len(of)-1)]
	*done++
	return entry
}

// creator returns a creator that uses the script.
func (s *script) creator(change ...func(*create.Options)) *create.Creator {
	options := create.Options{
		List: s.list, Get: s.get, Same: same, Show: show,
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

func show(field string, of wire.RawFields, sent ...wire.RawFields) string {
	return fmt.Sprintf("%s beside %d", of[field], len(sent))
}

// create creates a profile with the members of a JSON object.
func (s *script) create(ctx context.Context, c *create.Creator, object string) (create.Result, error) {
	sent := fieldsOf(object)
	return c.Create(ctx, create.Request{Name: sent.Text(wire.Name), Sent: sent, Info: apierror.Request{Operation: "create thing"}, Post: s.post})
}

// post is not interrupted once it is sent.
func (s *script) post(ctx context.Context) (wire.RawFields, error) {
	if err := ctx.Err(); err != nil {
		return nil, notSent(err)
	}
	s.mu.Lock()
	entry := next(s.posts, &s.posted)
	s.mu.Unlock()
	time.Sleep(entry.wait)
	if entry.err != nil {
		return nil, entry.err
	}
	return fieldsOf(entry.pages[0]), nil
}

func (s *script) list(ctx context.Context, known wire.RawFields) (*pager.List, error) {
	if err := ctx.Err(); err != nil {
		return nil, notSent(err)
	}
	s.mu.Lock()
	entry := next(s.lists, &s.listed)
	s.known = known
	s.mu.Unlock()
	if err := sleep(ctx, entry.wait); err != nil {
		return nil, lostTo(err)
	}
	if entry.err != nil {
		return nil, entry.err
	}
	pages, readings := 0, 0
	return readList(ctx, func(skip int) (string, error) {
		if skip == 0 {
			pages, readings = 0, readings+1
		}
		pages++
		if entry.changes {
			return fmt.Sprintf(`{"total":2,"data":[%s]}`, profile(100*pages+readings, `"name":"z"`)), nil
		}
		return entry.pages[pages-1], nil // the pages are the same each time that the list is read
	})
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
