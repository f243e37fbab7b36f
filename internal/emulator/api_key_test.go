// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const (
	invalidKey   = `{"success":false,"message":"Invalid or expired API key","status":401}`
	invalidToken = `{"success":false,"message":"Invalid or expired token","status":401}`
)

// bearer returns the header with an API key.
func bearer(key string) http.Header { return http.Header{"Authorization": {"Bearer " + key}} }

// acceptsKey reports whether the API accepts the key.
func acceptsKey(t *testing.T, e *emulator.Emulator, key string) bool {
	t.Helper()
	got, _ := serveRequest(t, e, http.MethodGet, "/profile/messaging", "", bearer(key))
	if got.Code != http.StatusOK {
		mustEqual(t, "rejection", invalidKey, got.Body.String())
	}
	return got.Code == http.StatusOK
}

// TestAPIKey_AllOperations sends each operation of the contract with a key. The login is the only one that rejects it.
func TestAPIKey_AllOperations(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{APIKeys: map[string]time.Duration{"a-key": time.Hour}})
	for path, item := range contract(t).Paths.Map() {
		for method, operation := range item.Operations() {
			for key, accepted := range map[string]bool{"a-key": operation.OperationID != "Login", "another": false} {
				got := a.sendWith(method, "/rest"+strings.ReplaceAll(path, "{uuid}", unknownUUID), "", bearer(key))
				mustEqual(t, operation.OperationID+" with "+key, accepted, got.status != http.StatusUnauthorized)
			}
		}
	}
}

func TestAPIKey_Header(t *testing.T) {
	t.Parallel()
	const key, expired, token = "a+key/of==", "expired-key", "the-token"
	a := newAPI(t, emulator.Options{Token: token, APIKeys: map[string]time.Duration{key: 0, "second-key": 0, token: 0, expired: -time.Hour}})
	for name, c := range map[string]struct {
		query  string
		header http.Header
		want   string // empty means accepted
	}{
		"first key":                          {header: bearer(key)},
		"second key":                         {header: bearer("second-key")},
		"key that equals the token":          {header: bearer(token)},
		"token that equals a key":            {header: http.Header{"X-Auth-Token": {token}}},
		"valid key, invalid token":           {header: http.Header{"Authorization": {"Bearer " + key}, "X-Auth-Token": {"wrong"}}},
		"invalid key, valid token":           {header: http.Header{"Authorization": {"Bearer wrong"}, "X-Auth-Token": {token}}, want: invalidKey},
		"expired key, valid token":           {header: http.Header{"Authorization": {"Bearer " + expired}, "X-Auth-Token": {token}}, want: invalidKey},
		"expired key":                        {header: bearer(expired), want: invalidKey},
		"unknown key":                        {header: bearer("unknown"), want: invalidKey},
		"upper case":                         {header: bearer(strings.ToUpper(key)), want: invalidKey},
		"part of a key":                      {header: bearer(strings.TrimRight(key, "=")), want: invalidKey},
		"two keys":                           {header: bearer(key + ", second-key"), want: invalidKey},
		"two spaces":                         {header: bearer(" " + key), want: invalidKey},
		"no key":                             {header: bearer(""), want: invalidToken},
		"no scheme":                          {header: http.Header{"Authorization": {key}}, want: invalidToken},
		"another scheme":                     {header: http.Header{"Authorization": {"Token " + key}}, want: invalidToken},
		"password of Basic":                  {header: basic("", key), want: invalidToken},
		"user name of Basic":                 {header: basic(key, ""), want: invalidToken},
		"X-Auth-Token":                       {header: http.Header{"X-Auth-Token": {key}}, want: invalidToken},
		"X-Auth-Token with the scheme":       {header: http.Header{"X-Auth-Token": {"Bearer " + key}}, want: invalidToken},
		"X-Api-Key":                          {header: http.Header{"X-Api-Key": {key}}, want: invalidToken},
		"query":                              {query: "?access_token=second-key&api_key=second-key&token=second-key", want: invalidToken},
		"scheme and key in the query string": {query: "?Authorization=Bearer%20second-key", want: invalidToken},
	} {
		got := a.sendWith(http.MethodGet, "/rest/profile/messaging"+c.query, "", c.header)
		if c.want == "" {
			mustEqual(t, name, http.StatusOK, got.status)
		} else {
			mustEqual(t, name, c.want, got.raw)
		}
	}
}

// A key is not a password or a token of a login.
func TestAPIKey_Login_IsRejected(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{APIKeys: map[string]time.Duration{"a-key": 0}})
	for _, header := range []http.Header{bearer("a-key"), basic(emulator.DefaultEmail, "a-key"), basic("a-key", "")} {
		got := a.sendWith(http.MethodGet, "/rest/auth", "", header)
		mustEqual(t, fmt.Sprint(header), `{"success":false,"message":"Invalid email or password","status":401}`, got.raw)
	}
}

func TestAPIKey_WithoutOption_IsRejected(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	for _, key := range []string{emulator.DefaultToken, emulator.DefaultPassword, loginToken(t, e)} {
		mustEqual(t, "accepted", false, acceptsKey(t, e, key))
	}
}

func TestAPIKey_Expires(t *testing.T) {
	t.Parallel()
	for _, lifetime := range []time.Duration{time.Nanosecond, time.Second, 1500 * time.Millisecond, 90 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Millisecond) // the keys do not expire at a whole second
			e := newEmulator(t, emulator.Options{APIKeys: map[string]time.Duration{
				"short": lifetime, "long": 2 * lifetime, "forever": 0, "expired": -lifetime,
			}})
			keys := func() (accepted []string) {
				for _, key := range []string{"short", "long", "forever", "expired"} {
					if acceptsKey(t, e, key) {
						accepted = append(accepted, key)
					}
				}
				return accepted
			}
			time.Sleep(lifetime - time.Nanosecond)
			mustEqual(t, "keys just before the first expires", []string{"short", "long", "forever"}, keys())
			time.Sleep(time.Nanosecond)
			mustEqual(t, "keys when the first expires", []string{"long", "forever"}, keys())
			time.Sleep(lifetime)
			mustEqual(t, "keys when the second expires", []string{"forever"}, keys())
			mustEqual(t, "Options.Token is valid", true, isValid(t, e, emulator.DefaultToken))
		})
	}
}

func TestAPIKey_OptionsChangedAfterNew_HasNoEffect(t *testing.T) {
	t.Parallel()
	keys := map[string]time.Duration{"first": 0, "second": 0}
	e := newEmulator(t, emulator.Options{APIKeys: keys})
	delete(keys, "first")
	keys["second"], keys["third"] = -time.Hour, 0
	mustEqual(t, "accepted", []bool{true, true, false}, []bool{acceptsKey(t, e, "first"), acceptsKey(t, e, "second"), acceptsKey(t, e, "third")})
}

func TestAPIKey_ExpireLogins_StaysValid(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{APIKeys: map[string]time.Duration{"a-key": time.Hour}})
	e.ExpireLogins()
	inject(t, e, emulator.Rule{Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionExpireLogins}}})
	mustEqual(t, "accepted", []bool{true, true}, []bool{acceptsKey(t, e, "a-key"), acceptsKey(t, e, "a-key")})
	mustEqual(t, "fault in the log", emulator.ActionExpireLogins, e.Requests()[0].Fault)
}

// The control endpoint accepts only Options.Token, in X-Auth-Token.
func TestAPIKey_ControlEndpoint_IsRejected(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{Control: true, Token: controlToken, APIKeys: map[string]time.Duration{"a-key": 0, controlToken: 0}})
	for name, header := range map[string]http.Header{
		"key": bearer("a-key"), "key that equals the token": bearer(controlToken), "key as a token": {"X-Auth-Token": {"a-key"}},
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_emulator/requests", nil)
		request.Header = header
		got := httptest.NewRecorder()
		e.ServeHTTP(got, request)
		mustEqual(t, name, `{"success":false,"message":"X-Auth-Token must be the emulator's own token, not a token of a login","status":401}`, got.Body.String())
	}
}

// The contract does not describe the operations that make API keys.
func TestAPIKey_TokenEndpoints_AreNotFound(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{APIKeys: map[string]time.Duration{"a-key": 0}})
	for _, header := range []http.Header{bearer("a-key"), {"X-Auth-Token": {emulator.DefaultToken}}} {
		for _, request := range []struct{ method, path, body string }{
			{http.MethodGet, "/rest/token", ""},
			{http.MethodPost, "/rest/token", `{"name":"ci","ttl":3600}`},
			{http.MethodDelete, "/rest/token/" + unknownUUID, ""},
		} {
			got := a.sendWith(request.method, request.path, request.body, maps.Clone(header))
			mustEqual(t, request.method+" "+request.path, `{"success":false,"message":"The API has no such path","status":404}`, got.raw)
		}
	}
}

func TestRequestLog_OmitsAPIKeys(t *testing.T) {
	t.Parallel()
	calls := make(chan emulator.Request, 2)
	a := newAPI(t, emulator.Options{APIKeys: map[string]time.Duration{"the-secret": 0}, OnRequest: func(r emulator.Request) { calls <- r }})
	a.expect(http.StatusOK, a.sendWith(http.MethodGet, "/rest/profile/messaging", "", bearer("the-secret")))
	rejected := a.expect(http.StatusUnauthorized, a.sendWith(http.MethodGet, "/rest/profile/messaging", "", bearer("the-secret-2")))
	encoded, err := json.Marshal(a.Requests())
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%+v %s %+v %+v %s", a.Requests(), encoded, <-calls, <-calls, rejected.raw)
	if strings.Contains(text, "the-secret") {
		t.Errorf("the log or the response contains the key: %s", text)
	}
}
