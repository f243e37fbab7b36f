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
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
			fmt.Sprintf("Attribute %s: the value %s: %s.", req.Path, r.Rule, err))
	}
}

// uuidRule is that of every id.
var uuidRule = StringRule{Rule: "must be the UUID of a profile", Check: opentact.ValidateUUID}
