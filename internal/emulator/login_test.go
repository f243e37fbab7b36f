// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// basic returns the header of a login.
func basic(email, password string) http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+password))}}
}

func (a *api) login(email, password, body string) response {
	a.t.Helper()
	return a.sendWith(http.MethodGet, "/rest/auth", body, basic(email, password))
}

// token returns the token in the response to a login.
func (r response) token() string {
	token, _ := r.payload()["token"].(string)
	return token
}

// statusWith returns the status of a request with the token.
func (a *api) statusWith(token string) int {
	a.t.Helper()
	return a.sendWith(http.MethodGet, "/rest/profile/messaging", "", http.Header{"X-Auth-Token": {token}}).status
}

func TestLogin(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]emulator.Options{
		"default":    {},
		"configured": {Email: "me@example.net", Password: "pass:wörd ", FieldNames: emulator.FieldNamesAliasIgnore, Shape: emulator.ShapeDocument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, options)
			email, password := "emulator@example.com", "emulator-password"
			if options.Email != "" {
				email, password = options.Email, options.Password
			}
			first := a.expect(http.StatusOK, a.login(email, password, "")).token()
			second := a.expect(http.StatusOK, a.login(email, password, "")).token()
			if first == second {
				t.Error("two logins returned the same token")
			}
			mustEqual(t, "statuses", []int{200, 200, 200, 401},
				[]int{a.statusWith(first), a.statusWith(second), a.statusWith(emulator.DefaultToken), a.statusWith(first + "x")})
			mustEqual(t, "create", http.StatusUnauthorized, a.sendWith(http.MethodPost, "/rest/profile/messaging", named("x"), basic(email, password)).status)
		})
	}
}

func TestLogin_InvalidCredentials_IsRejected(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{Email: "me@example.net", Password: "secret"})
	good := basic("me@example.net", "secret")["Authorization"][0]
	for _, authorization := range []string{
		"", "Basic", "Basic %", good + "x", strings.Replace(good, "Basic", "Bearer", 1),
		basic("me@example.net", "")["Authorization"][0], basic("me@example.net", "Secret")["Authorization"][0],
		basic("ME@example.net", "secret")["Authorization"][0], basic("", "secret")["Authorization"][0],
		basic(emulator.DefaultEmail, emulator.DefaultPassword)["Authorization"][0],
	} {
		got := a.sendWith(http.MethodGet, "/rest/auth", "", http.Header{
			"Authorization": {authorization}, "X-Auth-Token": {emulator.DefaultToken}, // login ignores it
		})
		mustEqual(t, authorization, `{"success":false,"message":"Invalid email or password","status":401}`, got.raw)
	}
	post := a.sendWith(http.MethodPost, "/rest/auth", "", http.Header{"Authorization": {good}})
	mustEqual(t, "POST without a token", http.StatusUnauthorized, post.status)
	post = a.expect(http.StatusMethodNotAllowed, a.send(http.MethodPost, "/auth", ""))
	mustEqual(t, "Allow", "GET", post.header.Get("Allow"))
}

// claimsOf returns the claims of a token without verifying it, as a client does.
func claimsOf(t *testing.T, token string) jwt.RegisteredClaims {
	t.Helper()
	var c jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// loginToken logs in without a network and returns the token.
func loginToken(t *testing.T, e *emulator.Emulator) string {
	t.Helper()
	got, _ := serveRequest(t, e, http.MethodGet, "/auth", "", basic(emulator.DefaultEmail, emulator.DefaultPassword))
	var body struct{ Payload struct{ Token string } }
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil || got.Code != http.StatusOK {
		t.Fatalf("status %d, %v: %s", got.Code, err, got.Body)
	}
	return body.Payload.Token
}

// isValid reports whether the API accepts the token.
func isValid(t *testing.T, e *emulator.Emulator, token string) bool {
	t.Helper()
	got, _ := serveRequest(t, e, http.MethodGet, "/profile/messaging", "", http.Header{"X-Auth-Token": {token}})
	if got.Code != http.StatusOK {
		mustEqual(t, "rejection", `{"success":false,"message":"Invalid or expired token","status":401}`, got.Body.String())
	}
	return got.Code == http.StatusOK
}

func TestLogin_TokenExpires(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ option, want time.Duration }{{0, 86_400 * time.Second}, {time.Second, time.Second}, {time.Hour, time.Hour}} {
		for _, late := range []time.Duration{0, 1, 400 * time.Millisecond, time.Second - 1} { // in its second
			synctest.Test(t, func(t *testing.T) {
				e := newEmulator(t, emulator.Options{TokenLifetime: c.option})
				time.Sleep(late)
				begin := time.Now()
				token := loginToken(t, e)
				claims := claimsOf(t, token)
				mustEqual(t, "exp - iat", c.want, claims.ExpiresAt.Sub(claims.IssuedAt.Time))
				if early := claims.IssuedAt.Sub(begin); early < 0 || early >= time.Second {
					t.Errorf("issued %s from now", early)
				}
				time.Sleep(time.Until(claims.ExpiresAt.Time) - time.Nanosecond)
				mustEqual(t, "valid just before it expires", true, isValid(t, e, token))
				time.Sleep(time.Nanosecond)
				mustEqual(t, "valid when it expires", false, isValid(t, e, token))
				mustEqual(t, "a new token is valid", true, isValid(t, e, loginToken(t, e)))
				mustEqual(t, "Options.Token is valid", true, isValid(t, e, emulator.DefaultToken))
			})
		}
	}
}

func TestIssueToken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lifetime time.Duration
		valid    bool
	}{{time.Second, true}, {time.Hour, true}, {-time.Second, false}, {-time.Hour, false}} {
		synctest.Test(t, func(t *testing.T) {
			e := newEmulator(t, emulator.Options{})
			time.Sleep(time.Millisecond)
			token, err := e.IssueToken(c.lifetime)
			if err != nil {
				t.Fatal(err)
			}
			claims := claimsOf(t, token)
			mustEqual(t, "exp - iat", c.lifetime, claims.ExpiresAt.Sub(claims.IssuedAt.Time))
			mustEqual(t, fmt.Sprint("valid with a lifetime of ", c.lifetime), c.valid, isValid(t, e, token))
		})
	}
	e := newEmulator(t, emulator.Options{})
	for _, lifetime := range []time.Duration{0, 1, 1500 * time.Millisecond, -time.Millisecond} {
		if _, err := e.IssueToken(lifetime); err == nil || !strings.Contains(err.Error(), "got "+lifetime.String()) {
			t.Errorf("%s: %v", lifetime, err)
		}
	}
}

func TestExpireLogins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the clock stands still, so it can't distinguish the tokens
		e := newEmulator(t, emulator.Options{})
		byLogin := loginToken(t, e)
		issued, err := e.IssueToken(time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		e.ExpireLogins()
		mustEqual(t, "old tokens", []bool{false, false}, []bool{isValid(t, e, byLogin), isValid(t, e, issued)})
		mustEqual(t, "Options.Token", true, isValid(t, e, emulator.DefaultToken))
		newer := loginToken(t, e)
		mustEqual(t, "a new token", true, isValid(t, e, newer))
		e.ExpireLogins()
		mustEqual(t, "all tokens", []bool{false, false}, []bool{isValid(t, e, byLogin), isValid(t, e, newer)})
	})
}

func TestFault_ExpireLogins(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	first := loginToken(t, e)
	rule := inject(t, e, emulator.Rule{Times: 2, Faults: []emulator.Fault{{Action: emulator.ActionExpireLogins}}})
	mustEqual(t, "the token of a request that the rule hits is valid", false, isValid(t, e, first))
	second := loginToken(t, e) // the rule hits this request too
	mustEqual(t, "hits", 2, rule.Hits())
	mustEqual(t, "the token of a login that the rule hits", true, isValid(t, e, second))
	mustEqual(t, "fault in the log", emulator.ActionExpireLogins, e.Requests()[1].Fault)
}

// The emulator accepts only tokens that it has signed with its own key and algorithm.
func TestLogin_TokenOfAnotherEmulator_IsRejected(t *testing.T) {
	t.Parallel()
	e, other := newEmulator(t, emulator.Options{}), newEmulator(t, emulator.Options{})
	foreign := loginToken(t, other)
	claims := claimsOf(t, foreign)
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Split(loginToken(t, e), ".")
	for name, token := range map[string]string{
		"another emulator": foreign, "unsigned": unsigned,
		"parts of two tokens": own[0] + "." + strings.Split(foreign, ".")[1] + "." + own[2],
	} {
		mustEqual(t, name, false, isValid(t, e, token))
	}
}

func TestRequestLog_OmitsCredentials(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{Email: "the-email", Password: "the-password"})
	header := basic("the-email", "the-password")
	token := a.expect(http.StatusOK, a.sendWith(http.MethodGet, "/rest/auth", "", maps.Clone(header))).token()
	header.Set("X-Auth-Token", token)
	a.expect(http.StatusOK, a.sendWith(http.MethodGet, "/rest/profile/messaging", "", header))
	encoded, err := json.Marshal(a.Requests())
	if err != nil {
		t.Fatal(err)
	}
	log := fmt.Sprintf("%+v %s", a.Requests(), encoded)
	for _, secret := range []string{"the-email", "the-password", strings.TrimPrefix(header.Get("Authorization"), "Basic "), token} {
		if strings.Contains(log, secret) {
			t.Errorf("the log contains %q", secret)
		}
	}
}
