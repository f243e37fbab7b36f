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

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// mostRetries bounds max_retries. With waits of a minute between them a request
// would go on for more than an hour and a half.
const mostRetries = 100

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
	// fallback is the default, as text. A setting without one is required.
	fallback string
}

var (
	baseURL = setting[*url.URL]{
		name:        "base_url",
		requirement: "must be an absolute https URL such as " + opentact.DefaultBaseURL + ", or an http URL of a loopback address",
		parse:       opentact.ParseBaseURL,
		fallback:    opentact.DefaultBaseURL,
	}
	token = setting[string]{
		name:        "token",
		requirement: "must be a token as the API issued it",
		parse:       parseToken,
	}
	requestTimeout = setting[time.Duration]{
		name:        "request_timeout",
		requirement: "must be a duration above zero, such as 45s or 1m30s",
		parse:       parseTimeout,
		fallback:    opentact.DefaultRequestTimeout.String(),
	}
	maxRetries = setting[int]{
		name:        "max_retries",
		requirement: fmt.Sprintf("must be an integer from 0 to %d", mostRetries),
		parse:       parseRetries,
		fallback:    strconv.Itoa(opentact.DefaultMaxRetries),
	}
)

// parseToken refuses what cannot be the value of a header. It never repeats the
// token.
func parseToken(text string) (string, error) {
	if text == "" {
		return "", errors.New("it is empty")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", errors.New("it contains white space, such as a line break at its end, or characters outside ASCII")
	}
	return text, nil
}

func parseTimeout(text string) (time.Duration, error) {
	duration, err := time.ParseDuration(text)
	if err != nil || duration <= 0 {
		return 0, fmt.Errorf("it is %q", text)
	}
	return duration, nil
}

func parseRetries(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostRetries {
		return 0, fmt.Errorf("it is %s", text)
	}
	return n, nil
}

// variable is the name of the environment variable.
func (s setting[T]) variable() string { return "OPENTACT_" + strings.ToUpper(s.name) }

// sources is a sentence of the attribute's description.
func (s setting[T]) sources() string {
	return fmt.Sprintf("It can also be set by the environment variable `%s`, which the attribute overrides.", s.variable())
}

// resolve returns the value, and says where it comes from.
func (s setting[T]) resolve(configured attr.Value, diags *diag.Diagnostics) (value T, source string) {
	text, source := s.fallback, "the default"
	if fromEnvironment := os.Getenv(s.variable()); fromEnvironment != "" {
		text, source = fromEnvironment, "the environment variable "+s.variable()
	}
	if !configured.IsNull() {
		text, source = asText(configured), "the provider's attribute "+s.name
	}
	if text == "" && configured.IsNull() {
		diags.AddAttributeError(path.Root(s.name), "Missing Provider Configuration",
			fmt.Sprintf("No %s is set. Set the environment variable %s, or the provider's attribute %s.", s.name, s.variable(), s.name))
		return value, source
	}
	value, err := s.parse(text)
	if err != nil {
		diags.AddAttributeError(path.Root(s.name), "Invalid Provider Configuration",
			fmt.Sprintf("Attribute %s: the value, which comes from %s, %s: %s.", s.name, source, s.requirement, err))
	}
	return value, source
}

// asText returns a value of the configuration as the environment would have it.
func asText(value attr.Value) string {
	switch value := value.(type) {
	case types.String:
		return value.ValueString()
	default:
		return value.String()
	}
}

// rule validates the attribute when a configuration is validated or planned.
func (s setting[T]) rule() settingRule {
	return settingRule{profile.StringRule{
		Rule: s.requirement,
		Check: func(text string) error {
			if _, err := s.parse(text); err != nil {
				return fmt.Errorf("%w. It can also be set by the environment variable %s", err, s.variable())
			}
			return nil
		},
	}}
}

// settingRule applies the rule of a setting to attributes of either type.
type settingRule struct{ profile.StringRule }

var _ validator.Int64 = settingRule{}

// ValidateInt64 applies the rule to a number that is known.
func (r settingRule) ValidateInt64(ctx context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	var text validator.StringResponse
	r.ValidateString(ctx, validator.StringRequest{Path: req.Path, ConfigValue: types.StringValue(req.ConfigValue.String())}, &text)
	resp.Diagnostics.Append(text.Diagnostics...)
}
