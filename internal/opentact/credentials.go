// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Credentials are one of the two ways to be let in: a token, or an e-mail
// address and a password that get one.
type Credentials struct {
	// Token is sent as X-Auth-Token, and to the base URL alone.
	Token string
	// Email and Password log in. They are used where Token is empty.
	Email, Password string
	// Source tells a person where the credentials came from. It is shown when
	// the API refuses them.
	Source string
}

// maxToken is the length of the longest token that is sent, in bytes. It is more
// than servers take for a header.
const maxToken = 32 << 10

// ValidateToken returns an error unless a token can be sent in a header. The
// error does not repeat it.
func ValidateToken(token string) error {
	if token == "" {
		return errors.New("it is empty")
	}
	if len(token) > maxToken {
		return fmt.Errorf("it is longer than %d bytes", maxToken)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("it contains white space, such as a line break at its end, or characters outside ASCII")
	}
	return nil
}

// tokens says what to send as X-Auth-Token.
type tokens interface {
	// token returns the token to use now. Its error is a *LoginError.
	token(ctx context.Context) (string, error)
	// forget is told of a token that the API refused, and tells whether asking
	// for one again may bring another.
	forget(refused string) bool
	// hide keeps what lets the client in out of a call's errors.
	hide(c *call)
}

// newTokens picks the way that the credentials are for.
func newTokens(c *Client) tokens {
	if c.config.Credentials.Token != "" {
		return staticToken(c.config.Credentials.Token)
	}
	return newLogin(c)
}

// staticToken is one that was configured. Whether it is good is for the API to
// say: the clock here may be wrong.
type staticToken string

func (t staticToken) token(context.Context) (string, error) { return string(t), nil }
func (t staticToken) forget(string) bool                    { return false }
func (t staticToken) hide(c *call)                          { c.hide(string(t), hiddenToken) }

// hiddenToken is what is shown in the place of a token.
const hiddenToken = "(the token)"

// validity is the time in which a token says that it may be used. Both ends are
// zero where it does not say, as a token that is no JWT.
type validity struct{ from, until time.Time }

// readValidity reads a JWT's `iat` and `exp` (RFC 7519, section 4.1). The
// signature is the API's affair: nothing here depends on whether it is good.
func readValidity(token string) validity {
	claims := jwt.MapClaims{}
	// An unknown algorithm is found last, after the claims have been read. What is
	// no JWT has none, and what is no time is none.
	_, _, _ = jwt.NewParser().ParseUnverified(token, claims)
	var v validity
	if issued, err := claims.GetIssuedAt(); err == nil && issued != nil {
		v.from = issued.Time
	}
	if expires, err := claims.GetExpirationTime(); err == nil && expires != nil {
		v.until = expires.Time
	}
	return v
}

// lifetime is how long the token lasts from its issue, 0 where it does not say.
func (v validity) lifetime() time.Duration {
	if v.from.IsZero() || v.until.IsZero() {
		return 0
	}
	return max(0, v.until.Sub(v.from))
}

// expired returns the end of a token's time if that lies before now.
func (v validity) expired(now time.Time) time.Time {
	if v.until.Before(now) {
		return v.until
	}
	return time.Time{}
}
