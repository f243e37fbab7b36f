// SPDX-License-Identifier: MPL-2.0

package redact

import (
	"fmt"
	"unicode"
)

// IsInvisible reports whether a character is a control character or has no shape of its
// own, such as a zero-width space. These are the control and format characters, and
// others that Unicode calls default ignorable. White space is not invisible, except for
// control characters such as the tab.
func IsInvisible(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// CheckVisible returns an error if text contains white space or an invisible character.
// The error is such as "got a space (U+0020) at position 1". It quotes no other part of
// the text.
func CheckVisible(text string) error {
	position := 0
	for _, r := range text {
		position++
		if unicode.IsSpace(r) || IsInvisible(r) {
			return fmt.Errorf("got %s (%U) at position %d", nameInvisible(r), r, position)
		}
	}
	return nil
}

// invisibleNames are the names of the characters that are most often pasted by mistake.
var invisibleNames = map[rune]string{
	' ': "a space", '\t': "a tab", '\n': "a line break", '\r': "a line break",
	'\u00a0': "a no-break space", '\u00ad': "a soft hyphen",
	'\u200b': "a zero-width space", '\u200c': "a zero-width non-joiner", '\u200d': "a zero-width joiner",
	'\u200e': "a left-to-right mark", '\u200f': "a right-to-left mark",
	'\u2060': "a word joiner", '\ufeff': "a byte order mark",
}

// nameInvisible returns the name of a character that is white space or invisible.
func nameInvisible(r rune) string {
	switch name, known := invisibleNames[r]; {
	case known:
		return name
	case unicode.Is(unicode.Bidi_Control, r):
		return "a bidirectional control character"
	case unicode.IsSpace(r):
		return "a white-space character"
	case unicode.IsControl(r):
		return "a control character"
	default:
		return "an invisible character"
	}
}
