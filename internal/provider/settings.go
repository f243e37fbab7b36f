// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

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

// setting is one setting of the provider. Its value comes from the attribute. If that is not set, it comes
// from the environment variable, and otherwise from the default.
type setting[T any] struct {
	name string
	// rule follows the name in messages. It starts with "must".
	rule string
	// parse converts the value. Its error starts with "got". The error of a sensitive
	// setting does not quote the value.
	parse func(string) (T, error)
	// defaultText is the default as text. If it is "", the default is the zero value.
	defaultText string
	// sensitive reports whether the value may contain credentials.
	sensitive bool
	// trimEnvironment removes line breaks at the end of the environment variable.
	trimEnvironment bool
}

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

// variable returns the name of the environment variable.
func (s setting[T]) variable() string { return "OPENTACT_" + strings.ToUpper(s.name) }

// describe returns the description of the attribute: text, the environment variable and
// the default.
func (s setting[T]) describe(text string) string {
	text += fmt.Sprintf(" You can also set it with the environment variable `%s`. The attribute takes precedence.", s.variable())
	if s.defaultText != "" {
		text += fmt.Sprintf(" Default: `%s`.", s.defaultText)
	}
	return text
}

// environment returns the value of the environment variable. An empty variable counts as
// not set.
func (s setting[T]) environment() string {
	text := os.Getenv(s.variable())
	if s.trimEnvironment {
		text = strings.TrimRight(text, "\r\n")
	}
	return text
}

// resolve returns the value and where it comes from. The source is "" if nothing sets the
// value and there is no default.
func (s setting[T]) resolve(configured attr.Value, diags *diag.Diagnostics) (value T, source string) {
	text := s.environment()
	var err error
	switch {
	case !configured.IsNull():
		source = "the provider's attribute " + s.name
		value, err = s.parseAttribute(configured)
	case text != "":
		source = "the environment variable " + s.variable()
		value, err = s.check("The environment variable "+s.variable(), text)
	case s.defaultText != "":
		source = "the default"
		value, err = s.check(s.name, s.defaultText)
	}
	if err != nil {
		diags.Append(s.diagnostic(err))
	}
	return value, source
}

// parseAttribute converts a known value of the attribute. An empty value is an error,
// because the environment variable may belong to another account.
func (s setting[T]) parseAttribute(configured attr.Value) (T, error) {
	text := textOf(configured)
	if text == "" {
		instead := s.variable()
		if s.defaultText != "" {
			instead += " or the default"
		}
		var none T
		return none, fmt.Errorf("%s must not be empty; remove it to use %s", s.name, instead)
	}
	return s.check(s.name, text)
}

// check converts the value of an attribute or a variable. subject names it in the error.
func (s setting[T]) check(subject, text string) (T, error) {
	value, err := s.parse(text)
	if err != nil {
		err = fmt.Errorf("%s %s, %w", subject, s.rule, err)
	}
	return value, err
}

func (s setting[T]) diagnostic(err error) diag.Diagnostic {
	return profile.NewAttributeError(path.Root(s.name), s.sensitive, "Invalid Provider Configuration", err.Error()+".")
}

// textOf returns a known value as an environment variable would contain it.
func textOf(value attr.Value) string {
	switch value := value.(type) {
	case types.String:
		return value.ValueString()
	case types.Number:
		return value.ValueBigFloat().Text('g', -1)
	default:
		return value.String()
	}
}

// A setting is the validator of its attribute.
var (
	_ validator.String = setting[string]{}
	_ validator.Number = setting[int]{}
)

// Description returns the rule.
func (s setting[T]) Description(context.Context) string { return s.rule }

// MarkdownDescription returns the rule.
func (s setting[T]) MarkdownDescription(context.Context) string { return s.rule }

// ValidateString checks a known value.
func (s setting[T]) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	s.validate(req.ConfigValue, &resp.Diagnostics)
}

// ValidateNumber checks a known value.
func (s setting[T]) ValidateNumber(_ context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	s.validate(req.ConfigValue, &resp.Diagnostics)
}

func (s setting[T]) validate(configured attr.Value, diags *diag.Diagnostics) {
	if !isSet(configured) {
		return
	}
	if _, err := s.parseAttribute(configured); err != nil {
		diags.Append(s.diagnostic(err))
	}
}
