// SPDX-License-Identifier: MPL-2.0

package redact

import (
	"fmt"
	"strings"
	"unicode"
)

const (
	// maxText is the maximum length of cleaned text in characters.
	maxText = 500
	// maxItems is the maximum number of items that Enumerate names.
	maxItems = 10
)

// Clean returns text in a form that is safe for a terminal, shortened to 500 characters.
// It replaces control and format characters, which may be escape sequences. Each run of
// white space becomes one space.
func Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return Shorten(strings.Join(strings.Fields(text), " "), maxText)
}

// Shorten shortens text to length characters and then adds an ellipsis.
func Shorten(text string, length int) string {
	if len(text) <= length {
		return text
	}
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length]) + "…"
	}
	return text
}

// Enumerate joins the first ten items and says how many more there are.
func Enumerate(items []string) string {
	if more := len(items) - maxItems; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(items[:maxItems], ", "), more)
	}
	return strings.Join(items, ", ")
}
