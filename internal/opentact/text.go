// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"strings"
	"unicode"
)

// maxText bounds what is shown of a text that came from outside, in characters.
const maxText = 500

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
