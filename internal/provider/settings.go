// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
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
	// maxRetriesLimit bounds max_retries. With waits of a minute between them a
	// request would go on for more than an hour and a half.
	maxRetriesLimit = 100
	// These bound requests_per_second. With less than the one a request would wait
	// for more than a minute and a half, more than the other is no limit.
	minRequestsPerSecond = 0.01
	maxRequestsPerSecond = 1_000_000
	// maxDuration bounds request_timeout and retry_max_wait. The client adds and multiplies
	// them, which must not overflow.
	maxDuration = 10 * time.Minute
)

// setting is one line of the provider's configuration. Its value comes from
// the attribute, else from the environment, else it is the default. Wherever it
// comes from it is read by the same function.
type setting[T any] struct {
	name string
	// rule completes the sentence "The value …".
	rule string
	// parse returns an error that says what is wrong. What may be secret is not
	// repeated in it.
	parse func(string) (T, error)
	// defaultText is the default, as text. Where there is none it is the zero value.
	defaultText string
	// sensitive tells that a value may be a secret, or hold one.
	sensitive bool
}

var (
	baseURL = setting[*url.URL]{
		name:        "base_url",
		rule:        "must be an absolute https URL such as " + opentact.DefaultBaseURL + ", or an http URL of a loopback address",
		parse:       opentact.ParseBaseURL,
		defaultText: opentact.DefaultBaseURL,
		sensitive:   true, // it is refused if it holds a password, and then it does
	}
	token = setting[string]{
		name:      "token",
		rule:      "must be a token as the API issued it",
		parse:     func(text string) (string, error) { return text, opentact.ValidateToken(text) },
		sensitive: true,
	}
	email = setting[string]{
		name:      "email",
		rule:      "must be the e-mail address of a user of the account",
		parse:     parseEmail,
		sensitive: true,
	}
	password = setting[string]{
		name:      "password",
		rule:      "must be that user's password",
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
		rule:        fmt.Sprintf("must be an integer from 0 to %d", maxRetriesLimit),
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
)

// parseEmail refuses what HTTP's basic authentication cannot carry (RFC 7617,
// section 2) or is certainly no address. It does not repeat the address.
func parseEmail(text string) (string, error) {
	switch {
	case text == "":
		return "", errors.New("it is empty")
	case strings.Contains(text, ":"):
		return "", errors.New("it contains a colon")
	case strings.ContainsFunc(text, unicode.IsSpace) || !strings.Contains(text, "@"):
		return "", errors.New("it has no @, or contains white space")
	}
	return text, nil
}

// parsePassword takes any that is not empty. A line break at its end is one too
// many, as of a file's last line.
func parsePassword(text string) (string, error) {
	switch {
	case text == "":
		return "", errors.New("it is empty")
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", errors.New("it contains control characters, such as a line break at its end")
	}
	return text, nil
}

// parseDuration returns a function that parses a duration from minimum to maxDuration.
func parseDuration(minimum time.Duration) func(string) (time.Duration, error) {
	return func(text string) (time.Duration, error) {
		duration, err := time.ParseDuration(text)
		if err != nil || duration < minimum || duration > maxDuration {
			return 0, fmt.Errorf("it is %q", text)
		}
		return duration, nil
	}
}

func parseRequestsPerSecond(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= minRequestsPerSecond && n <= maxRequestsPerSecond) { // which is false of NaN too
		return 0, fmt.Errorf("it is %q", text)
	}
	return n, nil
}

func parseMaxRetries(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxRetriesLimit {
		return 0, fmt.Errorf("it is %q", text)
	}
	return n, nil
}

// variable is the name of the environment variable.
func (s setting[T]) variable() string { return "OPENTACT_" + strings.ToUpper(s.name) }

// description completes an attribute's description by what all have in common.
func (s setting[T]) description(text string) string {
	text += fmt.Sprintf(" It can also be set by the environment variable `%s`, which the attribute overrides.", s.variable())
	if s.defaultText != "" {
		text += fmt.Sprintf(" The default is `%s`.", s.defaultText)
	}
	return text
}

// environment is the variable's value. One that is empty counts as not set.
func (s setting[T]) environment() string { return os.Getenv(s.variable()) }

// resolve returns the value, and says where it comes from. The source is "" for
// a setting that nothing sets and that has no default.
func (s setting[T]) resolve(configured attr.Value, diags *diag.Diagnostics) (value T, source string) {
	text := s.defaultText
	if text != "" {
		source = "the default"
	}
	if fromEnvironment := s.environment(); fromEnvironment != "" {
		text, source = fromEnvironment, "the environment variable "+s.variable()
	}
	if !configured.IsNull() {
		text, source = textOf(configured), "the provider's attribute "+s.name
	}
	if source == "" {
		return value, source
	}
	value, err := s.parse(text)
	if err != nil {
		diags.Append(profile.NewAttributeError(path.Root(s.name), s.sensitive, "Invalid Provider Configuration",
			fmt.Sprintf("Attribute %s: the value, which comes from %s, %s: %s.", s.name, source, s.rule, err)))
	}
	return value, source
}

// textOf returns a value of the configuration as the environment would have it.
func textOf(value attr.Value) string {
	switch value := value.(type) {
	case types.String:
		return value.ValueString()
	case interface{ ValueFloat64() float64 }:
		return strconv.FormatFloat(value.ValueFloat64(), 'f', -1, 64)
	default:
		return value.String()
	}
}

// validator validates the attribute when a configuration is validated or planned.
func (s setting[T]) validator() settingValidator {
	return settingValidator{profile.StringRule{
		Rule: s.rule, Sensitive: s.sensitive,
		Check: func(text string) error {
			if _, err := s.parse(text); err != nil {
				return fmt.Errorf("%w. It can also be set by the environment variable %s", err, s.variable())
			}
			return nil
		},
	}}
}

// settingValidator applies the rule of a setting to attributes of every type.
type settingValidator struct{ profile.StringRule }

var (
	_ validator.Int64   = settingValidator{}
	_ validator.Float64 = settingValidator{}
)

// ValidateInt64 applies the rule to an integer that is known.
func (r settingValidator) ValidateInt64(ctx context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	resp.Diagnostics.Append(r.validate(ctx, req.Path, req.ConfigValue)...)
}

// ValidateFloat64 applies the rule to a number that is known.
func (r settingValidator) ValidateFloat64(ctx context.Context, req validator.Float64Request, resp *validator.Float64Response) {
	resp.Diagnostics.Append(r.validate(ctx, req.Path, req.ConfigValue)...)
}

func (r settingValidator) validate(ctx context.Context, at path.Path, value attr.Value) diag.Diagnostics {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	var resp validator.StringResponse
	r.ValidateString(ctx, validator.StringRequest{Path: at, ConfigValue: types.StringValue(textOf(value))}, &resp)
	return resp.Diagnostics
}
