// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// validToken is a JWT that expires in 2100.
var validToken = "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":4102444800}`)) + ".c2ln"

// The texts about a 401. API stands for the address of the API.
const (
	stillInState = "The profile is still in the state. "
	unchanged    = "Nothing was changed. "

	isJWT         = "The API key has the form of a JWT. If it is the token of a login, set token or OPENTACT_TOKEN instead. "
	otherHeader   = "If the key is valid, the API may expect it in X-Auth-Token: then set token or OPENTACT_TOKEN instead. "
	newKey        = "Create a new API key in the OpenTact portal. If the value is the token of a login, get a new token and set token or OPENTACT_TOKEN instead."
	checkKey      = "Check that the API key is for API, and that it has not expired or been deleted in the OpenTact portal. "
	checkLogin    = "Check the e-mail address and the password. This provider configuration does not try them again in this Terraform command."
	checkLoginAPI = "Check base_url or OPENTACT_BASE_URL: the API accepts the e-mail address and the password, but rejects the token that it gives for them. "
	getNewToken   = "OpenTact tokens are valid for a day. Get a new token, or authenticate with an API key or a login instead."

	// afterPlan begins the advice for an update or a deletion, if its process has read nothing.
	afterPlan = "If the plan read profiles with the same credentials, a permission for this request may be missing: " +
		"ask the account's administrator for the permission. Also c"

	eitherToken = "The API accepted this token for another request. So either a permission for this request is missing, or the token is no longer valid. " +
		"Ask the account's administrator for the permission, or get a new token."
	eitherKey = "The API accepted this API key for another request. So either a permission for this request is missing, or the API key has expired or was deleted. " +
		"Ask the account's administrator for the permission, or create a new API key in the OpenTact portal."
	eitherLogin = "The API accepted this login for another request. So either a permission for this request is missing, or the API no longer accepts tokens of this user. " +
		"Ask the account's administrator."

	tokenCause       = "the token from the provider's attribute token"
	keyCause         = "the API key from the provider's attribute api_key"
	loginCause       = "the credentials from the provider's attribute email and the provider's attribute password"
	loginTokenCause  = "the token of a login that it accepted just before, with " + loginCause
	expiredAt        = ", which expired at 2023-11-14T22:13:20Z"
	unauthorizedJSON = "the API responded with status 401: No"
	unauthorizedPage = "unexpected response with status 401: a body that is not the API's JSON (text/html, 13 bytes)"
)

var (
	byKey   = acctest.Values{"api_key": "opaque-key"}
	byToken = acctest.Values{"token": "opaque-token"}
	byLogin = acctest.Values{"email": "ops@example.com", "password": "pw"}
)

// revocableAPI has one messaging profile until it is revoked. Then it responds with 401, as JSON or as a page.
type revocableAPI struct {
	*httptest.Server
	revoked atomic.Bool
	logins  atomic.Int64
	page    bool
	// rejectsLogin makes the login respond with 401, too.
	rejectsLogin bool
}

func newRevocableAPI(t *testing.T) *revocableAPI {
	t.Helper()
	a := new(revocableAPI)
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *revocableAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	isLogin := r.URL.Path == "/auth"
	if isLogin {
		a.logins.Add(1)
	}
	switch {
	case isLogin && !a.rejectsLogin:
		respond(w, http.StatusOK, `{"success":true,"payload":{"token":"token-of-login"}}`)
	case (isLogin || a.revoked.Load()) && a.page:
		showsPage(http.StatusUnauthorized).respond(w, r)
	case isLogin || a.revoked.Load():
		respond(w, http.StatusUnauthorized, `{"success":false,"message":"No"}`)
	case strings.HasSuffix(r.URL.Path, "messaging"):
		returnsList(profileJSON("")).respond(w, r)
	default:
		respond(w, http.StatusOK, profileJSON(""))
	}
}

// configure returns a provider with these credentials.
func (a *revocableAPI) configure(t *testing.T, credentials acctest.Values) *acctest.Protocol {
	t.Helper()
	p := acctest.NewProtocol(t)
	config := acctest.Values{"base_url": a.URL, "max_retries": 0, "retry_max_wait": "1ms"}
	for name, value := range credentials {
		config[name] = value
	}
	acctest.NoDiagnostics(t, p.Configure(t, config))
	return p
}

// describe returns diagnostics with API for the address of the API and UUID for the id of the profile.
func (a *revocableAPI) describe(diags []*tfprotov6.Diagnostic) string {
	return strings.NewReplacer(a.URL, "API", uuid, "UUID").Replace(acctest.Describe(diags))
}

// twice returns the text of a request that was sent with the tokens of two logins.
func twice(request string) string { return strings.TrimSuffix(request, ")") + ", 2 attempts)" }

// TestDiagnostics_Unauthorized_Text is the specification of the text of a 401, for each way to authenticate. A read
// gets it as its first request, and after a successful read.
func TestDiagnostics_Unauthorized_Text(t *testing.T) {
	t.Parallel()
	key := func(key string) acctest.Values { return acctest.Values{"api_key": key} }
	token := func(token string) acctest.Values { return acctest.Values{"token": token} }
	for name, test := range map[string]struct {
		credentials acctest.Values
		cause       string
		// first is the advice after the first request, and later the advice after a success.
		first, later string
	}{
		"API key":                   {byKey, keyCause, checkKey + otherHeader + mayLackPermission, eitherKey},
		"JWT as API key":            {key(validToken), keyCause, checkKey + isJWT + mayLackPermission, eitherKey},
		"expired JWT as API key":    {key(expiredToken), keyCause + expiredAt, newKey, newKey},
		"opaque token":              {byToken, tokenCause, checkToken + notJWT + mayLackPermission, eitherToken},
		"JWT as token":              {token(validToken), tokenCause, checkToken + mayLackPermission, eitherToken},
		"truncated JWT as token":    {token(validToken[:20]), tokenCause, checkToken + notJWT + mayLackPermission, eitherToken},
		"expired JWT as token":      {token(expiredToken), tokenCause + expiredAt, getNewToken, getNewToken},
		"login, its token rejected": {byLogin, loginTokenCause, checkLoginAPI + mayLackPermission, eitherLogin},
	} {
		for _, isPage := range []bool{false, true} {
			for _, isLater := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, page %t, later %t", name, isPage, isLater), func(t *testing.T) {
					t.Parallel()
					a := newRevocableAPI(t)
					a.page = isPage
					p := a.configure(t, test.credentials)
					advice := test.first
					request, logins := "read messaging profile (GET API/profile/messaging/UUID)", int64(0)
					if test.cause == loginTokenCause {
						request, logins = twice(request), 2
					}
					if isLater {
						advice = test.later
						acctest.NoDiagnostics(t, find(t, p))
					}
					a.revoked.Store(true)
					state, diags := p.Read(t, messagingProfile, stateOf(t, p, uuid))
					response := unauthorizedJSON
					if isPage {
						response, advice = unauthorizedPage, fromProxy+advice
					}
					want := "ERROR : Could not read messaging profile \"a\": The API at API rejected " + test.cause + ": " + request + ": " + response +
						".\n\n" + stillInState + advice + "\n"
					if diff := gocmp.Diff(want, a.describe(diags)); diff != "" {
						t.Errorf("diagnostics (-want +got):\n%s", diff)
					}
					if state.Values()["name"] != "a" || a.logins.Load() != logins {
						t.Errorf("after %d logins, the state is %v", a.logins.Load(), state.Values())
					}
				})
			}
		}
	}
}

// A login that is rejected says nothing about a permission.
func TestDiagnostics_LoginUnauthorized_Text(t *testing.T) {
	t.Parallel()
	for _, isPage := range []bool{false, true} {
		a := newRevocableAPI(t)
		a.page, a.rejectsLogin = isPage, true
		response, advice := unauthorizedJSON, checkLogin
		if isPage {
			response, advice = unauthorizedPage, fromProxy+checkLogin
		}
		want := "ERROR : Could not read messaging profile \"a\": The API at API rejected " + loginCause + ": log in (GET API/auth): " + response +
			".\n\n" + stillInState + advice + "\n"
		if diff := gocmp.Diff(want, a.describe(read(t, a.configure(t, byLogin), uuid))); diff != "" {
			t.Errorf("diagnostics (-want +got):\n%s", diff)
		}
	}
}

// TestDiagnostics_Unauthorized_EachOperation is the specification of the text of a 401 for each call of Terraform.
// The cause and the advice depend only on the credentials: TestDiagnostics_Unauthorized_Text.
func TestDiagnostics_Unauthorized_EachOperation(t *testing.T) {
	t.Parallel()
	const list, one = "list messaging profiles (GET API/profile/messaging)", "messaging profile (%s API/profile/messaging/UUID)"
	planning := call{"Could not authenticate with the API", func(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
		t.Helper()
		return planNew(t, p, messagingProfile, acctest.Values{"name": "b"})
	}}
	creating := call{`Could not create messaging profile "b"`, func(t *testing.T, p *acctest.Protocol) []*tfprotov6.Diagnostic {
		t.Helper()
		config := acctest.Values{"name": "b"}
		planned, _ := p.Plan(t, messagingProfile, acctest.State{}, config) // another process may have planned
		_, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
		return diags
	}}
	for name, test := range map[string]struct {
		call            call
		request, effect string
		advice          string // "" is that of a first request
	}{
		"plan":                   {planning, list, "Without valid credentials, an apply can't create the new profiles. So the plan fails. Nothing was changed. ", ""},
		"create":                 {creating, list, "Nothing was created. ", ""}, // the list before the POST
		"read":                   {reading, fmt.Sprintf("read "+one, "GET"), stillInState, ""},
		"import":                 {importing, fmt.Sprintf("read "+one, "GET"), "Nothing was imported. ", ""},
		"update":                 {updating, fmt.Sprintf("update "+one, "PATCH"), unchanged, afterPlan + checkKey[1:] + strings.TrimSpace(otherHeader)},
		"delete":                 {deleting, fmt.Sprintf("delete "+one, "DELETE"), unchanged, afterPlan + checkKey[1:] + strings.TrimSpace(otherHeader)},
		"data source by id":      {finding, fmt.Sprintf("read "+one, "GET"), "", ""},
		"data source by name":    {findingByName, list, "", ""},
		"data source of all":     {listing, list, "", ""},
		"list resource":          {querying, list, "", ""},
		"update without changes": {updatingNothing, fmt.Sprintf("read "+one, "GET"), unchanged, afterPlan + checkKey[1:] + strings.TrimSpace(otherHeader)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newRevocableAPI(t)
			a.revoked.Store(true)
			want := "ERROR : " + test.call.summary + ": The API at API rejected " + keyCause + ": " + test.request + ": " + unauthorizedJSON +
				".\n\n" + test.effect + cmp.Or(test.advice, checkKey+otherHeader+mayLackPermission) + "\n"
			if diff := gocmp.Diff(want, a.describe(test.call.run(t, a.configure(t, byKey)))); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

// An apply runs in another process than its plan. So an update or a deletion may be the first request, although the plan
// has read the profile with the same credentials. The text says both possible reasons.
func TestDiagnostics_FirstWriteUnauthorized_Text(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		credentials acctest.Values
		check       string
	}{
		"API key": {byKey, checkKey + otherHeader},
		"token":   {byToken, checkToken + notJWT},
		"login":   {byLogin, checkLoginAPI},
	} {
		for verb, write := range map[string]call{"update": updating, "delete": deleting} {
			t.Run(name+", "+verb, func(t *testing.T) {
				t.Parallel()
				a := newRevocableAPI(t)
				a.revoked.Store(true)
				_, got, _ := strings.Cut(a.describe(write.run(t, a.configure(t, test.credentials))), "\n\n")
				if want := unchanged + afterPlan + strings.TrimSpace(test.check[1:]) + "\n"; got != want {
					t.Errorf("advice (-want +got):\n%s", gocmp.Diff(want, got))
				}
			})
		}
	}
}

// The API may use 401 for a write that is not allowed (CONTRACT.md). The text says both possible reasons, the state
// stays, and the provider logs in at most once more for each write.
func TestResource_WriteUnauthorizedAfterRead_KeepsState(t *testing.T) {
	t.Parallel()
	for resourceType, kind := range kindsByType {
		for name, test := range map[string]struct {
			config        acctest.Values
			cause, advice string
			// renewals is the number of logins that each write adds. A login adds one before them.
			renewals int
		}{
			"API key": {acctest.Values{"token": nil, "api_key": "key"}, keyCause, eitherKey, 0},
			"token":   {nil, tokenCause, eitherToken, 0},
			"login":   {acctest.Values{"token": nil, "email": emulator.DefaultEmail, "password": emulator.DefaultPassword}, loginTokenCause, eitherLogin, 1},
		} {
			t.Run(resourceType+", "+name, func(t *testing.T) {
				t.Parallel()
				env := acctest.New(t, emulator.Options{APIKeys: map[string]time.Duration{"key": 0}})
				id := add(t, env, kind, map[string]any{"name": "a"})
				p := env.Protocol(t, test.config)
				imported, diags := p.Import(t, resourceType, id)
				acctest.NoDiagnostics(t, diags)
				state := refresh(t, p, resourceType, imported)
				for _, method := range []string{http.MethodPatch, http.MethodDelete} {
					env.Inject(t, emulator.Rule{Method: method, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusUnauthorized}}})
				}
				logins := func() int { return env.Counters().ByOperation["GET /auth"] }
				want := logins()
				if want != test.renewals {
					t.Errorf("the read made %d logins", want)
				}
				config := acctest.Values{"name": "b"}
				planned, diags := p.Plan(t, resourceType, state, config)
				acctest.NoDiagnostics(t, diags)
				// Each write begins with the token of the last login. So a second write adds a login of its own.
				for _, write := range []struct {
					verb, method string
					planned      acctest.State
					config       acctest.Values
				}{
					{"update", http.MethodPatch, planned, config}, {"update", http.MethodPatch, planned, config},
					{"delete", http.MethodDelete, acctest.State{Value: p.Null(t, resourceType)}, nil},
				} {
					before := len(env.Requests())
					after, diags := p.Apply(t, resourceType, state, write.planned, write.config)
					text := requestID.ReplaceAllString(strings.NewReplacer(env.URL, "API", id, "UUID").Replace(acctest.Describe(diags)), "")
					kindName := strings.ReplaceAll(strings.TrimPrefix(resourceType, "opentact_"), "_", " ")
					request := fmt.Sprintf("%s %s (%s API/profile/%s/UUID)", write.verb, kindName, write.method, kind)
					if test.renewals > 0 {
						request = twice(request)
					}
					wantText := fmt.Sprintf("ERROR : Could not %s %s \"a\": The API at API rejected %s: %s: the API responded with status 401: A rule of the emulator sets status 401.\n\n%s\n",
						write.verb, kindName, test.cause, request, unchanged+test.advice)
					if diff := gocmp.Diff(wantText, text); diff != "" {
						t.Errorf("diagnostics (-want +got):\n%s", diff)
					}
					if !after.Value.Equal(state.Value) {
						t.Errorf("%s: the state is %v", write.verb, after.Values())
					}
					if want += test.renewals; logins() != want {
						t.Errorf("%s: %d logins, want %d", write.verb, logins(), want)
					}
					// One attempt, and one more with each login.
					if sent := len(env.Requests()) - before; sent != 1+2*test.renewals {
						t.Errorf("%s: %v", write.verb, env.Requests()[before:])
					}
				}
				if got, ok := env.Profile(kind, id); !ok || got["name"] != "a" {
					t.Errorf("the API has %v", got)
				}
				// The credentials still work for reads.
				refresh(t, p, resourceType, state)
				if logins() != want {
					t.Errorf("the last read made %d logins", logins()-want)
				}
			})
		}
	}
}

// The user may be allowed to create a profile, but not to change it. Then the alias of a field can't be sent.
func TestResource_Write_AliasUnauthorized_SaysBothReasons(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{FieldNames: emulator.FieldNamesAliasIgnore, APIKeys: map[string]time.Duration{"key": 0}})
	p := env.Protocol(t, acctest.Values{"token": nil, "api_key": "key"})
	env.Inject(t, emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusUnauthorized}}})
	config := acctest.Values{"name": "a", "daily_spend_limit": 5}
	planned, _ := p.Plan(t, voiceProfile, acctest.State{}, config)
	state, diags := p.Apply(t, voiceProfile, acctest.State{}, planned, config)
	acctest.WantError(t, diags, "daily_spend_limit", "rejected the API key", "and then terraform apply to send the value again. "+eitherKey+" `terraform plan` shows both values")
	// The alias is not known yet, so the update sends the documented name first.
	env.RemoveRules()
	env.Inject(t, emulator.Rule{Method: http.MethodPatch, Skip: 1, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusUnauthorized}}})
	planned, _ = p.Plan(t, voiceProfile, state, config)
	_, diags = p.Apply(t, voiceProfile, state, planned, config)
	acctest.WantError(t, diags, "daily_spend_limit", "rejected the API key", "Run terraform apply to send the value again. "+eitherKey+" `terraform plan` shows both values")
}

// An API key may expire after a create whose response was lost, or after the list without its profile. The text says that
// the profile may exist, and how to get credentials for the steps that follow.
func TestCreate_AmbiguousThenUnauthorized_Text(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// lists is the number of lists after the first POST before the API key expires.
		lists  int
		reason string
	}{
		"list":        {0, "the list could not be read: "},
		"second list": {1, "the list could not be read: "},
		"resent POST": {100, "no new profile has this name, and the request that followed failed: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			posts, lists := 0, 0
			p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet && posts > 0 {
					lists++
				}
				switch {
				case posts > 0 && (lists > test.lists || r.Method == http.MethodPost):
					respond(w, http.StatusUnauthorized, `{"success":false,"message":"No"}`)
				case r.Method == http.MethodPost:
					posts++
					respond(w, http.StatusBadGateway, "<h1>")
				default:
					respond(w, http.StatusOK, `{"success":true,"payload":[]}`)
				}
			}, acctest.Values{"token": nil, "max_retries": 2, "retry_max_wait": "0s"}, byKey)
			state, diags := create(t, p, acctest.Values{"name": "b"})
			text := acctest.Describe(diags)
			for _, want := range []string{
				`The messaging profile "b" may or may not have been created. `, test.reason, "rejected " + keyCause + ": ",
				".\n\n" + eitherKey + "\n\nLook for the profile in the OpenTact account",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("the error lacks %q:\n%s", want, text)
				}
			}
			if state.Values() != nil || strings.Contains(text, "Nothing was created") {
				t.Errorf("the state is %v, and the error is\n%s", state.Values(), text)
			}
		})
	}
}
