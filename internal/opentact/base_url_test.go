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
		"https://api.opentact.org:65535":  "https://api.opentact.org:65535",
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
		"":                               "got text that does not begin with https://",
		"api.opentact.org/rest":          "got text that does not begin with https://",
		"127.0.0.1:8480/rest":            "got text that does not begin with https://",
		"ftp://api.opentact.org":         "got text that begins neither with https:// nor with http://",
		"s3cret://api.opentact.org":      "got text that begins neither with https:// nor with http://",
		"https://":                       "got a URL without a host",
		"https://s3cret.example:65536":   "got a port that is not from 1 to 65535",
		"http://127.0.0.1:0/s3cret":      "got a port that is not from 1 to 65535",
		"https:///rest":                  "got a URL without a host",
		"http://api.opentact.org/rest":   "got an http URL of another host, which would send the credentials unencrypted",
		"http://localhost.example":       "got an http URL of another host",
		"http://10.0.0.1":                "got an http URL of another host",
		"http://s3cret/rest":             "got an http URL of another host",
		"https://u:s3cret@a.example":     "got a URL with an @, which may be part of a user name and a password",
		"https://s3cret@a.example":       "got a URL with an @",
		"https://u:12/s3cret@a.example":  "got a URL with an @",
		"https://u:s3/cret@a.example":    "got a URL with an @",
		"https://a.example/@s3cret":      "got a URL with an @",
		"https://a.example/%40s3cret":    "got a URL with an @",
		"https://u:s3cret%40a.example":   "got a URL with an @",
		"http://localhost/s3cret@b":      "got a URL with an @",
		"https://s3cret\uff20a.example":  "got a URL with an @",
		"https://s3cret\ufe6ba.example":  "got a URL with an @",
		"https://h/s3cret%2540":          "got a URL with an @",
		"https://h/s3cret%252525252540":  "got a URL with an @",
		"https://h/s3cret%25%34%30":      "got a URL with an @",
		"https://h/s3cret%25zz%2540":     "got a URL with an @",
		"https://h/s3cret%EF%BC%A0":      "got a URL with an @",
		"https://h/s3cret%ef%b9%25ab":    "got a URL with an @",
		"u:s3cret@a.example":             "got a URL with an @",
		"https://a.example?token=s3cret": "got a URL with a query or a fragment",
		"https://a.example#s3cret":       "got a URL with a query or a fragment",
		"https://a.example/s3cret?":      "got a URL with a query or a fragment",
		"https://s3cret\x7f":             "got a control character (U+007F) at position 15",
		" https://a.example/s3cret":      "got a space (U+0020) at position 1",
		"https://a.example/s3cret ":      "got a space (U+0020) at position 25",
		"https://a.example/s3cret\n":     "got a line break (U+000A) at position 25",
		"https://a.example/s3 cret":      "got a space (U+0020) at position 21",
		"https://a.example\u00a0/s3cret": "got a no-break space (U+00A0) at position 18",
		"https://a.example/\u200bs3cret": "got a zero-width space (U+200B) at position 19",
		" ":                              "got a space (U+0020) at position 1",
		"https://[::1":                   "got text that is not a valid URL",
		"https://a.example/%zz-s3cret":   "got text that is not a valid URL",
	} {
		_, err := opentact.ParseBaseURL(text)
		wantErrorContains(t, err, want)
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error for %q repeats the value: %v", text, err)
		}
	}
}

// An accepted URL can be requested. It has a host, and no @, query or fragment. Plain http
// goes only to this machine.
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
