// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// login stands where the kind of a profile would, in the one operation that is about none.
const login Kind = "auth"

// loginPath is the path of login, where credentials count and no token does.
const loginPath = BasePath + "/" + string(login)

// logins issues tokens and recognises them. The key is random, so no other emulator takes them for its own.
type logins struct {
	key        []byte
	generation atomic.Int64 // how often all tokens so far were made invalid
}

// claims are what a token says. The generation tells whether the token still counts: the clock could not, within the
// second that a JWT's times are written to.
type claims struct {
	jwt.RegisteredClaims
	Generation int64 `json:"generation"`
}

func newLogins() *logins {
	return &logins{key: randomBytes(32)}
}

// issue signs a token, no two alike. See IssueToken for the lifetime.
func (l *logins) issue(lifetime time.Duration) (string, error) {
	issued := wholeSecond(time.Now())
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			ID:        newUUID(),
			IssuedAt:  jwt.NewNumericDate(issued),
			ExpiresAt: jwt.NewNumericDate(issued.Add(lifetime)),
		},
		Generation: l.generation.Load(),
	})
	return token.SignedString(l.key)
}

// accept reports whether a token was issued here, has not expired, and was not made invalid.
func (l *logins) accept(token string) bool {
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return l.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired())
	return err == nil && c.Generation == l.generation.Load()
}

// wholeSecond is the time, rounded up to a second.
func wholeSecond(t time.Time) time.Time {
	return t.Add(time.Second - time.Nanosecond).Truncate(time.Second)
}

// IssueToken returns a token as a login does, without one. Its exp is lifetime after its iat, and its iat is now,
// rounded up to a second: it is good for its lifetime, and less than a second longer. A token of a negative lifetime
// has expired already. The lifetime is a whole number of seconds, because a JWT's times are, and not 0.
func (e *Emulator) IssueToken(lifetime time.Duration) (string, error) {
	if lifetime == 0 || lifetime%time.Second != 0 {
		return "", fmt.Errorf("the lifetime of a token must be whole seconds and not 0, it is %s", lifetime)
	}
	return e.logins.issue(lifetime)
}

// ExpireLogins makes every token invalid that login or IssueToken has issued so far. Options.Token stays good.
func (e *Emulator) ExpireLogins() {
	e.logins.generation.Add(1)
}

// authenticate lets a request pass that says rightly whose it is: login by its credentials, all others by a token.
func (e *Emulator) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isLogin := r.Method == http.MethodGet && r.URL.Path == loginPath
		switch {
		case isLogin && !e.knows(r.BasicAuth()):
			refusal(http.StatusUnauthorized, "Invalid email or password").write(w)
		case !isLogin && !e.accepts(r.Header.Get("X-Auth-Token")):
			refusal(http.StatusUnauthorized, "Invalid or expired token").write(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (e *Emulator) knows(email, password string, given bool) bool {
	return given && email == e.options.Email && password == e.options.Password
}

func (e *Emulator) accepts(token string) bool {
	return token == e.options.Token || e.logins.accept(token)
}

// loggedIn answers a login whose credentials were right.
func (e *Emulator) loggedIn() answer {
	token, err := e.logins.issue(e.options.TokenLifetime)
	if err != nil {
		return refusal(http.StatusInternalServerError, "The emulator failed: "+err.Error())
	}
	return success(http.StatusOK, map[string]any{"token": token})
}
