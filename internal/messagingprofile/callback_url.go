// SPDX-License-Identifier: MPL-2.0

package messagingprofile

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// The API document's limits to a callback URL, in characters.
const (
	minCallbackURL = 10
	maxCallbackURL = 255
)

// callbackURLRule is that of both callback URLs. The length is the API's rule;
// the rest is what a webhook needs to be reachable at all.
var callbackURLRule = profile.StringRule{
	Rule:  fmt.Sprintf("must be an absolute http or https URL of %d to %d characters", minCallbackURL, maxCallbackURL),
	Check: checkCallbackURL, Sensitive: true,
}

// checkCallbackURL never repeats the URL, which may carry credentials.
func checkCallbackURL(text string) error {
	if n := utf8.RuneCountInString(text); n < minCallbackURL || n > maxCallbackURL {
		return fmt.Errorf("it has %d characters", n)
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("it cannot be read as a URL")
	case !strings.EqualFold(parsed.Scheme, "http") && !strings.EqualFold(parsed.Scheme, "https"):
		return errors.New("it does not begin with http:// or https://")
	case parsed.Hostname() == "":
		return errors.New("it names no host")
	case !isPort(parsed.Port()):
		return errors.New("its port is not one from 1 to 65535")
	default:
		return nil
	}
}

// isPort accepts no port at all, which net/url has checked to be digits.
func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil && port > 0
}
