// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

const (
	// maxRetriesLimit is the maximum of max_retries. With waits of a minute, 100 retries
	// take more than an hour and a half.
	maxRetriesLimit = 100
	// minRequestsPerSecond and maxRequestsPerSecond limit requests_per_second. At the
	// minimum, a request may wait 100 seconds. The maximum is faster than any client.
	minRequestsPerSecond = 0.01
	maxRequestsPerSecond = 1_000_000
	// maxDuration is the maximum of request_timeout and retry_max_wait. The client adds and
	// multiplies them, and the results must not overflow.
	maxDuration = 10 * time.Minute
)

var (
	baseURL = setting[*url.URL]{
		name:        "base_url",
		rule:        "must be an absolute https URL such as " + opentact.DefaultBaseURL + ", or an http URL of a loopback address",
		parse:       opentact.ParseBaseURL,
		defaultText: opentact.DefaultBaseURL,
		sensitive:   true, // a URL that is not valid may contain a password
	}
	token = setting[string]{
		name:      "token",
		rule:      "must be a token exactly as the API issued it",
		parse:     func(text string) (string, error) { return text, opentact.ValidateToken(text) },
		sensitive: true,
		// Files and secret stores often add a line break to a token.
		trimEnvironment: true,
	}
	apiKey = setting[string]{
		name:            "api_key",
		rule:            "must be an API key exactly as OpenTact issued it, without Bearer before it",
		parse:           func(text string) (string, error) { return text, opentact.ValidateToken(text) },
		sensitive:       true,
		trimEnvironment: true, // like a token
	}
	email = setting[string]{
		name:      "email",
		rule:      "must be the e-mail address of a user",
		parse:     parseEmail,
		sensitive: true,
	}
	password = setting[string]{
		name:      "password",
		rule:      "must not contain control characters",
		parse:     parsePassword,
		sensitive: true,
	}
	requestTimeout = setting[time.Duration]{
		name:        "request_timeout",
		rule:        "must be a duration from 1s to 10m, such as 45s or 1m30s",
		parse:       parseDuration(time.Second),
		defaultText: "30s",
	}
	maxRetries = setting[int]{
		name:        "max_retries",
		rule:        retriesRule.Description(context.Background()),
		parse:       parseMaxRetries,
		defaultText: "5",
	}
	retryMaxWait = setting[time.Duration]{
		name:        "retry_max_wait",
		rule:        "must be a duration from 0s to 10m, such as 45s or 1m30s",
		parse:       parseDuration(0),
		defaultText: "60s",
	}
	requestsPerSecond = setting[float64]{
		name:  "requests_per_second",
		rule:  fmt.Sprintf("must be a number from %g to %d", minRequestsPerSecond, maxRequestsPerSecond),
		parse: parseRequestsPerSecond,
	}
	duplicateCheck = setting[profile.DuplicateCheck]{
		name: "duplicate_check",
		rule: duplicateCheckRule.Rule,
		parse: func(text string) (profile.DuplicateCheck, error) {
			return profile.DuplicateCheck(text), duplicateCheckRule.Check(text)
		},
		defaultText: string(profile.DuplicateCheckWarn),
	}
)

// duplicateCheckRule is the rule of duplicate_check.
var duplicateCheckRule = profile.StringOneOf(string(profile.DuplicateCheckWarn), string(profile.DuplicateCheckError), string(profile.DuplicateCheckOff))

// parseEmail returns an error if text is not an e-mail address that HTTP's basic
// authentication can carry (RFC 7617, section 2).
func parseEmail(text string) (string, error) {
	if err := opentact.CheckVisible(text); err != nil {
		return "", err
	}
	switch {
	case strings.Contains(text, ":"):
		return "", errors.New("got text with a colon")
	case !strings.Contains(text, "@"):
		return "", errors.New("got text without an @")
	}
	return text, nil
}

// parsePassword returns the password unchanged. HTTP's basic authentication allows no
// control characters (RFC 7617, section 2).
func parsePassword(text string) (string, error) {
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r':
			return "", fmt.Errorf("got a line break (%U)", r)
		case unicode.IsControl(r):
			return "", fmt.Errorf("got a control character (%U)", r)
		}
	}
	return text, nil
}

// parseDuration returns a function that parses a duration from minimum to maxDuration.
func parseDuration(minimum time.Duration) func(string) (time.Duration, error) {
	return func(text string) (time.Duration, error) {
		duration, err := time.ParseDuration(text)
		if err != nil || duration < minimum || duration > maxDuration {
			return 0, fmt.Errorf("got %.60q", text)
		}
		return duration, nil
	}
}

func parseRequestsPerSecond(text string) (float64, error) {
	number, err := parseNumber(text)
	if err != nil {
		return 0, err
	}
	n, _ := number.Float64()
	if n < minRequestsPerSecond || n > maxRequestsPerSecond {
		return 0, fmt.Errorf("got %s", profile.FormatNumber(number))
	}
	return n, nil
}

// retriesRule is the rule of max_retries.
var retriesRule = profile.IntegerBetween(0, maxRetriesLimit)

func parseMaxRetries(text string) (int, error) {
	number, err := parseNumber(text)
	if err != nil {
		return 0, err
	}
	if err := retriesRule.Check(number); err != nil {
		return 0, err
	}
	n, _ := number.Int64()
	return int(n), nil
}

// parseNumber parses a number with the precision of Terraform's numbers.
func parseNumber(text string) (*big.Float, error) {
	const precision = 512
	number, _, err := big.ParseFloat(text, 10, precision, big.ToNearestEven)
	if err != nil || number.IsInf() {
		return nil, fmt.Errorf("got %.60q", text)
	}
	return number, nil
}
