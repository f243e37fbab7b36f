// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// TestRetryPolicy is the policy: which request is sent again after which
// failure, and which create is left with an unknown outcome.
func TestRetryPolicy(t *testing.T) {
	t.Parallel()
	const again, once = 3, 1 // the client of these tests has two retries
	failures := []struct {
		name              string
		reply             reply
		safe, post        int
		postOutcomeKnown  bool
		getIsAnAPIError   bool
		getStatusExpected int
	}{
		{name: "429 JSON", reply: refusal(429, "slow down"), safe: again, post: again, postOutcomeKnown: true, getIsAnAPIError: true},
		{name: "429 HTML", reply: reply{status: 429, body: "<html>"}, safe: again, post: again, postOutcomeKnown: true},
		{name: "500 JSON", reply: refusal(500, "oops"), safe: again, post: once, getIsAnAPIError: true},
		{name: "502 HTML", reply: reply{status: 502, body: "<html>"}, safe: again, post: once},
		{name: "503 JSON", reply: refusal(503, "busy"), safe: again, post: once, getIsAnAPIError: true},
		{name: "504 HTML", reply: reply{status: 504, body: "<html>"}, safe: again, post: once},
		{name: "closed before the answer", reply: reply{drop: true}, safe: again, post: once},
		{name: "cut in the middle", reply: reply{status: 200, body: `{"success":true,"payload":` + profileA + `}`, cut: true}, safe: again, post: once},
		{name: "JSON that breaks off", reply: reply{status: 200, body: `{"success":true,"payl`}, safe: again, post: once},
		{name: "JSON that ends between two tokens", reply: reply{status: 200, body: `{"success":true,"payload":{}`}, safe: again, post: once},
		{name: "JSON that ends at its beginning", reply: reply{status: 200, body: `{`}, safe: again, post: once},
		{name: "501", reply: refusal(501, "no"), safe: once, post: once, getIsAnAPIError: true},
		{name: "400 JSON with a payload", reply: reply{status: 400, body: `{"success":false,"message":"bad","payload":["x"]}`}, safe: once, post: once, postOutcomeKnown: true, getIsAnAPIError: true},
		{name: "400 JSON", reply: refusal(400, "bad"), safe: once, post: once, postOutcomeKnown: true, getIsAnAPIError: true},
		{name: "401 JSON", reply: refusal(401, "who?"), safe: once, post: once, postOutcomeKnown: true, getIsAnAPIError: true},
		{name: "403 JSON", reply: refusal(403, "no"), safe: once, post: once, postOutcomeKnown: true, getIsAnAPIError: true},
		{name: "409 JSON", reply: refusal(409, "in use"), safe: once, post: once, postOutcomeKnown: true, getIsAnAPIError: true},
		{name: "403 HTML", reply: reply{status: 403, body: "<html>"}, safe: once, post: once},
		{name: "404 HTML", reply: reply{status: 404, body: "<html>"}, safe: once, post: once},
		{name: "200 success:false", reply: refusal(200, "no"), safe: once, post: once, postOutcomeKnown: true, getIsAnAPIError: true},
		{name: "200 HTML", reply: reply{status: 200, body: "<html>"}, safe: once, post: once},
		{name: "302", reply: reply{status: 302, header: map[string]string{"Location": "https://elsewhere.example/x?y"}}, safe: once, post: once},
	}
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete, http.MethodPost} {
				a := newCreateAPI(t, f.reply)
				err := send(t, a, method)
				if err == nil {
					t.Fatalf("%s: no error", method)
				}
				want := f.safe
				if method == http.MethodPost {
					want = f.post
				}
				if got := len(a.log()); got != want {
					t.Errorf("%s was sent %d times, want %d", method, got, want)
				}
				_, unknown := errors.AsType[*opentact.UnknownOutcomeError](err)
				if wantUnknown := method == http.MethodPost && !f.postOutcomeKnown; unknown != wantUnknown {
					t.Errorf("%s: unknown outcome is %t, want %t: %v", method, unknown, wantUnknown, err)
				}
				if _, isAPI := errors.AsType[*opentact.APIError](err); isAPI != f.getIsAnAPIError {
					t.Errorf("%s: an APIError is %t, want %t: %v", method, isAPI, f.getIsAnAPIError, err)
				}
			}
		})
	}
}

func send(t *testing.T, a *api, method string) error {
	t.Helper()
	profiles := opentact.CollectionOf(a.client(t), &messaging)
	var err error
	switch method {
	case http.MethodGet:
		_, err = profiles.Get(t.Context(), at(uuidA, messagingFields{}))
	case http.MethodPatch:
		_, err = profiles.Update(t.Context(), at(uuidA, messagingFields{}), messagingFields{Named: named("a")})
	case http.MethodDelete:
		err = profiles.Delete(t.Context(), at(uuidA, messagingFields{}))
	case http.MethodPost:
		_, err = profiles.Create(t.Context(), messagingFields{Named: named("a")})
	}
	return err
}

func TestPostIsSentAgainWhenItNeverLeft(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, ok(profileA))
	client := a.client(t)
	a.Close() // from here on nothing listens
	_, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), messagingFields{Named: named("a")})
	transport, isTransport := errors.AsType[*opentact.TransportError](err)
	if !isTransport || transport.Sent || transport.Attempts != 3 {
		t.Errorf("got %#v, want a TransportError after 3 attempts none of which was sent", err)
	}
	if _, unknown := errors.AsType[*opentact.UnknownOutcomeError](err); unknown {
		t.Errorf("the outcome is known, nothing was sent: %v", err)
	}
}

func TestRetriesEndInSuccess(t *testing.T) {
	t.Parallel()
	a := newAPI(t, reply{status: 503, body: "busy"}, reply{drop: true}, ok(profileA))
	got, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	if err != nil || got.UUID != uuidA {
		t.Errorf("got %v, %v", got, err)
	}
}

// A broken answer followed by an unread one: each attempt is judged by itself.
func TestLastAttemptDecides(t *testing.T) {
	t.Parallel()
	a := newAPI(t, reply{status: 200, body: `{"success":true,"payl`}, refusal(503, "first"), refusal(503, "second"))
	_, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	apiErr, isAPI := errors.AsType[*opentact.APIError](err)
	if !isAPI || apiErr.Message != "second" || apiErr.Attempts != 3 {
		t.Errorf("got %v, want the third attempt's error", err)
	}
}

// gate holds every request but lists until it is opened.
type gate struct {
	arrived, open chan struct{}
	next          http.Handler
}

func (g gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isList(r) {
		g.arrived <- struct{}{}
		<-g.open
	}
	g.next.ServeHTTP(w, r)
}

func TestCancellationDoesNotTearAWrite(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			a := newCreateAPI(t, ok(profileA))
			g := gate{arrived: make(chan struct{}, 1), open: make(chan struct{}), next: a.Config.Handler}
			a.Config.Handler = g
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			profiles := opentact.CollectionOf(a.client(t), &messaging)
			go func() {
				var err error
				switch method {
				case http.MethodPost:
					_, err = profiles.Create(ctx, messagingFields{Named: named("a")})
				case http.MethodPatch:
					_, err = profiles.Update(ctx, at(uuidA, messagingFields{}), messagingFields{Named: named("a")})
				case http.MethodDelete:
					err = profiles.Delete(ctx, at(uuidA, messagingFields{}))
				case http.MethodGet:
					_, err = profiles.Get(ctx, at(uuidA, messagingFields{}))
				}
				done <- err
			}()
			<-g.arrived
			cancel()
			if method == http.MethodGet {
				if err := <-done; !errors.Is(err, context.Canceled) {
					t.Errorf("a read ends with its context, got %v", err)
				}
				close(g.open)
				return
			}
			close(g.open)
			if err := <-done; err != nil {
				t.Errorf("the write was finished, and yet: %v", err)
			}
		})
	}
}

func TestCancelledBeforehandSendsNothing(t *testing.T) {
	t.Parallel()
	a := newCreateAPI(t, ok(profileA))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := opentact.CollectionOf(a.client(t), &messaging).Create(ctx, messagingFields{Named: named("a")})
	if !errors.Is(err, context.Canceled) || len(a.log()) != 0 {
		t.Errorf("got %v after the requests %v", err, a.log())
	}
	if _, unknown := errors.AsType[*opentact.UnknownOutcomeError](err); unknown {
		t.Errorf("the outcome is known: %v", err)
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	a := newCreateAPI(t, reply{status: 429, header: map[string]string{"Retry-After": "3600"}, body: "{}"})
	client := a.client(t, func(c *opentact.Config) {
		c.RetryMaxWait = time.Hour
		c.Log = func(context.Context, opentact.Attempt) { cancel() }
	})
	_, err := opentact.CollectionOf(client, &messaging).Create(ctx, messagingFields{Named: named("a")})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, unknown := errors.AsType[*opentact.UnknownOutcomeError](err); unknown {
		t.Errorf("a 429 says that nothing happened: %v", err)
	}
}

func TestAttemptTimeout(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok(profileA))
	g := gate{arrived: make(chan struct{}, 9), open: make(chan struct{}), next: a.Config.Handler}
	a.Config.Handler = g
	t.Cleanup(func() { close(g.open) })
	client := a.client(t, func(c *opentact.Config) { c.RequestTimeout = 20 * time.Millisecond })
	_, err := opentact.CollectionOf(client, &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	if transport, isTransport := errors.AsType[*opentact.TransportError](err); !isTransport || transport.Attempts != 3 {
		t.Errorf("got %v, want a TransportError after 3 attempts", err)
	}
	wantInError(t, err, "request_timeout (20ms)")
}

// The time of an attempt includes the reading of its answer.
func TestAttemptTimeoutInTheMiddleOfAnAnswer(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok(profileA))
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"success":true,"payload":{`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // until the client hangs up
	})
	client := a.client(t, func(c *opentact.Config) { c.RequestTimeout, c.MaxRetries = 20*time.Millisecond, 1 })
	_, err := opentact.CollectionOf(client, &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	if transport, isTransport := errors.AsType[*opentact.TransportError](err); !isTransport || transport.Attempts != 2 {
		t.Errorf("got %v, want a TransportError after 2 attempts", err)
	}
	wantInError(t, err, "request_timeout (20ms)")
}
