// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"context"
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

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestAuthentication_InvalidToken_RejectsAllRequests(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{Token: "good"})
	want := map[string]any{"success": false, "message": "Invalid or expired token", "status": 401.0}
	for _, header := range []http.Header{
		{}, {"X-Auth-Token": {""}}, {"X-Auth-Token": {"bad"}}, {"X-Auth-Token": {emulator.DefaultToken}},
		{"X-Auth-Token": {"GOOD"}}, {"Authorization": {"good"}},
	} {
		for _, request := range []struct{ method, path, body string }{
			{http.MethodGet, "/rest/profile/messaging", ""},
			{http.MethodPost, "/rest/profile/messaging", `{"name":1}`},
			{http.MethodPost, "/rest/profile/messaging", strings.Repeat(" ", 1<<20+1)},
			{http.MethodPut, "/rest/profile/messaging", ""},
			{http.MethodDelete, "/rest/profile/messaging/nonsense", ""},
			{http.MethodGet, "/rest/nowhere", ""},
			{http.MethodGet, "/rest", ""},
		} {
			got := a.sendWith(request.method, request.path, request.body, header)
			mustEqual(t, fmt.Sprint(request.method, request.path, header), want, got.body)
			mustEqual(t, "status", http.StatusUnauthorized, got.status)
		}
	}
	good := a.sendWith(http.MethodGet, "/rest/profile/messaging", "", http.Header{"X-Auth-Token": {"good"}})
	mustEqual(t, "status with the token", http.StatusOK, good.status)
}

func TestRequest_UnknownPathOrMethod(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	profile := item(emulator.MessagingProfile, unknownUUID)
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{http.MethodGet, "/rest", 404, ""},
		{http.MethodGet, "/rest/", 404, ""},
		{http.MethodGet, "/rest/profile", 404, ""},
		{http.MethodGet, "/rest/profile/no-such", 404, ""},
		{http.MethodGet, "/rest/profile/messaging/", 404, ""},
		{http.MethodGet, "/rest" + profile + "/more", 404, ""},
		{http.MethodGet, "/restful", 404, ""},
		{http.MethodPost, "/", 404, ""}, // GET and HEAD: see the tests of the page
		{http.MethodOptions, "/", 404, ""},
		{http.MethodGet, "/index.html", 404, ""},
		{http.MethodGet, "/favicon.ico", 404, ""},
		{http.MethodGet, "/profile/messaging", 404, ""},
		{http.MethodGet, "/rest" + profile, 404, ""},
		{http.MethodDelete, "/rest/profile/messaging", 405, "GET, POST"},
		{http.MethodPut, "/rest/profile/outbound_voice", 405, "GET, POST"},
		{http.MethodOptions, "/rest/profile/messaging", 405, "GET, POST"},
		{"SURPRISE", "/rest/profile/messaging", 405, "GET, POST"},
		{http.MethodHead, "/rest" + profile, 405, "GET, PATCH, DELETE"},
		{http.MethodPost, "/rest" + profile, 405, "GET, PATCH, DELETE"},
	} {
		got := a.sendWith(c.method, c.path, "", http.Header{"X-Auth-Token": {emulator.DefaultToken}})
		mustEqual(t, c.method+" "+c.path, c.status, got.status)
		mustEqual(t, c.method+" "+c.path+": Allow", c.allow, got.header.Get("Allow"))
		if c.method != http.MethodHead {
			mustEqual(t, c.path+": error", map[string]any{"success": false, "status": float64(c.status)}, only(got.body, "success", "status"))
		}
	}
}

func TestRequest_InvalidUUID_IsRejected(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	for _, kind := range emulator.Kinds() {
		for _, uuid := range []string{"x", "00000000-0000-4000-8000-00000000000", strings.ToUpper("abcdefab-0000-4000-8000-000000000000")} {
			got := a.expect(http.StatusBadRequest, a.send(http.MethodGet, item(kind, uuid), ""))
			if len(got.fieldErrors()) != 1 || got.fieldErrors()["params.uuid"] == nil {
				t.Errorf("the response does not name the parameter: %s", got.raw)
			}
		}
	}
	known := a.add(emulator.MessagingProfile, map[string]any{"name": "n"})
	escaped := fmt.Sprintf("%%%02x%s", known[0], known[1:]) // the same path, percent-encoded
	a.expect(http.StatusOK, a.send(http.MethodGet, item(emulator.MessagingProfile, escaped), ""))
}

func TestRequest_BodyIsNotJSONObject(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	for body, message := range map[string]string{
		"":                   "Invalid request: the request body is required",
		"{":                  "Invalid request: the request body is not valid JSON",
		"name=x":             "Invalid request: the request body is not valid JSON",
		`{"name":"x"} trail`: "Invalid request: the request body is not valid JSON",
		`{"name":"x"}{}`:     "Invalid request: the request body is not valid JSON",
		" ":                  "Invalid request: the request body is not valid JSON",
		`[{"name":"x"}]`:     "Invalid request: the request body must be an object, got an array",
		`"x"`:                "Invalid request: the request body must be an object, got a string",
	} {
		got := a.expect(http.StatusBadRequest, a.send(http.MethodPost, collection(emulator.MessagingProfile), body))
		mustEqual(t, body, map[string]any{"success": false, "status": 400.0, "message": message}, got.body)
	}
	mustEqual(t, "profiles", 0, len(a.Profiles(emulator.MessagingProfile)))
}

func TestRequest_ContentType(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	for contentType, status := range map[string]int{
		"application/json": 201, "application/json; charset=utf-8": 201, "Application/JSON": 201,
		"": 400, "text/plain": 400, "application/x-www-form-urlencoded": 400, "application/jsonp": 400, "nonsense": 400,
	} {
		got := a.sendWith(http.MethodPost, "/rest/profile/messaging", `{"name":"x"}`,
			http.Header{"X-Auth-Token": {emulator.DefaultToken}, "Content-Type": {contentType}})
		mustEqual(t, contentType, status, got.status)
		if status == 400 {
			mustEqual(t, "message", any("Invalid request: the Content-Type must be application/json"), got.body["message"])
		}
	}
}

func TestRequest_BodyOverOneMiB_IsRejected(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	const profile = `{"name":"x"}`
	fits := profile + strings.Repeat(" ", 1<<20-len(profile))
	a.expect(http.StatusCreated, a.send(http.MethodPost, collection(emulator.MessagingProfile), fits))
	a.expect(http.StatusRequestEntityTooLarge, a.send(http.MethodPost, collection(emulator.MessagingProfile), fits+" "))
	for _, request := range a.Requests() {
		mustEqual(t, "length in the log", 1<<20, len(request.Body))
	}
}

// An incomplete body may be valid JSON.
func TestRequest_IncompleteBody_IsRejected(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	body := io.MultiReader(strings.NewReader(`{"name":"x"}`), iotest.ErrReader(errors.New("connection lost")))
	got := createMessaging(t.Context(), t, e, body)
	mustEqual(t, "status", http.StatusBadRequest, got.status)
	mustEqual(t, "profiles", 0, len(e.Profiles(emulator.MessagingProfile)))
}

// createMessaging sends a POST for a messaging profile without a network.
func createMessaging(ctx context.Context, t *testing.T, e *emulator.Emulator, body io.Reader) response {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/rest/profile/messaging", body)
	request.Header.Set("X-Auth-Token", emulator.DefaultToken)
	request.Header.Set("Content-Type", "application/json")
	e.ServeHTTP(recorder, request)
	return read(t, recorder.Result())
}

func TestLatency_DelaysResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{Latency: time.Hour})
		begin := time.Now()
		got := createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`))
		mustEqual(t, "time", time.Hour, time.Since(begin))
		mustEqual(t, "status", http.StatusCreated, got.status)
		mustEqual(t, "time in the log", time.Hour, e.Requests()[0].Duration)
	})
}

func TestLatency_ClientDisconnects_HandlesRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{Latency: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		createMessaging(ctx, t, e, strings.NewReader(`{"name":"x"}`))
		mustEqual(t, "time", time.Second, time.Since(begin))
		mustEqual(t, "profiles", 1, len(e.Profiles(emulator.MessagingProfile)))
	})
}
