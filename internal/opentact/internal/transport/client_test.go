// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// TestClientDo_EachMethodAndResponse checks the retry policy, the outcome and the type of
// the error together, with a client that has two retries.
func TestClientDo_EachMethodAndResponse(t *testing.T) {
	t.Parallel()
	const retried, single = 3, 1
	for _, test := range []struct {
		name       string
		step       step
		safe, post int
		outcome    apierror.Outcome
		isAPI      bool
	}{
		{"not sent", notSent, retried, retried, apierror.NotSent, false},
		{"429", status(429), retried, retried, apierror.Throttled, true},
		{"503", status(503), retried, single, apierror.Ambiguous, true},
		{"501", status(501), single, single, apierror.Ambiguous, true},
		{"400", status(400), single, single, apierror.Rejected, true},
		{"302", status(302, "Location: https://elsewhere.example"), single, single, apierror.Rejected, true},
		{"302 without a usable location", status(302, "Location: %zz"), single, single, apierror.Rejected, true},
		{"lost", lost, retried, single, apierror.Ambiguous, false},
		{"200 whose body breaks off", func(*http.Request) (*http.Response, error) {
			resp := respond(200, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("body"), iotest.ErrReader(io.ErrUnexpectedEOF)))
			return resp, nil
		}, retried, single, apierror.Ambiguous, false},
	} {
		for _, method := range allMethods {
			t.Run(test.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				want := test.safe
				if method == http.MethodPost {
					want = test.post
				}
				synctest.Test(t, func(t *testing.T) {
					api := newFakeAPI(test.step)
					err := send(t.Context(), t, newClient(api), method)
					if got := apierror.OutcomeOf(err); got != test.outcome || api.sent() != want {
						t.Errorf("the outcome is %q after %d requests, want %q after %d", got, api.sent(), test.outcome, want)
					}
					apiErr, isAPI := errors.AsType[*apierror.APIError](err)
					if isAPI != test.isAPI || isAPI && apiErr.Attempts != want {
						t.Errorf("got %T: %v", err, err)
					}
					if !isAPI {
						wantTransportError(t, err, test.outcome, want)
					}
				})
			})
		}
	}
}

func TestClientDo_RetriesUntilDone(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(status(503), lost, status(200))
	r := newRequest(t, http.MethodGet, "https://api.example/rest")
	if err := newClient(api).Do(t.Context(), r); err != nil || api.sent() != 3 {
		t.Errorf("got %v after %d requests", err, api.sent())
	}
	if got := apierror.OutcomeOf(nil); r.Info().Outcome() != got || r.Info().Attempts != 3 {
		t.Errorf("got %+v", r.Info())
	}
}

// TestClientDo_LastAttemptMakesTheError checks that an earlier attempt leaves nothing in
// the error of the last one.
func TestClientDo_LastAttemptMakesTheError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		steps []step
		want  string
	}{
		"lost, then 503":         {[]step{lost, status(502), status(503)}, "(GET https://api.example/rest, 3 attempts): the API responded with status 503"},
		"503, then lost":         {[]step{status(503), status(503), lost}, "(GET https://api.example/rest, 3 attempts): no response: a fake error"},
		"Retry-After, then none": {[]step{status(503, "Retry-After: 3600"), status(503)}, "3 attempts): the API responded with status 503"},
	} {
		synctest.Test(t, func(t *testing.T) {
			err := send(t.Context(), t, newClient(newFakeAPI(test.steps...)), http.MethodGet)
			wantText(t, err, test.want)
			if err != nil && strings.Contains(err.Error(), "asked to wait") {
				t.Errorf("%s: the error is about an earlier response: %v", name, err)
			}
		})
	}
}

func TestClientDo_PostAfterLostResponse_IsNotRetried(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(lost, status(201))
	err := send(t.Context(), t, newClient(api), http.MethodPost)
	wantTransportError(t, err, apierror.Ambiguous, 1)
	if api.sent() != 1 {
		t.Errorf("the POST was sent %d times", api.sent())
	}
}

func TestClientDo_PostThatWasNotSent_IsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := newFakeAPI(notSent, status(429), status(201))
		if err := send(t.Context(), t, newClient(api), http.MethodPost); err != nil || api.sent() != 3 {
			t.Errorf("got %v after %d requests", err, api.sent())
		}
	})
}

// TestClientDo_AmbiguousThenKnown checks that a known outcome of the last attempt does
// not hide an ambiguous one before it.
func TestClientDo_AmbiguousThenKnown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		steps []step
		want  apierror.Outcome
	}{
		"lost, then rejected":         {[]step{lost, status(409)}, apierror.Ambiguous},
		"503, then rejected":          {[]step{status(503), status(400)}, apierror.Ambiguous},
		"lost, then always throttled": {[]step{lost, status(429)}, apierror.Ambiguous},
		"lost, then not sent":         {[]step{lost, notSent}, apierror.Ambiguous},
		"lost, then done":             {[]step{lost, status(200)}, apierror.Done},
		"throttled, then rejected":    {[]step{status(429), status(409)}, apierror.Rejected},
		"not sent, then rejected":     {[]step{notSent, status(409)}, apierror.Rejected},
	} {
		synctest.Test(t, func(t *testing.T) {
			err := send(t.Context(), t, newClient(newFakeAPI(test.steps...)), http.MethodPatch)
			if got := apierror.OutcomeOf(err); got != test.want {
				t.Errorf("%s: the outcome is %q, want %q: %v", name, got, test.want, err)
			}
		})
	}
}

// TestClientDo_SecondCall is about a request that is sent once more with other
// credentials.
func TestClientDo_SecondCall(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		steps     []step
		attempts  int
		ambiguous bool
		outcome   apierror.Outcome
	}{
		"after a rejection":                   {[]step{status(401), status(400)}, 2, false, apierror.Rejected},
		"after an ambiguous attempt":          {[]step{lost, status(401), status(400)}, 3, true, apierror.Ambiguous},
		"after an ambiguous last attempt":     {[]step{status(501), status(400)}, 2, true, apierror.Ambiguous},
		"after an ambiguous attempt, success": {[]step{status(503), status(401), status(200)}, 3, true, apierror.Done},
	} {
		api := newFakeAPI(test.steps...)
		client, r := newClient(api), newRequest(t, http.MethodPatch, "https://api.example/rest")
		r.Header = http.Header{"X-Auth-Token": {"first"}}
		if err := client.Do(t.Context(), r); err == nil {
			t.Fatalf("%s: the first call succeeded", name)
		}
		r.Header = http.Header{"X-Auth-Token": {"second"}}
		err := client.Do(t.Context(), r)
		if info := r.Info(); info.Attempts != test.attempts || info.EarlierAmbiguous != test.ambiguous || info.Outcome() != test.outcome {
			t.Errorf("%s: got %+v, %v", name, info, err)
		}
		if got := api.requests[len(api.requests)-1].Header.Get("X-Auth-Token"); got != "second" {
			t.Errorf("%s: the last attempt had the token %q", name, got)
		}
	}
}

func TestRequest_Started(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRequest(t, http.MethodGet, "https://api.example/rest")
		base := newFakeAPI(status(503, "Retry-After: 5"), func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return respond(200, ""), nil
		})
		if err := newClient(base, patient).Do(t.Context(), r); err != nil || !r.Started().Equal(time.Now().Add(-time.Second)) {
			t.Errorf("the last attempt began %s ago: %v", time.Since(r.Started()), err)
		}
	})
}

// TestClientDo_RetryAfterTooLong checks that the error says how long the API asked to
// wait. The client waits for retry_max_wait.
func TestClientDo_RetryAfterTooLong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		header string
		want   time.Duration
	}{
		{429, "3600", time.Hour},
		{503, "3600", time.Hour},
		{503, "Sat, 01 Jan 2000 02:00:00 GMT", 2*time.Hour - time.Minute}, // fake time begins in 2000, the retry is a minute later
		{429, "60", 0},
		{429, "0", 0},
		{429, "", 0},
	} {
		t.Run(fmt.Sprintf("%d %s", test.status, test.header), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(newFakeAPI(status(test.status, "Retry-After: "+test.header)), patient, func(o *Options) { o.MaxRetries = 1 })
				err := send(t.Context(), t, client, http.MethodGet)
				apiErr, ok := errors.AsType[*apierror.APIError](err)
				if !ok || apiErr.AskedToWait != test.want {
					t.Errorf("got %+v, want %s", err, test.want)
				}
				if test.want > 0 {
					wantText(t, err, fmt.Sprintf("the API asked to wait %s, which is longer than retry_max_wait", test.want))
				}
			})
		})
	}
}

func TestClientDo_Headers(t *testing.T) {
	t.Parallel()
	for method, contentType := range map[string]string{http.MethodGet: "", http.MethodDelete: "", http.MethodPost: "application/json", http.MethodPatch: "application/json"} {
		api := newFakeAPI(func(req *http.Request) (*http.Response, error) {
			body := ""
			if req.Body != nil {
				text, err := io.ReadAll(req.Body)
				body = string(text)
				if err != nil {
					return nil, err
				}
			}
			if hasBody := body == `{"name":"n"}`; hasBody != (contentType != "") || req.ContentLength != int64(len(body)) {
				t.Errorf("%s was sent with the body %q of %d bytes", method, body, req.ContentLength)
			}
			return respond(200, ""), nil
		})
		r := newRequest(t, method, "https://api.example/rest")
		r.Header = http.Header{"X-Auth-Token": {"t"}}
		if err := newClient(api).Do(t.Context(), r); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		for name, want := range map[string]string{"Accept": "application/json", "Cache-Control": "no-cache", "User-Agent": "test", "Content-Type": contentType, "X-Auth-Token": "t"} {
			if got := api.requests[0].Header.Get(name); got != want {
				t.Errorf("%s was sent with the %s %q, want %q", method, name, got, want)
			}
		}
		if len(r.Header) != 1 {
			t.Errorf("%s: the headers of the request were changed: %v", method, r.Header)
		}
	}
}

// TestClientDo_Redirect_IsNotFollowed checks that the credentials go to no other address.
func TestClientDo_Redirect_IsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("followed with %s and the headers %v", r.Method, r.Header)
	}))
	t.Cleanup(elsewhere.Close)
	for _, code := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, code))
		t.Cleanup(server.Close)
		for _, method := range allMethods {
			r := newRequest(t, method, server.URL)
			err := newClient(nil).Do(t.Context(), r)
			if apierror.StatusOf(err) != code || apierror.OutcomeOf(err) != apierror.Rejected || r.Info().Attempts != 1 {
				t.Errorf("%s, %d: got %v", method, code, err)
			}
		}
	}
}

func TestClientDo_ErrorIsRedacted(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(func(*http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("no connection for s3cret-token: %w", errFake)
	})
	r := newRequest(t, http.MethodGet, "https://api.example/rest")
	r.Redactor = redact.New(func() []redact.Secret { return []redact.Secret{{Value: "s3cret-token", Replacement: "(the token)"}} })
	err := newClient(api).Do(t.Context(), r)
	wantText(t, err, "no connection for (the token)")
	if !errors.Is(err, errFake) {
		t.Errorf("the cause is missing in %v", err)
	}
}
