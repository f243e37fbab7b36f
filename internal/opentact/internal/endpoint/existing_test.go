// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/transport"
)

// after returns a reply that takes a time.
func (r reply) after(wait time.Duration) reply {
	r.meanwhile = func() { time.Sleep(wait) }
	return r
}

// wantCreate creates a profile, and compares the requests since the last check. Without a
// baseline, the create reads a list, which fails once here.
func (a *fakeAPI) wantCreate(t *testing.T, e *Endpoint, hasBaseline bool) {
	t.Helper()
	a.mu.Lock()
	a.lists, a.script = []reply{badGateway, success(`[]`)}, []reply{success(whole(uuidB, `"name":"b"`))}
	a.mu.Unlock()
	_, err := e.Create(t.Context(), raw(`{"name":"b"}`))
	wantError(t, err, "")
	if hasBaseline {
		a.wantRequests(t, `POST {"name":"b"}`)
		return
	}
	a.wantRequests(t, "LIST", "LIST", `POST {"name":"b"}`)
}

func TestEndpoint_Existing_Success_ReadsListOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{lists: []reply{success(`[` + whole(uuidA, "") + `]`).after(time.Second)}}
		e := a.endpoint()
		first := func() string {
			list, err := e.Existing(t.Context())
			if err != nil || len(list.Profiles) != 1 || list.Profiles[0].Decoded != "decoded" {
				t.Errorf("got %+v, %v", list, err)
			}
			return fmt.Sprintf("%p", list)
		}
		var working sync.WaitGroup
		for range 100 {
			working.Go(func() { first() })
		}
		working.Wait()
		want := first()
		a.wantRequests(t, "LIST")
		a.wantCreate(t, e, true)
		time.Sleep(time.Hour)
		if got := first(); got != want {
			t.Error("a later call returned another list")
		}
		a.wantRequests(t)
	})
}

// wantServed checks whether a list serves a read after the first reads.
func wantServed(t *testing.T, e *Endpoint, want bool) {
	t.Helper()
	for range listcache.SingleReads {
		e.Cached(t.Context(), uuidA)
	}
	if got := e.Cached(t.Context(), uuidA) != nil; got != want {
		t.Errorf("a list serves a read: %t, want %t", got, want)
	}
}

// A create does not adopt a profile that was in the list. Its own lists are retried.
func TestEndpoint_Existing_LaterCreate_DoesNotAdopt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shown := success(`[` + whole(uuidA, "") + `]`)
		a := &fakeAPI{retries: 1, script: []reply{badGateway, success(whole(uuidB, ""))}, lists: []reply{shown, badGateway, shown}}
		e := a.endpoint()
		_, err := e.Existing(t.Context())
		wantError(t, err, "")
		got, err := e.Create(t.Context(), raw(`{"name":"a"}`))
		wantError(t, err, "")
		if got.Fields.UUID() != uuidB {
			t.Errorf("got %s", got.Fields)
		}
		const post = `POST {"name":"a"}`
		a.wantRequests(t, "LIST", post, "LIST", "LIST", "LIST", post, "LIST")
	})
}

// After a failure, later calls return the same error without a request. A create reads its
// own list. Existing does not retry requests.
func TestEndpoint_Existing_Failure_IsReturnedAgain(t *testing.T) {
	t.Parallel()
	stale := success(`[]`)
	stale.age = "7"
	repeats := success(`{"total":9,"data":[` + whole(uuidA, "") + `]}`)
	for name, test := range map[string]struct {
		lists []reply
		want  string
		// requests is the number of requests for the list. 0 means 1.
		requests int
	}{
		"rejected":             {[]reply{rejection(http.StatusForbidden, "no lists")}, "status 403: no lists", 0},
		"credentials rejected": {[]reply{rejection(http.StatusUnauthorized, "who?")}, "rejected the token from the test", 0},
		"busy":                 {[]reply{rejection(http.StatusServiceUnavailable, "busy")}, "status 503: busy", 0},
		"lost":                 {[]reply{{}}, "the connection was closed", 0},
		"stale":                {[]reply{stale}, "it is a copy from a cache: its Age is 7s", 0},
		"second page fails":    {[]reply{success(`{"total":2,"data":[` + whole(uuidA, "") + `]}`), badGateway}, "status 502", 2},
		"pages repeat":         {[]reply{repeats}, "repeats an earlier one", 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{retries: 2, lists: test.lists}
			e := a.endpoint()
			list, first := e.Existing(t.Context())
			wantError(t, first, test.want)
			if list != nil {
				t.Errorf("got %+v", list)
			}
			if got := len(a.requests); got != max(test.requests, 1) {
				t.Errorf("%d requests, want %d", got, max(test.requests, 1))
			}
			a.requests = nil
			a.wantCreate(t, e, false)
			if list, err := e.Existing(t.Context()); list != nil || err != first { //nolint:errorlint // it must be the same error
				t.Errorf("later: got %v, %v", list, err)
			}
			a.wantRequests(t)
			a.lists = []reply{success(`[` + whole(uuidA, "") + `]`)}
			wantServed(t, e, true)
			a.wantRequests(t, "LIST")
		})
	}
}

// Existing also returns a list that may lack a profile, but such a list is not the baseline.
func TestEndpoint_Existing_EachList_IsBaselineIfComplete(t *testing.T) {
	t.Parallel()
	page := func(total int, uuids ...string) reply {
		items := make([]string, len(uuids))
		for i, uuid := range uuids {
			items[i] = whole(uuid, "")
		}
		return success(fmt.Sprintf(`{"total":%d,"data":[%s]}`, total, strings.Join(items, ",")))
	}
	var changing []reply
	for n := range 5 {
		changing = append(changing, page(2, fmt.Sprintf("%08x-0000-4000-8000-000000000000", 100+n)), page(2, uuidC))
	}
	for name, test := range map[string]struct {
		lists      []reply
		profiles   int
		isBaseline bool
	}{
		"empty":             {[]reply{success(`[]`)}, 0, true},
		"paged":             {slices.Repeat([]reply{page(2, uuidA), page(2, uuidC)}, 2), 2, true},
		"growing":           {[]reply{page(2, uuidA), page(3, uuidC), page(3, uuidD), page(3, uuidA), page(3, uuidC), page(3, uuidD)}, 3, true},
		"changing":          {changing, 2, false},
		"malformed profile": {[]reply{success(`[` + whole(uuidA, `"limit":"x"`) + `]`)}, 1, true},
		"partial profile":   {[]reply{success(`[` + part(uuidA, `"name":"a"`) + `]`)}, 1, true},
		"malformed item":    {[]reply{success(`[` + whole(uuidA, "") + `,1]`)}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{retries: 2, lists: slices.Clone(test.lists)}
			e := a.endpoint()
			list, err := e.Existing(t.Context())
			if err != nil || len(list.Profiles) != test.profiles || (list.Incomplete() == nil) != test.isBaseline {
				t.Fatalf("got %+v, %v", list, err)
			}
			if got := len(a.requests); got != len(test.lists) {
				t.Errorf("%d requests, want %d", got, len(test.lists))
			}
			a.requests = nil
			a.wantCreate(t, e, test.isBaseline)
		})
	}
}

// The wait of Existing includes a login. A list that arrives later serves reads, but is not
// the baseline.
func TestEndpoint_Existing_Slow_EndsWait(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		requestTimeout, wait time.Duration
		want                 string
	}{
		"long request timeout":  {time.Minute, 15 * time.Second, "it took longer than 15s"},
		"equal request timeout": {15 * time.Second, 15 * time.Second, "it took longer than request_timeout (15s)"},
		"short request timeout": {5 * time.Second, 5 * time.Second, "it took longer than request_timeout (5s)"},
	} {
		for slow, login := range map[string]time.Duration{"list": 0, "login": 20 * time.Second} {
			t.Run(name+", "+slow, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					a := &fakeAPI{retries: 2, lists: []reply{success(`[` + whole(uuidA, "") + `]`).after(20*time.Second - login)}}
					e := a.endpoint()
					e.api.RequestTimeout = test.requestTimeout
					do := e.api.Do
					e.api.Do = func(ctx context.Context, r *transport.Request) error {
						time.Sleep(login)
						return do(ctx, r)
					}
					start := time.Now()
					var working sync.WaitGroup
					for range 10 {
						working.Go(func() {
							list, err := e.Existing(t.Context())
							want := "list test profiles (GET https://api.example/rest/profile/test): no response: " + test.want
							if list != nil || err == nil || err.Error() != want || time.Since(start) != test.wait {
								t.Errorf("after %s: got %v, %v", time.Since(start), list, err)
							}
							if _, ok := errors.AsType[*apierror.TransportError](err); !ok || !apierror.IsTimeout(err) || apierror.OutcomeOf(err) != apierror.Ambiguous {
								t.Errorf("got a %T with the outcome %s", err, apierror.OutcomeOf(err))
							}
						})
					}
					working.Wait()
					time.Sleep(time.Until(start.Add(21 * time.Second)))
					wantServed(t, e, true)
					a.wantRequests(t, "LIST")
					if _, err := e.Existing(t.Context()); err == nil {
						t.Error("the error is not remembered")
					}
					a.wantCreate(t, e, false)
				})
			})
		}
	}
}

// A caller whose ctx ends returns at once. The others get the list.
func TestEndpoint_Existing_ContextEnds_OthersGetList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{lists: []reply{success(`[]`).after(10 * time.Second)}}
		e := a.endpoint()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		var working sync.WaitGroup
		for n := range 6 {
			working.Go(func() {
				if n > 0 {
					time.Sleep(time.Millisecond) // after the one that gives up
					if list, err := e.Existing(t.Context()); err != nil || list == nil {
						t.Errorf("got %v, %v", list, err)
					}
					return
				}
				if list, err := e.Existing(ctx); list != nil || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
					t.Errorf("after %s: got %v, %v", time.Since(start), list, err)
				}
			})
		}
		working.Wait()
		a.wantRequests(t, "LIST")
		a.wantCreate(t, e, true)
	})
}

func TestEndpoint_Existing_ContextEnded_SendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{}
		e := a.endpoint()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if list, err := e.Existing(ctx); list != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, %v", list, err)
		}
		synctest.Wait()
		a.wantRequests(t)
		_, err := e.Existing(t.Context())
		wantError(t, err, "")
		a.wantRequests(t, "LIST")
	})
}

// While Existing reads the list, a create reads its own list. The create does not wait for
// the list of Existing.
func TestEndpoint_Existing_DuringCreate_BothReadList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &fakeAPI{
			script: []reply{success(whole(uuidA, ""))},
			lists:  []reply{success(`[]`).after(10 * time.Second), success(`[]`)},
		}
		e := a.endpoint()
		var working sync.WaitGroup
		working.Go(func() {
			_, err := e.Existing(t.Context())
			wantError(t, err, "")
		})
		time.Sleep(time.Second)
		start := time.Now()
		_, err := e.Create(t.Context(), raw(`{"name":"a"}`))
		wantError(t, err, "")
		if took := time.Since(start); took != 0 {
			t.Errorf("the create waited for %s", took)
		}
		working.Wait()
		a.wantRequests(t, "LIST", "LIST", `POST {"name":"a"}`)
	})
}
