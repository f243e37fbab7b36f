// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/profile"
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
