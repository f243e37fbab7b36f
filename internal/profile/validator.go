// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// invalidValue is the summary of all errors of rules. The detail is the attribute, the rule and the
// value, such as "toll_free_weight must be an integer from 0 to 9, got 1.5".
const invalidValue = "Invalid Attribute Value"

// StringRule validates a string.
type StringRule struct {
	// Rule follows the attribute's name in messages and descriptions. It starts with "must".
	Rule string
	// Check returns an error if the value breaks the rule. The error describes the value and
	// starts with "got". It must not quote a sensitive value.
	Check func(string) error
	// Sensitive says that the value may contain credentials. See NewAttributeError.
	Sensitive bool
}

var _ validator.String = StringRule{}

// Description returns the rule.
func (r StringRule) Description(context.Context) string { return r.Rule }

// MarkdownDescription returns the rule.
func (r StringRule) MarkdownDescription(context.Context) string { return r.Rule }

// ValidateString checks a known value.
func (r StringRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	r.validate(req.Path, req.ConfigValue.ValueString(), &resp.Diagnostics)
}

// validate adds an error if the value of an attribute breaks the rule.
func (r StringRule) validate(at path.Path, value string, diags *diag.Diagnostics) {
	if err := r.Check(value); err != nil {
		diags.Append(NewAttributeError(at, r.Sensitive, invalidValue, fmt.Sprintf("%s %s, %s.", at, r.Rule, err)))
	}
}

// lengthBetween limits the number of characters of a string.
func lengthBetween(minimum, maximum int) StringRule {
	return StringRule{
		Rule: fmt.Sprintf("must have %d to %d characters", minimum, maximum),
		Check: func(text string) error {
			if n := utf8.RuneCountInString(text); n < minimum || n > maximum {
				return fmt.Errorf("got %d", n)
			}
			return nil
		},
	}
}

// StringOneOf accepts only the given strings.
func StringOneOf(values ...string) StringRule {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = strconv.Quote(value)
	}
	return StringRule{
		Rule: "must be " + alternatives(quoted),
		Check: func(text string) error {
			if !slices.Contains(values, text) {
				return fmt.Errorf("got %.60q", text)
			}
			return nil
		},
	}
}

// alternatives joins values to text like "0, 1 or 2".
func alternatives(values []string) string {
	last := len(values) - 1
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

// NumberRule validates a number. Schemas use the framework's number type for all numbers:
// its integer and float types report 1.5 and 1e400 as bugs of the provider.
type NumberRule struct {
	rule    string
	accepts func(*big.Float) bool
	// integer says that the rule accepts integers only.
	integer bool
}

var _ validator.Number = NumberRule{}

// Description returns the rule.
func (r NumberRule) Description(context.Context) string { return r.rule }

// MarkdownDescription returns the rule.
func (r NumberRule) MarkdownDescription(context.Context) string { return r.rule }

// ValidateNumber checks a known value.
func (r NumberRule) ValidateNumber(_ context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := r.Check(req.ConfigValue.ValueBigFloat()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, invalidValue, fmt.Sprintf("%s %s, %s.", req.Path, r.rule, err))
	}
}

// Check returns an error if value breaks the rule, or if the API's JSON can't represent it. The
// error describes the value and starts with "got".
func (r NumberRule) Check(value *big.Float) error {
	text := "got " + FormatNumber(value)
	_, fits := toFloat64(value)
	switch accepted := r.accepts(value); {
	case accepted && fits:
		return nil
	case accepted:
		return errors.New(text + ", which a 64-bit floating-point number can't hold")
	case r.integer && isAlmostInteger(value, almostDigits) && r.accepts(round(value)):
		return errors.New(text + "; round it with floor(number + 0.5)")
	default:
		return errors.New(text)
	}
}

// IntegerBetween accepts the integers from minimum to maximum.
func IntegerBetween(minimum, maximum int64) NumberRule {
	return NumberRule{
		rule: fmt.Sprintf("must be an integer from %d to %d", minimum, maximum),
		accepts: func(value *big.Float) bool {
			n, ok := toInt64(value)
			return ok && n >= minimum && n <= maximum
		},
		integer: true,
	}
}

// IntegerOneOf accepts only the given integers.
func IntegerOneOf(values ...int64) NumberRule {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = strconv.FormatInt(value, 10)
	}
	return NumberRule{
		rule: "must be " + alternatives(texts),
		accepts: func(value *big.Float) bool {
			n, ok := toInt64(value)
			return ok && slices.Contains(values, n)
		},
		integer: true,
	}
}

// NonNegative accepts zero and positive numbers.
func NonNegative() NumberRule {
	return NumberRule{rule: "must be 0 or more", accepts: func(value *big.Float) bool { return value.Sign() >= 0 }}
}

// nameRule is the rule of a profile's name.
var nameRule = lengthBetween(1, 255)

// uuidRule is the rule of an id in a configuration.
var uuidRule = StringRule{
	Rule: "must be a UUID (" + uuidForm + ")",
	Check: func(id string) error {
		if _, err := opentact.ParseUUID(id); err != nil {
			return fmt.Errorf("got %.60q", id)
		}
		return nil
	},
}
