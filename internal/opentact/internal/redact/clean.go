// SPDX-License-Identifier: MPL-2.0

package redact

import (
	"fmt"
	"strings"
	"unicode"
)

const (
	// maxText is how many characters of a text from outside are shown.
	maxText = 500
	// maxItems is how many of many things are named.
	maxItems = 10
)

// Clean makes a text from outside safe for a terminal and at most 500 characters
// long. Control and format characters, which may be escape sequences, and runs of
// white space become single spaces.
func Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return Shorten(strings.Join(strings.Fields(text), " "), maxText)
}

// Shorten cuts a text after a number of characters.
func Shorten(text string, length int) string {
	if len(text) <= length {
		return text
	}
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length]) + "…"
	}
	return text
}

// Enumerate names the first ten items and says how many more there are.
func Enumerate(items []string) string {
	if more := len(items) - maxItems; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(items[:maxItems], ", "), more)
	}
	return strings.Join(items, ", ")
}
