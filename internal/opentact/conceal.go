// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"cmp"
	"encoding/json"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An API may repeat what it was sent: a gateway's page of debugging has the
// request with its headers, a message has the value that it is about. So what is
// secret is replaced in everything that comes from outside, before it gets into an
// error or a log.

// unmistakable is the length, in bytes, from which on a value is replaced wherever it
// is found. A shorter one has to be a word of its own: with the password "p" there
// would be little left of "Invalid email or password".
const unmistakable = 8

// hide makes errors show a text in the place of a value.
func (c *call) hide(value, shown string) {
	if value == "" {
		return
	}
	if c.hidden == nil {
		c.hidden = make(map[string]string)
	}
	c.hidden[value] = shown
}

// writings are the ways in which an answer is likely to write a value.
func writings(value string) []string {
	entities := html.EscapeString(value)
	quoted, _ := json.Marshal(value) // a string can be
	return []string{
		value, entities, strings.ReplaceAll(entities, "&#34;", "&quot;"), url.QueryEscape(value), url.PathEscape(value),
		strings.ReplaceAll(url.QueryEscape(value), "+", "%20"), strings.ReplaceAll(value, "/", `\/`), strings.Trim(string(quoted), `"`),
	}
}

// userInfo is what a URL says of who asks, up to the last @ before its path. JSON
// may write a slash as \/.
var userInfo = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*:(?:\\?/){2})[^\s/?#\\]*@`)

// conceal replaces the hidden values in a text, in whichever way they are
// written, and the user information of every URL. It comes before the text is
// shortened, or a part of a value could stay.
func (c *call) conceal(text string) string {
	if text == "" {
		return ""
	}
	if c.secrets != nil {
		c.secrets()
		c.secrets = nil
	}
	concealed := make(map[string]string)
	for value, shown := range c.hidden {
		for _, written := range writings(value) {
			concealed[written] = shown
		}
	}
	longestFirst := func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }
	for _, written := range slices.SortedFunc(maps.Keys(concealed), longestFirst) {
		text = replaceSecret(text, written, concealed[written])
	}
	return userInfo.ReplaceAllString(text, "${1}(credentials)@")
}

// replaceSecret replaces a secret in a text, and its beginning where the text was cut
// in the middle of it.
func replaceSecret(text, secret, shown string) string {
	if len(secret) < unmistakable {
		return replaceWord(text, secret, shown)
	}
	text = strings.ReplaceAll(text, secret, shown)
	for n := min(len(secret)-1, len(text)); n >= unmistakable; n-- {
		if beginning, cut := strings.CutSuffix(text, secret[:n]); cut {
			return beginning + shown
		}
	}
	return text
}

// replaceWord replaces a text where it is not a part of a longer word.
func replaceWord(text, word, shown string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, word)
		if !found {
			return b.String() + text
		}
		b.WriteString(before)
		if joined(b.String(), word) || joined(word, after) {
			b.WriteString(word)
		} else {
			b.WriteString(shown)
		}
		text = after
	}
}

// joined tells whether the end of one text and the beginning of the next are in
// one word.
func joined(left, right string) bool {
	last, _ := utf8.DecodeLastRuneInString(left)
	first, _ := utf8.DecodeRuneInString(right)
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return inWord(last) && inWord(first)
}

// safe returns an error whose text is fit to be shown: concealed, and clean.
func (c *call) safe(err error) error {
	if err == nil {
		return nil
	}
	return &concealedError{text: clean(c.conceal(err.Error())), err: err}
}

// concealedError is an error whose text has been concealed.
type concealedError struct {
	text string
	err  error
}

func (e *concealedError) Error() string { return e.text }

// Unwrap gives the error with its own text, for its type alone.
func (e *concealedError) Unwrap() error { return e.err }
