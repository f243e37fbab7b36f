// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// planNew plans a new profile and returns only the diagnostics.
func planNew(t *testing.T, p *acctest.Protocol, resourceType string, config acctest.Values) []*tfprotov6.Diagnostic {
	t.Helper()
	_, diags := p.Plan(t, resourceType, acctest.State{}, config)
	return diags
}

// planMany plans n profiles of each kind at the same time, and returns all diagnostics.
func planMany(t *testing.T, p *acctest.Protocol, n int) (all []*tfprotov6.Diagnostic) {
	t.Helper()
	var (
		mu      sync.Mutex
		working sync.WaitGroup
	)
	for resourceType := range kindsByType {
		for i := range n {
			working.Go(func() {
				diags := planNew(t, p, resourceType, acctest.Values{"name": fmt.Sprint("n", i)})
				mu.Lock()
				defer mu.Unlock()
				all = append(all, diags...)
			})
		}
	}
	working.Wait()
	return all
}

// The texts of the diagnostics. API stands for the address of the API, and LIST for "list messaging profiles" with the
// request, or the same for the other kind: the kind that is planned first is reported.
const (
	failedLogin         = "ERROR : Could not authenticate with the API: Log in (GET API/auth): "
	rejectedCredentials = "ERROR : Could not authenticate with the API: The API at API rejected "
	planStops           = ".\n\nWithout valid credentials, an apply can't create the new profiles. So the plan fails. Nothing was changed. "
	notJWT              = "The token is not a complete JWT. If it is an API key, set api_key or OPENTACT_API_KEY instead. "
	fromProxy           = "The response does not have the form of the API's errors, so a proxy or a gateway may have sent it. Check this first. "
	checkToken          = "Check that the token is for API and has not expired. OpenTact tokens are valid for a day. "
	mayLackPermission   = "The API may also respond with 401 if a permission is missing. If the credentials are valid, ask the account's administrator for the permission."
	unchecked           = "WARNING : Could not check new profiles: "
	uncheckedEffect     = ".\n\nThe plan is complete, but the provider could not look for profiles that exist already. "
	needsList           = "An apply creates nothing without the list, because duplicate_check is \"error\". "
	mayRestart          = "The API, or a gateway in front of it, may be failing or restarting. Run terraform plan again."
	checkBaseURL        = "Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest)"
)

// expiredToken is a JWT that expired in 2023.
var expiredToken = "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1700000000}`)) + ".c2ln"

// loginWith returns an API whose login responds with a status. All other requests are rejected.
func loginWith(status int, body string) brokenAPI {
	return brokenAPI{respond: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/auth" {
			respond(w, status, body)
			return
		}
		respond(w, http.StatusUnauthorized, `{"success":false,"message":"Unauthorized"}`)
	}}
}

// TestPlan_ListFails_Text is the specification of what a plan reports if it can't read the list. It reports at most one
// diagnostic for any number of profiles of both kinds. Each list is one attempt.
func TestPlan_ListFails_Text(t *testing.T) {
	t.Parallel()
	login := acctest.Values{"token": nil, "email": "ops@example.com", "password": "pw", "max_retries": 0}
	const bothAttributes = "the provider's attribute email and the provider's attribute password"
	for _, test := range []struct {
		name   string
		api    brokenAPI
		config acctest.Values
		want   string
		// logins is the maximum number of logins: both kinds may share one. lists is the number of lists: one per kind.
		logins, lists int
	}{
		{
			name: "401: rejected token", api: rejects(401, "Unauthorized"), lists: 2,
			want: rejectedCredentials + "the token from the provider's attribute token: LIST: the API responded with status 401: Unauthorized" +
				planStops + checkToken + notJWT + mayLackPermission,
		},
		{
			name: "401: expired token", api: rejects(401, "Unauthorized"), config: acctest.Values{"token": expiredToken}, lists: 2,
			want: rejectedCredentials + "the token from the provider's attribute token, which expired at 2023-11-14T22:13:20Z: LIST: the API responded with status 401: Unauthorized" +
				planStops + "OpenTact tokens are valid for a day. Get a new token, or authenticate with an API key or a login instead.",
		},
		{
			name: "401 of the login", api: loginWith(401, `{"success":false,"message":"Invalid"}`), config: login, logins: 1,
			want: rejectedCredentials + "the credentials from " + bothAttributes + ": log in (GET API/auth): the API responded with status 401: Invalid" +
				planStops + "Check the e-mail address and the password. This provider configuration does not try them again in this Terraform command.",
		},
		{
			name: "403 of the login", api: loginWith(403, `{"success":false,"message":"Locked"}`), config: login, logins: 1,
			want: failedLogin + "the API responded with status 403: Locked" +
				planStops + "The API knows the user, but does not allow the login. Ask the account's administrator.",
		},
		{
			name: "503 of the login", api: loginWith(503, `{"success":false,"message":"Busy"}`), config: login, logins: 2,
			want: failedLogin + "the API responded with status 503: Busy" + planStops + "The API, or a gateway in front of it, is failing but may recover. " +
				"Try again later, or raise the provider's max_retries to retry more often.",
		},
		{
			name: "429 of the login", api: loginWith(429, `{"success":false,"message":"Slow down"}`), config: login, logins: 2,
			want: failedLogin + "the API responded with status 429: Slow down" + planStops + "The API rejects requests because there are too many. " +
				"Wait some minutes, or set the provider's requests_per_second to the limit of the API.",
		},
		{
			name: "page of the login", api: loginWith(200, `<h1>Sign in`), config: login, logins: 2,
			want: failedLogin + "unexpected response with status 200: a body that is not the API's JSON (application/json, 11 bytes)" + planStops +
				"Another server may have responded, such as a firewall, a proxy or a sign-in page. " + checkBaseURL + ", and that nothing blocks requests to it.",
		},
		{ // each 401 renews the login once
			name: "401 after a login", api: loginWith(200, `{"success":true,"payload":{"token":"t"}}`), config: login, logins: 3, lists: 4,
		},
		{name: "403", api: rejects(403, "Forbidden"), lists: 2},
		{
			name: "404", api: rejects(404, "Not found"), lists: 2,
			want: unchecked + "LIST: the API responded with status 404: Not found" + uncheckedEffect + checkBaseURL + ".",
		},
		{name: "429", api: rejects(429, "Too many requests"), lists: 2},
		{name: "500", api: rejects(500, "Internal error"), lists: 2},
		{name: "503", api: rejects(503, "Busy"), lists: 2},
		{
			name: "429, with error", api: rejects(429, "Slow down"), config: failsOnDuplicates, lists: 2,
			want: unchecked + "LIST: the API responded with status 429: Slow down" + uncheckedEffect + needsList +
				"The API rejects requests because there are too many. Wait some minutes, or set the provider's requests_per_second to the limit of the API.",
		},
		{
			name: "500, with error", api: rejects(500, "Internal error"), config: failsOnDuplicates, lists: 2,
			want: unchecked + "LIST: the API responded with status 500: Internal error" + uncheckedEffect + needsList + mayRestart,
		},
		{name: "success is false", api: rejects(200, "No"), lists: 2},
		{name: "page of a gateway", api: showsPage(502), lists: 2},
		{name: "sign-in page", api: showsPage(200), lists: 2},
		{
			name: "page with 401", api: showsPage(401), lists: 2,
			want: rejectedCredentials + "the token from the provider's attribute token: LIST: unexpected response with status 401: " +
				"a body that is not the API's JSON (text/html, 13 bytes)" + planStops + fromProxy + checkToken + notJWT + mayLackPermission,
		},
		{
			name: "redirect", lists: 2,
			api: brokenAPI{respond: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://www.example.com/login", http.StatusFound)
			}},
			want: unchecked + "LIST: unexpected response with status 302: a redirect to https://www.example.com, which is not followed; base_url must name the API itself" +
				uncheckedEffect + "Another server may have responded, such as a firewall, a proxy or a sign-in page. " + checkBaseURL + ", and that nothing blocks requests to it.",
		},
		{name: "empty body", api: returns(""), lists: 2},
		{name: "no content", api: brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }}, lists: 2},
		{name: "no profiles", api: returns(`{"success":true,"payload":[]}`), lists: 2},
		{name: "malformed JSON", api: returns(`{"success":true,"payload":[}}`), lists: 2},
		{
			name: "incomplete JSON", api: returns(`{"success":true,"payload":[{"uuid":"`), lists: 2,
			want: unchecked + "LIST: no response: the connection was closed before the response was complete" + uncheckedEffect + mayRestart,
		},
		{name: "not a list", api: returns(`{"success":true,"payload":"none"}`), lists: 2},
		{name: "larger than the limit", api: brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", fmt.Sprint(257<<20)) // the provider closes the connection at once
			w.WriteHeader(http.StatusOK)
			_, _ = w.Write([]byte(`{"success":true,"payload":[`))
		}}, lists: 2},
		{name: "from a cache", api: brokenAPI{respond: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Age", "60")
			respond(w, http.StatusOK, `{"success":true,"payload":[]}`)
		}}, lists: 2},
		{
			name: "timeout", config: acctest.Values{"request_timeout": "1s"}, lists: 2,
			api: brokenAPI{respond: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
			want: unchecked + "LIST: no response: it took longer than request_timeout (1s)" + uncheckedEffect + checkBaseURL +
				", and that this machine can reach it.",
		},
		{
			name: "connection lost", api: brokenAPI{respond: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}, lists: 2,
			want: unchecked + "LIST: no response: the connection was closed before the response was complete" + uncheckedEffect + mayRestart,
		},
		{
			name: "data that is not HTTP", api: notHTTP, lists: 2,
			want: unchecked + "LIST: no response: the server sent data that is not valid HTTP" + uncheckedEffect + checkBaseURL + ". If it is correct, try again later.",
		},
		{
			name: "connection lost during the login", config: login, logins: 2,
			api:  brokenAPI{respond: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
			want: unchecked + "Log in (GET API/auth): no response: the connection was closed before the response was complete" + uncheckedEffect + mayRestart,
		},
		{
			name: "connection refused by a loopback address", api: brokenAPI{url: acctest.ClosedURL},
			want: unchecked + "LIST: the request could not be sent: …" + uncheckedEffect +
				"No program listens at this address of this machine. To use the emulator, start it with `make try` or `opentact-emulator`, and load the settings that it prints. Otherwise, correct base_url or OPENTACT_BASE_URL.",
		},
		{
			name: "unknown host", api: at("https://" + strings.Repeat("a", 64) + ".example/rest"),
			want: unchecked + "LIST: the request could not be sent: …" + uncheckedEffect + checkBaseURL + ", and that this machine can resolve the name of its host.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var (
				mu            sync.Mutex
				logins, lists int
			)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				if r.URL.Path == "/auth" {
					logins++
				} else {
					lists++
				}
				mu.Unlock()
				test.api.respond(w, r)
			}))
			t.Cleanup(server.Close)
			url := server.URL
			if test.api.url != nil {
				url = test.api.url(t)
			}
			config := acctest.Values{"base_url": url, "token": "token", "retry_max_wait": "1ms"}
			for name, value := range test.config {
				config[name] = value
			}
			p := acctest.NewProtocol(t)
			acctest.NoDiagnostics(t, p.Configure(t, config))
			got := strings.TrimSuffix(acctest.Describe(planMany(t, p, 25)), "\n")
			got = strings.ReplaceAll(got, url, "API")
			got = regexp.MustCompile(`[Ll]ist (messaging|outbound voice) profiles \(GET API/profile/(messaging|outbound_voice)\)`).ReplaceAllString(got, "LIST")
			got = regexp.MustCompile(`the request could not be sent: [^\n]*`).ReplaceAllString(got, "the request could not be sent: ….")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			mu.Lock()
			defer mu.Unlock()
			mayBeLate := test.config["request_timeout"] != nil // on a slow machine, the time may end before the list is sent
			if logins > test.logins || (logins == 0) != (test.logins == 0) || lists > test.lists || lists < test.lists && !mayBeLate {
				t.Errorf("got %d logins and %d lists, want at most %d and exactly %d", logins, lists, test.logins, test.lists)
			}
		})
	}
}

// Without the comparison, a plan still checks the credentials.
func TestPlan_DuplicateCheckOff_ChecksCredentials(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Token: "right"})
	p := env.Protocol(t, acctest.Values{"token": "wrong", "duplicate_check": "off"})
	acctest.WantError(t, planNew(t, p, messagingProfile, acctest.Values{"name": "a"}), "", "Could not authenticate with the API")
}

// TestPlan_ListFails_ApplyCreates checks that a plan whose list fails is made and can be applied. The first create reads the
// list again, with retries, because the failure is not the baseline.
func TestPlan_ListFails_ApplyCreates(t *testing.T) {
	t.Parallel()
	login := acctest.Values{"token": nil, "email": emulator.DefaultEmail, "password": emulator.DefaultPassword}
	for _, test := range []struct {
		name   string
		fault  emulator.Fault
		config acctest.Values
		// used makes a request with the token before the plan.
		used bool
		// lists is the number of lists: one of the plan, and those of the create.
		lists int
	}{
		{"401 after another request with the token", emulator.Fault{Action: emulator.ActionRespond, Status: 401}, nil, true, 2},
		{"401 after a login", emulator.Fault{Action: emulator.ActionRespond, Status: 401}, login, false, 4},
		{"403", emulator.Fault{Action: emulator.ActionRespond, Status: 403}, nil, false, 2},
		{"403 after a login", emulator.Fault{Action: emulator.ActionRespond, Status: 403}, login, false, 2},
		{"429", emulator.Fault{Action: emulator.ActionRespond, Status: 429}, nil, false, 3},
		{"500", emulator.Fault{Action: emulator.ActionRespond, Status: 500}, nil, false, 3},
		{"page", emulator.Fault{Action: emulator.ActionPage, Status: 200}, nil, false, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for resourceType, kind := range kindsByType {
				env := acctest.New(t, emulator.Options{})
				existing := add(t, env, kind, map[string]any{"name": "b"})
				p := env.Protocol(t, test.config, acctest.Values{"max_retries": 1})
				if test.used {
					imported, _ := p.Import(t, resourceType, existing)
					refresh(t, p, resourceType, imported)
				}
				collection := "/profile/" + string(kind)
				env.Inject(t, emulator.Rule{Method: http.MethodGet, Path: collection, Faults: []emulator.Fault{test.fault}})
				state := p.Converge(t, resourceType, acctest.State{}, acctest.Values{"name": "a"})
				if state.Values()["name"] != "a" {
					t.Errorf("the state is %v", state.Values())
				}
				if lists := env.Counters().ByOperation["GET "+collection]; lists != test.lists {
					t.Errorf("%s: got %d lists, want %d", resourceType, lists, test.lists)
				}
			}
		})
	}
}

// With "error", each failure of the list is a warning of the plan. A create reads the list again, with retries. It creates
// nothing without the list, and nothing that exists already.
func TestPlan_DuplicateCheckError_ListFails(t *testing.T) {
	t.Parallel()
	const (
		notCompared   = ".\n\nNothing was created, because the provider could not look for an existing profile, and duplicate_check is \"error\". "
		askPermission = "The credentials are valid, but do not have permission for this request. Ask the account's administrator for the permission."
		listError     = "List messaging profiles (GET API/profile/messaging): the API responded with status 403: A rule of the emulator sets status 403"
	)
	for name, test := range map[string]struct {
		failures int // 0: each list fails
		exists   bool
		want     string // the diagnostics of the apply
	}{
		"each list fails":                  {want: "ERROR : Could not create messaging profile \"a\": " + listError + notCompared + askPermission + " " + strings.TrimSpace(toCreate) + "\n"},
		"the second list succeeds":         {failures: 1},
		"the second list shows the orphan": {failures: 1, exists: true, want: "ORPHAN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, emulator.Options{})
			config := acctest.Values{"name": "a"}
			if test.exists {
				id := add(t, env, emulator.MessagingProfile, map[string]any{"name": "a"})
				test.want = acctest.Describe([]*tfprotov6.Diagnostic{orphanError(orphanWarning(env, messagingProfile, "a", id))})
			}
			env.Inject(t, emulator.Rule{
				Method: http.MethodGet, Path: "/profile/messaging", Times: test.failures,
				Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusForbidden}},
			})
			p := env.Protocol(t, failsOnDuplicates)
			planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
			describe := func(diags []*tfprotov6.Diagnostic) string {
				return requestID.ReplaceAllString(strings.ReplaceAll(acctest.Describe(diags), env.URL, "API"), "")
			}
			if diff := cmp.Diff(unchecked+listError+uncheckedEffect+needsList+askPermission+"\n", describe(diags)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
			if diff := cmp.Diff(test.want, describe(diags)); diff != "" {
				t.Errorf("apply (-want +got):\n%s", diff)
			}
			if created := len(env.Writes(0)); created > 0 != (test.want == "") || (state.Values() == nil) != (created == 0) {
				t.Errorf("%d writes, the state is %v", created, state.Values())
			}
		})
	}
}

// requestID matches the id of a request in an error.
var requestID = regexp.MustCompile(` \(request id \w+\)`)

// Another client changes the account while the plan reads the pages of the list. The list shows the orphan. If it may lack a
// profile, it is not the baseline, and the create reads another list.
func TestPlan_ListChangesWhileRead_ShowsOrphan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ removes, isBaseline bool }{
		"grows": {false, true}, "grows and shrinks": {true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := func() {}
			env := acctest.New(t, emulator.Options{PageSize: 2, OnRequest: func(emulator.Request) { change() }})
			newest := add(t, env, emulator.MessagingProfile, map[string]any{"name": "x"})
			id := add(t, env, emulator.MessagingProfile, map[string]any{"name": "a"})
			add(t, env, emulator.MessagingProfile, map[string]any{"name": "y"})
			change = func() {
				if test.removes {
					if err := env.Remove(emulator.MessagingProfile, newest); err != nil {
						t.Error(err)
					}
				}
				newest = add(t, env, emulator.MessagingProfile, map[string]any{"name": "z"})
			}
			p := env.Protocol(t)
			acctest.WantDiagnostics(t, planNew(t, p, messagingProfile, acctest.Values{"name": "a"}), orphanWarning(env, messagingProfile, "a", id))
			change = func() {}
			pages := env.Counters().ByOperation["GET /profile/messaging"]
			p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "b"})
			if isBaseline := env.Counters().ByOperation["GET /profile/messaging"] == pages; isBaseline != test.isBaseline {
				t.Errorf("the list of %d pages is the baseline: %t", pages, isBaseline)
			}
		})
	}
}

// With "error", a list that changed each time that it was read is not enough for a create: it may lack the orphan.
func TestPlan_DuplicateCheckError_ListChangesWhileRead_CreatesNothing(t *testing.T) {
	t.Parallel()
	change := func() {}
	env := acctest.New(t, emulator.Options{PageSize: 2, OnRequest: func(emulator.Request) { change() }})
	var ids []string
	for i := range 3 {
		ids = append(ids, add(t, env, emulator.MessagingProfile, map[string]any{"name": fmt.Sprint("n", i)}))
	}
	change = func() {
		if err := env.Remove(emulator.MessagingProfile, ids[0]); err != nil {
			t.Error(err)
		}
		ids = append(ids[1:], add(t, env, emulator.MessagingProfile, map[string]any{"name": "n"}))
	}
	p, config := env.Protocol(t, failsOnDuplicates), acctest.Values{"name": "a"}
	planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
	acctest.NoDiagnostics(t, diags)
	_, diags = p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	acctest.WantError(t, diags, "", "Could not create messaging profile \"a\"", "the list is not complete: it changed while it was read", "Nothing was created")
	if writes := env.Writes(0); len(writes) > 0 {
		t.Errorf("the apply sent %v", writes)
	}
}

// An interrupt says nothing about the API. After an interrupt, a plan sends nothing and does not wait.
func TestPlan_Interrupted_EndsWithoutDiagnostic(t *testing.T) {
	t.Parallel()
	for _, check := range []string{"warn", "error"} {
		for name, during := range map[string]bool{"before": false, "during the list": true} {
			t.Run(check+", "+name, func(t *testing.T) {
				t.Parallel()
				ctx, interrupt := context.WithCancel(t.Context())
				ended := make(chan struct{})
				p := acctest.Stub(t, func(http.ResponseWriter, *http.Request) { interrupt(); <-ended }, acctest.Values{"duplicate_check": check})
				t.Cleanup(func() { close(ended) })
				if !during {
					interrupt()
				}
				acctest.NoDiagnostics(t, planNew(t, p.WithContext(ctx), messagingProfile, acctest.Values{"name": "a"}))
			})
		}
	}
}
