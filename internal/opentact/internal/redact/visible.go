// SPDX-License-Identifier: MPL-2.0

package redact

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Visible returns text in a form that is safe for a terminal, shortened to 500 characters.
// It replaces each invisible character, and white space other than a space, by its code
// point, such as <U+00A0>.
func Visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r != ' ' && (unicode.IsSpace(r) || IsInvisible(r)) || r == unicode.ReplacementChar {
			fmt.Fprintf(&b, "<%U>", r)
		} else {
			b.WriteRune(r)
		}
	}
	return Shorten(b.String(), maxText)
}

// Visible returns the text in Unicode NFC without secrets, as the function Visible writes
// it. Unlike Text, it keeps runs of spaces.
func (r *Redactor) Visible(text string) string {
	return Visible(r.redact(norm.NFC.String(text[:min(len(text), maxInput)])))
}
