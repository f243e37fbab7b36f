// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// An API may repeat what it was sent: a gateway's page of debugging has the
// request with its headers, a message has the value that it is about. So what is
// secret is replaced in everything that comes from outside, before it gets into an
// error or a log.

const (
	// unmistakable is the length, in bytes, from which on a value is replaced wherever
	// it is found. A shorter one has to be a word of its own: with the password "p"
	// there would be little left of "Invalid email or password".
	unmistakable = 8
	// telling is how many bytes in a row of a longer value give it away: an answer may
	// show its beginning, its end, or one line of it.
	telling = 12
	// maxConcealed is how much of a text is looked at. Far less of it is shown.
	maxConcealed = 16 << 10
	// depth is how often a text may have been escaped, as JSON inside of JSON is.
	depth = 3
)

// hidden is what is shown in the place of a value. A value that is an address is
// replaced as a whole alone: its host, say, is no secret.
type hidden struct {
	shown   string
	asWhole bool
}

// hide makes errors show a text in the place of a value, and of parts of it.
func (c *call) hide(value, shown string) { c.hideAs(value, hidden{shown: shown}) }

func (c *call) hideAs(value string, as hidden) {
	if value == "" {
		return
	}
	if c.hidden == nil {
		c.hidden = make(map[string]hidden)
	}
	c.hidden[value] = as
	if spaced := strings.ReplaceAll(value, " ", "+"); spaced != value { // as a query has it
		c.hidden[spaced] = as
	}
}

// userInfo is what a URL says of who asks, up to the last @ before its path. JSON
// may write a slash as \/.
var userInfo = whenNeeded(`[A-Za-z][A-Za-z0-9+.-]*:(?:\\?/){2}([^\s/?#\\"<>|]*)@`)

// anyToken is a JWT, or the beginning of one. A login's answer may have one that is
// not known yet.
var anyToken = whenNeeded(`\b(eyJ[A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_-]*){0,2})`)

// whenNeeded compiles an expression the first time it is used. Terraform starts the
// provider three times for a plan, and mostly for nothing.
func whenNeeded(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// conceal replaces the hidden values in a text, in whichever way they are escaped,
// the user information of every URL, and whatever is a token. It comes before the
// text is shortened, or a part of a value could stay.
func (c *call) conceal(text string) string {
	if text == "" {
		return ""
	}
	for _, reveal := range c.secrets {
		reveal()
	}
	c.secrets = nil
	return replace(text[:min(len(text), maxConcealed)], c.hidden)
}

// replace replaces values in a text, the longest first, and then what is a secret by
// its form.
func replace(text string, values map[string]hidden) string {
	longestFirst := func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }
	sorted := slices.SortedFunc(maps.Keys(values), longestFirst)
	owners := make([]string, len(text)) // what is shown in the place of each byte
	own := func(shown string) func(from, to int) {
		return func(from, to int) {
			for at := from; at < to; at++ {
				owners[at] = cmp.Or(owners[at], shown)
			}
		}
	}
	read := plainly(text)
	for range depth + 1 {
		for _, value := range sorted {
			read.find(value, values[value].asWhole, own(values[value].shown))
		}
		read.findForm(anyToken(), own("(a token)"))
		read.findForm(userInfo(), own("(credentials)"))
		before := len(read.text)
		if read = read.unescaped(); len(read.text) == before {
			break
		}
	}
	var b strings.Builder
	last := ""
	for at, shown := range owners {
		switch shown {
		case "":
			_ = b.WriteByte(text[at])
		case last:
		default:
			_, _ = b.WriteString(shown)
		}
		last = shown
	}
	return b.String()
}

// reading is a text as somebody reads it who takes escapes for what they mean.
type reading struct {
	text []byte
	// at is where each byte comes from in the original, and where that ends.
	at []int
}

func plainly(text string) reading {
	r := reading{text: []byte(text), at: make([]int, len(text)+1)}
	for i := range r.at {
		r.at[i] = i
	}
	return r
}

// unescaped reads what HTML, a URL or JSON escapes, once.
func (r reading) unescaped() (u reading) {
	for i := 0; i < len(r.text); {
		meant, length := unescape(r.text[i:])
		for range len(meant) {
			u.at = append(u.at, r.at[i])
		}
		u.text = append(u.text, meant...)
		i += length
	}
	u.at = append(u.at, r.at[len(r.text)])
	return u
}

// find calls do with the ends, in the original, of whatever gives a value away.
func (r reading) find(value string, asWhole bool, do func(from, to int)) {
	length := len(value)
	parts := map[string]bool{value: true}
	if length > telling && !asWhole {
		clear(parts)
		for i := range length - telling + 1 {
			parts[value[i:i+telling]] = true
		}
		length = telling
	}
	for i := 0; i+length <= len(r.text); i++ {
		if !parts[string(r.text[i:i+length])] {
			continue
		}
		if length < unmistakable && (joined(r.text[:i], r.text[i:]) || joined(r.text[:i+length], r.text[i+length:])) {
			continue
		}
		do(r.at[i], r.at[i+length])
	}
}

// findForm calls do with the ends, in the original, of what an expression has in its
// parentheses.
func (r reading) findForm(form *regexp.Regexp, do func(from, to int)) {
	for _, at := range form.FindAllSubmatchIndex(r.text, -1) {
		do(r.at[at[2]], r.at[at[3]])
	}
}

// joined tells whether the end of one text and the beginning of the next are in
// one word.
func joined(left, right []byte) bool {
	last, _ := utf8.DecodeLastRune(left)
	first, _ := utf8.DecodeRune(right)
	inWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
	return inWord(last) && inWord(first)
}

// shown returns a text from outside as it is fit to be shown: concealed, and clean.
func (c *call) shown(text string) string { return clean(c.conceal(text)) }

// safe returns an error whose text is fit to be shown: concealed, and clean.
func (c *call) safe(err error) error {
	if err == nil {
		return nil
	}
	return &concealedError{text: c.shown(err.Error()), err: err}
}

// concealedError is an error whose text has been concealed.
type concealedError struct {
	text string
	err  error
}

func (e *concealedError) Error() string { return e.text }

// Unwrap gives the error with its own text, for its type alone.
func (e *concealedError) Unwrap() error { return e.err }
