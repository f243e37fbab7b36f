// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"fmt"
	"strings"
	"unicode"
)

// maxText bounds what is shown of a text that came from outside, in characters.
const maxText = 500

// Clean makes a text from outside, such as the name of somebody's profile, fit to be
// shown in a terminal, and short.
func Clean(text string) string { return clean(text) }

// mostShown is how many of many things are named.
const mostShown = 10

// Enumerate names the first of some things, and says how many more there are.
func Enumerate(things []string) string {
	if more := len(things) - mostShown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(things[:mostShown], ", "), more)
	}
	return strings.Join(things, ", ")
}

// clean makes a text from outside fit to be shown in a terminal: control
// characters, which may carry escape sequences, and runs of white space become
// single spaces, and a long text is cut.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxText {
		return string(runes[:maxText]) + "…"
	}
	return text
}
