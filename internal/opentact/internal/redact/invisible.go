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
			return fmt.Errorf("got %s at position %d", describeInvisible(r), position)
		}
	}
	return nil
}

// describeInvisible describes a character that is white space or invisible.
func describeInvisible(r rune) string {
	name := "an invisible character"
	switch {
	case r == ' ':
		name = "a space"
	case r == '\t':
		name = "a tab"
	case r == '\n' || r == '\r':
		name = "a line break"
	case r == '\u00a0':
		name = "a no-break space"
	case unicode.IsSpace(r):
		name = "white space"
	case unicode.IsControl(r):
		name = "a control character"
	}
	return fmt.Sprintf("%s (%U)", name, r)
}
