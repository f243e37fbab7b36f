// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// loginKind is the kind of a login request, which is not about a profile.
const loginKind Kind = "auth"

// loginPath is the path of login. It is the only operation that needs credentials instead of a token.
const loginPath = BasePath + "/" + string(loginKind)

// logins issues and validates tokens. The key is random, so two emulators do not accept each other's tokens.
type logins struct {
	key        []byte
	generation atomic.Int64 // the number of calls of ExpireLogins
}

// claims are the claims of a token. A token is valid only in its generation. The issue time can't decide this, because
// the times of a JWT have whole seconds.
type claims struct {
	jwt.RegisteredClaims
	Generation int64 `json:"generation"`
}

func newLogins() *logins {
	return &logins{key: randomBytes(32)}
}

// issue returns a new token. Two tokens are never equal. See IssueToken for the lifetime.
func (l *logins) issue(lifetime time.Duration) (string, error) {
	issued := ceilSecond(time.Now())
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

// valid reports whether l issued the token, and the token has not expired.
func (l *logins) valid(token string) bool {
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return l.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired())
	return err == nil && c.Generation == l.generation.Load()
}

// ceilSecond rounds t up to a second.
func ceilSecond(t time.Time) time.Time {
	return t.Add(time.Second - time.Nanosecond).Truncate(time.Second)
}

// IssueToken returns a token like a login. Its iat claim is the current time, rounded up to a second, and its exp claim
// is lifetime later. So the token is valid for its lifetime, and less than one second longer. A token with a negative
// lifetime has already expired. The lifetime must be whole seconds, as the times of a JWT are, and not 0.
func (e *Emulator) IssueToken(lifetime time.Duration) (string, error) {
	if lifetime == 0 || lifetime%time.Second != 0 {
		return "", fmt.Errorf("the lifetime of a token must be whole seconds and not 0, got %s", lifetime)
	}
	return e.logins.issue(lifetime)
}

// ExpireLogins invalidates all tokens that login and IssueToken have issued. Options.Token and API keys stay valid.
func (e *Emulator) ExpireLogins() {
	e.logins.generation.Add(1)
}

// authenticate checks the credentials of a login, and the API key or the token of all other requests. If a request has
// both, the API key decides.
func (e *Emulator) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isLogin := r.Method == http.MethodGet && r.URL.Path == loginPath
		key, hasKey := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		var valid bool
		var message string
		switch {
		case isLogin:
			valid, message = e.validCredentials(r.BasicAuth()), "Invalid email or password"
		case hasKey:
			valid, message = e.keys.valid(key), "Invalid or expired API key"
		default:
			valid, message = e.validToken(r.Header.Get("X-Auth-Token")), "Invalid or expired token"
		}
		if !valid {
			rejection(http.StatusUnauthorized, message).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (e *Emulator) validCredentials(email, password string, ok bool) bool {
	return ok && email == e.options.Email && password == e.options.Password
}

func (e *Emulator) validToken(token string) bool {
	return token == e.options.Token || e.logins.valid(token)
}

// login responds to a login whose credentials are valid.
func (e *Emulator) login() response {
	token, err := e.logins.issue(e.options.TokenLifetime)
	if err != nil {
		return rejection(http.StatusInternalServerError, "Internal error: "+err.Error())
	}
	return success(http.StatusOK, map[string]any{"token": token})
}
