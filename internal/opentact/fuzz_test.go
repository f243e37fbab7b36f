// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
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
		env, err := readEnvelope(bytes.NewReader(answer), found.add)
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
