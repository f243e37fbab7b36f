// SPDX-License-Identifier: MPL-2.0

package redact

import (
	"html"
	"strconv"
	"strings"
)

// The separators of a URL, plain or escaped. JSON may write / as \/ or \u002f, HTML as
// &#x2F;, and a URL that contains another one as %2F.
const (
	colon = `(?::|%(?:25)*3a|\\+u003a|&#x0*3a;|&#0*58;|&colon;)`
	slash = `(?:\\*/|%(?:25)*2f|\\+u002f|&#x0*2f;|&#0*47;|&sol;)`
)

var (
	// anyURL matches a URL. White space, double quotes and angle brackets end it, because
	// a URL contains them only in an escaped form. A replacement in parentheses, such as
	// "(the token)", does not end it.
	anyURL = onDemand(`(?i)[a-z][a-z0-9+.-]*` + colon + slash + slash + `(?:\([^()"<>]*\)|[^\s"<>])*`)
	// escape matches one byte that is escaped for a URL or for JSON.
	escape = onDemand(`(?i)(?:%(?:25)*|\\+u00)[0-9a-f]{2}|\\+/`)
	// hostPort matches a host with an optional port.
	hostPort = onDemand(`(?i)^(?:\[[0-9a-z:.%_-]+\]|[\pL\pM\pN._-]+)(?::[0-9]+)?$`)
)

// reduceURLs reduces each URL in text to its scheme and host.
func reduceURLs(text string) string {
	return anyURL().ReplaceAllStringFunc(text, func(found string) string {
		punctuation := `.,;:!?}'\`
		if !strings.Contains(found, "(") {
			punctuation += ")"
		}
		whole := strings.TrimRight(found, punctuation)
		return reduceURL(whole) + found[len(whole):]
	})
}

// reduceURL returns the scheme and host of a URL in plain form. It returns an ellipsis
// instead of the host if that may be user information: a password that is not escaped may
// contain a slash, and a message may cut a URL before its @.
func reduceURL(text string) string {
	scheme, rest, _ := strings.Cut(unescapeURL(text), "://")
	if rest == "" {
		return text // such as "it must begin with https://"
	}
	authority, tail := rest, ""
	if end := strings.IndexAny(rest, `/\?#`); end >= 0 {
		authority, tail = rest[:end], rest[end:]
	}
	host := authority[strings.LastIndex(authority, "@")+1:]
	if strings.Contains(tail, "@") || !hostPort().MatchString(host) {
		host = "…"
	}
	return scheme + "://" + host
}

// unescapeURL removes the escapes of JSON, of HTML and of URLs, which may be nested.
func unescapeURL(text string) string {
	return escape().ReplaceAllStringFunc(html.UnescapeString(text), func(escaped string) string {
		code, err := strconv.ParseUint(escaped[len(escaped)-2:], 16, 8)
		if err != nil {
			return "/" // the other escape that the expression matches
		}
		return string([]byte{byte(code)})
	})
}
