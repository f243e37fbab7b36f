// SPDX-License-Identifier: MPL-2.0

package messagingprofile

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// A callback URL that is accepted is one of http or https, of 10 to 255 characters,
// with a host. Of one that is not, no part is repeated.
func FuzzCallbackURL(f *testing.F) {
	for _, seed := range []string{
		"https://sms.example.com/in", "HTTP://u:p@[::1]:8080/x?y#z", "ftp://sms.example.com", "https://", "https://:80/in", "https://h:99999/in",
		"https://\x00.example", "//sms.example.com", "https://é.example/" + strings.Repeat("é", 300), "\xff\xfe",
	} {
		f.Add(seed)
	}
	// What errors say by themselves, whatever the value is.
	own := make(map[string]bool)
	for _, value := range []string{"https://h:99999/", "https://:80/xyz", "sms.example.com", "https://%zz/xyz"} {
		if err := checkCallbackURL(value); err != nil {
			own[err.Error()] = true
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := utf8.RuneCountInString(text)
		err := checkCallbackURL(text)
		if err != nil {
			if ofLength := n < 10 || n > 255; !own[err.Error()] && !ofLength {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		parsed, parseErr := url.Parse(text)
		if n < 10 || n > 255 || parseErr != nil || parsed.Hostname() == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
			t.Fatalf("%q is accepted: %v", text, parseErr)
		}
	})
}
