// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// DefaultBaseURL is the vendor's production API.
const DefaultBaseURL = "https://api.opentact.org/rest"

// ParseBaseURL parses the base URL of the API, which must be an absolute https URL. Plain
// http is accepted only for loopback addresses, because every request carries a token.
// An @ in any form, a query and a fragment are errors. An @ in the path may be part of user
// information: a password that is not escaped may contain a slash. The error says what is
// wrong. It does not repeat any part of the value, which may contain a password.
func ParseBaseURL(text string) (*url.URL, error) {
	switch {
	case containsAt(text):
		return nil, errors.New("it contains an @, so it may hold a user name and password")
	case !strings.Contains(text, "://"):
		return nil, errors.New("it does not begin with https://")
	}
	base, err := url.Parse(text)
	switch {
	case err != nil: // err repeats parts of text
		return nil, errors.New("it is no URL")
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New("it begins neither with https:// nor with http://")
	case base.Hostname() == "":
		return nil, errors.New("it names no host")
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("it has a query or a fragment")
	case base.Scheme == "http" && !isLoopback(base.Hostname()):
		return nil, errors.New("plain http would send the token in the clear")
	}
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), strings.TrimRight(base.RawPath, "/")
	return base, nil
}

// percentEncoded matches a byte that is percent-encoded once or several times.
var percentEncoded = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)%(?:25)*[0-9a-f]{2}`) })

// containsAt reports whether text contains an @, which may be percent-encoded or in
// another form of Unicode, such as the full-width @. Software between may decode it.
func containsAt(text string) bool {
	for {
		text = norm.NFKC.String(text)
		if strings.Contains(text, "@") {
			return true
		}
		decoded := percentEncoded().ReplaceAllStringFunc(text, func(encoded string) string {
			b, _ := hex.DecodeString(encoded[len(encoded)-2:]) // the expression matches only hexadecimal digits
			return string(b)
		})
		if decoded == text {
			return false
		}
		text = decoded
	}
}

// isLoopback reports whether host is localhost or a loopback address.
func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
