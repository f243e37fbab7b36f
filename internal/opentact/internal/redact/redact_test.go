// SPDX-License-Identifier: MPL-2.0

package redact_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// secret returns a source of one secret that is replaced by "(hidden)".
func secret(value string) func() []redact.Secret {
	return func() []redact.Secret { return []redact.Secret{{Value: value, Replacement: "(hidden)"}} }
}

// jwt is a JWT that no source holds.
const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ4In0.c2lnbmF0dXJl"

// TestRedactor_Text_KnownSecret is the table of the encodings in which a secret is
// found.
func TestRedactor_Text_KnownSecret(t *testing.T) {
	t.Parallel()
	const long = `s3cret/word"<&>'= é!`
	quoted, err := json.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, secret, text, want string }{
		{"no text", long, "", ""},
		{"no secret", "", "a b", "a b"},
		{"plain", long, "it is " + long, "it is (hidden)"},
		{"several times", "longsecret", "longsecret, longsecret", "(hidden), (hidden)"},
		{"JSON of Go", long, string(quoted), `"(hidden)"`},
		{"JSON of browsers", long, `"s3cret/word\"<&>'= é!"`, `"(hidden)"`},
		{"JSON of PHP", "s3cret/word", `"s3cret\/word"`, `"(hidden)"`},
		{"JSON in ASCII", long, `"s3cret/word\"<&>'= \u00e9!"`, `"(hidden)"`},
		{"JSON with a surrogate pair", "\U0001f600secret", `"\ud83d\ude00secret" \ud83d`, `"(hidden)" \ud83d`},
		{"HTML of Go", long, "s3cret/word&#34;&lt;&amp;&gt;&#39;= é!.", "(hidden)."},
		{"HTML with names", long, "s3cret/word&quot;&lt;&amp;&gt;&apos;= é!.", "(hidden)."},
		{"HTML with hexadecimal numbers", long, "s3cret/word&#x22;&lt;&amp;&gt;&#x27;= é!.", "(hidden)."},
		{"HTML with an escaped slash", "s3cret/word", "s3cret&#x2F;word.", "(hidden)."},
		{"a query", long, "k=s3cret%2Fword%22%3C%26%3E%27%3D+%C3%A9%21&", "k=(hidden)&"},
		{"a query in lower case", long, "k=s3cret%2fword%22%3c%26%3e%27%3d+%c3%a9%21&", "k=(hidden)&"},
		{"a path", "s3cret word/é", "/s3cret%20word%2F%C3%A9/x", "/(hidden)/x"},
		{"a path in lower case", "s3cret word/é", "/s3cret%20word%2f%c3%a9/x", "/(hidden)/x"},
		{"a plus instead of a space", "s3cret/é word", "k=s3cret/é+word", "k=(hidden)"},
		{"base64", "longsecret?>", "Basic " + base64.StdEncoding.EncodeToString([]byte("longsecret?>")), "Basic (hidden)"},
		{"base64 of URLs", "longsecret?>", "k=" + base64.URLEncoding.EncodeToString([]byte("longsecret?>")), "k=(hidden)"},
		{"base64 with padding", "longsecret", base64.StdEncoding.EncodeToString([]byte("longsecret")), "(hidden)=="},
		{"text in NFD", "Caf\u00e9-secret", "it is Cafe\u0301-secret", "it is (hidden)"},
		{"secret in NFD", "Cafe\u0301-secret", "it is Caf\u00e9-secret", "it is (hidden)"},
		{"no escapes", long, `%zz &; &nosuch; \x \u00zz %`, `%zz &; &nosuch; \x \u00zz %`},
		{"another text", "a-rather-long-secret", "a rather long secret", "a rather long secret"},
		{"a JWT", jwt, "it is " + jwt, "it is (hidden)"},
	} {
		if got := redact.New(secret(test.secret)).Text(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// A secret of at least eight bytes is replaced inside of words, a shorter one is not.
func TestRedactor_Text_ShortSecretIsAWord(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, secret, text, want string }{
		{"eight bytes inside of a word", "12345678", "x123456789 12345678", "x(hidden)9 (hidden)"},
		{"seven bytes inside of a word", "1234567", "x1234567 12345678 1234567", "x1234567 12345678 (hidden)"},
		{"one letter inside of words", "p", "Invalid email or password", "Invalid email or password"},
		{"one letter as a word", "p", "no p, p? pp p", "no (hidden), (hidden)? pp (hidden)"},
		{"one letter outside ASCII", "é", "é né e é1 é", "(hidden) né e é1 (hidden)"},
		{"a part of a name", "url", "callback_url: bad url", "callback_url: bad (hidden)"},
		{"a sign at its end", "p!", "p!x xp! p!", "(hidden)x xp! (hidden)"},
		{"a sign in its middle", "s3c/", "no user with s3c/", "no user with (hidden)"},
		{"no base64", "p", "cA", "cA"},
	} {
		if got := redact.New(secret(test.secret)).Text(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestRedactor_Text_Form is the table of texts that are redacted because of their form.
func TestRedactor_Text_Form(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"a JWT", "it is " + jwt + ".", "it is (a token)."},
		{"the beginning of a JWT", jwt[:30] + "…", "(a token)…"},
		{"a JWT without a signature", "eyJhbGciOiJub25lIn0.e30.", "(a token)"},
		{"a JWT in JSON", `{"token":"` + jwt + `"}`, `{"token":"(a token)"}`},
		{"a JWT after an escape", "Bearer%20" + jwt, "Bearer%20(a token)"},
		{"a word like a JWT", "eyJ is not a token", "eyJ is not a token"},
		{"an e-mail address", "write to me@h.example", "write to me@h.example"},
	} {
		for name, redactor := range map[string]*redact.Redactor{"nil": nil, "empty": redact.New()} {
			if got := redactor.Text(test.text); got != test.want {
				t.Errorf("%s, %s redactor: got %q, want %q", test.name, name, got, test.want)
			}
		}
	}
}

// TestRedactor_Text_URL is the table of the URLs that are reduced to scheme and host.
func TestRedactor_Text_URL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"a path and a query", "cannot reach https://h.example/hooks/k3y?key=s3cret#f now", "cannot reach https://h.example now"},
		{"a query alone", "https://h.example?s3cret", "https://h.example"},
		{"a fragment alone", "https://h.example#s3cret", "https://h.example"},
		{"no more than a host", "see https://h.example.", "see https://h.example."},
		{"a port", "http://h.example:8080/k3y", "http://h.example:8080"},
		{"an IPv6 address", "http://[fe80::1%25eth0]:80/k3y", "http://[fe80::1%eth0]:80"},
		{"a host that is not ASCII", "https://bücher.example/k3y", "https://bücher.example"},
		{"a scheme in capitals", "HTTPS://H.EXAMPLE/K3Y", "HTTPS://H.EXAMPLE"},
		{"another scheme", "jdbc:mysql://h/k3y s3+x://b/k3y", "jdbc:mysql://h s3+x://b"},
		{"user information", "to https://me:it@h.example/x", "to https://h.example"},
		{"a user name alone", "ftp://me@h", "ftp://h"},
		{"an @ in the password", "http://a:b@c:d@h", "http://h"},
		{"a slash in the password", "https://me:i/t@h.example", "https://…"},
		{"a slash in the user name", "https://me/it@h.example", "https://…"},
		{"an escaped slash in the password", "https://me:i%2Ft@h.example", "https://…"},
		{"a password that is cut", "https://me:s3cr… is bad", "https://… is bad"},
		{"a host that is cut", "https://h.exam…", "https://…"},
		{"two URLs", "http://a:b@c http://d/e", "http://c http://d"},
		{"two URLs without white space", "http://a/b,http://c/d", "http://a"},
		{"punctuation", `(https://h/x), "https://h/x"; 'https://h/x'? <https://h/x>: {https://h/x}!`, `(https://h), "https://h"; 'https://h'? <https://h>: {https://h}!`},
		{"JSON", `{"url":"https://h.example/x","email":"me@h.example"}`, `{"url":"https://h.example","email":"me@h.example"}`},
		{"JSON of PHP", `"https:\/\/me:it@h.example\/x"`, `"https://h.example"`},
		{"JSON in JSON", `\"https:\\/\\/h.example\\/x\"`, `\"https://h.example\"`},
		{"JSON with escaped slashes", `https:\u002F\u002fh.example\u002fx`, "https://h.example"},
		{"JSON with an escaped colon", `https\u003a//h.example/x`, "https://h.example"},
		{"JSON in JSON with escapes", `https\\u003a\\u002f\\u002fh.example\\u002fx`, "https://h.example"},
		{"a backslash in the path", `https://h.example\k3y`, "https://h.example"},
		{"HTML", "https:&#x2F;&#47;h.example&#x2F;x?a=1&amp;b=2 https&colon;&sol;&sol;h", "https://h.example https://h"},
		{"HTML with an escaped colon", "https&#x3A;//h.example/x https&#58;//h/k3y", "https://h.example https://h"},
		{"a query of another URL", "next=https%3A%2F%2Fme%40h.example%2fx%3Fk%3D1&y", "next=https://h.example"},
		{"a query of a query", "next=https%253A%252F%252Fh.example%252Fx", "next=https://h.example"},
		{"an invalid escape", "https://h.example/%zz", "https://h.example"},
		{"a scheme alone", "it must begin with https:// or http://, not ftp:", "it must begin with https:// or http://, not ftp:"},
		{"an @ and no host", "https:///k3y@h.example", "https://…"},
		{"an @ in a path", "https://h.example/@me", "https://…"},
		{"a JWT in a path", "https://h.example/" + jwt, "https://h.example"},
		{"a JWT as the host", "https://" + jwt, "https://(a token)"},
		{"no scheme", "no response from hooks.h.example/services/k3y, h.example:8080/k3y or h.example./k3y.", "no response from hooks.h.example, h.example:8080 or h.example.."},
		{"no scheme, a query", "(h.example?key=k3y) h.example%3Fkey%3Dk3y", "(h.example) h.example"},
		{"no scheme, an IPv4 address", "10.0.0.1/k3y 10.0.0.1:80/k3y 10.0.0.1?k3y", "10.0.0.1 10.0.0.1:80 10.0.0.1"},
		{"no scheme, a host that is not ASCII", "bücher.example/k3y xn--bcher-kva.xn--p1ai/k3y", "bücher.example xn--bcher-kva.xn--p1ai"},
		{"no scheme, in capitals", "HOOKS.H.EXAMPLE/K3Y", "HOOKS.H.EXAMPLE"},
		{"no scheme, a password", "to me:it@h.example/k3y", "to h.example"},
		{"no scheme, an @ in the path", "h.example/k3y@x", "…"},
		{"no scheme, JSON of PHP", `{"url":"h.example\/k3y","host":"h.example"}`, `{"url":"h.example","host":"h.example"}`},
		{"no scheme, HTML and a query", "h.example&#x2F;k3y next=h.example%2Fk3y", "h.example next=h.example"},
		{"no scheme, in a path", "/proxy/h.example/k3y", "/proxy/h.example"},
		{"no scheme, a URL in the query", "h.example/?next=https://h2.example/k3y", "h.example"},
		{"no scheme, Markdown", "`h.example/k3y`", "`h.example`"},
		{"two slashes", "//hooks.h.example/services/k3y (//intern/k3y) //intern:80/k3y", "//hooks.h.example (//intern) //intern:80"},
		{"two slashes, JSON of PHP", `"\/\/intern\/k3y"`, `"//intern"`},
		{"one slash", "https:/h.example/k3y https:/me:it@h.example/k3y", "https:/h.example https:/h.example"},
		{"no slash", "https:h.example/k3y", "https:h.example"},
		{"three slashes", "https:///h.example/k3y", "https://…"},
		{"no URL", "a:b http:/x //x c:\\x", "a:b http:/x //x c:\\x"},
	} {
		for name, redactor := range map[string]*redact.Redactor{"nil": nil, "empty": redact.New()} {
			if got := redactor.Text(test.text); got != test.want {
				t.Errorf("%s, %s redactor: got %q, want %q", test.name, name, got, test.want)
			}
		}
	}
}

// Text that only resembles a URL without a scheme stays.
func TestRedactor_Text_NoURL(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"expected application/json, got text/html; charset=utf-8", "application/vnd.api+json",
		"no route to /rest/profile/messaging or profile/messaging", "/rest//profile/messaging",
		"2026-01-02/2026-02-03 or 01.02.2026/03.02.2026", "v1.2/v1.3, 1.2.3/4, 2.x/3.x and 1.5s/2.5s", "nginx/1.18.0 and PHP/8.3",
		"a ratio of 3/4, 0.5/1.5 or 16:9/4:3", "main.tf, in main.tf/ or main.tf? See main.tf.", "params.callback_url/params.callback_url2",
		"params.callback_url? params.name?", "write to me@h.example, you@h.example.", "It is bad./ It is worse.", "a.m./p.m. and e.g./i.e.",
		"and/or yes/no n/a", "10.0.0.0/8 and 10.1.2.0/24.", "h.example/ h.example? //h/ //h.example", "dial tcp 10.0.0.1:443: lookup h.example on 10.0.0.2:53",
	} {
		if got := (*redact.Redactor)(nil).Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// A known secret is replaced first, because it need not be a valid part of a URL. Its
// replacement does not end the URL.
func TestRedactor_Text_SecretInURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, secret, text, want string }{
		{"the URL", "https://h.example/a b>c", "no https://h.example/a b>c now", "no (the token) now"},
		{"in the path", "longsecret", "no https://h.example/longsecret/k3y now", "no https://h.example now"},
		{"at the end of the path", "longsecret", "no https://h.example/longsecret, now", "no https://h.example, now"},
		{"as the user", "longsecret", "no https://longsecret@h.example/k3y now", "no https://h.example now"},
		{"as the password", "longsecret", "no https://me:longsecret@h.example/k3y now", "no https://h.example now"},
		{"as the host", "longsecret", "no https://longsecret/k3y now", "no https://… now"},
		{"before the URL", "longsecret", "no longsecrethttps://h.example/k3y now", "no (the token)https://h.example now"},
	} {
		redactor := redact.New(func() []redact.Secret { return []redact.Secret{{Value: test.secret, Replacement: "(the token)"}} })
		if got := redactor.Text(test.text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// One secret may be part of another. The longest is replaced first, so no part of it
// stays.
func TestRedactor_Text_OverlappingSecrets(t *testing.T) {
	t.Parallel()
	const text = "longsecret-2, longsecret"
	for _, redactor := range []*redact.Redactor{
		redact.New(secret("longsecret"), secret("longsecret-2")), redact.New(secret("longsecret-2"), secret("longsecret")),
	} {
		if got := redactor.Text(text); got != "(hidden), (hidden)" {
			t.Errorf("got %q", got)
		}
	}
}

// If a text were shortened first, its end could be half of a secret.
func TestRedactor_Text_RedactsBeforeItShortens(t *testing.T) {
	t.Parallel()
	before := strings.Repeat("x", 490) + " "
	if got, want := redact.New(secret("longsecret-2")).Text(before+"longsecret-2 x"), before+"(hidden) …"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRedactor_Text_Cleans(t *testing.T) {
	t.Parallel()
	if got, want := redact.New(secret("longsecret")).Text("a\x1b[31m\nlongsecret\u202e"), "a [31m (hidden)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRedactor_Text_LongText(t *testing.T) {
	t.Parallel()
	if got := redact.New(secret("longsecret")).Text(strings.Repeat("longsecret", 1<<17)); len(got) > 600 || strings.Contains(got, "secret") {
		t.Errorf("got %q", got)
	}
}

// The sources are asked for each text, since a login replaces the token.
func TestRedactor_Text_SecretChanges(t *testing.T) {
	t.Parallel()
	current := "first-token"
	redactor := redact.New(func() []redact.Secret { return secret(current)() })
	if got := redactor.Text("first-token"); got != "(hidden)" {
		t.Errorf("the first secret: got %q", got)
	}
	current = "second-token"
	if got := redactor.Text("second-token"); got != "(hidden)" {
		t.Errorf("the second secret: got %q", got)
	}
}

func TestRedactor_With(t *testing.T) {
	t.Parallel()
	base := redact.New(secret("a")).With(secret("b")).With(secret("secret-of-base"))
	one, two := base.With(secret("secret-of-one")), base.With(secret("secret-of-two"))
	const text = "secret-of-base secret-of-one secret-of-two"
	for _, test := range []struct {
		name     string
		redactor *redact.Redactor
		want     string
	}{
		{"base", base, "(hidden) secret-of-one secret-of-two"},
		{"one", one, "(hidden) (hidden) secret-of-two"},
		{"two", two, "(hidden) secret-of-one (hidden)"},
		{"nil", (*redact.Redactor)(nil).With(secret("secret-of-one")), "secret-of-base (hidden) secret-of-two"},
	} {
		if got := test.redactor.Text(text); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestRedactor_Error(t *testing.T) {
	t.Parallel()
	redactor := redact.New(secret("longsecret"))
	cause := errors.New("longsecret")
	err := redactor.Error(fmt.Errorf("it is %w", cause))
	if err.Error() != "it is (hidden)" {
		t.Errorf("got %q", err)
	}
	if !errors.Is(err, cause) {
		t.Error("the error does not unwrap to its cause")
	}
	if err := redactor.Error(nil); err != nil {
		t.Errorf("nil became %v", err)
	}
}
