// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/auth"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

const apiKey = "k3y-of-the_tests.0123"

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete}

// newAPIKey returns a sender with an API key.
func newAPIKey(key string, api roundTripper) *auth.Sender {
	return &auth.Sender{Client: newClient(api, 2), Tokens: auth.APIKey(key), BaseURL: baseURL.String(), Source: "the test"}
}

// credentialHeaders returns the headers of a request that may hold credentials.
func credentialHeaders(req *http.Request) http.Header {
	found := make(http.Header)
	for _, name := range []string{"Authorization", "Proxy-Authorization", "X-Auth-Token", "Cookie"} {
		if values := req.Header.Values(name); len(values) > 0 {
			found[name] = values
		}
	}
	return found
}

// A request has exactly one header with credentials. A retry has the same one.
func TestSender_Header(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		newSender func(roundTripper) *auth.Sender
		want      http.Header
	}{
		"API key": {func(api roundTripper) *auth.Sender { return newAPIKey(apiKey, api) }, http.Header{"Authorization": {"Bearer " + apiKey}}},
		"token":   {func(api roundTripper) *auth.Sender { return newStatic("a-token", api) }, http.Header{"X-Auth-Token": {"a-token"}}},
		"login": {func(api roundTripper) *auth.Sender {
			_, sender := newLogin(api, 2)
			return sender
		}, http.Header{"X-Auth-Token": {"token-of-login"}}},
	} {
		for _, method := range methods {
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				sender := test.newSender(func(req *http.Request) (*http.Response, error) {
					if isLogin(req) {
						return loggedIn("token-of-login"), nil
					}
					if diff := cmp.Diff(test.want, credentialHeaders(req)); diff != "" {
						t.Errorf("%s, %s (-want +got):\n%s", name, method, diff)
					}
					if attempts++; attempts == 1 {
						return rejection(http.StatusTooManyRequests, "slow down"), nil
					}
					return success(), nil
				})
				if err := sender.Do(t.Context(), newRequest(method, sender)); err != nil || attempts != 2 {
					t.Errorf("%s, %s: after %d attempts: %v", name, method, attempts, err)
				}
			})
		}
	}
}

// A 401 for an API key is final: there is no login and no retry.
func TestSender_RejectedAPIKey_IsSentOnce(t *testing.T) {
	t.Parallel()
	for _, method := range methods {
		for name, body := range map[string]string{
			"JSON": `{"success":false,"message":"I do not know ` + apiKey + `"}`, "a page": "<title>No " + apiKey + "</title>", "empty": "",
		} {
			var requests []string
			sender := newAPIKey(apiKey, func(req *http.Request) (*http.Response, error) {
				requests = append(requests, req.Method+" "+req.URL.Path)
				return respond(401, body), nil
			})
			request := newRequest(method, sender)
			err := sender.Do(t.Context(), request)
			if diff := cmp.Diff([]string{method + " /rest/thing"}, requests); diff != "" {
				t.Errorf("%s, %s: %s", method, name, diff)
			}
			if !isType[*apierror.CredentialsError](err) || strings.Contains(err.Error(), apiKey) ||
				!strings.HasPrefix(err.Error(), "the API at https://api.example/rest rejected the API key from the test: test ("+method+" ") {
				t.Errorf("%s, %s: got a %T: %v", method, name, err, err)
			}
			if apierror.OutcomeOf(err) != apierror.Rejected || request.Info().Attempts != 1 {
				t.Errorf("%s, %s: %s after %d attempts", method, name, apierror.OutcomeOf(err), request.Info().Attempts)
			}
		}
	}
}

// TestCredentialsError_Fields is about the 401 of a first request and of a later request, with each credential.
func TestCredentialsError_Fields(t *testing.T) {
	t.Parallel()
	now := time.Now()
	valid, expired := issue(t, now, now.Add(time.Hour)), issue(t, now.Add(-2*time.Hour), now.Add(-time.Hour))
	expiry := now.Add(-time.Hour).Truncate(time.Second)
	logins := func(token string) func(roundTripper) *auth.Sender {
		return func(api roundTripper) *auth.Sender {
			_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
				if isLogin(req) {
					return loggedIn(token), nil
				}
				return api(req)
			}, 2)
			return sender
		}
	}
	static := func(token string) func(roundTripper) *auth.Sender {
		return func(api roundTripper) *auth.Sender { return newStatic(token, api) }
	}
	byKey := func(key string) func(roundTripper) *auth.Sender {
		return func(api roundTripper) *auth.Sender { return newAPIKey(key, api) }
	}
	for name, test := range map[string]struct {
		newSender func(roundTripper) *auth.Sender
		want      apierror.CredentialsError
	}{
		"token":            {static("an-opaque-token"), apierror.CredentialsError{Rejected: apierror.Token}},
		"JWT as token":     {static(valid), apierror.CredentialsError{Rejected: apierror.Token, IsJWT: true}},
		"expired token":    {static(expired), apierror.CredentialsError{Rejected: apierror.Token, IsJWT: true, Expired: expiry}},
		"API key":          {byKey(apiKey), apierror.CredentialsError{Rejected: apierror.APIKey}},
		"JWT as API key":   {byKey(valid), apierror.CredentialsError{Rejected: apierror.APIKey, IsJWT: true}},
		"expired API key":  {byKey(expired), apierror.CredentialsError{Rejected: apierror.APIKey, IsJWT: true, Expired: expiry}},
		"login":            {logins("an-opaque-token"), apierror.CredentialsError{Rejected: apierror.LoginToken}},
		"login with a JWT": {logins(valid), apierror.CredentialsError{Rejected: apierror.LoginToken, IsJWT: true}},
	} {
		for _, accepted := range []bool{false, true} {
			accepts := accepted
			sender := test.newSender(func(*http.Request) (*http.Response, error) {
				if accepts {
					return success(), nil
				}
				return rejection(401, "No"), nil
			})
			if accepted {
				if err := fetch(t.Context(), sender); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			accepts = false
			err := fetch(t.Context(), sender)
			got, ok := errors.AsType[*apierror.CredentialsError](err)
			if !ok {
				t.Errorf("%s: got a %T: %v", name, err, err)
				continue
			}
			want := test.want
			want.BaseURL, want.Source, want.Accepted, want.Err = "https://api.example/rest", "the test", accepted, got.Err
			if !got.Expired.Equal(want.Expired) {
				t.Errorf("%s: expired at %s, want %s", name, got.Expired, want.Expired)
			}
			want.Expired = got.Expired
			if *got != want {
				t.Errorf("%s, accepted %t:\ngot  %+v\nwant %+v", name, accepted, *got, want)
			}
		}
	}
}

func TestAPIKey_Secrets(t *testing.T) {
	t.Parallel()
	source := auth.APIKey(apiKey)
	if got := redact.New(source.Secrets).Text("Authorization: Bearer " + apiKey); got != "Authorization: Bearer (the API key)" {
		t.Errorf("got %q", got)
	}
	if source.Credential() != apierror.APIKey || source.Invalidate(apiKey) {
		t.Errorf("the source of credential %d may have another API key", source.Credential())
	}
}
