// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

func TestParseBaseURL_Valid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://api.opentact.org/rest":   "https://api.opentact.org/rest",
		"https://api.opentact.org/rest//": "https://api.opentact.org/rest",
		"https://api.opentact.org":        "https://api.opentact.org",
		"http://127.0.0.1:8480/rest":      "http://127.0.0.1:8480/rest",
		"http://127.9.9.9":                "http://127.9.9.9",
		"http://[::1]:1/rest":             "http://[::1]:1/rest",
		"http://localhost:1":              "http://localhost:1",
		"HTTP://LocalHost:1":              "http://LocalHost:1",
		"https://gateway.example/a%2Fb//": "https://gateway.example/a%2Fb",
	} {
		got, err := opentact.ParseBaseURL(text)
		if err != nil || got.String() != want {
			t.Errorf("%s: got %v, %v, want %s", text, got, err, want)
		}
	}
}

// TestParseBaseURL_Invalid also checks that the error does not repeat the value, which
// may hold a password.
func TestParseBaseURL_Invalid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "it does not begin with https://",
		"api.opentact.org/rest":          "it does not begin with https://",
		"127.0.0.1:8480/rest":            "it does not begin with https://",
		"ftp://api.opentact.org":         "it begins neither with https:// nor with http://",
		"s3cret://api.opentact.org":      "it begins neither with https:// nor with http://",
		"https://":                       "it names no host",
		"https:///rest":                  "it names no host",
		"http://api.opentact.org/rest":   "plain http would send the token in the clear",
		"http://localhost.example":       "plain http",
		"http://10.0.0.1":                "plain http",
		"http://s3cret/rest":             "plain http",
		"https://u:s3cret@a.example":     "it contains an @, so it may hold a user name and password",
		"https://s3cret@a.example":       "it contains an @",
		"https://u:12/s3cret@a.example":  "it contains an @",
		"https://u:s3/cret@a.example":    "it contains an @",
		"https://a.example/@s3cret":      "it contains an @",
		"https://a.example/%40s3cret":    "it contains an @",
		"https://u:s3cret%40a.example":   "it contains an @",
		"http://localhost/s3cret@b":      "it contains an @",
		"https://s3cret\uff20a.example":  "it contains an @",
		"https://s3cret\ufe6ba.example":  "it contains an @",
		"https://h/s3cret%2540":          "it contains an @",
		"https://h/s3cret%252525252540":  "it contains an @",
		"https://h/s3cret%25%34%30":      "it contains an @",
		"https://h/s3cret%25zz%2540":     "it contains an @",
		"https://h/s3cret%EF%BC%A0":      "it contains an @",
		"https://h/s3cret%ef%b9%25ab":    "it contains an @",
		"u:s3cret@a.example":             "it contains an @",
		"https://a.example?token=s3cret": "it has a query or a fragment",
		"https://a.example#s3cret":       "it has a query or a fragment",
		"https://s3cret\x7f":             "it is no URL",
		"https://a.example/%zz-s3cret":   "it is no URL",
	} {
		_, err := opentact.ParseBaseURL(text)
		wantErrorContains(t, err, want)
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error for %q repeats the value: %v", text, err)
		}
	}
}

// An address that is accepted can be requested: it has a host, no @, query or fragment, and plain http goes to this machine only.
func FuzzParseBaseURL(f *testing.F) {
	for _, seed := range []string{
		"https://api.opentact.org/rest", "http://127.0.0.1:8480/rest", "http://[::1]/", "https://u:p@h/", "http://example.com", "https://h/?q#f",
		"https://u\uff20h/", "https://h/%2540",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		base, err := opentact.ParseBaseURL(text)
		if err != nil {
			return
		}
		isLoopback := strings.EqualFold(base.Hostname(), "localhost") || net.ParseIP(base.Hostname()).IsLoopback()
		if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback) {
			t.Fatalf("%q was accepted", text)
		}
		if base.Host == "" || base.User != nil || strings.ContainsAny(base.Host+base.Path, "@\uff20\ufe6b") || base.RawQuery != "" || base.Fragment != "" || strings.HasSuffix(base.Path, "/") {
			t.Fatalf("%q was accepted as %#v", text, base)
		}
		if _, err := url.Parse(base.String()); err != nil {
			t.Fatal(err)
		}
	})
}
