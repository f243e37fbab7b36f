// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// DecimalType is the type of numbers that may have a fraction. As of integers,
// the framework's own calls one that it cannot hold, such as 1e400, an error of
// the provider.
type DecimalType struct{ basetypes.Float64Type }

// Decimal is a value of DecimalType.
type Decimal struct {
	basetypes.Float64Value
	// invalid is as in Integer.
	invalid string
}

var (
	_ basetypes.Float64Typable                    = DecimalType{}
	_ basetypes.Float64ValuableWithSemanticEquals = Decimal{}
	_ xattr.ValidateableAttribute                 = Decimal{}
)

// String names the type in the framework's messages.
func (DecimalType) String() string { return "profile.DecimalType" }

// Equal tells whether other is this type.
func (DecimalType) Equal(other attr.Type) bool {
	_, ok := other.(DecimalType)
	return ok
}

// ValueType returns a value of the type.
func (DecimalType) ValueType(context.Context) attr.Value { return Decimal{} }

// ValueFromFloat64 wraps the framework's value.
func (DecimalType) ValueFromFloat64(_ context.Context, value basetypes.Float64Value) (basetypes.Float64Valuable, diag.Diagnostics) {
	return Decimal{Float64Value: value}, nil
}

// ValueFromTerraform takes any number, and notes one that is no double.
func (t DecimalType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.Float64Type.ValueFromTerraform(ctx, in)
	if decimal, ok := value.(basetypes.Float64Value); ok && err == nil {
		return Decimal{Float64Value: decimal}, nil
	}
	text, ok := numberText(in)
	if !ok {
		return nil, err
	}
	return Decimal{Float64Value: basetypes.NewFloat64Unknown(), invalid: text}, nil
}

// Type returns the value's type.
func (Decimal) Type(context.Context) attr.Type { return DecimalType{} }

// Equal tells whether other is the same value.
func (d Decimal) Equal(other attr.Value) bool {
	o, ok := other.(Decimal)
	return ok && d.invalid == o.invalid && d.Float64Value.Equal(o.Float64Value)
}

// Float64SemanticEquals tells whether two values are one double. A literal of a
// configuration has more bits.
func (d Decimal) Float64SemanticEquals(ctx context.Context, other basetypes.Float64Valuable) (bool, diag.Diagnostics) {
	o, diags := other.ToFloat64Value(ctx)
	if diags.HasError() {
		return false, diags
	}
	return d.Float64Value.Float64SemanticEquals(ctx, o)
}

// ValidateAttribute refuses a number that is no double.
func (d Decimal) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if d.invalid != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
			fmt.Sprintf("Attribute %s: the value must be a number that 64 bits of floating point can hold, from about 1e-308 to 1e308: it is %s.", req.Path, d.invalid))
	}
}
