// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/auth"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// newStatic returns a sender with a configured token.
func newStatic(token string, api roundTripper) *auth.Sender {
	return &auth.Sender{Client: newClient(api, 2), Tokens: auth.Static(token), BaseURL: baseURL.String(), Source: "the test"}
}

// A 401 with any body leads to one new login and one retry. That is safe for a POST too,
// because a 401 means that nothing happened. There is no loop.
func TestSender_RejectedToken_LogsInOnce(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		for name, body := range map[string]string{
			"JSON": `{"success":false,"message":"I do not know never-good-enough-1 or never-good-enough-2"}`, "a page": "<h1>Sign in",
		} {
			var requests []string
			logins := 0
			_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
				requests = append(requests, req.Method+" "+req.URL.Path+" "+req.Header.Get("X-Auth-Token"))
				if isLogin(req) {
					logins++
					return loggedIn(fmt.Sprint("never-good-enough-", logins)), nil
				}
				return respond(401, body), nil
			}, 2)
			request := newRequest(method, sender)
			err := sender.Do(t.Context(), request)
			want := []string{
				"GET /rest/auth ", method + " /rest/thing never-good-enough-1",
				"GET /rest/auth ", method + " /rest/thing never-good-enough-2",
			}
			if diff := cmp.Diff(want, requests); diff != "" {
				t.Errorf("%s, %s: %s", method, name, diff)
			}
			credentials, ok := errors.AsType[*apierror.CredentialsError](err)
			if !ok || credentials.Rejected != apierror.LoginToken || credentials.BaseURL != sender.BaseURL || credentials.Source != "the test" || strings.Contains(err.Error(), "never-good") {
				t.Errorf("%s, %s: got a %T: %v", method, name, err, err)
			}
			if apierror.OutcomeOf(err) != apierror.Rejected || request.Info().Attempts != 2 {
				t.Errorf("%s, %s: %s after %d attempts", method, name, apierror.OutcomeOf(err), request.Info().Attempts)
			}
		}
	}
}

func TestSender_RejectedToken_SecondTokenIsAccepted(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"JSON": `{"success":false,"message":"Expired"}`, "a page": "<h1>Sign in"} {
		logins, posts := 0, 0
		_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
			if isLogin(req) {
				logins++
				return loggedIn(fmt.Sprint("token-", logins)), nil
			}
			if posts++; req.Header.Get("X-Auth-Token") == "token-1" {
				return respond(401, body), nil
			}
			return success(), nil
		}, 0)
		if err := sender.Do(t.Context(), newRequest(http.MethodPost, sender)); err != nil || logins != 2 || posts != 2 {
			t.Errorf("%s: after %d logins and %d POSTs: %v", name, logins, posts, err)
		}
	}
}

// Only a 401 is about the token.
func TestSender_OtherError_IsReturned(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 400, 403, 404, 422, 500} {
		logins, requests := 0, 0
		_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
			if isLogin(req) {
				logins++
				return loggedIn("a-token"), nil
			}
			requests++
			return rejection(status, "No"), nil
		}, 0)
		err := fetch(t.Context(), sender)
		got, ok := errors.AsType[*apierror.APIError](err)
		if !ok || got.Status != status || apierror.IsCredentials(err) || logins != 1 || requests != 1 {
			t.Errorf("%d: after %d logins and %d requests: got a %T: %v", status, logins, requests, err, err)
		}
	}
}

// An earlier attempt of the request may have been carried out when a login fails.
func TestSender_LoginFailsAfterAmbiguousAttempt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		status int // of the first attempt, which is the last one if it is a 401
		want   apierror.Outcome
	}{
		{"rejected at once", 401, apierror.NotSent},
		{"rejected after a 503", 503, apierror.Ambiguous},
		{"rejected after a 429", 429, apierror.NotSent},
	} {
		synctest.Test(t, func(t *testing.T) {
			logins, requests := 0, 0
			_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
				if !isLogin(req) {
					if requests++; requests == 1 {
						return rejection(test.status, "No"), nil
					}
					return rejection(401, "Expired"), nil
				}
				if logins++; logins == 1 {
					return loggedIn("a-token"), nil
				}
				return rejection(401, "Locked"), nil
			}, 1)
			err := sender.Do(t.Context(), newRequest(http.MethodPatch, sender))
			login, ok := errors.AsType[*apierror.LoginError](err)
			if !ok || !isType[*apierror.CredentialsError](login.Err) || apierror.OutcomeOf(err) != test.want {
				t.Errorf("%s: got a %T with the outcome %s: %v", test.name, err, apierror.OutcomeOf(err), err)
			}
		})
	}
}

// The rejection of a configured token is final, and the error says whether the token has
// expired. The client does not check that before, because its clock may be wrong.
func TestSender_StaticToken(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, test := range []struct {
		name, token string
		expired     bool
	}{
		{"expired", issue(t, now.Add(-25*time.Hour), now.Add(-time.Hour)), true},
		{"valid", issue(t, now, now.Add(time.Hour)), false},
		{"not a JWT", "an-opaque-token", false},
		{"no claims", "e30.e30.e30", false},
		{"not base64", "a.b.c", false},
		{"text as exp", "eyJhbGciOiJub25lIn0.eyJleHAiOiJzb29uIn0.", false},
	} {
		requests := 0
		err := fetch(t.Context(), newStatic(test.token, func(req *http.Request) (*http.Response, error) {
			requests++
			return rejection(401, "I do not know "+req.Header.Get("X-Auth-Token")), nil
		}))
		credentials, ok := errors.AsType[*apierror.CredentialsError](err)
		if !ok || credentials.Rejected != apierror.Token || requests != 1 || strings.Contains(err.Error(), test.token) {
			t.Errorf("%s: after %d requests: got a %T: %v", test.name, requests, err, err)
			continue
		}
		if want := now.Add(-time.Hour).Truncate(time.Second); test.expired && !credentials.Expired.Equal(want) || !test.expired && !credentials.Expired.IsZero() {
			t.Errorf("%s: expired at %s", test.name, credentials.Expired)
		}
		err = fetch(t.Context(), newStatic(test.token, func(req *http.Request) (*http.Response, error) {
			if got := req.Header.Get("X-Auth-Token"); got != test.token {
				t.Errorf("%s: got the token %q", test.name, got)
			}
			return success(), nil
		}))
		if err != nil {
			t.Errorf("%s: the API accepts the token: %v", test.name, err)
		}
	}
}

// A 401 for credentials that were accepted before may mean that they lack a permission. Only
// a success shows that the API has accepted them.
func TestSender_CredentialsError_Accepted(t *testing.T) {
	t.Parallel()
	accepted := func(err error) (isAccepted, ok bool) {
		credentials, ok := errors.AsType[*apierror.CredentialsError](err)
		return ok && credentials.MayLackPermission(), ok
	}
	const page = 0 // not a status: the response is a page
	for name, test := range map[string]struct {
		before []int // the statuses of the responses before the 401
		want   bool
	}{
		"first request":             {nil, false},
		"after a 401":               {[]int{401}, false},
		"after a 403":               {[]int{403}, false},
		"after a 404":               {[]int{404}, false},
		"after a page":              {[]int{page}, false},
		"after a success":           {[]int{200}, true},
		"after a success and a 401": {[]int{401, 200, 401}, true},
	} {
		statuses := append(slices.Clone(test.before), 401)
		sender := newStatic("a-token", func(*http.Request) (*http.Response, error) {
			status := statuses[0]
			statuses = statuses[1:]
			switch status {
			case page:
				return respond(200, "<h1>Sign in"), nil
			case 200:
				return success(), nil
			default:
				return rejection(status, "No"), nil
			}
		})
		for range test.before {
			_ = fetch(t.Context(), sender) // only the last error counts
		}
		if got, ok := accepted(fetch(t.Context(), sender)); got != test.want || !ok {
			t.Errorf("token, %s: accepted is %t, want %t", name, got, test.want)
		}
	}
	_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
		if isLogin(req) {
			return loggedIn("a-token"), nil
		}
		return rejection(401, "No"), nil
	}, 0)
	if got, ok := accepted(fetch(t.Context(), sender)); !got || !ok {
		t.Error("a login shows that the API accepts the credentials")
	}
}

func TestStatic_Secrets(t *testing.T) {
	t.Parallel()
	if got := redact.New(auth.Static("a-static-token").Secrets).Text("it is a-static-token"); got != "it is (the token)" {
		t.Errorf("got %q", got)
	}
}

func TestValidateToken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, token, want string }{
		{"a JWT", "eyJhbGciOiJub25lIn0.e30.s3cret", ""},
		{"any sign", "!~s3cret", ""},
		{"the longest", strings.Repeat("x", 32<<10), ""},
		{"empty", "", "got an empty token"},
		{"too long", strings.Repeat("x", 32<<10+1), "got more than 32768 bytes"},
		{"a space", "s3cret s3cret", "got a space (U+0020) at position 7"},
		{"a line break", "s3cret\n", "got a line break (U+000A) at position 7"},
		{"a control character", "s3cret\x7f", "got a control character (U+007F) at position 7"},
		{"an invisible character", "s3cret\u200b", "got a zero-width space (U+200B) at position 7"},
		{"a letter outside ASCII", "s3crét", "got a character outside ASCII at position 5"},
		{"not UTF-8", "s3cret\xff", "got a character outside ASCII at position 7"},
	} {
		err := auth.ValidateToken(test.token)
		if (err == nil) != (test.want == "") || err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cr")) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}
