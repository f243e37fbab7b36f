// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// everyType has a field of each type.
type everyType struct {
	opentact.Named
	Text    opentact.Optional[string]  `json:"text,omitzero"`
	Flag    opentact.Optional[bool]    `json:"flag,omitzero"`
	Integer opentact.Optional[int64]   `json:"integer,omitzero"`
	Decimal opentact.Optional[float64] `json:"decimal,omitzero"`
}

func everyAttribute() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"text": schema.StringAttribute{Optional: true}, "flag": schema.BoolAttribute{Optional: true},
		"integer": numberWith(IntegerBetween(0, 9)), "decimal": numberWith(NonNegative()),
	}
}

func textWith(rule validator.String) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Validators: []validator.String{rule}}
}

func numberWith(rules ...validator.Number) schema.NumberAttribute {
	return schema.NumberAttribute{Optional: true, Validators: rules}
}

// Converting an object to a profile and back returns the same object.
func TestKind_Convert_RoundTrip(t *testing.T) {
	t.Parallel()
	kind := &Kind[everyType]{Spec: &opentact.Spec[everyType]{Name: "thing"}, Attributes: everyAttribute()}
	typ := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"id": tftypes.String, "name": tftypes.String, "created_on": tftypes.String, "modified_on": tftypes.String,
		"text": tftypes.String, "flag": tftypes.Bool, "integer": tftypes.Number, "decimal": tftypes.Number,
	}}
	tenth, _, _ := big.ParseFloat("0.1", 10, 512, big.ToNearestEven)
	tiny, _, _ := big.ParseFloat("1e-400", 10, 512, big.ToNearestEven)
	huge, _, _ := big.ParseFloat("1e400", 10, 512, big.ToNearestEven)
	type fields = everyType
	for name, test := range map[string]struct {
		text, flag, integer, decimal any
		want                         fields
		oneWay                       bool
	}{
		"values":  {"x", true, 7, 0.5, fields{Text: opentact.Value("x"), Flag: opentact.Value(true), Integer: opentact.Value[int64](7), Decimal: opentact.Value(0.5)}, false},
		"zeros":   {"", false, 0, 0, fields{Text: opentact.Value(""), Flag: opentact.Value(false), Integer: opentact.Value[int64](0), Decimal: opentact.Value(0.0)}, false},
		"nulls":   {nil, nil, nil, nil, fields{Text: opentact.Null[string](), Flag: opentact.Null[bool](), Integer: opentact.Null[int64](), Decimal: opentact.Null[float64]()}, false},
		"unknown": {tftypes.UnknownValue, tftypes.UnknownValue, tftypes.UnknownValue, tftypes.UnknownValue, fields{}, true},
		"exact":   {nil, nil, nil, tenth, fields{Text: opentact.Null[string](), Flag: opentact.Null[bool](), Integer: opentact.Null[int64](), Decimal: opentact.Value(0.1)}, true},
		"invalid": {nil, nil, 1.5, huge, fields{Text: opentact.Null[string](), Flag: opentact.Null[bool]()}, true},
		"below":   {nil, nil, nil, new(big.Float).Neg(huge), fields{Text: opentact.Null[string](), Flag: opentact.Null[bool](), Integer: opentact.Null[int64]()}, true},
		"tiny":    {nil, nil, nil, tiny, fields{Text: opentact.Null[string](), Flag: opentact.Null[bool](), Integer: opentact.Null[int64]()}, true},
	} {
		object := tftypes.NewValue(typ, map[string]tftypes.Value{
			"id": tftypes.NewValue(tftypes.String, "u"), "name": tftypes.NewValue(tftypes.String, "n"),
			"created_on": tftypes.NewValue(tftypes.String, "c"), "modified_on": tftypes.NewValue(tftypes.String, nil),
			"text": tftypes.NewValue(tftypes.String, test.text), "flag": tftypes.NewValue(tftypes.Bool, test.flag),
			"integer": tftypes.NewValue(tftypes.Number, test.integer), "decimal": tftypes.NewValue(tftypes.Number, test.decimal),
		})
		test.want.Name = opentact.Value("n")
		want := opentact.Profile[everyType]{UUID: "u", CreatedOn: opentact.Value("c"), ModifiedOn: opentact.Null[string](), Fields: test.want}
		got := kind.fromTerraform(object)
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if back := kind.toTerraform(typ, got); !test.oneWay && !back.Equal(object) {
			t.Errorf("%s: %s came back as %s", name, object, back)
		}
	}
}
