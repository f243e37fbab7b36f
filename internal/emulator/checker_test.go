// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// checker is a handler in front of the emulator. It checks each response against openapi.yaml.
type checker struct {
	t      *testing.T
	next   http.Handler
	doc    *openapi3.T
	router routers.Router

	mu   sync.Mutex
	seen map[string]bool // "<operationId> <status text>"
}

func newChecker(t *testing.T, next http.Handler) *checker {
	t.Helper()
	doc := contract(t)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &checker{t: t, next: next, doc: doc, router: router, seen: make(map[string]bool)}
}

func (c *checker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	recorder := httptest.NewRecorder()
	c.next.ServeHTTP(recorder, r)
	c.check(r, recorder)
	maps.Copy(w.Header(), recorder.Header())
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes())
}

func (c *checker) check(r *http.Request, res *httptest.ResponseRecorder) {
	if got := res.Header().Get("Content-Type"); got != "application/json" {
		c.t.Errorf("%s %s: Content-Type %q", r.Method, r.URL, got)
	}
	if res.Header().Get("X-Request-Id") == "" {
		c.t.Errorf("%s %s: no X-Request-Id", r.Method, r.URL)
	}
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		c.checkError(r, res)
		return
	}
	c.addSeen(route.Operation.OperationID, res.Code)
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true}
	err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options},
		Status:                 res.Code, Header: res.Header(), Options: options,
		Body: io.NopCloser(bytes.NewReader(res.Body.Bytes())),
	})
	if err != nil {
		c.t.Errorf("%s %s breaks the contract: %v\n%s", r.Method, r.URL, err, res.Body)
	}
}

// checkError checks the response to a request that has no operation in the contract.
func (c *checker) checkError(r *http.Request, res *httptest.ResponseRecorder) {
	var body any
	if err := json.Unmarshal(res.Body.Bytes(), &body); err != nil {
		c.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		return
	}
	if err := c.doc.Components.Schemas["Error"].Value.VisitJSON(body); err != nil || res.Code < 400 {
		c.t.Errorf("%s %s: status %d, no valid error: %v", r.Method, r.URL, res.Code, err)
	}
}

func (c *checker) addSeen(operation string, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[operation+" "+http.StatusText(status)] = true
}

// operations returns the operations and statuses of all checked responses.
func (c *checker) operations() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.seen))
}
