// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// TestFreshnessTransport_Observe sends requests one after the other and checks what the
// last response says about itself. With fake time, no attempt takes any time.
func TestFreshnessTransport_Observe(t *testing.T) {
	t.Parallel()
	server := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	at := func(seconds int) string {
		return "Date: " + server.Add(time.Duration(seconds)*time.Second).Format(http.TimeFormat)
	}
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	type exchanged struct {
		method  string
		status  int
		headers []string
	}
	for _, test := range []struct {
		name  string
		sends []exchanged
		// date is the Date of the last response in seconds after server. Less than 0 means
		// none.
		date  int
		stale string
	}{
		{"no Date", []exchanged{{get, 200, nil}}, -1, ""},
		{"invalid Date", []exchanged{{get, 200, []string{"Date: today"}}}, -1, ""},
		{"Date", []exchanged{{get, 200, []string{at(7)}}}, 7, ""},
		{"Date of an error", []exchanged{{get, 400, []string{at(7)}}}, 7, ""},
		{"no Date after a Date", []exchanged{{get, 200, []string{at(7)}}, {get, 200, nil}}, -1, ""},
		{"30 seconds before another", []exchanged{{get, 200, []string{at(30)}}, {get, 200, []string{at(0)}}}, 0, ""},
		{
			"31 seconds before another",
			[]exchanged{{get, 200, []string{at(31)}}, {get, 200, []string{at(0)}}},
			0, "it is a copy from a cache: its Date is 31s before that of a newer response",
		},
		{
			"before an earlier one than the last",
			[]exchanged{{get, 200, []string{at(95)}}, {get, 200, []string{at(70)}}, {get, 200, []string{at(60)}}},
			60, "it is a copy from a cache: its Date is 35s before that of a newer response",
		},
		{
			"before an error",
			[]exchanged{{post, 503, []string{at(95)}}, {get, 200, []string{at(0)}}},
			0, "it is a copy from a cache: its Date is 1m35s before that of a newer response",
		},
		{"before one with an Age", []exchanged{{get, 200, []string{at(95), "Age: 1"}}, {get, 200, []string{at(0)}}}, 0, ""},
		{"Age 0", []exchanged{{get, 200, []string{at(0), "Age: 0"}}}, -1, ""},
		{"Age 1", []exchanged{{get, 200, []string{at(0), "Age: 1"}}}, -1, "it is a copy from a cache: its Age is 1s"},
		{"Age", []exchanged{{get, 200, []string{at(0), "Age: 12"}}}, -1, "it is a copy from a cache: its Age is 12s"},
		{"list of Ages", []exchanged{{get, 200, []string{"Age: 12, 0"}}}, -1, "it is a copy from a cache: its Age is 12s"},
		{"list of Ages with white space", []exchanged{{get, 200, []string{"Age: 12 , 0"}}}, -1, "it is a copy from a cache: its Age is 12s"},
		{"list of Ages that begins with 0", []exchanged{{get, 200, []string{"Age: 0, 12"}}}, -1, ""},
		{"invalid Age", []exchanged{{get, 200, []string{at(0), "Age: -12"}}}, -1, ""},
		{"Age out of range", []exchanged{{get, 200, []string{"Age: 99999999999999999999"}}}, -1, "it is a copy from a cache: its Age is 1193046h28m15s"},
		{
			"Age 0 and an old Date",
			[]exchanged{{get, 200, []string{at(95)}}, {get, 200, []string{at(0), "Age: 0"}}},
			-1, "it is a copy from a cache: its Date is 1m35s before that of a newer response",
		},
		{"successful write", []exchanged{{get, 200, []string{at(9999)}}, {post, 201, []string{at(0)}}}, 0, ""},
		{"after a successful write", []exchanged{{get, 200, []string{at(9999)}}, {del, 200, []string{at(0)}}, {get, 200, []string{at(1)}}}, 1, ""},
		{
			"before a successful write",
			[]exchanged{{get, 200, []string{at(9999)}}, {post, 201, []string{at(100)}}, {get, 200, []string{at(0)}}},
			0, "it is a copy from a cache: its Date is 1m40s before that of a newer response",
		},
		{
			"after a failed write",
			[]exchanged{{get, 200, []string{at(99)}}, {post, 503, []string{at(0)}}, {get, 200, []string{at(0)}}},
			0, "it is a copy from a cache: its Date is 1m39s before that of a newer response",
		},
		{
			"after a write from a cache",
			[]exchanged{{get, 200, []string{at(99)}}, {post, 201, []string{at(0), "Age: 0"}}, {get, 200, []string{at(0)}}},
			0, "it is a copy from a cache: its Date is 1m39s before that of a newer response",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			steps := make([]step, len(test.sends))
			for i, s := range test.sends {
				steps[i] = status(s.status, s.headers...)
			}
			client := newClient(newFakeAPI(steps...), once)
			var last *Request
			for i, s := range test.sends {
				last = newRequest(t, s.method, "https://api.example/rest")
				if err := client.Do(t.Context(), last); (err == nil) != (s.status < 300) {
					t.Errorf("%s, request %d: %v", test.name, i, err)
				}
			}
			var want time.Time
			if test.date >= 0 {
				want = server.Add(time.Duration(test.date) * time.Second)
			}
			if got := last.Date(); !got.Equal(want) || last.Stale() != test.stale {
				t.Errorf("%s: the Date is %s, want %s; stale is %q, want %q", test.name, got, want, last.Stale(), test.stale)
			}
		})
	}
}

// The clock of a proxy may be wrong, so its Date does not make other responses old.
func TestFreshnessTransport_DateOfProxy_IsIgnored(t *testing.T) {
	t.Parallel()
	client := newClient(newFakeAPI(status(502, "Date: Sat, 02 Jan 2126 03:04:05 GMT"), status(200, "Date: Fri, 02 Jan 2026 03:04:05 GMT")), once)
	page := newRequest(t, http.MethodGet, "https://api.example/rest")
	page.Classify = func(*http.Response) (apierror.Outcome, error) {
		return apierror.Ambiguous, &apierror.ResponseError{Status: http.StatusBadGateway, Reason: "a page"}
	}
	if err := client.Do(t.Context(), page); err == nil {
		t.Error("the page is a success")
	}
	r := newRequest(t, http.MethodGet, "https://api.example/rest")
	if err := client.Do(t.Context(), r); err != nil || r.Stale() != "" {
		t.Errorf("got %v, stale is %q", err, r.Stale())
	}
}

// TestFreshnessTransport_SlowResponse_IsNotStale is about a server that sets Date when it
// begins to respond, while it responds to another request later.
func TestFreshnessTransport_SlowResponse_IsNotStale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(roundTripper(func(req *http.Request) (*http.Response, error) {
			date := "Date: " + time.Now().UTC().Format(http.TimeFormat)
			if req.URL.Path == "/slow" {
				time.Sleep(50 * time.Second)
			}
			return respond(200, "", date), nil
		}))
		slow, fast := newRequest(t, http.MethodGet, "https://api.example/slow"), newRequest(t, http.MethodGet, "https://api.example/fast")
		done := make(chan error)
		go func() { done <- client.Do(t.Context(), slow) }()
		time.Sleep(49 * time.Second)
		if err := client.Do(t.Context(), fast); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil || slow.Stale() != "" {
			t.Errorf("stale is %q: %v", slow.Stale(), err)
		}
	})
}

// TestRequest_LastResponse_IsReset checks that an attempt without a response drops the
// properties of an earlier response.
func TestRequest_LastResponse_IsReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sleep := func(duration time.Duration, then step) step {
			return func(req *http.Request) (*http.Response, error) {
				time.Sleep(duration)
				return then(req)
			}
		}
		copied := status(503, "Date: "+time.Now().UTC().Format(http.TimeFormat), "Age: 5")
		dated := status(503, "Date: "+time.Now().UTC().Format(http.TimeFormat))
		for name, first := range map[string]step{"stale": copied, "dated": dated} {
			client := newClient(newFakeAPI(sleep(time.Second, first), sleep(2*time.Second, lost)), func(o *Options) { o.MaxRetries = 1 })
			r := newRequest(t, http.MethodGet, "https://api.example/rest")
			err := client.Do(t.Context(), r)
			if err == nil || !r.Date().IsZero() || r.Stale() != "" || r.Elapsed() != 2*time.Second {
				t.Errorf("%s: the Date is %s, stale is %q, the attempt took %s: %v", name, r.Date(), r.Stale(), r.Elapsed(), err)
			}
		}
	})
}
