// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestConceal is the table of what is replaced in a text from outside.
func TestConceal(t *testing.T) {
	t.Parallel()
	const long = `s3cret/word"<&> é`
	quoted, err := json.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ secret, text, want string }{
		"nothing":                      {long, "", ""},
		"no secret":                    {"", "a b", "a b"},
		"inside of a word":             {"longsecret", "xlongsecretx", "x(hidden)x"},
		"escaped for JSON":             {long, string(quoted), `"(hidden)"`},
		"with escaped slashes":         {"longs/ecret", `longs\/ecret`, "(hidden)"},
		"escaped for HTML":             {long, "s3cret/word&#34;&lt;&amp;&gt; é!", "(hidden)!"},
		"escaped for a query":          {long, "s3cret%2Fword%22%3C%26%3E+%C3%A9", "(hidden)"},
		"a letter, inside of a word":   {"p", "Invalid email or password", "Invalid email or password"},
		"a letter, by itself":          {"p", "no p, p? pp p", "no (hidden), (hidden)? pp (hidden)"},
		"a letter outside ASCII":       {"é", "é né é1 é", "(hidden) né é1 (hidden)"},
		"a short word with a sign":     {"p!", "p!x xp! p!", "(hidden)x xp! (hidden)"},
		"as long as seven":             {"1234567", "12345678 1234567", "12345678 (hidden)"},
		"as long as eight":             {"12345678", "123456789 12345678", "(hidden)9 (hidden)"},
		"cut at the end":               {"longsecret", "it is longsecre", "it is (hidden)"},
		"cut to less than eight":       {"longsecret", "it is longsec", "it is longsec"},
		"one inside of the other":      {"longsecret", "longsecret-2", "(hidden)-2"},
		"credentials of any URL":       {"", "to https://me:it@h.example/x, ftp://me@h and HTTP://a:b@c:d@h?e@f", "to https://(credentials)@h.example/x, ftp://(credentials)@h and HTTP://(credentials)@h?e@f"},
		"credentials of a URL in JSON": {"", `"https:\/\/me:it@h.example\/"`, `"https:\/\/(credentials)@h.example\/"`},
		"an address that is no URL":    {"", "write to me@h.example", "write to me@h.example"},
	} {
		c := new(call)
		c.hide(test.secret, "(hidden)")
		if got := c.conceal(test.text); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	if c := new(call); c.safe(nil) != nil {
		t.Error("no error became one")
	}
}

// The end of what is looked at of a page may lie in the middle of a token.
func TestConcealedBeforeItIsCut(t *testing.T) {
	t.Parallel()
	c := &call{url: new(url.URL), limit: maxSingleAnswer}
	secret := strings.Repeat("t0ken.", 50)
	c.hide(secret, "(the token)")
	page := strings.Repeat(" ", maxExtract-150) + secret
	_, err := readAnswer(c, answerOf(http.StatusOK, page))
	if err == nil || strings.Contains(err.Error(), "t0ken") || !strings.Contains(err.Error(), `beginning "(the token)"`) {
		t.Errorf("got %v", err)
	}
}

// Whatever is found to be unexpected once an answer has been read is concealed as well.
func TestUnexpectedIsConcealed(t *testing.T) {
	t.Parallel()
	c := &call{url: new(url.URL)}
	c.hide("longsecret", "(the token)")
	if err := c.unexpected(errors.New("it is longsecret")); !strings.HasSuffix(err.Error(), "it is (the token)") {
		t.Errorf("got %v", err)
	}
}
