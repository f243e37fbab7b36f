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
	// mostRetries bounds max_retries. With waits of a minute between them a
	// request would go on for more than an hour and a half.
	mostRetries = 100
	// These bound requests_per_second. With less than the one a request would wait
	// for more than a minute and a half, more than the other is no limit.
	leastPerSecond = 0.01
	mostPerSecond  = 1_000_000
	// maxDuration bounds request_timeout and retry_max_wait. The client adds and multiplies
	// them, which must not overflow.
	maxDuration = 10 * time.Minute
)

// setting is one line of the provider's configuration. Its value comes from
// the attribute, else from the environment, else it is the default. Wherever it
// comes from it is read by the same function.
type setting[T any] struct {
	name string
	// requirement completes the sentence "The value …".
	requirement string
	// parse returns an error that says what is wrong. What may be secret is not
	// repeated in it.
	parse func(string) (T, error)
	// fallback is the default, as text. Where there is none it is the zero value.
	fallback string
	// secret tells that a value may be a secret, or hold one.
	secret bool
}

var (
	baseURL = setting[*url.URL]{
		name:        "base_url",
		requirement: "must be an absolute https URL such as " + opentact.DefaultBaseURL + ", or an http URL of a loopback address",
		parse:       opentact.ParseBaseURL,
		fallback:    opentact.DefaultBaseURL,
		secret:      true, // it is refused if it holds a password, and then it does
	}
	token = setting[string]{
		name:        "token",
		requirement: "must be a token as the API issued it",
		parse:       func(text string) (string, error) { return text, opentact.ValidateToken(text) },
		secret:      true,
	}
	email = setting[string]{
		name:        "email",
		requirement: "must be the e-mail address of a user of the account",
		parse:       parseEmail,
		secret:      true,
	}
	password = setting[string]{
		name:        "password",
		requirement: "must be that user's password",
		parse:       parsePassword,
		secret:      true,
	}
	requestTimeout = setting[time.Duration]{
		name:        "request_timeout",
		requirement: "must be a duration from 1s to 10m, such as 45s or 1m30s",
		parse:       durationFrom(time.Second),
		fallback:    "30s",
	}
	maxRetries = setting[int]{
		name:        "max_retries",
		requirement: fmt.Sprintf("must be an integer from 0 to %d", mostRetries),
		parse:       parseRetries,
		fallback:    "5",
	}
	retryMaxWait = setting[time.Duration]{
		name:        "retry_max_wait",
		requirement: "must be a duration from 0s to 10m, such as 45s or 1m30s",
		parse:       durationFrom(0),
		fallback:    "60s",
	}
	requestsPerSecond = setting[float64]{
		name:        "requests_per_second",
		requirement: fmt.Sprintf("must be a number from %g to %d", leastPerSecond, mostPerSecond),
		parse:       parsePerSecond,
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

// durationFrom returns a function that parses a duration from minimum to maxDuration.
func durationFrom(minimum time.Duration) func(string) (time.Duration, error) {
	return func(text string) (time.Duration, error) {
		duration, err := time.ParseDuration(text)
		if err != nil || duration < minimum || duration > maxDuration {
			return 0, fmt.Errorf("it is %q", text)
		}
		return duration, nil
	}
}

func parsePerSecond(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= leastPerSecond && n <= mostPerSecond) { // which is false of NaN too
		return 0, fmt.Errorf("it is %q", text)
	}
	return n, nil
}

func parseRetries(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostRetries {
		return 0, fmt.Errorf("it is %q", text)
	}
	return n, nil
}

// variable is the name of the environment variable.
func (s setting[T]) variable() string { return "OPENTACT_" + strings.ToUpper(s.name) }

// describe completes an attribute's description by what all have in common.
func (s setting[T]) describe(text string) string {
	text += fmt.Sprintf(" It can also be set by the environment variable `%s`, which the attribute overrides.", s.variable())
	if s.fallback != "" {
		text += fmt.Sprintf(" The default is `%s`.", s.fallback)
	}
	return text
}

// fromEnvironment is the variable's value. One that is empty counts as not set.
func (s setting[T]) fromEnvironment() string { return os.Getenv(s.variable()) }

// resolve returns the value, and says where it comes from. The source is "" for
// a setting that nothing sets and that has no default.
func (s setting[T]) resolve(configured attr.Value, diags *diag.Diagnostics) (value T, source string) {
	text := s.fallback
	if text != "" {
		source = "the default"
	}
	if fromEnvironment := s.fromEnvironment(); fromEnvironment != "" {
		text, source = fromEnvironment, "the environment variable "+s.variable()
	}
	if !configured.IsNull() {
		text, source = asText(configured), "the provider's attribute "+s.name
	}
	if source == "" {
		return value, source
	}
	value, err := s.parse(text)
	if err != nil {
		diags.Append(profile.NewAttributeError(path.Root(s.name), s.secret, "Invalid Provider Configuration",
			fmt.Sprintf("Attribute %s: the value, which comes from %s, %s: %s.", s.name, source, s.requirement, err)))
	}
	return value, source
}

// asText returns a value of the configuration as the environment would have it.
func asText(value attr.Value) string {
	switch value := value.(type) {
	case types.String:
		return value.ValueString()
	case interface{ ValueFloat64() float64 }:
		return strconv.FormatFloat(value.ValueFloat64(), 'f', -1, 64)
	default:
		return value.String()
	}
}

// rule validates the attribute when a configuration is validated or planned.
func (s setting[T]) rule() settingRule {
	return settingRule{profile.StringRule{
		Rule: s.requirement, Sensitive: s.secret,
		Check: func(text string) error {
			if _, err := s.parse(text); err != nil {
				return fmt.Errorf("%w. It can also be set by the environment variable %s", err, s.variable())
			}
			return nil
		},
	}}
}

// settingRule applies the rule of a setting to attributes of every type.
type settingRule struct{ profile.StringRule }

var (
	_ validator.Int64   = settingRule{}
	_ validator.Float64 = settingRule{}
)

// ValidateInt64 applies the rule to an integer that is known.
func (r settingRule) ValidateInt64(ctx context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	resp.Diagnostics.Append(r.validate(ctx, req.Path, req.ConfigValue)...)
}

// ValidateFloat64 applies the rule to a number that is known.
func (r settingRule) ValidateFloat64(ctx context.Context, req validator.Float64Request, resp *validator.Float64Response) {
	resp.Diagnostics.Append(r.validate(ctx, req.Path, req.ConfigValue)...)
}

func (r settingRule) validate(ctx context.Context, at path.Path, value attr.Value) diag.Diagnostics {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	var resp validator.StringResponse
	r.ValidateString(ctx, validator.StringRequest{Path: at, ConfigValue: types.StringValue(asText(value))}, &resp)
	return resp.Diagnostics
}
