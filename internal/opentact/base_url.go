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

// ParseBaseURL reads the address below which the API's paths lie. It must be an
// absolute https URL; plain http is accepted for loopback addresses alone,
// because every request carries a token. User information, a query and a
// fragment have no meaning there and are refused. The error does not repeat
// the value, which may hold a password.
func ParseBaseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil {
		// url.Error repeats the whole text.
		if urlErr, ok := errors.AsType[*url.Error](err); ok {
			err = urlErr.Err
		}
		return nil, fmt.Errorf("not a URL: %w", err)
	}
	switch {
	case base.User != nil:
		return nil, errors.New("a user name or password in the URL is not accepted; use token")
	case base.Scheme != "http" && base.Scheme != "https":
		return nil, fmt.Errorf("an absolute https URL is needed, such as %s", DefaultBaseURL)
	case base.Hostname() == "":
		return nil, fmt.Errorf("the URL names no host; an absolute https URL is needed, such as %s", DefaultBaseURL)
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("a query or fragment in the URL is not accepted")
	case base.Scheme == "http" && !isLoopback(base.Hostname()):
		return nil, fmt.Errorf("plain http to %s would send the token in the clear; it is accepted for loopback addresses only, use https", base.Hostname())
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath = ""
	return base, nil
}

// isLoopback tells whether a host can only be this machine.
func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
