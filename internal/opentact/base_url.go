// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// DefaultBaseURL is the vendor's production API.
const DefaultBaseURL = "https://api.opentact.org/rest"

// ParseBaseURL parses the base URL of the API, which must be an absolute https URL. Plain
// http is accepted only for loopback addresses, because every request carries a token.
// White space, invisible characters, an @ in any form, a query and a fragment are errors.
// An @ in the path may be part of user information: a password that is not escaped may
// contain a slash. The error begins with "got" and describes the value. It quotes no part
// of the value, which may contain a password.
func ParseBaseURL(text string) (*url.URL, error) {
	if err := CheckVisible(text); err != nil {
		return nil, err
	}
	switch {
	case containsAt(text):
		return nil, errors.New("got a URL with an @, which may be part of a user name and a password")
	case !strings.Contains(text, "://"):
		return nil, errors.New("got text that does not begin with https://")
	}
	base, err := url.Parse(text)
	switch {
	case err != nil: // err repeats parts of text
		return nil, errors.New("got text that is not a valid URL")
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New("got text that begins neither with https:// nor with http://")
	case base.Hostname() == "":
		return nil, errors.New("got a URL without a host")
	case !IsPort(base.Port()):
		return nil, errors.New("got a port that is not from 1 to 65535")
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("got a URL with a query or a fragment")
	case base.Scheme == "http" && !isLoopback(base.Hostname()):
		return nil, errors.New("got an http URL of another host, which would send the credentials unencrypted")
	}
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), strings.TrimRight(base.RawPath, "/")
	return base, nil
}

// CheckVisible returns an error if text contains white space or an invisible character,
// such as a zero-width space. The error begins with "got". It names the character and its
// position, and quotes no other part of the text.
func CheckVisible(text string) error { return redact.CheckVisible(text) }

// percentEncoded matches a byte that is percent-encoded once or several times.
var percentEncoded = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)%(?:25)*[0-9a-f]{2}`) })

// containsAt reports whether text contains an @, which may be percent-encoded or in
// another form of Unicode, such as the full-width @. A proxy or another program may decode
// it.
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

// IsPort reports whether text is a port from 1 to 65535, or empty.
func IsPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil && port > 0
}

// isLoopback reports whether host is localhost or a loopback address.
func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
