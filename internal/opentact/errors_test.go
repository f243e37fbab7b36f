// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// TestResponseError_Text lists responses that don't have the API's form. Each error
// names the operation. More forms are in internal/wire/response_test.go.
func TestResponseError_Text(t *testing.T) {
	t.Parallel()
	html := map[string]string{"Content-Type": "text/html; charset=utf-8"}
	for _, test := range []struct {
		name  string
		reply reply
		want  string
	}{
		{"page", reply{status: 200, header: html, body: "<html>\n<h1>Sign in</h1>"}, "unexpected response with status 200: a body that is not the API's JSON (text/html, 23 bytes)"},
		{"page with status 404", reply{status: 404, header: html, body: "<h1>Not found"}, "status 404: a body that is not the API's JSON (text/html, 13 bytes)"},
		{"terminal escapes", reply{status: 200, header: html, body: "\x1b]0;title\x07\x1b[31mred\u202e"}, "a body that is not the API's JSON (text/html, 21 bytes)"},
		{"empty body", reply{status: 200}, "it is empty"},
		{"array", reply{status: 200, body: `[{"created_by":{"password":"s3cret"}}]`}, "a body that is not the API's JSON (application/json, 38 bytes)"},
		{"JSON after a guard", reply{status: 200, body: `)]}',{"token":"s3cret"}`}, "a body that is not the API's JSON (application/json, 23 bytes)"},
		{"token in a page", reply{status: 403, header: html, body: "<title>X-Auth-Token: " + token + "</title>"}, `an HTML page with the title "X-Auth-Token: (the token)"`},
		{"token in a redirect", reply{status: 302, header: map[string]string{"Location": "https://elsewhere.example/" + token}}, "a redirect to https://elsewhere.example, which is not followed"},
		{"no success", reply{status: 200, body: `{"payload":{"token":"s3cret"}}`}, `JSON without "success" (application/json, 30 bytes)`},
		{"success with status 404", reply{status: 404, body: `{"success":true}`}, `unexpected response with status 404: it says "success": true`},
		{"no payload", reply{status: 200, body: `{"success":true}`}, "a profile was expected, found nothing"},
		{"no UUID", success(profileAWith(map[string]any{"uuid": omitted})), "the profile has no uuid"},
		{"another profile", success(profileAWith(map[string]any{"uuid": uuidB})), "it describes another profile, " + uuidB},
		{"redirect", reply{status: 301, header: map[string]string{"Location": "https://u:p@elsewhere.example/login?token=1"}}, "a redirect to https://elsewhere.example, which is not followed"},
		{"redirect without an address", reply{status: 302}, "a redirect to an unreadable address"},
		{"large body", success(`"` + strings.Repeat("x", 1<<20) + `"`), "it is larger than 1048576 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, test.reply)
			_, err := a.messaging(t).Get(t.Context(), knownA())
			wantErrorContains(t, err, test.want, "read messaging profile (GET "+a.URL+"/rest/profile/messaging/"+uuidA+")")
			if _, ok := errors.AsType[*opentact.ResponseError](err); !ok {
				t.Errorf("got a %T, want a ResponseError", err)
			}
			if opentact.IsNotFound(err) {
				t.Error("the profile counts as not found")
			}
			if requests := a.requestLines(); len(requests) != 1 {
				t.Errorf("the client sent %v, want one request", requests)
			}
			for _, secret := range []string{"s3cret", "u:p", "token=1", token} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows %q: %v", secret, err)
				}
			}
		})
	}
}

func TestAPIError_Text(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		reply  reply
		status int
		want   string
	}{
		{"rejected with status 200", rejection(200, "not today"), 200, "responded with status 200: not today"},
		{"no message", reply{status: 400, body: `{"success":false}`}, 400, "status 400 and gave no message"},
		{"several messages", reply{status: 400, body: `{"success":false,"message":["a","b"]}`}, 400, "status 400: a, b"},
		{"control characters", rejection(400, "a\x1b[31m\nb"), 400, "status 400: a [31m b"},
		{"server error", rejection(500, "oops"), 500, "3 attempts"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, test.reply)
			_, err := a.messaging(t).Get(t.Context(), knownA())
			wantErrorContains(t, err, test.want, "read messaging profile (GET ")
			apiErr, ok := errors.AsType[*opentact.APIError](err)
			if !ok || apiErr.Status != test.status || opentact.IsNotFound(err) {
				t.Errorf("got %#v", err)
			}
		})
	}
}

func TestAPIError_Fields(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, reply{
		status: 400, header: map[string]string{"X-Request-Id": "r-1"},
		body: `{"success":false,"message":"Invalid","status":400,"fields":{"params.name":{"message":"too long"},"sticky_sender":"no","params.x":["y"]}}`,
	})
	_, err := a.messaging(t).Create(t.Context(), namedA())
	apiErr, ok := errors.AsType[*opentact.APIError](err)
	if !ok {
		t.Fatalf("got a %T, want an APIError: %v", err, err)
	}
	if apiErr.RequestID != "r-1" || apiErr.Fields["name"] != "too long" || apiErr.Fields["sticky_sender"] != "no" || apiErr.Fields["x"] != "y" {
		t.Errorf("got %#v", apiErr)
	}
	wantErrorContains(t, err, "Invalid; name: too long; sticky_sender: no; x: y")
}

func TestCredentialsError_Text(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, rejection(401, "Invalid token"))
	_, err := a.messaging(t).List(t.Context())
	wantErrorContains(t, err, "the API at "+a.URL+"/rest rejected the token from the test", "Invalid token", "401")
	if _, ok := errors.AsType[*opentact.CredentialsError](err); !ok {
		t.Errorf("got a %T, want a CredentialsError", err)
	}
	if strings.Contains(err.Error(), token) {
		t.Errorf("the error shows the token: %v", err)
	}
}

// A gateway may reject the token with a body of its own. The API may repeat the token.
func TestCredentialsError_OtherBodies(t *testing.T) {
	t.Parallel()
	for _, next := range []reply{
		{status: 401, body: "<h1>Unauthorized"},
		{status: 401, body: `{"message":"Unauthorized"}`},
		rejection(401, "token "+token+" has expired"),
	} {
		a := newScriptedAPI(t, next)
		_, err := a.messaging(t).List(t.Context())
		wantErrorContains(t, err, "rejected the token from the test", "401")
		if strings.Contains(err.Error(), token) {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

// A Retry-After longer than RetryMaxWait is not honoured in full. The error names it.
func TestError_RetryAfterTooLong_IsNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status     int
		retryAfter string
		want       string // "" if the error does not name the wait
	}{
		{429, "3600", "the API asked to wait 1h0m0s, which is longer than retry_max_wait"},
		{503, "3600", "the API asked to wait 1h0m0s, which is longer than retry_max_wait"},
		{429, "60", ""},
		{503, "60", ""},
	} {
		for _, body := range []string{`{"success":false,"message":"slow down"}`, "<html>"} {
			for name, call := range map[string]func(*testing.T, *opentact.Collection[voiceFields]) error{
				"get": func(t *testing.T, c *opentact.Collection[voiceFields]) error {
					_, err := c.Get(t.Context(), knownVoice(1, 5))
					return err
				},
				"update": func(t *testing.T, c *opentact.Collection[voiceFields]) error {
					_, err := c.Update(t.Context(), knownVoice(1, 5), knownVoice(1, 6).Fields)
					return err
				},
				"delete": func(t *testing.T, c *opentact.Collection[voiceFields]) error {
					return c.Delete(t.Context(), knownVoice(1, 5))
				},
				"create": func(t *testing.T, c *opentact.Collection[voiceFields]) error {
					_, err := c.Create(t.Context(), knownVoice(1, 5).Fields)
					return err
				},
			} {
				synctest.Test(t, func(t *testing.T) {
					client := newFakeClient(func(req *http.Request) (*http.Response, error) {
						if isList(req) {
							return listResponse(), nil
						}
						resp := httpResponse(test.status, body)
						resp.Header.Set("Retry-After", test.retryAfter)
						return resp, nil
					}, func(c *opentact.Config) { c.MaxRetries, c.RetryMaxWait = 1, time.Minute })
					err := call(t, opentact.CollectionOf(client, &voice))
					wantErrorContains(t, err, fmt.Sprintf("status %d", test.status), test.want)
					if test.want == "" && strings.Contains(err.Error(), "asked to wait") {
						t.Errorf("%s: the error names a Retry-After that is not too long: %v", name, err)
					}
				})
			}
		}
	}
}

// TestOutcomeOf_Update is about each way in which an update can end.
func TestOutcomeOf_Update(t *testing.T) {
	t.Parallel()
	stored := success(profileAWith(map[string]any{"tollfree_weight": 7}))
	byLogin := func(c *opentact.Config) {
		c.Credentials = opentact.Credentials{Email: "ops@example.com", Password: "corRect-horse", Source: "the test"}
	}
	for _, test := range []struct {
		name    string
		script  []reply
		config  func(*opentact.Config)
		closed  bool // whether nothing listens
		want    string
		patches int
	}{
		{name: "done", script: []reply{stored}, want: "done", patches: 1},
		{name: "ambiguous, then done", script: []reply{{drop: true}, stored}, want: "done", patches: 2},
		{name: "rejected", script: []reply{rejection(409, "in use")}, want: "rejected", patches: 1},
		{name: "rejected credentials", script: []reply{rejection(401, "who?")}, want: "rejected", patches: 1},
		{name: "throttled", script: []reply{rejection(429, "slow down")}, want: "throttled", patches: 3},
		{name: "ambiguous", script: []reply{{drop: true}}, want: "ambiguous", patches: 3},
		{name: "ambiguous, then rejected", script: []reply{{drop: true}, rejection(409, "in use")}, want: "ambiguous", patches: 2},
		{name: "ambiguous, then not found", script: []reply{{drop: true}, rejection(404, "Not found"), listOf()}, want: "ambiguous", patches: 2},
		{name: "ambiguous, then throttled", script: []reply{{drop: true}, rejection(429, "slow down")}, want: "ambiguous", patches: 3},
		{name: "not sent", closed: true, want: "not sent"},
		{name: "mismatch", script: []reply{success(profileA)}, want: "done", patches: 2}, // the second one tries the alias
		{name: "login rejected", script: []reply{rejection(401, "who?")}, config: byLogin, want: "not sent"},
		{name: "login ambiguous", script: []reply{{drop: true}}, config: byLogin, want: "not sent"},
		{name: "login rejected after an ambiguous attempt", config: byLogin, want: "ambiguous", patches: 2,
			script: []reply{success(`{"token":"first"}`), {drop: true}, rejection(401, "expired"), rejection(401, "who?")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, test.script...)
			var configure []func(*opentact.Config)
			if test.closed {
				configure = append(configure, nothingListens(t))
			}
			if test.config != nil {
				configure = append(configure, test.config)
			}
			_, err := a.messaging(t, configure...).Update(t.Context(), profileWith(uuidA, fieldsWithWeight(1)), fieldsWithWeight(7))
			if got := opentact.OutcomeOf(err); got.String() != test.want {
				t.Errorf("the outcome is %q, want %q: %v", got, test.want, err)
			}
			if (err == nil) != (test.want == "done" && test.name != "mismatch") {
				t.Errorf("got the error %v", err)
			}
			if got := a.countRequests(http.MethodPatch); got != test.patches {
				t.Errorf("the API got %d PATCH requests, want %d: %v", got, test.patches, a.requestLines())
			}
			if _, mismatch := errors.AsType[*opentact.MismatchError](err); mismatch != (test.name == "mismatch") {
				t.Errorf("a mismatch is %t: %v", mismatch, err)
			}
			if _, login := errors.AsType[*opentact.LoginError](err); login != strings.HasPrefix(test.name, "login ") {
				t.Errorf("a login error is %t: %v", login, err)
			}
			basic := base64.StdEncoding.EncodeToString([]byte("ops@example.com:corRect-horse"))
			if err != nil && (strings.Contains(err.Error(), "corRect-horse") || strings.Contains(err.Error(), basic)) {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}
