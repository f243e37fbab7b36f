// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// witness stands between the tests and the API, and remembers what they said to each other.
type witness struct {
	url string
	mu  sync.Mutex
	all []exchange
}

// exchange is a request and its answer.
type exchange struct {
	method, path string // below the base URL
	sent         map[string]any
	status       int
	header       http.Header
	answer       struct {
		Success *bool          `json:"success"`
		Payload any            `json:"payload"`
		Message any            `json:"message"`
		Status  any            `json:"status"`
		Fields  map[string]any `json:"fields"`
	}
	json bool
}

func newWitness(t *testing.T, base string) *witness {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	w := &witness{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Del("Accept-Encoding") // an answer in plain text can be read here
		},
		Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			return w.pass(request, strings.TrimPrefix(request.URL.Path, target.Path))
		}),
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// pass hands a request on, and remembers it with its answer.
func (w *witness) pass(request *http.Request, below string) (*http.Response, error) {
	e := exchange{method: request.Method, path: below}
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		_ = json.Unmarshal(body, &e.sent) // what is no object is none of ours
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(answer))
	e.status, e.header = response.StatusCode, response.Header
	e.json = json.Unmarshal(answer, &e.answer) == nil && e.answer.Success != nil
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, e)
	return response, nil
}

// where selects from what was said, in its order.
func (w *witness) where(holds func(exchange) bool) (found []exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.all {
		if holds(e) {
			found = append(found, e)
		}
	}
	return found
}

// succeeded tells whether the API says that it has done what it was asked for.
func (e exchange) succeeded() bool {
	return e.status/100 == 2 && e.json && *e.answer.Success
}

// profile is the profile of a kind in the answer, nil if there is none.
func (e exchange) profile(kind emulator.Kind) map[string]any {
	return profileIn(e.answer.Payload, kind)
}

// profileIn finds a profile in any of the forms that an answer may have: inside a lease first, because a lease has a
// uuid of its own.
func profileIn(payload any, kind emulator.Kind) map[string]any {
	if elements, ok := payload.([]any); ok && len(elements) > 0 {
		return profileIn(elements[0], kind)
	}
	object, _ := payload.(map[string]any)
	place := string(kind) + "_profile"
	for _, around := range []any{object, object["sip_connection"], object["sip_control_app"]} {
		around, _ := around.(map[string]any)
		if inner, _ := around[place].(map[string]any); len(inner) > 0 {
			return inner
		}
	}
	if _, ok := object["uuid"].(string); ok {
		return object
	}
	return nil
}
