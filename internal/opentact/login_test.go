// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const testPassword = "corRect-horse"

// scripted is a client whose transport is a function, so that time can be faked.
func scripted(credentials Credentials, answer func(*http.Request) (*http.Response, error), change ...func(*Config)) *Client {
	config := Config{
		BaseURL: &url.URL{Scheme: "https", Host: "api.example", Path: "/rest"}, Credentials: credentials,
		RequestTimeout: time.Minute, MaxRetries: 2, RetryMaxWait: time.Second,
	}
	for _, c := range change {
		c(&config)
	}
	return newClient(config, roundTripper(func(req *http.Request) (*http.Response, error) {
		// As Go's transport does once it has a connection.
		if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
			trace.GotConn(httptrace.GotConnInfo{})
		}
		return answer(req)
	}))
}

func byPassword() Credentials {
	return Credentials{Email: "ops@example.com", Password: testPassword, Source: "the test"}
}

// issue returns a JWT that lasts from one time to another.
func issue(t *testing.T, from, until time.Time) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		IssuedAt: jwt.NewNumericDate(from), ExpiresAt: jwt.NewNumericDate(until), ID: fmt.Sprint(time.Now().UnixNano()),
	}).SignedString([]byte("k"))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func loginAnswer(token string) *http.Response {
	return answerOf(200, fmt.Sprintf(`{"success":true,"payload":{"token":%q}}`, token))
}

// fetch makes one call that needs a token.
func fetch(ctx context.Context, client *Client) error {
	call := client.newCall("test", http.MethodGet, "thing")
	call.element = func(json.RawMessage) error { return nil }
	_, err := client.do(ctx, call)
	return err
}

func isLogin(req *http.Request) bool { return req.URL.Path == "/rest/auth" }

// A token is renewed when four fifths of its lifetime are over, counted from
// its receipt. Whether the API's clock agrees with this one does not matter.
func TestTokenIsRenewedBeforeItExpires(t *testing.T) {
	t.Parallel()
	for name, skew := range map[string]time.Duration{"same time": 0, "the API is a week ahead": 7 * 24 * time.Hour, "the API is a week behind": -7 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var issued []string
			client := scripted(byPassword(), func(req *http.Request) (*http.Response, error) {
				if isLogin(req) {
					issued = append(issued, issue(t, time.Now().Add(skew), time.Now().Add(skew+100*time.Second)))
					return loginAnswer(issued[len(issued)-1]), nil
				}
				if got := req.Header.Get("X-Auth-Token"); got != issued[len(issued)-1] {
					t.Errorf("%s: an old token is used", name)
				}
				return answerOf(200, `{"success":true,"payload":{}}`), nil
			})
			for _, step := range []struct {
				wait   time.Duration
				logins int
			}{{0, 1}, {79 * time.Second, 1}, {2 * time.Second, 2}, {79 * time.Second, 2}, {time.Hour, 3}} {
				time.Sleep(step.wait)
				if err := fetch(t.Context(), client); err != nil || len(issued) != step.logins {
					t.Errorf("%s, after %s more: %d logins, want %d: %v", name, step.wait, len(issued), step.logins, err)
				}
			}
		})
	}
}

// A token that says nothing of its lifetime is used until it is refused.
func TestTokenWithoutALifetime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		client := scripted(byPassword(), func(req *http.Request) (*http.Response, error) {
			if isLogin(req) {
				logins++
				return loginAnswer(fmt.Sprint("opaque-token-", logins)), nil
			}
			if logins == 1 && time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) > 48*time.Hour {
				return answerOf(401, `{"success":false,"message":"Expired"}`), nil
			}
			return answerOf(200, `{"success":true,"payload":{}}`), nil
		})
		for _, want := range []int{1, 1, 2, 2} {
			if err := fetch(t.Context(), client); err != nil || logins != want {
				t.Errorf("%d logins, want %d: %v", logins, want, err)
			}
			time.Sleep(30 * time.Hour)
		}
	})
}

// All who need a token while one is on its way share it, or the failure.
func TestLoginIsShared(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func() *http.Response
		logins int64
		want   string
	}{
		"it succeeds":         {func() *http.Response { return loginAnswer("a-token-for-all") }, 1, ""},
		"it is refused":       {func() *http.Response { return answerOf(401, `{"success":false,"message":"No such user"}`) }, 1, "refused the credentials"},
		"it keeps failing":    {func() *http.Response { return answerOf(503, "busy") }, 3, "status 503"},
		"the answer is empty": {func() *http.Response { return answerOf(200, "") }, 1, "it is empty"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var logins atomic.Int64
			client := scripted(byPassword(), func(req *http.Request) (*http.Response, error) {
				if isLogin(req) {
					time.Sleep(time.Second)
					logins.Add(1)
					return test.answer(), nil
				}
				return answerOf(200, `{"success":true,"payload":{}}`), nil
			})
			var working sync.WaitGroup
			for range 20 {
				working.Go(func() {
					err := fetch(t.Context(), client)
					if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			working.Wait()
			if logins.Load() != test.logins {
				t.Errorf("%s: %d logins were sent, want %d", name, logins.Load(), test.logins)
			}
		})
	}
}

// What the API says of the credentials is remembered, what says nothing of
// them is not.
func TestOnlyARefusedLoginIsRemembered(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status     int
		body       string
		remembered bool
	}{
		"401":         {401, `{"success":false,"message":"Wrong"}`, true},
		"403":         {403, `{"success":false,"message":"Locked"}`, true},
		"400":         {400, `{"success":false,"message":"No address"}`, true},
		"401 page":    {401, `<h1>Unauthorized`, true},
		"429":         {429, `{"success":false,"message":"Slow"}`, false},
		"500":         {500, `{"success":false,"message":"Oops"}`, false},
		"502 page":    {502, `<h1>Bad Gateway`, false},
		"no token":    {200, `{"success":true,"payload":{}}`, false},
		"a list":      {200, `{"success":true,"payload":["x"]}`, false},
		"not usable":  {200, `{"success":true,"payload":{"token":"a b"}}`, false},
		"not a token": {200, `{"success":true,"payload":{"token":7}}`, false},
	} {
		logins := 0
		client := scripted(byPassword(), func(*http.Request) (*http.Response, error) {
			logins++
			if logins > 1 {
				return loginAnswer("good-token"), nil
			}
			return answerOf(test.status, test.body), nil
		}, func(c *Config) { c.MaxRetries = 0 })
		err := fetch(t.Context(), client)
		if !isType[*LoginError](err) || strings.Contains(err.Error(), testPassword) {
			t.Errorf("%s: the first call: %v", name, err)
		}
		// What the API said of the login, it has not said of the profile.
		if IsGone(err) || isOutcomeUnknown(err) || isRefusal(err) {
			t.Errorf("%s: it is taken for an answer to the call itself: %v", name, err)
		}
		_ = fetch(t.Context(), client)
		if remembered := logins == 1; remembered != test.remembered {
			t.Errorf("%s: remembered is %t, want %t", name, remembered, test.remembered)
		}
	}
}

// A 401 makes the client log in once more, and never in a loop.
func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	var requests []string
	client := scripted(byPassword(), func(req *http.Request) (*http.Response, error) {
		requests = append(requests, req.Method+" "+req.URL.Path)
		if isLogin(req) {
			return loginAnswer(fmt.Sprint("never-good-enough-", len(requests))), nil
		}
		return answerOf(401, `{"success":false,"message":"I do not know never-good-enough-1 or never-good-enough-3"}`), nil
	})
	err := fetch(t.Context(), client)
	credentials, ok := errors.AsType[*CredentialsError](err)
	if !ok || !credentials.LoggedIn || strings.Contains(err.Error(), "never-good") {
		t.Errorf("got %v", err)
	}
	if want := "GET /rest/auth, GET /rest/thing, GET /rest/auth, GET /rest/thing"; strings.Join(requests, ", ") != want {
		t.Errorf("the requests are %v", requests)
	}
}

// Who waits for another's login does so no longer than its own context lasts,
// and who gives up a login leaves it to the next.
func TestLoginEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := scripted(byPassword(), func(req *http.Request) (*http.Response, error) {
			if !isLogin(req) {
				return answerOf(200, `{"success":true,"payload":{}}`), nil
			}
			select {
			case <-time.After(10 * time.Second):
				return loginAnswer("slow-token"), nil
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		})
		begin := time.Now()
		var working sync.WaitGroup
		for seconds, want := range map[int]error{2: context.Canceled, 3: context.Canceled, 60: nil} {
			working.Go(func() {
				time.Sleep(time.Duration(seconds) * time.Millisecond) // the one that gives up first logs in
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(time.Duration(seconds)*time.Second, cancel)
				err := fetch(ctx, client)
				took := time.Since(begin).Truncate(time.Second)
				if !errors.Is(err, want) || want != nil && took != time.Duration(seconds)*time.Second || want == nil && took != 13*time.Second {
					t.Errorf("allowed %d s, it took %s: %v", seconds, took, err)
				}
			})
		}
		working.Wait()
	})
}

// Who only waits for another's login gives up alone.
func TestWaitForALoginEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := scripted(byPassword(), func(req *http.Request) (*http.Response, error) {
			if isLogin(req) {
				time.Sleep(10 * time.Second)
				return loginAnswer("slow-token"), nil
			}
			return answerOf(200, `{"success":true,"payload":{}}`), nil
		})
		begin := time.Now()
		var working sync.WaitGroup
		working.Go(func() {
			if err := fetch(t.Context(), client); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait() // until that one logs in
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := fetch(ctx, client); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 2*time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		working.Wait()
	})
}

// A token that cannot be replaced in time is used as long as the API takes it.
func TestTokenIsKeptWhereItCannotBeRenewed(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]struct {
		status int
		logins int
	}{"it fails": {503, 5}, "it is refused": {401, 3}} {
		synctest.Test(t, func(t *testing.T) {
			logins := 0
			begin := time.Now()
			client := scripted(byPassword(), func(req *http.Request) (*http.Response, error) {
				if !isLogin(req) {
					if time.Since(begin) > time.Hour {
						return answerOf(401, `{"success":false,"message":"Expired"}`), nil
					}
					return answerOf(200, `{"success":true,"payload":{}}`), nil
				}
				if logins++; logins == 1 {
					return loginAnswer(issue(t, time.Now(), time.Now().Add(time.Hour))), nil
				}
				return answerOf(failure.status, `{"success":false,"message":"No"}`), nil
			}, func(c *Config) { c.MaxRetries = 1 })
			for _, wait := range []time.Duration{0, 50 * time.Minute, time.Minute} {
				time.Sleep(wait)
				if err := fetch(t.Context(), client); err != nil {
					t.Errorf("%s, after %s: %v", name, time.Since(begin), err)
				}
			}
			time.Sleep(10 * time.Minute)
			if err := fetch(t.Context(), client); err == nil {
				t.Errorf("%s: the token has expired, and there is no other", name)
			}
			if logins > failure.logins {
				t.Errorf("%s: %d logins", name, logins)
			}
		})
	}
}

// What is forgotten is the token that was refused, and not its successor. One
// that says nothing of its lifetime is not given that of its predecessor.
func TestSuccessorOfAToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		issued := []string{issue(t, time.Now(), time.Now().Add(time.Hour)), "an-opaque-successor"}
		logins := 0
		client := scripted(byPassword(), func(*http.Request) (*http.Response, error) {
			logins++
			return loginAnswer(issued[min(logins, 2)-1]), nil
		})
		first, _ := client.tokens.token(t.Context())
		client.tokens.forget(first)
		second, _ := client.tokens.token(t.Context())
		client.tokens.forget(first) // by another request, which was refused later
		time.Sleep(2 * time.Hour)
		if third, err := client.tokens.token(t.Context()); err != nil || third != second || logins != 2 {
			t.Errorf("after %d logins: %v", logins, err)
		}
	})
}

// A refusal is remembered even if the one who asked has given up meanwhile.
func TestRefusalOutlivesWhoAsked(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	logins := 0
	client := scripted(byPassword(), func(*http.Request) (*http.Response, error) {
		logins++
		cancel()
		return answerOf(401, `{"success":false,"message":"No such user"}`), nil
	})
	_ = fetch(ctx, client)
	if err := fetch(t.Context(), client); err == nil || logins != 1 {
		t.Errorf("%d logins: %v", logins, err)
	}
}

// Nothing of a login's answer is shown that may be a token, and of an error none
// that may be the password, however it is written.
func TestSecretsOfALogin(t *testing.T) {
	t.Parallel()
	const secretToken = "eyJhbGciOiJub25lIn0.e30.s3cret"
	for name, test := range map[string]struct {
		password string
		status   int
		body     string
	}{
		"the token as a text":     {testPassword, 200, secretToken},
		"the token as JSON":       {testPassword, 200, `"` + secretToken + `"`},
		"another envelope":        {testPassword, 200, `{"token":"` + secretToken + `"}`},
		"the token as a list":     {testPassword, 200, `{"success":true,"payload":["` + secretToken + `"]}`},
		"the password":            {testPassword, 401, `{"success":false,"message":"no user with corRect-horse"}`},
		"a short password":        {"s3c/", 401, `{"success":false,"message":"no user with s3c/"}`},
		"a password in JSON":      {`s3cret"<>&`, 400, `{"success":false,"message":"got \"s3cret\\\"\\u003c\\u003e\\u0026\""}`},
		"a password in a page":    {`s3cret "<>`, 403, `<p>s3cret &quot;&lt;&gt;`},
		"a password in a query":   {`s3cret pass`, 403, `<p>/auth?password=s3cret%20pass&again=s3cret+pass`},
		"a password in a path":    {`s3cret'&pass x`, 502, `no route for s3cret%27%26pass%20x`},
		"the header":              {testPassword, 403, `<p>Basic b3BzQGV4YW1wbGUuY29tOmNvclJlY3QtaG9yc2U=`},
		"a field that names it":   {testPassword, 400, `{"success":false,"message":"x","fields":{"params.corRect-horse":{"message":"y"}}}`},
		"a field that repeats it": {testPassword, 400, `{"success":false,"message":"x","fields":{"params.password":{"message":"corRect-horse"}}}`},
	} {
		credentials := byPassword()
		credentials.Password = test.password
		client := scripted(credentials, func(*http.Request) (*http.Response, error) { return answerOf(test.status, test.body), nil })
		err := fetch(t.Context(), client)
		if err == nil || strings.Contains(err.Error(), "s3c") || strings.Contains(err.Error(), "eyJ") ||
			strings.Contains(err.Error(), testPassword) || strings.Contains(err.Error(), "b3Bz") || strings.Contains(err.Error(), "26pass") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A page with status 401 does not say what became of a POST. It is no reason to
// log in and send it again.
func TestPageIsNoReasonToSendAPostAgain(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{`<h1>Sign in`: 1, `{"success":false,"message":"Expired"}`: 2} {
		posts := 0
		client := scripted(byPassword(), func(req *http.Request) (*http.Response, error) {
			if isLogin(req) {
				return loginAnswer("a-good-token"), nil
			}
			posts++
			return answerOf(401, body), nil
		})
		_, err := client.do(t.Context(), client.newCall("test", http.MethodPost, "thing"))
		if err == nil || posts != want || isOutcomeUnknown(err) != (want == 1) {
			t.Errorf("%s: %d POSTs: %v", body, posts, err)
		}
	}
}

// A 401 to a token that was configured says whether its time is over, which
// nothing looks at before.
func TestExpiredToken(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, test := range map[string]struct {
		token   string
		expired bool
	}{
		"expired":    {issue(t, now.Add(-25*time.Hour), now.Add(-time.Hour)), true},
		"good":       {issue(t, now, now.Add(time.Hour)), false},
		"no JWT":     {"an-opaque-token", false},
		"no claims":  {"e30.e30.e30", false},
		"not base64": {"a.b.c", false},
		"exp a text": {"eyJhbGciOiJub25lIn0.eyJleHAiOiJzb29uIn0.", false},
	} {
		requests := 0
		client := scripted(Credentials{Token: test.token, Source: "the test"}, func(*http.Request) (*http.Response, error) {
			requests++
			return answerOf(401, `{"success":false,"message":"Unauthorized"}`), nil
		})
		err := fetch(t.Context(), client)
		want := "token, which came from the test and expired at " + now.Add(-time.Hour).UTC().Format(time.RFC3339)
		if says := strings.Contains(err.Error(), want); says != test.expired || requests != 1 {
			t.Errorf("%s: after %d requests: %v", name, requests, err)
		}
		client = scripted(Credentials{Token: test.token}, func(*http.Request) (*http.Response, error) {
			return answerOf(200, `{"success":true,"payload":{}}`), nil
		})
		if err := fetch(t.Context(), client); err != nil {
			t.Errorf("%s: the API accepts it, and yet: %v", name, err)
		}
	}
}
