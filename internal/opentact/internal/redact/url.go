// SPDX-License-Identifier: MPL-2.0

package redact

import (
	"html"
	"net/netip"
	"strconv"
	"strings"
)

// The separators of a URL, plain or escaped. JSON may write / as \/ or \u002f, HTML as
// &#x2F;, and a URL that contains another one as %2F.
const (
	colon = `(?::|%(?:25)*3a|\\+u003a|&#x0*3a;|&#0*58;|&colon;)`
	slash = `(?:\\*/|%(?:25)*2f|\\+u002f|&#x0*2f;|&#0*47;|&sol;)`
)

// The beginnings of a URL. A URL without a scheme needs a path or a query, because a host
// alone is no secret.
const (
	// dottedHost matches an IPv4 address, or a host whose last label looks like a top-level
	// domain: not a version, a date or a name with an underscore.
	dottedHost = `(?:\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}|(?:[\pL\pM\pN_-]+\.)+\pL[\pL\pM\pN-]*[\pL\pM\pN]\.?)`
	port       = `(?:` + colon + `[0-9]+)?`
	withScheme = `[a-z][a-z0-9+.-]*` + colon + slash + slash
	// withSlashes matches //host/, but no two slashes inside a path.
	withSlashes = `\B` + slash + slash + `[\pL\pM\pN._-]+` + port + slash
	// withHost matches host/ and host?, with a user name and password.
	withHost = `(?:[^\s"<>/@:]*:[^\s"<>/@]*@)?` + dottedHost + port + `(?:` + slash + `|\?|%(?:25)*3f)`
)

var (
	// anyURL matches a URL. White space, double quotes and angle brackets end it, because
	// a URL contains them only in an escaped form. A replacement in parentheses, such as
	// "(the token)", does not end it.
	anyURL = onDemand(`(?i)(?:` + withScheme + `|` + withSlashes + `|` + withHost + `)(?:\([^()"<>]*\)|[^\s"<>])*`)
	// beforeHost matches the beginning of an unescaped URL.
	beforeHost = onDemand(`(?i)^(?:(?:[a-z][a-z0-9+.-]*:)?//)?`)
	// escape matches one byte that is escaped for a URL or for JSON.
	escape = onDemand(`(?i)(?:%(?:25)*|\\+u00)[0-9a-f]{2}|\\+/`)
	// hostPort matches a host with an optional port.
	hostPort = onDemand(`(?i)^(?:\[[0-9a-z:.%_-]+\]|[\pL\pM\pN._-]+)(?::[0-9]+)?$`)
)

// reduceURLs reduces each URL in text to its scheme, if it has one, and host.
func reduceURLs(text string) string {
	return anyURL().ReplaceAllStringFunc(text, func(found string) string {
		punctuation := ".,;:!?}'`\\"
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
	plain := unescapeURL(text)
	scheme := beforeHost().FindString(plain)
	authority, tail := plain[len(scheme):], ""
	if end := strings.IndexAny(authority, `/\?#`); end >= 0 {
		authority, tail = authority[:end], authority[end:]
	}
	_, err := netip.ParsePrefix(plain)
	switch {
	case authority+tail == "": // such as "it must begin with https://"
		return text
	case !strings.Contains(scheme, ":") && strings.Trim(tail, `/\?#`) == "": // a host alone
		return text
	case err == nil: // a network such as 10.0.0.0/8
		return text
	}
	host := authority[strings.LastIndex(authority, "@")+1:]
	if strings.Contains(tail, "@") || !hostPort().MatchString(host) {
		host = "…"
	}
	return scheme + host
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
