// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// validity is the time in which a token is valid according to itself. Both ends are
// zero if the token does not say, as one that is not a JWT.
type validity struct{ from, until time.Time }

// readValidity reads the `iat` and `exp` of a JWT (RFC 7519, section 4.1). It does not
// verify the signature: nothing here depends on whether it is good.
func readValidity(token string) validity {
	claims := jwt.MapClaims{}
	// Errors are ignored: an unknown algorithm is found after the claims were read, and
	// a token that is not a JWT has no claims.
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

// lifetime returns how long the token is valid from its issue, or 0 if it does not say.
func (v validity) lifetime() time.Duration {
	if v.from.IsZero() || v.until.IsZero() {
		return 0
	}
	return max(0, v.until.Sub(v.from))
}

// expired returns when the token expired if that is before now, and zero otherwise.
func (v validity) expired(now time.Time) time.Time {
	if v.until.Before(now) {
		return v.until
	}
	return time.Time{}
}
