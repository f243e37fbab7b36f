// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const unknownUUID = "00000000-0000-4000-8000-000000000000"

// api is an emulator behind a real HTTP server. A checker checks every response against the contract.
type api struct {
	*emulator.Emulator
	t       *testing.T
	url     string
	client  *http.Client
	checker *checker
}

func newAPI(t *testing.T, options emulator.Options) *api {
	t.Helper()
	e := newEmulator(t, options)
	checker := newChecker(t, e)
	server := httptest.NewServer(checker)
	t.Cleanup(server.Close)
	return &api{Emulator: e, t: t, url: server.URL, client: server.Client(), checker: checker}
}

func newEmulator(t *testing.T, options emulator.Options) *emulator.Emulator {
	t.Helper()
	e, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// response is a response whose body was read.
type response struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// send sends a valid header with a path below BasePath and a JSON body. An empty body means no body.
func (a *api) send(method, path, body string) response {
	a.t.Helper()
	return a.sendWith(method, emulator.BasePath+path, body, http.Header{
		"X-Auth-Token": {emulator.DefaultToken}, "Content-Type": {"application/json"},
	})
}

func (a *api) sendWith(method, path, body string, header http.Header) response {
	a.t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	request, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, content)
	if err != nil {
		a.t.Error(err)
		return response{}
	}
	request.Header = header
	res, err := a.client.Do(request)
	if err != nil {
		a.t.Error(err)
		return response{}
	}
	return read(a.t, res)
}

// read reads the body of a response, which must be JSON or empty.
func read(t *testing.T, res *http.Response) response {
	t.Helper()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	_ = res.Body.Close()
	r := response{status: res.StatusCode, header: res.Header, raw: string(raw)}
	if len(raw) > 0 {
		if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&r.body); err != nil {
			t.Errorf("the response is not JSON: %v\n%s", err, raw)
		}
	}
	return r
}

// expect fails the test if the response has another status.
func (a *api) expect(status int, r response) response {
	a.t.Helper()
	if r.status != status {
		a.t.Fatalf("status %d, want %d: %s", r.status, status, r.raw)
	}
	return r
}

// payload returns the payload of a response about one profile in ShapeObject.
func (r response) payload() map[string]any {
	p, _ := r.body["payload"].(map[string]any)
	return p
}

// list returns the payload of a list.
func (r response) list() []any {
	l, _ := r.body["payload"].([]any)
	return l
}

func (r response) uuid() string {
	u, _ := r.payload()["uuid"].(string)
	return u
}

// fieldErrors returns the member "fields" of an error.
func (r response) fieldErrors() map[string]any {
	f, _ := r.body["fields"].(map[string]any)
	return f
}

// add creates a profile without an API request.
func (a *api) add(kind emulator.Kind, fields map[string]any) string {
	a.t.Helper()
	uuid, err := a.Add(kind, fields)
	if err != nil {
		a.t.Fatal(err)
	}
	return uuid
}

// stored returns a profile of the emulator. It fails the test if the emulator has no such profile.
func (a *api) stored(kind emulator.Kind, uuid string) map[string]any {
	a.t.Helper()
	p, ok := a.Profile(kind, uuid)
	if !ok {
		a.t.Fatalf("there is no %s profile %s", kind, uuid)
	}
	return p
}

// as converts a value to a type. It fails the test if the value has another type.
func as[T any](t *testing.T, value any) T {
	t.Helper()
	typed, ok := value.(T)
	if !ok {
		t.Fatalf("%v is a %T, want a %T", value, value, typed)
	}
	return typed
}

// later fails the test unless the second timestamp is later than the first.
func later(t *testing.T, before, after any) {
	t.Helper()
	if as[string](t, after) <= as[string](t, before) {
		t.Errorf("%v is not later than %v", after, before)
	}
}

// only returns the given members of a profile.
func only(profile map[string]any, names ...string) map[string]any {
	picked := make(map[string]any)
	for _, name := range names {
		if value, ok := profile[name]; ok {
			picked[name] = value
		}
	}
	return picked
}

func mustEqual(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func collection(kind emulator.Kind) string { return "/profile/" + string(kind) }

func item(kind emulator.Kind, uuid string) string { return collection(kind) + "/" + uuid }
