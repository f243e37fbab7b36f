// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// Whatever an answer is, reading it does not panic, and what is found in it is a profile with a uuid.
func FuzzAnswer(f *testing.F) {
	sample, err := os.ReadFile("testdata/sample_answer.json")
	if err != nil {
		f.Fatal(err)
	}
	const uuid = `"uuid":"3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"`
	for _, seed := range []string{
		string(sample), `{"success":true,"payload":{` + uuid + `,"name":"n"}}`, `{"success":true,"payload":[{"inner":{` + uuid + `}},{"inner":{}}]}`,
		`{"success":false,"message":"no","fields":{"params.name":{"message":"no"}}}`, `{"success":true,"payload":{"total":1,"data":[]}}`, `{}`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	profiles := reader{
		nested: [][]string{{"inner"}, {"outer", "inner"}}, names: []string{"name", "weight"},
		otherSpellings: map[string]string{"weight": "heaviness"},
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		found := &single{reader: profiles}
		env, err := readEnvelope(bytes.NewReader(answer), elements{take: found.add})
		if err != nil {
			return
		}
		if !json.Valid(answer) {
			t.Fatalf("%q is no JSON, and was read", answer)
		}
		if !env.array && found.add(env.payload) != nil || found.found == nil {
			return
		}
		if err := ValidateUUID(uuidOf(found.found)); err != nil {
			t.Fatal(err)
		}
	})
}

// A pause that an API asks for is never negative, and never panics, whatever it writes.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "120", "-1", "1e9", "99999999999999999999", "Tue, 24 Nov 2026 19:00:00 GMT"} {
		f.Add(seed)
	}
	now := time.Date(2026, time.November, 24, 18, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string) {
		if wait, ok := parseRetryAfter(header, now); wait < 0 || !ok && wait != 0 {
			t.Fatalf("%q: %s, %t", header, wait, ok)
		}
	})
}

// A base URL that is accepted is https or on this machine, without credentials, query or fragment.
func FuzzBaseURL(f *testing.F) {
	for _, seed := range []string{"https://api.opentact.org/rest", "http://127.0.0.1:8480/rest", "http://[::1]/", "https://u:p@h/", "http://example.com", "https://h/?q#f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		base, err := ParseBaseURL(text)
		if err != nil {
			return
		}
		if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
			t.Fatalf("%q is taken", text)
		}
		if base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" || strings.HasSuffix(base.Path, "/") {
			t.Fatalf("%q is taken as %#v", text, base)
		}
		if _, err := url.Parse(base.String()); err != nil {
			t.Fatal(err)
		}
	})
}

// Whatever an error of the API says, what is shown of it is short, does nothing to a
// terminal, and has no token in it.
func FuzzError(f *testing.F) {
	const secret = "t0ken-of/the-tests"
	for _, seed := range []string{
		`{"success":false,"message":"no","status":400,"fields":{"params.name":{"message":"too long"}}}`,
		`{"success":false,"message":["a","b"],"fields":{"x":["y"],"z":7}}`, `{"success":false,"message":"\u001b[31m\u202e\u0000"}`,
		`{"success":false,"message":"t0ken-of\/the-tests"}`, `{"success":false,"message":{"password":"s3cret-of-a-user"}}`,
		`{"success":false,"message":"https://user:s3cret-of-a-user@a.example"}`, `<p>X-Auth-Token: t0ken-of/the-tests`, "\xff\xfe", `{"success":false`,
		`{"payload":{"password":"s3cret-of-a-user"}}`,
	} {
		f.Add(400, "application/json", []byte(seed))
	}
	f.Add(302, "text/html; charset=\x1b[31m", []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		c := &call{operation: "test", method: http.MethodGet, url: new(url.URL), limit: maxSingleAnswer, element: func(json.RawMessage) error { return nil }}
		c.hide(secret, "(the token)")
		_, err := readAnswer(c, &http.Response{
			StatusCode: status, Body: io.NopCloser(bytes.NewReader(body)), Request: &http.Request{URL: new(url.URL)},
			Header: http.Header{"Content-Type": {contentType}, "X-Request-Id": {contentType}, "Location": {contentType}},
		})
		if err == nil {
			return
		}
		text := err.Error()
		if apiErr, ok := errors.AsType[*APIError](err); ok {
			text += apiErr.RequestID
		}
		if strings.ContainsFunc(text, unicode.IsControl) || !utf8.ValidString(text) || len(text) > (2+2*mostFields)*(4*maxText+100) {
			t.Errorf("%d bytes: %q", len(text), text)
		}
		if strings.Contains(text, secret) {
			t.Errorf("the token is shown: %q", text)
		}
	})
}

// Whatever times a token claims, the provider neither panics nor waits for ever, nor
// logs in without end.
func FuzzTokenLifetime(f *testing.F) {
	for _, seed := range []string{
		`{"iat":1795539600,"exp":1795626000}`, `{"exp":1795626000}`, `{"iat":5,"exp":1}`, `{"iat":"x","exp":null}`, `{"iat":-1e300,"exp":1e300}`,
		`{"iat":0.1,"exp":9223372036854775807}`, `{"exp":1,"exp":2}`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, claims []byte) {
		header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`))
		token := header + "." + base64.RawURLEncoding.EncodeToString(claims) + ".c2ln"
		v := readValidity(token)
		if v.lifetime() < 0 {
			t.Fatalf("it lives for %s", v.lifetime())
		}
		if expired := v.expired(time.Now()); expired.After(time.Now()) {
			t.Fatalf("it is said to have expired at %s", expired)
		}
		l := newLogin(&Client{})
		if kept, err := l.keep(t.Context(), token, nil); kept != token || err != nil {
			t.Fatal(kept, err)
		}
		if held, _, _ := l.held(-1); v.lifetime() > time.Hour && held != token {
			t.Fatalf("a token of %s is renewed at once, at %s", v.lifetime(), l.renewAt)
		}
	})
}

// What is taken for a uuid is one, and means the same in a URL's path as it does by itself.
func FuzzUUID(f *testing.F) {
	for _, seed := range []string{"3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31", "3F1D7C2E-5B0A-4E57-9D1C-0A4B8F6E2D31", "../../auth", "", "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d3\n", "%2e%2e"} {
		f.Add(seed)
	}
	form := regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z`)
	base := &url.URL{Scheme: "https", Host: "api.example", Path: "/rest"}
	f.Fuzz(func(t *testing.T, id string) {
		err := ValidateUUID(id)
		if (err == nil) != form.MatchString(id) {
			t.Fatalf("%q: %v", id, err)
		}
		if err == nil && base.JoinPath("profile", id).String() != "https://api.example/rest/profile/"+id {
			t.Fatalf("%q becomes %s", id, base.JoinPath("profile", id))
		}
		if err != nil && (strings.ContainsFunc(err.Error(), unicode.IsControl) || len(err.Error()) > 1000) {
			t.Fatalf("%d bytes: %q", len(err.Error()), err)
		}
	})
}
