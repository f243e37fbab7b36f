// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// gigantic is the length of a text that nobody wants to read.
const gigantic = 1 << 20

// TestConceal is the table of what is replaced in a text from outside.
func TestConceal(t *testing.T) {
	t.Parallel()
	const long = `s3cret/word"<&>'= é!`
	quoted, err := json.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := json.Marshal(string(quoted))
	if err != nil {
		t.Fatal(err)
	}
	const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ4In0.c2lnbmF0dXJl"
	for name, test := range map[string]struct{ secret, text, want string }{
		"nothing":                      {long, "", ""},
		"no secret":                    {"", "a b", "a b"},
		"inside of a word":             {"longsecret", "xlongsecretx", "x(hidden)x"},
		"JSON":                         {long, string(quoted), `"(hidden)"`},
		"JSON as browsers write it":    {long, `"s3cret/word\"<&>'= é!"`, `"(hidden)"`},
		"JSON as PHP writes it":        {long, `"s3cret\/word\"<&>'= \u00e9!"`, `"(hidden)"`},
		"JSON inside of JSON":          {long, string(twice), `"\"(hidden)\""`},
		"HTML":                         {long, "s3cret/word&#34;&lt;&amp;&gt;&#39;= é!.", "(hidden)."},
		"HTML with names":              {long, "s3cret/word&quot;&lt;&amp;&gt;&apos;= é!.", "(hidden)."},
		"HTML as PHP writes it":        {long, "s3cret/word&quot;&lt;&amp;&gt;&#039;= é!.", "(hidden)."},
		"HTML as Mustache writes it":   {long, "s3cret&#x2F;word&quot;&lt;&amp;&gt;&#x27;&#x3D; é!.", "(hidden)."},
		"a query":                      {long, "k=s3cret%2Fword%22%3C%26%3E%27%3D+%C3%A9%21&", "k=(hidden)&"},
		"a query as browsers have it":  {long, "k=s3cret%2Fword%22%3C%26%3E'%3D%20%C3%A9!&", "k=(hidden)&"},
		"a query in lower case":        {long, "k=s3cret%2fword%22%3c%26%3e%27%3d+%c3%a9%21&", "k=(hidden)&"},
		"no escapes at all":            {long, `%zz &; &nosuch; \x \u00zz %`, `%zz &; &nosuch; \x \u00zz %`},
		"a letter, inside of a word":   {"p", "Invalid email or password", "Invalid email or password"},
		"a letter, by itself":          {"p", "no p, p? pp p", "no (hidden), (hidden)? pp (hidden)"},
		"a letter outside ASCII":       {"é", "é né é1 é", "(hidden) né é1 (hidden)"},
		"a short word with a sign":     {"p!", "p!x xp! p!", "(hidden)x xp! (hidden)"},
		"as long as seven":             {"1234567", "12345678 1234567", "12345678 (hidden)"},
		"as long as eight":             {"12345678", "123456789 12345678", "(hidden)9 (hidden)"},
		"cut at its end":               {"a-rather-long-secret", "it is a-rather-long-secr… or a-rather-long-s...", "it is (hidden)… or (hidden)..."},
		"cut at its beginning":         {"a-rather-long-secret", "it is …rather-long-secret", "it is …(hidden)"},
		"on several lines":             {"a-rather-long-secret-of-two", "a-rather-long-\nsecret-of-two", "(hidden)\n(hidden)"},
		"a few letters of it":          {"a-rather-long-secret", "a rather long secret", "a rather long secret"},
		"one inside of the other":      {"longsecret", "longsecret-2", "(hidden)-2"},
		"another token like the token": {"eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxMTExIn0.AAAA", "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI5OTk5In0.BBBB", "(hidden)(a token)"},
		"any token, escaped":           {"", `Bearer%20` + jwt + ` \n` + jwt, `Bearer%20(a token) \n(a token)`},
		"a URL, escaped":               {"", "https%3A%2F%2Fme%3Ait%40h.example https:&#x2F;&#x2F;me:it@h", "https%3A%2F%2F(credentials)%40h.example https:&#x2F;&#x2F;(credentials)@h"},
		"an address after a URL":       {"", `{"url":"https://h.example","email":"me@h.example"}`, `{"url":"https://h.example","email":"me@h.example"}`},
		"a short word after an escape": {"secret1", `pass\r\nsecret1\n`, `pass\r\n(hidden)\n`},
		"a short word in a name":       {"url", "callback_url: bad url", "callback_url: bad (hidden)"},
		"a pair of surrogates":         {"\U0001f600secret", `"\ud83d\ude00secret" \ud83d`, `"(hidden)" \ud83d`},
		"any token":                    {"", "it is " + jwt + ", or " + jwt[:30] + "…", "it is (a token), or (a token)…"},
		"the token":                    {jwt, "it is " + jwt, "it is (hidden)"},
		"credentials of any URL":       {"", "to https://me:it@h.example/x, ftp://me@h and HTTP://a:b@c:d@h?e@f", "to https://(credentials)@h.example/x, ftp://(credentials)@h and HTTP://(credentials)@h?e@f"},
		"credentials of a JSON URL":    {"", `"https:\/\/me:it@h.example\/"`, `"https:\/\/(credentials)@h.example\/"`},
		"an address that is no URL":    {"", "write to me@h.example", "write to me@h.example"},
	} {
		c := new(call)
		c.hide(test.secret, "(hidden)")
		if got := c.conceal(test.text); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	if got := new(call).conceal(strings.Repeat("x", gigantic)); len(got) != maxConcealed {
		t.Errorf("%d bytes are looked at", len(got))
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
	resp := answerOf(http.StatusOK, page)
	defer closeBody(resp.Body)
	_, err := readAnswer(c, resp)
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

// The domain of an e-mail address may be the API's, and the words of a webhook's path
// those of any message.
func TestOrdinaryWordsAreShown(t *testing.T) {
	t.Parallel()
	client := New(Config{Credentials: Credentials{Email: "ops@opentact.org", Password: "p"}})
	const lookup = "lookup api.opentact.org: no such host"
	if got := client.newCall("", "").conceal(lookup + ", ops@opentact.org"); got != lookup+", (the e-mail address)" {
		t.Errorf("got %q", got)
	}
	spec := Spec[costFields]{Name: "thing", Path: "thing", Concealed: []string{"url"}}
	call := CollectionOf(client, &spec).newListCall(members{"url": json.RawMessage(`"https://app.example.com/webhooks/messaging/callback?k=1"`)})
	const message = "Invalid messaging profile: callback_url of app.example.com does not answer; webhooks need https"
	if got := call.conceal(message); got != message {
		t.Errorf("got %q", got)
	}
}

// Notes are in the log, and may give what was in an answer as a reason.
func TestNotesAreConcealed(t *testing.T) {
	t.Parallel()
	var noted string
	client := New(Config{Credentials: Credentials{Token: "opaque-token-1"}, Note: func(_ context.Context, text string) { noted = text }})
	client.note(t.Context(), "left out: \"opaque-token-1\" is \x1b[31mnot a uuid")
	if noted != `left out: "(the token)" is [31mnot a uuid` {
		t.Errorf("noted %q", noted)
	}
}
