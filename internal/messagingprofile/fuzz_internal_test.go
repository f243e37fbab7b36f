// SPDX-License-Identifier: MPL-2.0

package messagingprofile

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// callbackURLError matches every error of checkCallbackURL. Only the character may come from the URL.
var callbackURLError = regexp.MustCompile(`^got (\d+ characters|a URL without a host|a port that is not from 1 to 65535|` +
	`text that (is not a valid URL; use urlencode\(\) for a password in it|doesn't start with http:// or https://)|a host that starts with a dot or has two dots in a row|` +
	`a second scheme at position \d+|'(.|\\')' \(U\+[0-9A-F]{4}\) in the host at position \d+|[a-z -]+ \(U\+[0-9A-F]{4,6}\) at position \d+)$`)

// checkCallbackURL accepts only http and https URLs of 10 to 255 visible characters with a host. Its
// errors don't contain the URL.
func FuzzCallbackURL(f *testing.F) {
	for _, seed := range []string{
		"https://sms.example.com/in", "HTTP://u:p@[::1]:8080/x?y#z", "ftp://sms.example.com", "https://", "https://:80/in", "https://h:99999/in",
		"https://\x00.example", "//sms.example.com", "https://é.example/" + strings.Repeat("é", 300), "\xff\xfe",
		"https://https://a.example", "https://u@a..example", "https://a,b.example", "https://a.example/\u200b", "https://a%25b.example", "https://a'b.example",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := checkCallbackURL(text); err != nil {
			if !callbackURLError.MatchString(err.Error()) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		n := utf8.RuneCountInString(text)
		parsed, err := url.Parse(text)
		if n < 10 || n > 255 || err != nil || parsed.Hostname() == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
			t.Fatalf("%q is accepted: %v", text, err)
		}
		host := "." + strings.TrimSuffix(parsed.Hostname(), ".") + "."
		if strings.ContainsFunc(text, unicode.IsSpace) || strings.ContainsFunc(text, unicode.IsControl) || strings.Contains(host, "..") {
			t.Fatalf("%q is accepted", text)
		}
	})
}
