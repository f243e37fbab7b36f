// SPDX-License-Identifier: MPL-2.0

package messagingprofile

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// Limits of the API's document for the length of a callback URL, in characters.
const (
	minCallbackURL = 10
	maxCallbackURL = 255
)

// callbackURLRule is the rule of both callback URLs. The API's document limits only the length. The
// other checks find mistakes that make a webhook unreachable.
var callbackURLRule = profile.StringRule{
	Rule:      fmt.Sprintf("must be an absolute http or https URL of %d to %d characters", minCallbackURL, maxCallbackURL),
	Check:     checkCallbackURL,
	Sensitive: true,
}

// checkCallbackURL returns an error unless text is a valid callback URL. The error shows at most one
// character of it, because the URL may contain credentials.
func checkCallbackURL(text string) error {
	if n := utf8.RuneCountInString(text); n < minCallbackURL || n > maxCallbackURL {
		return fmt.Errorf("got %d characters", n)
	}
	if err := opentact.CheckVisible(text); err != nil {
		return err
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("got text that is not a valid URL; use urlencode() for a password in it")
	case !isWebScheme(parsed.Scheme):
		return errors.New("got text that doesn't start with http:// or https://")
	case strings.Trim(dots.Replace(parsed.Hostname()), ".") == "":
		return errors.New("got a URL without a host")
	case !opentact.IsPort(parsed.Port()):
		return errors.New("got a port that is not from 1 to 65535")
	}
	return checkHost(text)
}

// dots replaces the characters that internationalised host names may use instead of a dot.
var dots = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".")

// secondScheme matches the text after the first scheme if it begins with another scheme, which may lack its
// colon or slashes: https://https://a.example, https://http:/a.example, https://https//a.example.
var secondScheme = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(https?:([/?#]|$)|https?//|[^/?#]*://)`)
})

// checkHost checks the host of a URL that url.Parse accepts. Unlike url.Parse, it knows the position of
// each character.
func checkHost(text string) error {
	start := strings.Index(text, "//") + len("//")
	end := len(text)
	if i := strings.IndexAny(text[start:], "/?#"); i >= 0 {
		end = start + i
	}
	start += strings.LastIndex(text[start:end], "@") + 1 // after the user information
	before := utf8.RuneCountInString(text[:start])
	host := text[start:end]
	if strings.HasPrefix(host, "[") {
		return nil // url.Parse has checked the IPv6 address
	}
	if secondScheme().MatchString(text[start:]) {
		return fmt.Errorf("got a second scheme at position %d", before+1)
	}
	if i := strings.LastIndex(host, ":"); i >= 0 {
		host = host[:i] // without the port
	}
	if i := strings.IndexFunc(host, isForbiddenInHost); i >= 0 {
		char := rune(host[i]) // ASCII, like all forbidden characters
		return fmt.Errorf("got %q (%U) in the host at position %d", char, char, before+utf8.RuneCountInString(host[:i])+1)
	}
	if slices.Contains(strings.Split(strings.TrimSuffix(dots.Replace(host), "."), "."), "") {
		return errors.New("got a host that starts with a dot or has two dots in a row")
	}
	return nil
}

func isWebScheme(scheme string) bool {
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

// isForbiddenInHost reports whether a character can't be in a host name. Non-ASCII characters and
// percent-encoded ones can be in an internationalised name.
func isForbiddenInHost(char rune) bool {
	return char < utf8.RuneSelf && !unicode.IsLetter(char) && !unicode.IsDigit(char) && !strings.ContainsRune("-._%", char)
}
