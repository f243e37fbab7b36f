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

// api is an emulator behind a real HTTP server. Whatever a test does with it, every answer is held to the contract.
type api struct {
	*emulator.Emulator
	t      *testing.T
	url    string
	client *http.Client
	seen   *checker
}

func newAPI(t *testing.T, options emulator.Options) *api {
	t.Helper()
	e := newEmulator(t, options)
	seen := newChecker(t, e)
	server := httptest.NewServer(seen)
	t.Cleanup(server.Close)
	return &api{Emulator: e, t: t, url: server.URL, client: server.Client(), seen: seen}
}

func newEmulator(t *testing.T, options emulator.Options) *emulator.Emulator {
	t.Helper()
	e, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// response is an answer that was read to its end.
type response struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// send sends a request below the base path. Body is JSON; empty for none.
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
	answer, err := a.client.Do(request)
	if err != nil {
		a.t.Error(err)
		return response{}
	}
	return read(a.t, answer)
}

func read(t *testing.T, answer *http.Response) response {
	t.Helper()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	_ = answer.Body.Close()
	r := response{status: answer.StatusCode, header: answer.Header, raw: string(raw)}
	if len(raw) > 0 {
		if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&r.body); err != nil {
			t.Errorf("the answer is not JSON: %v\n%s", err, raw)
		}
	}
	return r
}

// expect fails the test unless the answer has the status.
func (a *api) expect(status int, r response) response {
	a.t.Helper()
	if r.status != status {
		a.t.Fatalf("status %d, want %d: %s", r.status, status, r.raw)
	}
	return r
}

// payload is the profile that an answer is about, in the shape that is an object.
func (r response) payload() map[string]any {
	p, _ := r.body["payload"].(map[string]any)
	return p
}

// list is the payload of a list.
func (r response) list() []any {
	l, _ := r.body["payload"].([]any)
	return l
}

func (r response) uuid() string {
	u, _ := r.payload()["uuid"].(string)
	return u
}

// fieldErrors are the keys of the member "fields".
func (r response) fieldErrors() map[string]any {
	f, _ := r.body["fields"].(map[string]any)
	return f
}

// add stores a profile out of band.
func (a *api) add(kind emulator.Kind, fields map[string]any) string {
	a.t.Helper()
	uuid, err := a.Add(kind, fields)
	if err != nil {
		a.t.Fatal(err)
	}
	return uuid
}

// stored is the profile that the emulator holds, which has to be there.
func (a *api) stored(kind emulator.Kind, uuid string) map[string]any {
	a.t.Helper()
	p, ok := a.Profile(kind, uuid)
	if !ok {
		a.t.Fatalf("there is no %s profile %s", kind, uuid)
	}
	return p
}

// as is a value that has to be of a type.
func as[T any](t *testing.T, value any) T {
	t.Helper()
	typed, ok := value.(T)
	if !ok {
		t.Fatalf("%v is a %T, not a %T", value, value, typed)
	}
	return typed
}

// later fails the test unless one time of an answer is later than another.
func later(t *testing.T, before, after any) {
	t.Helper()
	if as[string](t, after) <= as[string](t, before) {
		t.Errorf("%v is not later than %v", after, before)
	}
}

// only picks members out of a profile.
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
