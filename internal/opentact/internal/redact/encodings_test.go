// SPDX-License-Identifier: MPL-2.0

package redact_test

import (
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// redactURL redacts a text that may quote a URL.
func redactURL(url, text string) string {
	return redact.New(func() []redact.Secret { return redact.URL(url, "(hidden)") }).Text(text)
}

// TestURL is the table of the parts of a URL that are redacted even without the rest.
func TestURL(t *testing.T) {
	t.Parallel()
	const url = "https://hook-user:pa55@app.example.com/webhooks/key-0123456789/callback?key=k3y-of-the-hook&v=2#fragment-0123"
	for _, test := range []struct{ name, text, want string }{
		{"the URL", "cannot reach " + url, "cannot reach (hidden)"},
		{"the URL in JSON", strings.ReplaceAll(url, "/", `\/`), "(hidden)"},
		{"user information", "hook-user:pa55", "(hidden)"},
		{"a short password", "no pa55 pa555", "no (hidden) pa555"},
		{"the user name", "no hook-user", "no (hidden)"},
		{"a key in the path", "/key-0123456789/", "/(hidden)/"},
		{"the query", "?key=k3y-of-the-hook&v=2", "?(hidden)"},
		{"a value of the query", "k3y-of-the-hook", "(hidden)"},
		{"the fragment", "fragment-0123", "(hidden)"},
		{"the host", "lookup app.example.com", "lookup app.example.com"},
		{"words of the path", "webhooks need a callback", "webhooks need a callback"},
		{"a short value of the query", "version 2", "version 2"},
	} {
		if got := redactURL(url, test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestURL_OtherForms(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, url, text, want string }{
		{"no URL", "", "a b", "a b"},
		{"not a URL", "https://h.example:port/s3cret", "bad https://h.example:port/s3cret", "bad (hidden)"},
		{"a name as the query", "https://h.example/?t0ken-of-hook", "no t0ken-of-hook", "no (hidden)"},
		{"a short name as the query", "https://h.example/?k3y-9ab", "no k3y-9ab", "no (hidden)"},
		{"a very short name as the query", "https://h.example/?abc123", "no abc123, ?abc123; abc1234", "no (hidden), ?(hidden); abc1234"},
		{"a short query", "https://h.example/?key=short", "no /?key=short in short", "no /?(hidden) in short"},
		{"a name in the query", "https://h.example/?t0ken-of-hook=1&v=2", "no t0ken-of-hook", "no (hidden)"},
		{"an escaped key in the path", "https://h.example/k%C3%A9y-0123456789", "no kéy-0123456789, k%C3%A9y-0123456789", "no (hidden), (hidden)"},
		{"a short user name", "https://p@h.example/", "p", "(hidden)"},
		{
			"ordinary words", "https://app.example.com/v1/webhooks/notifications/callback?k=1",
			"Invalid callback_url: the webhooks of app.example.com get no notifications of v1",
			"Invalid callback_url: the webhooks of app.example.com get no notifications of v1",
		},
	} {
		if got := redactURL(test.url, test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// An API may have stored a URL of any length. Only a bounded part of it is redacted.
func TestURL_LongURL(t *testing.T) {
	t.Parallel()
	url := "https://h.example/" + strings.Repeat("path-number-1/", 100_000)
	if got := len(redact.URL(url, "(hidden)")); got > 200 {
		t.Errorf("got %d secrets", got)
	}
	text := strings.Repeat("x", 100) + "path-number-1/" + strings.Repeat("x", 1<<20)
	if got := redactURL(url, text); strings.Contains(got, "path-number-1") || !strings.Contains(got, "x(hidden)/x") {
		t.Errorf("got %q", got)
	}
}
