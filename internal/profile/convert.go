// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// An attribute has the name and the type of its field, so the conversion between Terraform
// objects and profiles needs no model structs. With structs, the framework's reflection takes
// half the time of a read.

// fromTerraform converts an object of the kind to a profile. A field is absent if its attribute is
// unknown.
func (k *Kind[F]) fromTerraform(object tftypes.Value) (p opentact.Profile[F]) {
	values := attributeValues(object)
	p.UUID, _ = toOptional[string](values[attrID]).Get()
	p.CreatedOn = toOptional[string](values[attrCreatedOn])
	p.ModifiedOn = toOptional[string](values[attrModifiedOn])
	k.fields().Visit(&p.Fields, func(name string, field any) {
		switch f := field.(type) {
		case *opentact.Optional[string]:
			*f = toOptional[string](values[name])
		case *opentact.Optional[bool]:
			*f = toOptional[bool](values[name])
		case *opentact.Optional[int64]:
			*f = toOptionalNumber(values[name], toInt64)
		case *opentact.Optional[float64]:
			*f = toOptionalNumber(values[name], toFloat64)
		}
	})
	return p
}

// toTerraform converts a profile to an object of the given type. The attribute of an absent field is
// null, and so is an attribute without a field.
func (k *Kind[F]) toTerraform(typ tftypes.Type, p opentact.Profile[F]) tftypes.Value {
	values := make(map[string]tftypes.Value)
	if object, ok := typ.(tftypes.Object); ok { // it always is
		for name, attributeType := range object.AttributeTypes {
			values[name] = tftypes.NewValue(attributeType, nil)
		}
	}
	values[attrID] = tftypes.NewValue(tftypes.String, p.UUID)
	values[attrCreatedOn] = fromOptional(tftypes.String, p.CreatedOn)
	values[attrModifiedOn] = fromOptional(tftypes.String, p.ModifiedOn)
	k.fields().Visit(&p.Fields, func(name string, field any) {
		switch f := field.(type) {
		case *opentact.Optional[string]:
			values[name] = fromOptional(tftypes.String, *f)
		case *opentact.Optional[bool]:
			values[name] = fromOptional(tftypes.Bool, *f)
		case *opentact.Optional[int64]:
			values[name] = fromOptional(tftypes.Number, *f)
		case *opentact.Optional[float64]:
			values[name] = fromOptional(tftypes.Number, *f)
		}
	})
	return tftypes.NewValue(typ, values)
}

// toOptional converts an attribute's value to a field.
func toOptional[T any](value tftypes.Value) (field opentact.Optional[T]) {
	var content T
	switch {
	case !value.IsKnown():
		return field
	case value.IsNull():
		return opentact.Null[T]()
	case value.As(&content) != nil: // impossible, because validate has compared the types
		return field
	default:
		return opentact.Value(content)
	}
}

// toOptionalNumber converts the value of a number attribute to a field. The field is absent if it
// can't hold the number. A NumberRule rejects such a number before.
func toOptionalNumber[T any](value tftypes.Value, convert func(*big.Float) (T, bool)) (field opentact.Optional[T]) {
	exact := toOptional[*big.Float](value)
	if exact.IsZero() {
		return field
	}
	content, ok := exact.Get()
	if !ok {
		return opentact.Null[T]()
	}
	if converted, ok := convert(content); ok {
		return opentact.Value(converted)
	}
	return field
}

// fromOptional converts a field to an attribute's value.
func fromOptional[T any](typ tftypes.Type, field opentact.Optional[T]) tftypes.Value {
	if content, ok := field.Get(); ok {
		return tftypes.NewValue(typ, content)
	}
	return tftypes.NewValue(typ, nil)
}
