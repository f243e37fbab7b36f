// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// tokenOf returns a token with a header and claims that need not be JSON.
func tokenOf(header string, claims []byte) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(claims) + ".c2ln"
}

func TestReadValidity(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, test := range []struct {
		name, header, claims string
		lifetime             time.Duration
		until                int64 // 0 if the token does not say
	}{
		{"both times", `{"alg":"HS256"}`, `{"iat":1795539600,"exp":1795626000}`, day, 1795626000},
		{"an unknown algorithm", `{"alg":"X"}`, `{"iat":1795539600,"exp":1795626000}`, day, 1795626000},
		{"no algorithm", `{}`, `{"iat":1795539600,"exp":1795626000}`, day, 1795626000},
		{"no issue", `{"alg":"HS256"}`, `{"exp":1795626000}`, 0, 1795626000},
		{"no expiry", `{"alg":"HS256"}`, `{"iat":1795539600}`, 0, 0},
		{"expiry before issue", `{"alg":"HS256"}`, `{"iat":5,"exp":1}`, 0, 1},
		{"text", `{"alg":"HS256"}`, `{"iat":"x","exp":"y"}`, 0, 0},
		{"null", `{"alg":"HS256"}`, `{"iat":null,"exp":null}`, 0, 0},
		{"not an object", `{"alg":"HS256"}`, `[]`, 0, 0},
		{"nothing", ``, ``, 0, 0},
	} {
		v := readValidity(tokenOf(test.header, []byte(test.claims)))
		if got := v.lifetime(); got != test.lifetime {
			t.Errorf("%s: the lifetime is %s", test.name, got)
		}
		if test.until == 0 && !v.until.IsZero() || test.until != 0 && v.until.Unix() != test.until {
			t.Errorf("%s: valid until %s", test.name, v.until)
		}
	}
}

func TestValidity_Expired(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 24, 18, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct{ until, want time.Time }{
		"expired":    {now.Add(-time.Second), now.Add(-time.Second)},
		"valid":      {now.Add(time.Second), time.Time{}},
		"no expiry":  {time.Time{}, time.Time{}},
		"just valid": {now, time.Time{}},
	} {
		if got := (validity{until: test.until}).expired(now); !got.Equal(test.want) {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestIsJWT(t *testing.T) {
	t.Parallel()
	jwt := tokenOf(`{"alg":"HS256"}`, []byte(`{"exp":1795626000}`))
	for _, test := range []struct {
		name, token string
		want        bool
	}{
		{"a JWT", jwt, true},
		{"an expired JWT", tokenOf(`{"alg":"HS256"}`, []byte(`{"exp":1}`)), true},
		{"no claims", tokenOf(`{"alg":"HS256"}`, []byte(`{}`)), true},
		{"an algorithm that needs another key", tokenOf(`{"alg":"RS256"}`, []byte(`{}`)), true},
		{"an unknown algorithm", tokenOf(`{"alg":"X"}`, []byte(`{}`)), true},
		{"no algorithm", tokenOf(`{}`, []byte(`{}`)), true},
		{"no signature", jwt[:strings.LastIndex(jwt, ".")+1], true},
		{"empty", "", false},
		{"text", "an-opaque-key", false},
		{"text with two dots", "an.opaque.key", false},
		{"a UUID", "0a0a0a0a-0000-4000-8000-00000000000a", false},
		{"two parts", jwt[:strings.LastIndex(jwt, ".")], false},
		{"four parts", jwt + ".c2ln", false},
		{"without its beginning", jwt[3:], false},
		{"cut in its claims", jwt[:strings.LastIndex(jwt, ".")-3], false},
		{"cut in its claims, with a signature", jwt[:strings.LastIndex(jwt, ".")-3] + ".c2ln", false},
		{"header that is not base64url", "{}.e30.c2ln", false},
		{"header that is not JSON", tokenOf("text", []byte(`{}`)), false},
		{"claims that are not JSON", tokenOf(`{"alg":"HS256"}`, []byte("text")), false},
		{"with Bearer", "Bearer " + jwt, false},
	} {
		if got := isJWT(test.token); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}

// FuzzTokenLifetime checks that no times in a token make the client panic, reject the
// token, or replace it at once.
func FuzzTokenLifetime(f *testing.F) {
	for _, seed := range []string{
		`{"iat":1795539600,"exp":1795626000}`, `{"exp":1795626000}`, `{"iat":5,"exp":1}`, `{"iat":"x","exp":null}`, `{"iat":-1e300,"exp":1e300}`,
		`{"iat":0.1,"exp":9223372036854775807}`, `{"exp":1,"exp":2}`, `[]`, ``,
	} {
		f.Add(`{"alg":"HS256"}`, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, header string, claims []byte) {
		token := tokenOf(header, claims)
		v := readValidity(token)
		if v.lifetime() < 0 {
			t.Fatalf("the lifetime is %s", v.lifetime())
		}
		if expired := v.expired(time.Now()); expired.After(time.Now()) {
			t.Fatalf("it expired at %s", expired)
		}
		l := new(Login)
		if kept, err := l.keep(token, nil); kept != token || err != nil {
			t.Fatal(kept, err)
		}
		if cached, _ := l.cachedToken(); cached != token && (v.lifetime() == 0 || v.lifetime() > time.Hour) {
			t.Fatalf("a token of %s is replaced at once, at %s", v.lifetime(), l.renewAt)
		}
	})
}
