// SPDX-License-Identifier: MPL-2.0

package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// encodings returns a value in plain text and in the encodings of JSON, URLs, HTML and
// base64.
func encodings(value string) []string {
	value = norm.NFC.String(value)
	if value == "" {
		return nil
	}
	escaped := html.EscapeString(value)
	forms := []string{
		value,
		jsonText(value, false), jsonText(value, true), strings.ReplaceAll(jsonText(value, false), "/", `\/`), asciiJSON(value),
		url.QueryEscape(value), url.PathEscape(value), strings.ReplaceAll(value, " ", "+"),
		escaped, strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(escaped),
		strings.NewReplacer("&#34;", "&#x22;", "&#39;", "&#x27;").Replace(escaped), strings.ReplaceAll(escaped, "/", "&#x2F;"),
	}
	for _, form := range forms[5:7] {
		forms = append(forms, lowerHex(form))
	}
	if len(value) >= minLength { // short base64 text may occur by chance
		forms = append(forms, base64.RawStdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)))
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// jsonText returns a value as a JSON string without its quotes. Some encoders also escape
// the special characters of HTML.
func jsonText(value string, escapeHTML bool) string {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(escapeHTML)
	_ = enc.Encode(value) // a string can always be encoded
	quoted := strings.TrimSpace(text.String())
	return quoted[1 : len(quoted)-1]
}

// asciiJSON returns jsonText with every character outside ASCII escaped.
func asciiJSON(value string) string {
	var b strings.Builder
	for _, r := range jsonText(value, false) {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

// lowerHex returns a URL with its percent escapes in lower case.
func lowerHex(escaped string) string {
	text := []byte(escaped)
	for i := 0; i+2 < len(text); i++ {
		if text[i] == '%' {
			copy(text[i+1:i+3], bytes.ToLower(text[i+1:i+3]))
		}
	}
	return string(text)
}

// maxURL is the maximum number of bytes of a URL that are redacted. The API allows 255
// characters.
const maxURL = 2048

// minSegment is the minimum length in bytes of a key in a URL. A key is a path segment, a
// fragment or a query name that contains a digit. A shorter one, such as "webhooks", may
// be a word of the message.
const minSegment = 12

// URL returns the secrets of a URL that may contain credentials. These are the URL itself
// and the parts that a message may quote alone.
func URL(value, replacement string) []Secret {
	value = value[:min(len(value), maxURL)]
	parts := []string{value}
	if u, err := url.Parse(value); err == nil {
		password, _ := u.User.Password()
		parts = append(parts, u.User.String(), password, u.RawQuery)
		long := []string{u.User.Username()}
		keys := append(strings.Split(u.Path, "/"), u.Fragment)
		for name, values := range u.Query() {
			keys, long = append(keys, name), append(long, values...)
		}
		for _, part := range long {
			if len(part) >= minLength {
				parts = append(parts, part)
			}
		}
		for _, key := range keys {
			if len(key) >= minSegment && strings.ContainsAny(key, "0123456789") {
				parts = append(parts, key)
			}
		}
	}
	secrets := make([]Secret, len(parts))
	for i, part := range parts {
		secrets[i] = Secret{Value: part, Replacement: replacement}
	}
	return secrets
}
