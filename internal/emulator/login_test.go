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

// basic are the headers of a login.
func basic(email, password string) http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(email+":"+password))}}
}

func (a *api) login(email, password, body string) response {
	a.t.Helper()
	return a.sendWith(http.MethodGet, "/rest/auth", body, basic(email, password))
}

// token is the payload of a login.
func (r response) token() string {
	token, _ := r.payload()["token"].(string)
	return token
}

// statusWith is that of the answer to a request that has a token.
func (a *api) statusWith(token string) int {
	a.t.Helper()
	return a.sendWith(http.MethodGet, "/rest/profile/messaging", "", http.Header{"X-Auth-Token": {token}}).status
}

func TestLogin(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]emulator.Options{
		"built in": {},
		"chosen":   {Email: "me@example.net", Password: "pass:wörd ", FieldNames: emulator.FieldNamesAliasIgnore, Shape: emulator.ShapeDocument},
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
				t.Error("two logins have one token")
			}
			mustEqual(t, "statuses", []int{200, 200, 200, 401},
				[]int{a.statusWith(first), a.statusWith(second), a.statusWith(emulator.DefaultToken), a.statusWith(first + "x")})
			mustEqual(t, "create", http.StatusUnauthorized, a.sendWith(http.MethodPost, "/rest/profile/messaging", named("x"), basic(email, password)).status)
		})
	}
}

func TestLoginWantsTheCredentials(t *testing.T) {
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
			"Authorization": {authorization}, "X-Auth-Token": {emulator.DefaultToken}, // which is not what login wants
		})
		mustEqual(t, authorization, `{"success":false,"message":"Invalid email or password","status":401}`, got.raw)
	}
	post := a.sendWith(http.MethodPost, "/rest/auth", "", http.Header{"Authorization": {good}})
	mustEqual(t, "POST without a token", http.StatusUnauthorized, post.status)
	post = a.expect(http.StatusMethodNotAllowed, a.send(http.MethodPost, "/auth", ""))
	mustEqual(t, "Allow", "GET", post.header.Get("Allow"))
}

// claimsOf reads a token as a client does, which cannot verify it.
func claimsOf(t *testing.T, token string) jwt.RegisteredClaims {
	t.Helper()
	var c jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// loggedIn is a token from a login without a network in between.
func loggedIn(t *testing.T, e *emulator.Emulator) string {
	t.Helper()
	got, _ := exchange(t, e, http.MethodGet, "/auth", "", basic(emulator.DefaultEmail, emulator.DefaultPassword))
	var body struct{ Payload struct{ Token string } }
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil || got.Code != http.StatusOK {
		t.Fatalf("status %d, %v: %s", got.Code, err, got.Body)
	}
	return body.Payload.Token
}

func opens(t *testing.T, e *emulator.Emulator, token string) bool {
	t.Helper()
	got, _ := exchange(t, e, http.MethodGet, "/profile/messaging", "", http.Header{"X-Auth-Token": {token}})
	if got.Code != http.StatusOK {
		mustEqual(t, "refusal", `{"success":false,"message":"Invalid or expired token","status":401}`, got.Body.String())
	}
	return got.Code == http.StatusOK
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ option, want time.Duration }{{0, 86_400 * time.Second}, {time.Second, time.Second}, {time.Hour, time.Hour}} {
		for _, late := range []time.Duration{0, 1, 400 * time.Millisecond, time.Second - 1} { // in its second
			synctest.Test(t, func(t *testing.T) {
				e := newEmulator(t, emulator.Options{TokenLifetime: c.option})
				time.Sleep(late)
				begin := time.Now()
				token := loggedIn(t, e)
				claims := claimsOf(t, token)
				mustEqual(t, "exp - iat", c.want, claims.ExpiresAt.Sub(claims.IssuedAt.Time))
				if early := claims.IssuedAt.Sub(begin); early < 0 || early >= time.Second {
					t.Errorf("issued %s from now", early)
				}
				time.Sleep(time.Until(claims.ExpiresAt.Time) - time.Nanosecond)
				mustEqual(t, "opens just before its end", true, opens(t, e, token))
				time.Sleep(time.Nanosecond)
				mustEqual(t, "opens at its end", false, opens(t, e, token))
				mustEqual(t, "another one opens", true, opens(t, e, loggedIn(t, e)))
				mustEqual(t, "the emulator's own opens", true, opens(t, e, emulator.DefaultToken))
			})
		}
	}
}

func TestIssueToken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lifetime time.Duration
		opens    bool
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
			mustEqual(t, fmt.Sprint("opens with ", c.lifetime), c.opens, opens(t, e, token))
		})
	}
	e := newEmulator(t, emulator.Options{})
	for _, lifetime := range []time.Duration{0, 1, 1500 * time.Millisecond, -time.Millisecond} {
		if _, err := e.IssueToken(lifetime); err == nil || !strings.Contains(err.Error(), "it is "+lifetime.String()) {
			t.Errorf("%s: %v", lifetime, err)
		}
	}
}

func TestExpireLogins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // all within one moment: it is not the clock that tells tokens apart
		e := newEmulator(t, emulator.Options{})
		byLogin := loggedIn(t, e)
		issued, err := e.IssueToken(time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		e.ExpireLogins()
		mustEqual(t, "tokens from before", []bool{false, false}, []bool{opens(t, e, byLogin), opens(t, e, issued)})
		mustEqual(t, "the emulator's own", true, opens(t, e, emulator.DefaultToken))
		later := loggedIn(t, e)
		mustEqual(t, "a token from afterwards", true, opens(t, e, later))
		e.ExpireLogins()
		mustEqual(t, "any of them", []bool{false, false}, []bool{opens(t, e, byLogin), opens(t, e, later)})
	})
}

func TestTheFaultExpireLogins(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	first := loggedIn(t, e)
	rule := inject(t, e, emulator.Rule{Times: 2, Faults: []emulator.Fault{{Action: emulator.ActionExpireLogins}}})
	mustEqual(t, "the request that is hit opens", false, opens(t, e, first))
	second := loggedIn(t, e) // is hit too, and gets a token that is good
	mustEqual(t, "hits", 2, rule.Hits())
	mustEqual(t, "the token of a login that is hit", true, opens(t, e, second))
	mustEqual(t, "fault in the log", emulator.ActionExpireLogins, e.Requests()[1].Fault)
}

// Only what this emulator has signed with its key, by its method, opens it.
func TestForeignTokensAreRefused(t *testing.T) {
	t.Parallel()
	e, other := newEmulator(t, emulator.Options{}), newEmulator(t, emulator.Options{})
	foreign := loggedIn(t, other)
	claims := claimsOf(t, foreign)
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Split(loggedIn(t, e), ".")
	for name, token := range map[string]string{
		"of another emulator": foreign, "unsigned": unsigned,
		"of two": own[0] + "." + strings.Split(foreign, ".")[1] + "." + own[2],
	} {
		mustEqual(t, name, false, opens(t, e, token))
	}
}

func TestTheLogHoldsNoCredential(t *testing.T) {
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
			t.Errorf("the log holds %q", secret)
		}
	}
}
