// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// DefaultBaseURL is the vendor's production API.
const DefaultBaseURL = "https://api.opentact.org/rest"

// ParseBaseURL parses the base URL of the API, which must be an absolute https URL. Plain
// http is accepted only for loopback addresses, because every request carries a token.
// User information, a query and a fragment are errors. The error says what is wrong. It
// does not repeat the value, which may contain a password.
func ParseBaseURL(text string) (*url.URL, error) {
	scheme, _, absolute := strings.Cut(text, "://")
	if !absolute {
		return nil, errors.New("it does not begin with https://")
	}
	base, err := url.Parse(text)
	switch {
	case err != nil: // err repeats parts of text
		return nil, errors.New("it is no URL")
	case base.User != nil:
		return nil, errors.New("it holds a user name or password")
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, fmt.Errorf("its scheme is %s", Clean(scheme))
	case base.Hostname() == "":
		return nil, errors.New("it names no host")
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("it has a query or a fragment")
	case base.Scheme == "http" && !isLoopback(base.Hostname()):
		return nil, fmt.Errorf("plain http to %s would send the token in the clear", base.Hostname())
	}
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), strings.TrimRight(base.RawPath, "/")
	return base, nil
}

// isLoopback reports whether host is localhost or a loopback address.
func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
