// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// roundTripper is a function that serves as a base transport.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// respond returns a response with headers in the form "Name: value".
func respond(status int, body string, headers ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		resp.Header.Set(name, value)
	}
	return resp
}

// step is what a fakeAPI does with one request.
type step func(*http.Request) (*http.Response, error)

// status is a step that responds with a status and headers.
func status(code int, headers ...string) step {
	return func(*http.Request) (*http.Response, error) { return respond(code, "body", headers...), nil }
}

var errFake = errors.New("a fake error")

// lost is a step that receives the request and loses the response.
func lost(req *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
	return nil, errFake
}

// notSent is a step that gets no connection.
func notSent(*http.Request) (*http.Response, error) { return nil, errFake }

// fakeAPI is a base transport that takes one step per request. The last step is taken
// for all further requests.
type fakeAPI struct {
	steps []step

	mu       sync.Mutex
	requests []*http.Request
}

func newFakeAPI(steps ...step) *fakeAPI { return &fakeAPI{steps: steps} }

func (a *fakeAPI) RoundTrip(req *http.Request) (*http.Response, error) {
	a.mu.Lock()
	next := a.steps[min(len(a.requests), len(a.steps)-1)]
	a.requests = append(a.requests, req)
	a.mu.Unlock()
	return next(req)
}

// sent returns how many requests the API got.
func (a *fakeAPI) sent() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.requests)
}

// classify reads a response to its end. It knows statuses, but no envelopes.
func classify(resp *http.Response) (apierror.Outcome, error) {
	_, err := io.ReadAll(resp.Body)
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests:
		return apierror.Throttled, &apierror.APIError{Status: code}
	case err != nil:
		return apierror.Ambiguous, err
	case code == http.StatusRequestTimeout || code >= 500:
		return apierror.Ambiguous, &apierror.APIError{Status: code}
	case code >= 300:
		return apierror.Rejected, &apierror.APIError{Status: code}
	default:
		return apierror.Done, nil
	}
}

// newRequest returns a request that has a body if its method allows one.
func newRequest(t *testing.T, method, address string) *Request {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	r := &Request{Operation: "test", Method: method, URL: target, Classify: classify}
	if method == http.MethodPost || method == http.MethodPatch {
		r.Body = []byte(`{"name":"n"}`)
	}
	return r
}

// newClient returns a client with two retries, which follow each other quickly.
func newClient(base http.RoundTripper, configure ...func(*Options)) *Client {
	options := Options{
		UserAgent: "test", RequestTimeout: time.Minute, MaxRetries: 2, RetryMaxWait: time.Millisecond, Base: base,
	}
	for _, f := range configure {
		f(&options)
	}
	return New(options)
}

// patient sets the provider's default of retry_max_wait.
func patient(options *Options) { options.RetryMaxWait = time.Minute }

// once turns retries off.
func once(options *Options) { options.MaxRetries = 0 }

// send sends a new request to a fake base transport.
func send(ctx context.Context, t *testing.T, client *Client, method string) error {
	t.Helper()
	return client.Do(ctx, newRequest(t, method, "https://api.example/rest"))
}

// wantTransportError checks that err is a TransportError with an outcome and a number of
// attempts.
func wantTransportError(t *testing.T, err error, outcome apierror.Outcome, attempts int) {
	t.Helper()
	transportErr, ok := errors.AsType[*apierror.TransportError](err)
	if !ok {
		t.Fatalf("got %T (%v), want a TransportError", err, err)
	}
	if got := apierror.OutcomeOf(err); got != outcome || transportErr.Attempts != attempts {
		t.Errorf("the outcome is %q after %d attempts, want %q after %d: %v", got, transportErr.Attempts, outcome, attempts, err)
	}
}

// wantText checks that the text of an error contains all parts.
func wantText(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want an error that contains %q", err, part)
		}
	}
}

// allMethods are the methods that the client uses.
var allMethods = []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete}
