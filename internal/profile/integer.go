// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// IntegerType is the type of integers. The framework's own calls a fraction in
// the configuration an error of the provider, to be reported to its developers;
// this one says which attribute it is in.
type IntegerType struct{ basetypes.Int64Type }

// Integer is a value of IntegerType.
type Integer struct {
	basetypes.Int64Value
	// invalid is the number that was configured where it is no integer. The
	// value is unknown then, and never used: validation refuses it.
	invalid string
}

var (
	_ basetypes.Int64Typable      = IntegerType{}
	_ basetypes.Int64Valuable     = Integer{}
	_ xattr.ValidateableAttribute = Integer{}
)

// String names the type in the framework's messages.
func (IntegerType) String() string { return "profile.IntegerType" }

// Equal tells whether other is this type.
func (IntegerType) Equal(other attr.Type) bool {
	_, ok := other.(IntegerType)
	return ok
}

// ValueType returns a value of the type.
func (IntegerType) ValueType(context.Context) attr.Value { return Integer{} }

// ValueFromInt64 wraps the framework's value.
func (IntegerType) ValueFromInt64(_ context.Context, value basetypes.Int64Value) (basetypes.Int64Valuable, diag.Diagnostics) {
	return Integer{Int64Value: value}, nil
}

// ValueFromTerraform takes any number, and notes one that is no integer.
func (t IntegerType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.Int64Type.ValueFromTerraform(ctx, in)
	if integer, ok := value.(basetypes.Int64Value); ok && err == nil {
		return Integer{Int64Value: integer}, nil
	}
	text, ok := numberText(in)
	if !ok {
		return nil, err
	}
	return Integer{Int64Value: basetypes.NewInt64Unknown(), invalid: text}, nil
}

// numberText shows a number of a configuration.
func numberText(in tftypes.Value) (string, bool) {
	var number *big.Float
	if in.As(&number) != nil || number == nil {
		return "", false
	}
	return number.Text('g', 10), true
}

// Type returns the value's type.
func (Integer) Type(context.Context) attr.Type { return IntegerType{} }

// Equal tells whether other is the same value.
func (i Integer) Equal(other attr.Value) bool {
	o, ok := other.(Integer)
	return ok && i.invalid == o.invalid && i.Int64Value.Equal(o.Int64Value)
}

// ValidateAttribute refuses a number that is no integer.
func (i Integer) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if i.invalid != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
			fmt.Sprintf("Attribute %s: the value must be an integer of 64 bits: it is %s.", req.Path, i.invalid))
	}
}
