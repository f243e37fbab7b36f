// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// always returns a rule that hits every request with one fault.
func always(fault emulator.Fault) emulator.Rule {
	return emulator.Rule{Faults: []emulator.Fault{fault}}
}

// inject injects a valid rule.
func inject(t *testing.T, e *emulator.Emulator, rule emulator.Rule) *emulator.Injection {
	t.Helper()
	injection, err := e.Inject(rule)
	if err != nil {
		t.Fatal(err)
	}
	return injection
}

// outcome is the result of a request for the client.
type outcome struct {
	status      int // 0 without a response
	contentType string
	body        string
	closed      bool // whether the connection was closed too early
}

// sendOverHTTP sends a request to an emulator behind a real HTTP server, on a new connection. On a used connection, net/http
// would retry a GET.
func sendOverHTTP(t *testing.T, e *emulator.Emulator, method, path, body string) outcome {
	t.Helper()
	server := httptest.NewServer(e)
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+emulator.BasePath+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = validHeader()
	res, err := server.Client().Do(request)
	if err != nil {
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s %s: %v", method, path, err)
		}
		return outcome{closed: true}
	}
	raw, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	return outcome{res.StatusCode, res.Header.Get("Content-Type"), string(raw), errors.Is(err, io.ErrUnexpectedEOF)}
}

// validHeader returns the header of a valid request.
func validHeader() http.Header {
	return http.Header{"X-Auth-Token": {emulator.DefaultToken}, "Content-Type": {"application/json"}}
}

// serveRequest lets the emulator serve a request without a network. It reports whether the emulator closed the connection.
func serveRequest(t *testing.T, e *emulator.Emulator, method, path, body string, header http.Header) (got *httptest.ResponseRecorder, closed bool) {
	t.Helper()
	got = httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), method, emulator.BasePath+path, strings.NewReader(body))
	request.Header = header
	defer func() {
		cause := recover()
		err, _ := cause.(error)
		closed = errors.Is(err, http.ErrAbortHandler)
		if cause != nil && !closed {
			panic(cause)
		}
	}()
	e.ServeHTTP(got, request)
	return got, false
}

func TestFault_Actions(t *testing.T) {
	t.Parallel()
	const json = "application/json"
	for name, c := range map[string]struct {
		fault   emulator.Fault
		want    outcome
		handled bool
	}{
		"respond": {
			emulator.Fault{Action: emulator.ActionRespond, Status: 503},
			outcome{503, json, `{"success":false,"message":"A rule of the emulator sets status 503","status":503}`, false}, false,
		},
		"page": {
			emulator.Fault{Action: emulator.ActionPage, Status: 502},
			outcome{502, "text/html; charset=utf-8", "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body></html>\n", false}, false,
		},
		"page with status 200": {
			emulator.Fault{Action: emulator.ActionPage, Status: 200},
			outcome{200, "text/html; charset=utf-8", "<!DOCTYPE html>\n<html><head><title>200 OK</title></head>\n<body><h1>200 OK</h1></body></html>\n", false}, false,
		},
		"reject": {
			emulator.Fault{Action: emulator.ActionReject},
			outcome{200, json, `{"success":false,"message":"A rule of the emulator rejects this request"}`, false}, false,
		},
		"empty":        {emulator.Fault{Action: emulator.ActionEmpty}, outcome{status: 204}, true},
		"close before": {emulator.Fault{Action: emulator.ActionCloseBefore}, outcome{closed: true}, false},
		"close after":  {emulator.Fault{Action: emulator.ActionCloseAfter}, outcome{closed: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEmulator(t, emulator.Options{})
			rule := inject(t, e, always(c.fault))
			got := sendOverHTTP(t, e, http.MethodPost, collection(emulator.MessagingProfile), `{"name":"x"}`)
			if got != c.want {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
			mustEqual(t, "handled", c.handled, len(e.Profiles(emulator.MessagingProfile)) == 1)
			mustEqual(t, "hits", 1, rule.Hits())
			entry := e.Requests()[0]
			mustEqual(t, "fault in the log", c.fault.Action, entry.Fault)
			mustEqual(t, "status in the log", c.want.status, entry.Status)
		})
	}
}

// The client receives the status, so the log has it. The client can see that the body is incomplete.
func TestFault_Cut_SendsHalfOfBody(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	rule := inject(t, e, always(emulator.Fault{Action: emulator.ActionCut}))
	got := sendOverHTTP(t, e, http.MethodPost, collection(emulator.MessagingProfile), `{"name":"x"}`)
	mustEqual(t, "status", http.StatusCreated, got.status)
	mustEqual(t, "closed", true, got.closed)
	mustEqual(t, "status in the log", http.StatusCreated, e.Requests()[0].Status)
	rule.Remove()
	uuid := as[string](t, e.Profiles(emulator.MessagingProfile)[0]["uuid"])
	whole := sendOverHTTP(t, e, http.MethodGet, item(emulator.MessagingProfile, uuid), "")
	mustEqual(t, "half of the body", whole.body[:len(whole.body)/2], got.body)
}

// A page of a proxy does not depend on the token. A delayed request is authenticated after the delay.
func TestFault_IsAppliedBeforeAuthentication(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	inject(t, e, emulator.Rule{Path: "/profile/messaging", Faults: []emulator.Fault{{Action: emulator.ActionPage, Status: 502}}})
	inject(t, e, emulator.Rule{Path: "/profile/outbound_voice", Faults: []emulator.Fault{{Action: emulator.ActionDelay, For: 1}}})
	for path, status := range map[string]int{"/profile/messaging": 502, "/profile/outbound_voice": 401, "/auth": 401} {
		got, _ := serveRequest(t, e, http.MethodGet, path, "", http.Header{})
		mustEqual(t, path, status, got.Code)
	}
}

func TestFault_OutsideBasePath_IsNotApplied(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	rule := inject(t, e, always(emulator.Fault{Action: emulator.ActionCloseBefore}))
	for _, path := range []string{"/page", "/restful", "/profile/messaging"} {
		got := httptest.NewRecorder()
		e.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		mustEqual(t, path, http.StatusNotFound, got.Code)
	}
	mustEqual(t, "hits", 0, rule.Hits())
}

func TestFault_RetryAfter_SetsHeader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		time.Sleep(time.Nanosecond) // the bubble's clock begins at a whole second
		for _, action := range []emulator.Action{emulator.ActionRespond, emulator.ActionPage} {
			for want, fault := range map[string]emulator.Fault{
				"":                              {},
				"120":                           {RetryAfter: 120},
				"Sat, 01 Jan 2000 00:02:01 GMT": {RetryAfter: 120, RetryAfterDate: true},
			} {
				fault.Action, fault.Status = action, http.StatusTooManyRequests
				rule := inject(t, e, always(fault))
				got, _ := serveRequest(t, e, http.MethodGet, "/auth", "", nil)
				mustEqual(t, "Retry-After of "+string(action), want, got.Header().Get("Retry-After"))
				rule.Remove()
			}
		}
	})
}

func TestFault_Delay_WaitsBeforeHandling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		inject(t, e, always(emulator.Fault{Action: emulator.ActionDelay, For: emulator.Duration(time.Hour)}))
		begin := time.Now()
		got := createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`))
		mustEqual(t, "time", time.Hour, time.Since(begin))
		mustEqual(t, "status", http.StatusCreated, got.status)
	})
}

func TestFault_Delay_ClientDisconnects_HandlesRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		inject(t, e, always(emulator.Fault{Action: emulator.ActionDelay, For: emulator.Duration(time.Hour)}))
		begin := time.Now()
		createMessaging(contextFor(t, time.Second), t, e, strings.NewReader(`{"name":"x"}`))
		mustEqual(t, "time", time.Second, time.Since(begin))
		mustEqual(t, "profiles", 1, len(e.Profiles(emulator.MessagingProfile)))
	})
}
