// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const controlToken = "the-control-token"

// newControlled returns an emulator with a control endpoint, a long latency and a low rate limit, which must not affect
// the control endpoint. It fails the test if a request is logged.
func newControlled(t *testing.T) *emulator.Emulator {
	t.Helper()
	return newEmulator(t, emulator.Options{
		Control: true, Token: controlToken, Latency: time.Hour, RequestsPerSecond: 1e-6,
		OnRequest: func(r emulator.Request) { t.Errorf("%s %s is logged", r.Method, r.Path) },
	})
}

// control sends a request to the control endpoint.
func control(t *testing.T, e *emulator.Emulator, method, path, body string) response {
	t.Helper()
	return controlWith(t, e, controlToken, method, path, body)
}

// controlWith is control with another token.
func controlWith(t *testing.T, e *emulator.Emulator, token, method, path, body string) response {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), method, "/_emulator"+path, strings.NewReader(body))
	request.Header.Set("X-Auth-Token", token)
	e.ServeHTTP(recorder, request)
	mustEqual(t, "Content-Type", "application/json", recorder.Header().Get("Content-Type"))
	return read(t, recorder.Result())
}

// checkControl sends a request to the control endpoint and checks status and body of the response.
func checkControl(t *testing.T, e *emulator.Emulator, method, path, body string, status int, want string) {
	t.Helper()
	got := control(t, e, method, path, body)
	mustEqual(t, method+" "+path+" "+body, fmt.Sprint(status, " ", want), fmt.Sprint(got.status, " ", got.raw))
}

const emptyPayload = `{"success":true,"payload":{}}`

func TestControl_Disabled_RejectsRequests(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{Token: controlToken})
	for _, path := range []string{"/rules", "/seed", "/requests", "/nothing"} {
		checkControl(t, e, http.MethodGet, path, "", http.StatusForbidden,
			`{"success":false,"message":"The control endpoint is off: start with -control","status":403}`)
	}
	checkControl(t, e, http.MethodPost, "/rules", `{"faults":[{"action":"hold"}]}`, http.StatusForbidden,
		`{"success":false,"message":"The control endpoint is off: start with -control","status":403}`)
}

// The list needs no token, and says whether the other operations are available.
func TestControl_Index_ListsOperations(t *testing.T) {
	t.Parallel()
	for enabled, message := range map[bool]string{
		true:  "Send the token of -token in X-Auth-Token",
		false: "The control endpoint is off: start with -control",
	} {
		e := newEmulator(t, emulator.Options{Control: enabled})
		for _, path := range []string{"", "/"} {
			got := controlWith(t, e, "", http.MethodGet, path, "")
			var index struct {
				Success bool
				Payload struct {
					Control    bool
					Message    string
					Operations []emulator.ControlOperation
				}
			}
			if err := json.Unmarshal([]byte(got.raw), &index); err != nil {
				t.Fatal(err)
			}
			mustEqual(t, "status and success", []any{http.StatusOK, true}, []any{got.status, index.Success})
			mustEqual(t, "control", enabled, index.Payload.Control)
			mustEqual(t, "message", message, index.Payload.Message)
			mustEqual(t, "operations", emulator.ControlOperations(), index.Payload.Operations)
			if !strings.Contains(got.raw, "\n        \"path\": \"/_emulator/rules/{id}\",\n") || !strings.HasSuffix(got.raw, "}\n") {
				t.Errorf("the list is not indented: %s", got.raw)
			}
		}
		mustEqual(t, "log", 0, len(e.Requests()))
	}
}

// Each operation except the list and the health check needs the token and Options.Control.
func TestControl_Operations_NeedToken(t *testing.T) {
	t.Parallel()
	open := []string{"GET /_emulator", "GET /_emulator/health"}
	for _, o := range emulator.ControlOperations() {
		mustEqual(t, o.Path+": needs a token", !slices.Contains(open, o.Method+" "+o.Path), o.NeedsToken)
		for enabled, want := range map[bool]int{true: http.StatusUnauthorized, false: http.StatusForbidden} {
			if !o.NeedsToken {
				want = http.StatusOK
			}
			e := newEmulator(t, emulator.Options{Control: enabled})
			got := controlWith(t, e, "", o.Method, strings.TrimPrefix(o.Path, "/_emulator"), "")
			mustEqual(t, o.Method+" "+o.Path, want, got.status)
		}
	}
}

func TestControl_Reset(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{Control: true, Token: controlToken})
	serveRequest(t, e, http.MethodGet, "/profile/messaging", "", nil)
	inject(t, e, hold())
	if _, err := e.Add(emulator.MessagingProfile, map[string]any{"name": "x"}); err != nil {
		t.Fatal(err)
	}

	checkControl(t, e, "POST", "/reset", "", 200, emptyPayload)
	checkControl(t, e, "GET", "/rules", "", 200, `{"success":true,"payload":[]}`)
	checkControl(t, e, "GET", "/requests", "", 200, `{"success":true,"payload":[]}`)
	mustEqual(t, "profiles", 0, len(e.Profiles(emulator.MessagingProfile)))
}

func TestControl_OtherToken_RejectsRequest(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{Control: true, Token: controlToken})
	issued, err := e.IssueToken(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "wrong", issued} {
		for _, path := range []string{"/rules", "/nothing"} {
			got := controlWith(t, e, token, http.MethodPost, path, "")
			mustEqual(t, "response", `{"success":false,"message":"X-Auth-Token must be the emulator's own token, not a token of a login","status":401}`, got.raw)
		}
	}
}

func TestControl_Rules(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{Control: true, Token: controlToken})
	checkControl(t, e, "GET", "/rules", "", 200, `{"success":true,"payload":[]}`)
	const lost = `{"method":"POST","path":"/profile/*","times":1,"faults":[{"action":"close_after"}]}`
	checkControl(t, e, "POST", "/rules", lost, 201, `{"success":true,"payload":{"id":1}}`)
	checkControl(t, e, "POST", "/rules", `{"path":"/auth","faults":[{"action":"delay","for":"1ms"}]}`, 201, `{"success":true,"payload":{"id":2}}`)
	_, closed := serveRequest(t, e, http.MethodPost, "/profile/messaging", named("x"), http.Header{
		"X-Auth-Token": {controlToken}, "Content-Type": {"application/json"},
	})
	mustEqual(t, "connection closed", true, closed)
	mustEqual(t, "profiles", 1, len(e.Profiles(emulator.MessagingProfile)))
	const second = `{"held":0,"hits":0,"id":2,"rule":{"path":"/auth","faults":[{"action":"delay","for":"1ms"}]}}`
	checkControl(t, e, "GET", "/rules", "", 200, `{"success":true,"payload":[{"held":0,"hits":1,"id":1,"rule":`+lost+`},`+second+`]}`)
	checkControl(t, e, "DELETE", "/rules/1", "", 200, emptyPayload)
	checkControl(t, e, "GET", "/rules", "", 200, `{"success":true,"payload":[`+second+`]}`)
	for _, id := range []string{"1", "3", "02", "x"} {
		message := fmt.Sprintf(`{"success":false,"message":"There is no rule \"%s\"","status":404}`, id)
		checkControl(t, e, "DELETE", "/rules/"+id, "", 404, message)
		checkControl(t, e, "POST", "/rules/"+id+"/release", "", 404, message)
	}
	checkControl(t, e, "POST", "/rules", lost, 201, `{"success":true,"payload":{"id":3}}`)
	checkControl(t, e, "DELETE", "/rules", "", 200, emptyPayload)
	checkControl(t, e, "GET", "/rules", "", 200, `{"success":true,"payload":[]}`)
}

func TestControl_ReleaseRule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, action := range []emulator.Action{emulator.ActionHold, emulator.ActionHoldAfter} {
			for _, end := range []string{"POST /rules/1/release", "DELETE /rules/1", "DELETE /rules"} {
				e := newEmulator(t, emulator.Options{Control: true, Token: controlToken})
				rule := fmt.Sprintf(`{"faults":[{"action":%q}]}`, action)
				control(t, e, http.MethodPost, "/rules", rule)
				for range 2 {
					go status(t, e, http.MethodGet, "/profile/messaging", "")
				}
				synctest.Wait()
				checkControl(t, e, "GET", "/rules", "", 200, `{"success":true,"payload":[{"held":2,"hits":2,"id":1,"rule":`+rule+`}]}`)
				method, path, _ := strings.Cut(end, " ")
				checkControl(t, e, method, path, "", 200, emptyPayload)
				synctest.Wait()
				mustEqual(t, fmt.Sprintf("statuses after %s of %s", end, action), []int{401, 401}, statuses(e))
			}
		}
	})
}

func TestControl_IgnoresRulesAndLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newControlled(t)
		begin := time.Now()
		inject(t, e, always(emulator.Fault{Action: emulator.ActionCloseBefore}))
		for range 10 {
			mustEqual(t, "status", http.StatusOK, control(t, e, http.MethodGet, "/rules", "").status)
		}
		mustEqual(t, "time", time.Duration(0), time.Since(begin))
		mustEqual(t, "requests in the log", 0, len(e.Requests()))
		checkControl(t, e, "GET", "/requests", "", 200, `{"success":true,"payload":[]}`)
		checkControl(t, e, "GET", "/counters", "", 200,
			`{"success":true,"payload":{"total":0,"by_operation":{},"by_status":{},"by_fault":{}}}`)
	})
}

func TestControl_RequestsAndCounters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{Control: true, Token: controlToken})
		serveRequest(t, e, http.MethodPost, "/profile/messaging", named("x"), nil)
		checkControl(t, e, "GET", "/requests", "", 200, `{"success":true,"payload":[{"time":"2000-01-01T00:00:00Z","method":"POST","path":"/rest/profile/messaging",`+
			`"status":401,"body":"{\"name\":\"x\"}","duration":"0s"}]}`)
		checkControl(t, e, "GET", "/counters", "", 200, `{"success":true,"payload":{"total":1,`+
			`"by_operation":{"POST /profile/messaging":1},"by_status":{"401":1},"by_fault":{}}}`)
	})
}

func TestControl_ExpireLoginsAndRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{Control: true, Token: controlToken})
		token := loginToken(t, e)
		checkControl(t, e, "POST", "/expire-logins", "", 200, emptyPayload)
		mustEqual(t, "valid token", false, isValid(t, e, token))
		token = loginToken(t, e)
		checkControl(t, e, "PUT", "/rate-limit", `{"requests_per_second": 0.5}`, 200, emptyPayload)
		mustEqual(t, "valid token", true, isValid(t, e, token))
		mustEqual(t, "too many", http.StatusTooManyRequests, status(t, e, http.MethodGet, "/auth", ""))
		checkControl(t, e, "PUT", "/rate-limit", `{"requests_per_second": 0}`, 200, emptyPayload)
		mustEqual(t, "valid token", true, isValid(t, e, token))
		for body, message := range map[string]string{
			`{}`: `requests_per_second is required: 0 means no limit`, `{"requests_per_second":null}`: `requests_per_second is required: 0 means no limit`,
			`{"rate":1}`:                 `Invalid body: json: unknown field \"rate\"`,
			`{"requests_per_second":-1}`: `the requests per second must be from 0 to 1000000, got -1`,
		} {
			checkControl(t, e, "PUT", "/rate-limit", body, 400, `{"success":false,"message":"`+message+`","status":400}`)
		}
	})
}

func TestControl_InvalidBody_RejectsRequest(t *testing.T) {
	t.Parallel()
	e := newControlled(t)
	for body, want := range map[string]string{
		``:                               "Invalid body: EOF",
		`{`:                              "Invalid body: unexpected EOF",
		`[]`:                             "Invalid body: json: cannot unmarshal array",
		`{"faults":[]} x`:                "Invalid body: unexpected data after the JSON value",
		`{"faults":[]}{}`:                "Invalid body: unexpected data after the JSON value",
		`{"fault":[]}`:                   `Invalid body: json: unknown field "fault"`,
		`{"faults":[{"acton":"hold"}]}`:  `Invalid body: json: unknown field "acton"`,
		`{"faults":[{"action":"hang"}]}`: `invalid rule: faults[0].action must be one of `,
		`{"faults":[{"action":"delay","for":1}]}`:      "Invalid body: json: cannot unmarshal number",
		`{"faults":[{"action":"delay","for":"soon"}]}`: `Invalid body: a duration must have a number and a unit, such as 250ms or 1h, got "soon"`,
		`{"seed":-1,"faults":[{"action":"hold"}]}`:     "Invalid body: json: cannot unmarshal number -1",
		`{"skip":1.5,"faults":[{"action":"hold"}]}`:    "Invalid body: json: cannot unmarshal number 1.5",
	} {
		got := control(t, e, http.MethodPost, "/rules", body)
		message, _ := got.body["message"].(string)
		if got.status != http.StatusBadRequest || !strings.HasPrefix(message, want) {
			t.Errorf("%s: status %d, %q, want %q", body, got.status, message, want)
		}
	}
	checkControl(t, e, "GET", "/rules", "", 200, `{"success":true,"payload":[]}`)
	tooLarge := strings.Repeat(" ", 1<<20+1)
	mustEqual(t, "too large", http.StatusRequestEntityTooLarge, control(t, e, http.MethodPost, "/rules", tooLarge).status)
}

func TestControl_UnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	e := newControlled(t)
	for request, allow := range map[string]string{
		"PUT /rules": "DELETE, GET, HEAD, POST", "GET /rules/1": "DELETE", "GET /rules/1/release": "POST", "POST /requests": "GET, HEAD",
		"DELETE /counters": "GET, HEAD", "GET /expire-logins": "POST", "POST /rate-limit": "PUT",
		"POST ": "GET, HEAD", "DELETE /": "GET, HEAD", "PUT /health": "GET, HEAD", "POST /seed": "GET, HEAD", "GET /reset": "POST",
	} {
		method, path, _ := strings.Cut(request, " ")
		got := control(t, e, method, path, "")
		mustEqual(t, request, `{"success":false,"message":"This path does not allow this method","status":405}`, got.raw)
		mustEqual(t, request+": Allow", allow, got.header.Get("Allow"))
	}
	for _, path := range []string{"/seed/", "/rules/", "/rules/1/", "/rules/1/more", "/nothing", "/nothing/", "//", "//rules", "/rules//", "/./rules", "/../rest"} {
		checkControl(t, e, "GET", path, "", 404, `{"success":false,"message":"The API has no such path","status":404}`)
		mustEqual(t, path+" without the token", http.StatusUnauthorized, controlWith(t, e, "", http.MethodGet, path, "").status)
	}
	got := httptest.NewRecorder()
	e = newEmulator(t, emulator.Options{Control: true})
	e.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_emulators", nil))
	mustEqual(t, "log of a path that only begins like ControlPath", 1, len(e.Requests()))
}
