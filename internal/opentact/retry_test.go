// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// TestClient_RetryPolicy tests the retry policy of operations. It shows which requests are
// retried after which failure, and which creates are ambiguous.
func TestClient_RetryPolicy(t *testing.T) {
	t.Parallel()
	const retried, once = 3, 1 // the client of these tests has two retries
	for _, test := range []struct {
		name  string
		reply reply
		// safe is the number of GETs, PATCHes or DELETEs, post that of POSTs.
		safe, post  int
		isRejection bool // or throttled: a create is not ambiguous
		isAPIError  bool
	}{
		{name: "429 JSON", reply: rejection(429, "slow down"), safe: retried, post: retried, isRejection: true, isAPIError: true},
		{name: "429 HTML", reply: reply{status: 429, body: "<html>"}, safe: retried, post: retried, isRejection: true},
		{name: "500 JSON", reply: rejection(500, "oops"), safe: retried, post: once, isAPIError: true},
		{name: "502 HTML", reply: reply{status: 502, body: "<html>"}, safe: retried, post: once},
		{name: "503 JSON", reply: rejection(503, "busy"), safe: retried, post: once, isAPIError: true},
		{name: "504 HTML", reply: reply{status: 504, body: "<html>"}, safe: retried, post: once},
		{name: "closed before the response", reply: reply{drop: true}, safe: retried, post: once},
		{name: "closed in the middle of the response", reply: reply{status: 200, body: `{"success":true,"payload":` + profileA + `}`, cut: true}, safe: retried, post: once},
		{name: "JSON cut short", reply: reply{status: 200, body: `{"success":true,"payl`}, safe: retried, post: once},
		{name: "JSON cut short between two tokens", reply: reply{status: 200, body: `{"success":true,"payload":{}`}, safe: retried, post: once},
		{name: "JSON cut short after one byte", reply: reply{status: 200, body: `{`}, safe: retried, post: once},
		{name: "501", reply: rejection(501, "no"), safe: once, post: once, isAPIError: true},
		{name: "400 JSON with a payload", reply: reply{status: 400, body: `{"success":false,"message":"bad","payload":["x"]}`}, safe: once, post: once, isRejection: true, isAPIError: true},
		{name: "400 JSON", reply: rejection(400, "bad"), safe: once, post: once, isRejection: true, isAPIError: true},
		{name: "401 JSON", reply: rejection(401, "who?"), safe: once, post: once, isRejection: true, isAPIError: true},
		{name: "403 JSON", reply: rejection(403, "no"), safe: once, post: once, isRejection: true, isAPIError: true},
		{name: "409 JSON", reply: rejection(409, "in use"), safe: once, post: once, isRejection: true, isAPIError: true},
		{name: "403 HTML", reply: reply{status: 403, body: "<html>"}, safe: once, post: once, isRejection: true},
		{name: "404 HTML", reply: reply{status: 404, body: "<html>"}, safe: once, post: once, isRejection: true},
		{name: "200, success false", reply: rejection(200, "no"), safe: once, post: once, isRejection: true, isAPIError: true},
		{name: "200 HTML", reply: reply{status: 200, body: "<html>"}, safe: once, post: once},
		{name: "302", reply: reply{status: 302, header: map[string]string{"Location": "https://elsewhere.example/x?y"}}, safe: once, post: once, isRejection: true},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete, http.MethodPost} {
			t.Run(test.name+", "+method, func(t *testing.T) {
				t.Parallel()
				a := newScriptedCreateAPI(t, test.reply)
				err := a.call(t, method)
				if err == nil {
					t.Fatal("got no error")
				}
				want := test.safe
				if method == http.MethodPost {
					want = test.post
				}
				if got := a.countRequests(method); got != want {
					t.Errorf("the request was sent %d times, want %d", got, want)
				}
				_, ambiguous := errors.AsType[*opentact.AmbiguousCreateError](err)
				if want := method == http.MethodPost && !test.isRejection; ambiguous != want {
					t.Errorf("an ambiguous create is %t, want %t: %v", ambiguous, want, err)
				}
				if _, isAPI := errors.AsType[*opentact.APIError](err); isAPI != test.isAPIError {
					t.Errorf("an APIError is %t, want %t: %v", isAPI, test.isAPIError, err)
				}
			})
		}
	}
}

// An attempt whose response is cut short leaves nothing in the error of the last one.
func TestClient_SeveralAttempts_LastOneMakesTheError(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, reply{status: 200, body: `{"success":true,"payl`}, rejection(503, "first"), rejection(503, "second"))
	_, err := a.messaging(t).Get(t.Context(), knownA())
	apiErr, ok := errors.AsType[*opentact.APIError](err)
	if !ok || apiErr.Message != "second" || apiErr.Attempts != 3 {
		t.Errorf("got %v, want the error of the third attempt", err)
	}
}

// A write in flight is finished after its context has ended. A read is not.
func TestClient_InterruptedInFlight_FinishesWrites(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			a := newScriptedCreateAPI(t, success(profileA))
			g := gate{arrived: make(chan struct{}, 1), open: make(chan struct{}), next: a.Config.Handler}
			a.Config.Handler = g
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			profiles := a.messaging(t)
			go func() {
				var err error
				switch method {
				case http.MethodPost:
					_, err = profiles.Create(ctx, namedA())
				case http.MethodPatch:
					_, err = profiles.Update(ctx, knownA(), namedA())
				case http.MethodDelete:
					err = profiles.Delete(ctx, knownA())
				case http.MethodGet:
					_, err = profiles.Get(ctx, knownA())
				}
				done <- err
			}()
			<-g.arrived
			cancel()
			if method == http.MethodGet {
				if err := <-done; !errors.Is(err, context.Canceled) {
					t.Errorf("the read ended with %v, want %v", err, context.Canceled)
				}
				close(g.open)
				return
			}
			close(g.open)
			if err := <-done; err != nil {
				t.Errorf("the write ended with %v", err)
			}
		})
	}
}
