// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// credentials are an API key, an e-mail address and a password, or a token.
type credentials struct{ apiKey, email, password, token string }

const (
	byAPIKey = "an API key"
	byLogin  = "a login"
	byToken  = "a token"
)

// variables are the environment variables of each way.
var variables = map[string]string{byAPIKey: "OPENTACT_API_KEY", byLogin: "OPENTACT_EMAIL and OPENTACT_PASSWORD", byToken: "OPENTACT_TOKEN"}

var errWays = errors.New("set exactly one of these: OPENTACT_API_KEY, OPENTACT_EMAIL and OPENTACT_PASSWORD, or OPENTACT_TOKEN")

// way returns the way to authenticate. It returns an error unless there is exactly one.
func (c credentials) way() (string, error) {
	var ways []string
	for way, values := range map[string]string{byAPIKey: c.apiKey, byLogin: c.email + c.password, byToken: c.token} {
		if values != "" {
			ways = append(ways, way)
		}
	}
	if len(ways) != 1 || (c.email == "") != (c.password == "") {
		return "", errWays
	}
	return ways[0], nil
}

// credentialsFrom returns the credentials in environment variables. Like the provider, it
// ignores a line break at the end of a token or an API key.
func credentialsFrom(getenv func(string) string) credentials {
	return credentials{
		apiKey: strings.TrimRight(getenv("OPENTACT_API_KEY"), "\r\n"),
		email:  getenv("OPENTACT_EMAIL"), password: getenv("OPENTACT_PASSWORD"),
		token: strings.TrimRight(getenv("OPENTACT_TOKEN"), "\r\n"),
	}
}

// authorization adds credentials to a request.
type authorization func(*http.Request)

func bearer(key string) authorization {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+key) }
}

func xAuthToken(token string) authorization {
	return func(r *http.Request) { r.Header.Set("X-Auth-Token", token) }
}

// authenticate logs in, if the credentials are a login. If the API accepts an API key only in
// X-Auth-Token, authenticate selects this header, although the provider does not use it. It
// changes nothing in the account, and returns an error if the API rejects the credentials.
func (a *account) authenticate() error {
	way, err := a.way()
	if err != nil {
		return err
	}
	if err := a.validate(); err != nil {
		return err
	}
	switch way {
	case byAPIKey:
		a.authorize = bearer(a.apiKey)
		if !a.listAs(a.authorize).succeeded() && a.listAs(xAuthToken(a.apiKey)).succeeded() {
			a.authorize = xAuthToken(a.apiKey)
		}
	case byToken:
		a.authorize = xAuthToken(a.token)
	default:
		r, token := a.login()
		if token == "" {
			return cmp.Or(r.rejection(way), fmt.Errorf("%s, without a token", r))
		}
		a.authorize = xAuthToken(token)
	}
	return a.listAs(a.authorize).rejection(way)
}

// validate returns an error if the provider would reject the form of the API key or of a token.
func (a *account) validate() error {
	for _, c := range []struct{ variable, value string }{
		{variables[byAPIKey], a.apiKey}, {variables[byToken], a.token}, {readOnlyVariable, a.readOnly},
	} {
		if c.value == "" {
			continue
		}
		if err := opentact.ValidateToken(c.value); err != nil {
			return fmt.Errorf("%s must be exactly as OpenTact issued it, without Bearer before it: %w", c.variable, err)
		}
	}
	return nil
}

// rejection returns an error if the response is a 401, or nil.
func (r response) rejection(way string) error {
	if r.status != http.StatusUnauthorized {
		return nil
	}
	return fmt.Errorf("the API rejects the credentials from %s: %s", variables[way], r)
}

// login logs in and returns the token, or "".
func (a *account) login() (r response, token string) {
	r = a.request(http.MethodGet, "/auth", nil, func(r *http.Request) { r.SetBasicAuth(a.email, a.password) })
	payload, _ := r.body["payload"].(map[string]any)
	token, _ = payload["token"].(string)
	return r, token
}

// listAs lists the messaging profiles with other credentials.
func (a *account) listAs(as authorization) response {
	return a.sendAs(as, http.MethodGet, emulator.MessagingProfile, "", nil)
}

// TestCredentials_Way checks that an account has exactly one way to authenticate. The error
// names all three, as the target testacc-live does.
func TestCredentials_Way(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		variables map[string]string
		want      string // "" for an error
	}{
		"API key":           {map[string]string{"OPENTACT_API_KEY": "k\n"}, byAPIKey},
		"login":             {map[string]string{"OPENTACT_EMAIL": "e", "OPENTACT_PASSWORD": "p"}, byLogin},
		"token":             {map[string]string{"OPENTACT_TOKEN": "t\r\n"}, byToken},
		"nothing":           {nil, ""},
		"only a line break": {map[string]string{"OPENTACT_API_KEY": "\n"}, ""},
		"no password":       {map[string]string{"OPENTACT_EMAIL": "e"}, ""},
		"no email":          {map[string]string{"OPENTACT_PASSWORD": "p"}, ""},
		"key and token":     {map[string]string{"OPENTACT_API_KEY": "k", "OPENTACT_TOKEN": "t"}, ""},
		"key and email":     {map[string]string{"OPENTACT_API_KEY": "k", "OPENTACT_EMAIL": "e"}, ""},
	} {
		found := credentialsFrom(func(variable string) string { return c.variables[variable] })
		way, err := found.way()
		if way != c.want || (err == nil) != (c.want != "") || err != nil && !errors.Is(err, errWays) {
			t.Errorf("%s: got %q, %v", name, way, err)
		}
		if found.apiKey != strings.TrimSpace(found.apiKey) || found.token != strings.TrimSpace(found.token) {
			t.Errorf("%s: a line break is left", name)
		}
		if err := (&account{credentials: found}).authenticate(); c.want == "" && !errors.Is(err, errWays) {
			t.Errorf("%s: authenticate returns %v", name, err)
		}
	}
	makefile, err := os.ReadFile("../../GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	_, ways, _ := strings.Cut(errWays.Error(), ": ")
	if !strings.Contains(string(makefile), ways) {
		t.Errorf("testacc-live in GNUmakefile lacks %q", ways)
	}
}

// TestAuthenticate_Rejected_ReturnsError checks that a run stops before it changes anything if the API
// rejects the credentials. A rejected API key is tried in both headers.
func TestAuthenticate_Rejected_ReturnsError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		credentials credentials
		login       string // the response to a login, 401 if it is ""
		want        string // of the error
		requests    []string
	}{
		"API key": {
			credentials: credentials{apiKey: "k"},
			want:        "the API rejects the credentials from OPENTACT_API_KEY: GET /profile/messaging: 401",
			requests:    []string{"Bearer k", "", "Bearer k"},
		},
		"token": {
			credentials: credentials{token: "t"},
			want:        "the API rejects the credentials from OPENTACT_TOKEN: GET /profile/messaging: 401",
			requests:    []string{""},
		},
		"login": {
			credentials: credentials{email: "e", password: "p"},
			want:        "the API rejects the credentials from OPENTACT_EMAIL and OPENTACT_PASSWORD: GET /auth: 401",
			requests:    []string{"Basic ZTpw"},
		},
		"token of a login": {
			credentials: credentials{email: "e", password: "p"},
			login:       `{"success":true,"payload":{"token":"t"}}`,
			want:        "the API rejects the credentials from OPENTACT_EMAIL and OPENTACT_PASSWORD: GET /profile/messaging: 401",
			requests:    []string{"Basic ZTpw", ""},
		},
		"login without a token": {
			credentials: credentials{email: "e", password: "p"},
			login:       `{"success":true,"payload":{}}`,
			want:        "GET /auth: 200, without a token",
			requests:    []string{"Basic ZTpw"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests []string // the Authorization of each
			a := stub(t, func(w http.ResponseWriter, r *http.Request) {
				requests = append(requests, r.Header.Get("Authorization"))
				if r.Method != http.MethodGet {
					t.Errorf("%s %s was sent", r.Method, r.URL.Path)
				}
				if r.URL.Path == "/auth" && c.login != "" {
					_, _ = w.Write([]byte(c.login))
					return
				}
				reject(w, http.StatusUnauthorized, "no")
			})
			a.credentials = c.credentials
			if err := a.authenticate(); err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if diff := gocmp.Diff(c.requests, requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAuthenticate_NotValid_SendsNothing checks an API key and tokens that the provider would reject.
func TestAuthenticate_NotValid_SendsNothing(t *testing.T) {
	t.Parallel()
	for _, a := range []account{
		{credentials: credentials{apiKey: "Bearer k"}},
		{credentials: credentials{apiKey: " k"}},
		{credentials: credentials{apiKey: "k\tk"}},
		{credentials: credentials{token: "t "}},
		{credentials: credentials{token: "t"}, readOnly: "Bearer t"},
	} {
		server := stub(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s was sent", r.Method, r.URL.Path) })
		a.base = server.base
		if err := a.authenticate(); err == nil || !strings.Contains(err.Error(), " must be exactly as OpenTact issued it, without Bearer before it: got a ") {
			t.Errorf("%v: got %v", a.credentials, err)
		}
	}
}

// TestCredentialStatements_JWT_NotReached checks that the token of a login that was set as an API key
// shows nothing about the headers of API keys.
func TestCredentialStatements_JWT_NotReached(t *testing.T) {
	t.Parallel()
	const token = "e30.e30.c2ln"
	a := stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Auth-Token") != token {
			reject(w, http.StatusUnauthorized, "no")
			return
		}
		_, _ = w.Write([]byte(`{"success":true,"payload":[]}`))
	})
	a.apiKey = token
	for _, s := range a.credentialStatements() {
		if strings.Contains(s.text, "is accepted in") && (s.verdict != notReached || s.detail != "the API key has the form of a JWT") {
			t.Errorf("%s: %s, %s", s.text, s.verdict, s.detail)
		}
	}
}

// TestCredentialStatements_InvalidAPIKey_NotReached checks that an API key that the API rejects in
// both headers shows nothing about the headers, because the key may be invalid.
func TestCredentialStatements_InvalidAPIKey_NotReached(t *testing.T) {
	t.Parallel()
	a := stub(t, func(w http.ResponseWriter, _ *http.Request) { reject(w, http.StatusUnauthorized, "expired") })
	a.apiKey = apiKey
	for _, s := range a.credentialStatements() {
		const want = "GET /profile/messaging: 401, in both headers: the API key may be invalid"
		if strings.Contains(s.text, "is accepted in") && (s.verdict != notReached || s.detail != want) {
			t.Errorf("%s: %s, %s", s.text, s.verdict, s.detail)
		}
	}
}
