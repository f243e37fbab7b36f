// SPDX-License-Identifier: MPL-2.0

package messagingprofile

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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
	if position, char := findRune(text, isInvisible); position > 0 {
		return fmt.Errorf("got %s (%U) at position %d", describeRune(char), char, position)
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("got text that is not a valid URL")
	case !isWebScheme(parsed.Scheme):
		return errors.New("got text that doesn't start with http:// or https://")
	case strings.Trim(dots.Replace(parsed.Hostname()), ".") == "":
		return errors.New("got a URL without a host")
	case !isPort(parsed.Port()):
		return errors.New("got a port that is not from 1 to 65535")
	}
	return checkHost(text)
}

// dots replaces the characters that internationalised host names may use instead of a dot.
var dots = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".")

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
	host, path := text[start:end], text[end:]
	if strings.HasPrefix(host, "[") {
		return nil // url.Parse has checked the IPv6 address
	}
	if name, isScheme := strings.CutSuffix(host, ":"); isScheme && strings.HasPrefix(path, "/") && (isWebScheme(name) || strings.HasPrefix(path, "//")) {
		return fmt.Errorf("got a second scheme at position %d", before+1)
	}
	if i := strings.LastIndex(host, ":"); i >= 0 {
		host = host[:i] // without the port
	}
	if position, char := findRune(host, isForbiddenInHost); position > 0 {
		return fmt.Errorf("got %q (%U) in the host at position %d", char, char, before+position)
	}
	if slices.Contains(strings.Split(strings.TrimSuffix(dots.Replace(host), "."), "."), "") {
		return errors.New("got a host that starts with a dot or has two dots in a row")
	}
	return nil
}

func isWebScheme(scheme string) bool {
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

// isPort reports whether text is a port from 1 to 65535, or empty.
func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil && port > 0
}

// findRune returns the first character that matches, and its position. The first position is 1. The
// position is 0 if there is no such character.
func findRune(text string, matches func(rune) bool) (position int, char rune) {
	for _, char := range text {
		position++
		if matches(char) {
			return position, char
		}
	}
	return 0, 0
}

// isForbiddenInHost reports whether a character can't be in a host name. Non-ASCII characters and
// percent-encoded ones can be in an internationalised name.
func isForbiddenInHost(char rune) bool {
	return char < utf8.RuneSelf && !unicode.IsLetter(char) && !unicode.IsDigit(char) && !strings.ContainsRune("-._%", char)
}

// isInvisible reports whether a character is white space, a control character, or invisible.
func isInvisible(char rune) bool {
	return unicode.In(char, unicode.Z, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// runeNames are the names of the invisible characters that are most often pasted by mistake.
var runeNames = map[rune]string{
	' ': "a space", '\t': "a tab", '\n': "a line feed", '\r': "a carriage return",
	'\u00a0': "a no-break space", '\u00ad': "a soft hyphen",
	'\u200b': "a zero-width space", '\u200c': "a zero-width non-joiner", '\u200d': "a zero-width joiner",
	'\u200e': "a left-to-right mark", '\u200f': "a right-to-left mark",
	'\u2060': "a word joiner", '\ufeff': "a byte order mark",
}

// describeRune describes an invisible character.
func describeRune(char rune) string {
	switch name, known := runeNames[char]; {
	case known:
		return name
	case unicode.Is(unicode.Bidi_Control, char):
		return "a bidirectional control character"
	case unicode.Is(unicode.Z, char):
		return "a white-space character"
	case unicode.IsControl(char):
		return "a control character"
	default:
		return "an invisible character"
	}
}
