// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"encoding/hex"
	"html"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape reads the first character of a text, which may be escaped as HTML, a URL
// or JSON have it. It returns what is meant, and how long the escape is.
func unescape(text []byte) (meant []byte, length int) {
	switch {
	case text[0] == '%' && len(text) >= 3:
		if octet, err := hex.DecodeString(string(text[1:3])); err == nil {
			return octet, 3
		}
	case text[0] == '&':
		return unescapeEntity(text)
	case text[0] == '\\' && len(text) >= 6 && text[1] == 'u':
		if point, ok := codeUnit(text); ok {
			if second, pair := codeUnit(text[6:]); pair && utf16.IsSurrogate(point) {
				return utf8.AppendRune(nil, utf16.DecodeRune(point, second)), 12
			}
			return utf8.AppendRune(nil, point), 6
		}
	case text[0] == '\\' && len(text) >= 2 && bytes.IndexByte([]byte("nrt"), text[1]) >= 0:
		return []byte(" "), 2 // which ends a word as they do
	case text[0] == '\\' && len(text) >= 2 && bytes.IndexByte([]byte(`"'/\`), text[1]) >= 0:
		return text[1:2], 2
	}
	return text[:1], 1
}

// codeUnit reads what JSON writes as \u and four digits.
func codeUnit(text []byte) (unit rune, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	parsed, err := strconv.ParseInt(string(text[2:6]), 16, 32)
	return rune(parsed), err == nil
}

// longestEntity is longer than those of the characters that pages escape.
const longestEntity = 10

func unescapeEntity(text []byte) (meant []byte, length int) {
	end := bytes.IndexByte(text[:min(len(text), longestEntity)], ';') + 1
	entity := string(text[:end])
	if unescaped := html.UnescapeString(entity); unescaped != entity {
		return []byte(unescaped), end
	}
	return text[:1], 1
}
