// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

func TestLogin_Request(t *testing.T) {
	t.Parallel()
	var got []string
	login, _ := newLogin(func(req *http.Request) (*http.Response, error) {
		user, pass, _ := req.BasicAuth()
		got = append(got, fmt.Sprintf("%s %s %s:%s %q", req.Method, req.URL, user, pass, req.Header.Get("X-Auth-Token")))
		return loggedIn("a-token"), nil
	}, 0)
	for range 2 {
		if token, err := login.Token(t.Context()); token != "a-token" || err != nil {
			t.Errorf("got %q, %v", token, err)
		}
	}
	if want := `GET https://api.example/rest/auth ops@example.com:corRect-horse ""`; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// A token is replaced after four fifths of its lifetime, counted from its receipt. The
// clocks of the API and of this machine need not agree.
func TestLogin_RenewsTokenBeforeItExpires(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"same time": 0, "the API is a week ahead": 7 * 24 * time.Hour, "the API is a week behind": -7 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var issued []string
			_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
				if isLogin(req) {
					issued = append(issued, issue(t, time.Now().Add(skew), time.Now().Add(skew+100*time.Second)))
					return loggedIn(issued[len(issued)-1]), nil
				}
				if got := req.Header.Get("X-Auth-Token"); got != issued[len(issued)-1] {
					t.Errorf("%s: an old token is used", name)
				}
				return success(), nil
			}, 0)
			for _, step := range []struct {
				wait   time.Duration
				logins int
			}{{0, 1}, {79 * time.Second, 1}, {2 * time.Second, 2}, {79 * time.Second, 2}, {time.Hour, 3}} {
				time.Sleep(step.wait)
				if err := fetch(t.Context(), sender); err != nil || len(issued) != step.logins {
					t.Errorf("%s, after %s more: %d logins, want %d: %v", name, step.wait, len(issued), step.logins, err)
				}
			}
		})
	}
}

// A token without a lifetime is used until the API rejects it.
func TestLogin_TokenWithoutLifetime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		begin := time.Now()
		_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
			if isLogin(req) {
				logins++
				return loggedIn(fmt.Sprint("opaque-token-", logins)), nil
			}
			if logins == 1 && time.Since(begin) > 48*time.Hour {
				return rejection(401, "Expired"), nil
			}
			return success(), nil
		}, 0)
		for _, want := range []int{1, 1, 2, 2} {
			if err := fetch(t.Context(), sender); err != nil || logins != want {
				t.Errorf("%d logins, want %d: %v", logins, want, err)
			}
			time.Sleep(30 * time.Hour)
		}
	})
}

// Concurrent callers share one login, or its error.
func TestLogin_IsShared(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response func() *http.Response
		logins   int64
		want     string
	}{
		"it succeeds":           {func() *http.Response { return loggedIn("a-token-for-all") }, 1, ""},
		"it is rejected":        {func() *http.Response { return rejection(401, "No such user") }, 1, "rejected the credentials from the test"},
		"it fails":              {func() *http.Response { return respond(503, "busy") }, 3, "status 503"},
		"the response is empty": {func() *http.Response { return respond(200, "") }, 1, "it is empty"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var logins atomic.Int64
			_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
				if !isLogin(req) {
					return success(), nil
				}
				time.Sleep(time.Second)
				logins.Add(1)
				return test.response(), nil
			}, 2)
			var working sync.WaitGroup
			for range 20 {
				working.Go(func() {
					err := fetch(t.Context(), sender)
					if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			working.Wait()
			if logins.Load() != test.logins {
				t.Errorf("%s: %d logins, want %d", name, logins.Load(), test.logins)
			}
		})
	}
}

// After a rejection by the API, the source does not log in again, because the API may lock
// the account. After any other failure, it does.
func TestLogin_Rejected_DoesNotLogInAgain(t *testing.T) {
	t.Parallel()
	// A response without a status is lost.
	type response struct {
		status int
		body   string
	}
	for _, test := range []struct {
		name      string
		responses []response
		isFinal   bool
	}{
		{"401", []response{{401, `{"success":false,"message":"Wrong"}`}}, true},
		{"401 page", []response{{401, "<h1>Unauthorized"}}, true},
		{"400", []response{{400, `{"success":false,"message":"No address"}`}}, true},
		{"403", []response{{403, `{"success":false,"message":"Locked"}`}}, true},
		{"success false", []response{{200, `{"success":false,"message":"Locked"}`}}, true},
		{"503 and then 401", []response{{503, ""}, {401, `{"success":false}`}}, true},
		{"503 and then 403", []response{{503, ""}, {403, `{"success":false,"message":"Locked"}`}}, true},
		{"403 page", []response{{403, "<h1>Forbidden"}}, false},
		{"429", []response{{429, `{"success":false}`}, {429, `{"success":false}`}}, false},
		{"500", []response{{500, `{"success":false}`}, {500, `{"success":false}`}}, false},
		{"502 page", []response{{502, "<h1>"}, {502, "<h1>"}}, false},
		{"lost response", []response{{}, {}}, false},
		{"no token", []response{{200, `{"success":true,"payload":{}}`}}, false},
		{"a list", []response{{200, `{"success":true,"payload":["x"]}`}}, false},
		{"a token that cannot be sent", []response{{200, `{"success":true,"payload":{"token":"a b"}}`}}, false},
		{"a number as token", []response{{200, `{"success":true,"payload":{"token":7}}`}}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			logins := 0
			_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
				if !isLogin(req) {
					return success(), nil
				}
				if logins++; logins > len(test.responses) {
					return loggedIn("a-good-token"), nil
				}
				response := test.responses[logins-1]
				if response.status == 0 {
					return nil, errors.New("connection reset by peer")
				}
				return respond(response.status, response.body), nil
			}, 1)
			err := fetch(t.Context(), sender)
			if !isType[*apierror.LoginError](err) || strings.Contains(err.Error(), password) {
				t.Errorf("%s: got a %T: %v", test.name, err, err)
			}
			// The response to the login is not one to the request.
			if apierror.OutcomeOf(err) != apierror.NotSent || apierror.StatusOf(err) != 0 {
				t.Errorf("%s: the outcome is %s", test.name, apierror.OutcomeOf(err))
			}
			err = fetch(t.Context(), sender)
			if isFinal := err != nil; isFinal != test.isFinal || isFinal != (logins == len(test.responses)) {
				t.Errorf("%s: after %d logins: %v", test.name, logins, err)
			}
		})
	}
}

// A caller that gives up does not end the login for the others.
func TestLogin_CallerGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		login, _ := newLogin(func(req *http.Request) (*http.Response, error) {
			logins++
			select {
			case <-time.After(10 * time.Second):
				return loggedIn("slow-token"), nil
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		}, 0)
		begin := time.Now()
		var working sync.WaitGroup
		for _, test := range []struct {
			patience time.Duration
			want     error
			took     time.Duration
		}{
			{2 * time.Second, context.DeadlineExceeded, 2 * time.Second},
			{3 * time.Second, context.DeadlineExceeded, 3 * time.Second},
			{time.Minute, nil, 10 * time.Second},
		} {
			working.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), test.patience)
				defer cancel()
				token, err := login.Token(ctx)
				if !errors.Is(err, test.want) || (token == "slow-token") != (test.want == nil) || time.Since(begin) != test.took {
					t.Errorf("patience of %s: got %q, %v after %s", test.patience, token, err, time.Since(begin))
				}
				if err != nil && !isType[*apierror.LoginError](err) {
					t.Errorf("patience of %s: got a %T", test.patience, err)
				}
			})
			synctest.Wait() // the one with the least patience starts the login
		}
		working.Wait()
		if logins != 1 {
			t.Errorf("%d logins", logins)
		}
	})
}

// A login goes on if its only caller gives up. The next caller gets its result.
func TestLogin_GoesOnWithoutCaller(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]func() *http.Response{
		"it succeeds":    func() *http.Response { return loggedIn("a-token") },
		"it is rejected": func() *http.Response { return rejection(401, "No such user") },
	} {
		synctest.Test(t, func(t *testing.T) {
			logins := 0
			login, _ := newLogin(func(*http.Request) (*http.Response, error) {
				logins++
				time.Sleep(time.Second)
				return response(), nil
			}, 0)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			if _, err := login.Token(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: got %v", name, err)
			}
			time.Sleep(2 * time.Second)
			if _, err := login.Token(t.Context()); isType[*apierror.CredentialsError](errOf(err)) != (name == "it is rejected") || logins != 1 {
				t.Errorf("%s: after %d logins: %v", name, logins, err)
			}
		})
	}
}

// errOf returns the error of a login.
func errOf(err error) error {
	if login, ok := errors.AsType[*apierror.LoginError](err); ok {
		return login.Err
	}
	return err
}

// A caller whose context has ended starts no login. It gets a token if there is one.
func TestLogin_ContextHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		login, _ := newLogin(func(*http.Request) (*http.Response, error) {
			logins++
			return loggedIn("a-token"), nil
		}, 0)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := login.Token(ctx)
		synctest.Wait() // for a login that goes on without its caller
		if !isType[*apierror.LoginError](err) || !errors.Is(err, context.Canceled) || logins != 0 {
			t.Errorf("after %d logins: got a %T: %v", logins, err, err)
		}
		if _, err := login.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		if token, err := login.Token(ctx); token != "a-token" || err != nil {
			t.Errorf("got %q, %v", token, err)
		}
	})
}

// A token that cannot be replaced in time is used as long as the API accepts it.
func TestLogin_KeepsTokenIfRenewalFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status, logins int
		want           string
	}{
		// Two attempts for the renewal, and two more when the API rejects the old token.
		{503, 5, "status 503"},
		{401, 2, "rejected the credentials"},
	} {
		synctest.Test(t, func(t *testing.T) {
			logins := 0
			begin := time.Now()
			_, sender := newLogin(func(req *http.Request) (*http.Response, error) {
				if !isLogin(req) {
					if time.Since(begin) > time.Hour {
						return rejection(401, "Expired"), nil
					}
					return success(), nil
				}
				if logins++; logins == 1 {
					return loggedIn(issue(t, time.Now(), time.Now().Add(time.Hour))), nil
				}
				return rejection(test.status, "No"), nil
			}, 1)
			for _, wait := range []time.Duration{0, 50 * time.Minute, time.Minute} {
				time.Sleep(wait)
				if err := fetch(t.Context(), sender); err != nil {
					t.Errorf("%d, after %s: %v", test.status, time.Since(begin), err)
				}
			}
			time.Sleep(10 * time.Minute)
			err := fetch(t.Context(), sender)
			if !isType[*apierror.LoginError](err) || !strings.Contains(err.Error(), test.want) || logins != test.logins {
				t.Errorf("%d: after %d logins: %v", test.status, logins, err)
			}
		})
	}
}

// Invalidate drops the token that the API rejected, and not its successor. A successor
// without a lifetime does not inherit the old one.
func TestLogin_Invalidate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		issued := []string{issue(t, time.Now(), time.Now().Add(time.Hour)), "an-opaque-successor"}
		logins := 0
		login, _ := newLogin(func(*http.Request) (*http.Response, error) {
			logins++
			return loggedIn(issued[min(logins, 2)-1]), nil
		}, 0)
		first, _ := login.Token(t.Context())
		if !login.Invalidate(first) {
			t.Error("there may be another token")
		}
		second, _ := login.Token(t.Context())
		if second != issued[1] {
			t.Errorf("got %q", second)
		}
		login.Invalidate(first) // by another request, to which the API responded later
		time.Sleep(2 * time.Hour)
		if third, err := login.Token(t.Context()); err != nil || third != second || logins != 2 {
			t.Errorf("after %d logins: got %q, %v", logins, third, err)
		}
	})
}

func TestLogin_Secrets(t *testing.T) {
	t.Parallel()
	login, _ := newLogin(func(*http.Request) (*http.Response, error) { return loggedIn("the-current-token"), nil }, 0)
	if _, err := login.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	redactor := redact.New(login.Secrets)
	const text = "the-current-token b3BzQGV4YW1wbGUuY29tOmNvclJlY3QtaG9yc2U= corRect-horse ops@example.com example.com"
	if got, want := redactor.Text(text), "(the token) (the credentials) (the password) (the e-mail address) example.com"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A response may repeat the token of its request after that was replaced. The number of
// such tokens is bounded.
func TestLogin_Secrets_ReplacedTokens(t *testing.T) {
	t.Parallel()
	logins := 0
	login, _ := newLogin(func(*http.Request) (*http.Response, error) {
		logins++
		return loggedIn(fmt.Sprintf("opaque-token-%02d", logins)), nil
	}, 0)
	for range 20 {
		token, err := login.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		login.Invalidate(token)
	}
	if got := redact.New(login.Secrets).Text("opaque-token-11, opaque-token-20"); got != "(the token), (the token)" {
		t.Errorf("got %q", got)
	}
	if got := len(login.Secrets()); got != 13 {
		t.Errorf("got %d secrets", got)
	}
}

// The response to a login may hold a token or repeat the password. No error shows them.
func TestLogin_Error_IsRedacted(t *testing.T) {
	t.Parallel()
	const token = "eyJhbGciOiJub25lIn0.e30.s3cret"
	for _, test := range []struct {
		name, password string
		status         int
		body           string
	}{
		{"a token as text", password, 200, token},
		{"a token as JSON", password, 200, `"` + token + `"`},
		{"a token without an envelope", password, 200, `{"token":"` + token + `"}`},
		{"a token in an array", password, 200, `{"success":true,"payload":["` + token + `"]}`},
		{"a token in a message", password, 400, `{"success":false,"message":"have ` + token + `"}`},
		{"the password", password, 401, `{"success":false,"message":"no user with corRect-horse"}`},
		{"a short password", "s3c/", 401, `{"success":false,"message":"no user with s3c/"}`},
		{"a password in JSON", `s3cret"<>&`, 400, `{"success":false,"message":"got \"s3cret\\\"\\u003c\\u003e\\u0026\""}`},
		{"a password in a title", `s3cret "<>`, 403, `<title>s3cret &quot;&lt;&gt;</title>`},
		{"a password in a query", `s3cret pass`, 403, `{"success":false,"message":"/auth?password=s3cret%20pass&again=s3cret+pass"}`},
		{"a password in a page", password, 403, `<p>corRect-horse`},
		{"the header", password, 403, `{"success":false,"message":"Basic b3BzQGV4YW1wbGUuY29tOmNvclJlY3QtaG9yc2U="}`},
		{"the name of a field", password, 400, `{"success":false,"message":"x","fields":{"params.corRect-horse":{"message":"y"}}}`},
		{"the message of a field", password, 400, `{"success":false,"message":"x","fields":{"params.password":{"message":"corRect-horse"}}}`},
		{"the name of a member", password, 200, `{"success":true,"payload":{"corRect-horse":1}}`},
	} {
		login, _ := newLogin(func(*http.Request) (*http.Response, error) { return respond(test.status, test.body), nil }, 0)
		login.Password = test.password
		_, err := login.Token(t.Context())
		if err == nil {
			t.Errorf("%s: no error", test.name)
			continue
		}
		for _, secret := range []string{"s3c", "eyJ", password, "b3Bz"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error shows %q: %v", test.name, secret, err)
			}
		}
	}
}

func TestLogin_RejectedCredentials(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"JSON": `{"success":false,"message":"No such user"}`, "a page": "<h1>Unauthorized"} {
		login, _ := newLogin(func(*http.Request) (*http.Response, error) { return respond(401, body), nil }, 0)
		_, err := login.Token(t.Context())
		got, ok := errors.AsType[*apierror.CredentialsError](errOf(err))
		if !ok || got.BaseURL != "https://api.example/rest" || got.Source != "the test" || got.Rejected != apierror.Login || !got.Expired.IsZero() {
			t.Errorf("%s: got a %T: %v", name, err, err)
		}
	}
}
