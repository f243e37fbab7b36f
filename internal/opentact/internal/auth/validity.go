// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// validity is the period in which a token is valid, according to its own claims. A time
// is zero if the token lacks the claim or is not a JWT.
type validity struct{ from, until time.Time }

// readValidity reads the `iat` and `exp` claims of a JWT (RFC 7519, section 4.1). It does
// not verify the signature: only the API has to trust the token.
func readValidity(token string) validity {
	claims := jwt.MapClaims{}
	// Errors are ignored. ParseUnverified reads the claims before it rejects an unknown
	// algorithm. A token that is not a JWT has no claims.
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

// isJWT reports whether a token has the form of a JWT: three parts, with JSON in base64url
// in the first and the second (RFC 7519, section 3).
func isJWT(token string) bool {
	_, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	return !errors.Is(err, jwt.ErrTokenMalformed)
}

// lifetime returns the time from the issue of the token to its expiry, or 0 if a claim is
// missing.
func (v validity) lifetime() time.Duration {
	if v.from.IsZero() || v.until.IsZero() {
		return 0
	}
	return max(0, v.until.Sub(v.from))
}

// expired returns the expiry of the token if that is before now, and the zero time
// otherwise.
func (v validity) expired(now time.Time) time.Time {
	if v.until.Before(now) {
		return v.until
	}
	return time.Time{}
}
