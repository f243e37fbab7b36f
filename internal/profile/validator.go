// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// StringRule validates a string by a function, so that a rule that is needed
// elsewhere too is written once.
type StringRule struct {
	// Rule completes the sentence "The value …".
	Rule string
	// Check returns an error that says what is wrong with the value. Whether it
	// repeats the value is its own decision: some are secret.
	Check func(string) error
	// Sensitive tells that a value may be a secret, or hold one. See Fault.
	Sensitive bool
}

var _ validator.String = StringRule{}

// Description returns the rule.
func (r StringRule) Description(context.Context) string { return r.Rule }

// MarkdownDescription returns the rule.
func (r StringRule) MarkdownDescription(context.Context) string { return r.Rule }

// ValidateString applies the rule to a value that is known.
func (r StringRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := r.Check(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.Append(NewAttributeError(req.Path, r.Sensitive, "Invalid Attribute Value", fmt.Sprintf("Attribute %s: the value %s: %s.", req.Path, r.Rule, err)))
	}
}

// NonNegative validates a number. The validator of the framework's authors writes
// numbers with six decimals, and so says that -0.0000001 is at least zero.
type NonNegative struct{}

var _ validator.Float64 = NonNegative{}

// Description returns the rule.
func (NonNegative) Description(context.Context) string { return "must be 0 or more" }

// MarkdownDescription returns the rule.
func (r NonNegative) MarkdownDescription(ctx context.Context) string { return r.Description(ctx) }

// ValidateFloat64 applies the rule to a value that is known.
func (r NonNegative) ValidateFloat64(ctx context.Context, req validator.Float64Request, resp *validator.Float64Response) {
	if value := req.ConfigValue.ValueFloat64(); value < 0 { // what is null or unknown is 0 here
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
			fmt.Sprintf("Attribute %s: the value %s: it is %g.", req.Path, r.Description(ctx), value))
	}
}

// uuidRule is that of every id.
var uuidRule = StringRule{Rule: "must be the UUID of a profile", Check: opentact.ValidateUUID}
