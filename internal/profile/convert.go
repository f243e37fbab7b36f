// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// An attribute has the name and the type of its field, so the conversion between Terraform
// objects and profiles needs no model structs. With structs, the framework's reflection takes
// half the time of a read.

// validate returns an error if fields and attributes don't match, or if the rules of an attribute
// don't fit its field.
func (k *Kind[F]) validate(ctx context.Context) (err error) {
	attributes, fields := k.attributes(), make(map[string]bool)
	k.fields().Visit(new(F), func(name string, field any) {
		fields[name] = true
		attribute, ok := attributes[name]
		switch {
		case !ok || !attribute.GetType().TerraformType(ctx).Is(typeOf(field)):
			err = fmt.Errorf("the field %s has no attribute of its type", name)
		case !limitsNumber(attribute, field):
			err = fmt.Errorf("the attribute %s accepts numbers that its field can't hold", name)
		case k.isSensitive(name) && mayShowValue(attribute):
			err = fmt.Errorf("the attribute %s is sensitive, but one of its rules isn't", name)
		}
	})
	for name := range k.Attributes {
		if !fields[name] {
			err = fmt.Errorf("the attribute %s has no field", name)
		}
	}
	return err
}

// limitsNumber reports whether the rules of a number attribute accept only values that its field
// can hold. Every NumberRule limits numbers to 64 bits.
func limitsNumber(attribute schema.Attribute, field any) bool {
	number, ok := attribute.(schema.NumberAttribute)
	if !ok {
		return true
	}
	_, needsInteger := field.(*opentact.Optional[int64])
	return slices.ContainsFunc(number.Validators, func(v validator.Number) bool {
		rule, ok := v.(NumberRule)
		return ok && (rule.integer || !needsInteger)
	})
}

// mayShowValue reports whether an error of an attribute's rules may show the value.
func mayShowValue(attribute schema.Attribute) bool {
	text, ok := attribute.(schema.StringAttribute)
	return ok && slices.ContainsFunc(text.Validators, func(v validator.String) bool {
		rule, ok := v.(StringRule)
		return !ok || !rule.Sensitive
	})
}

// typeOf returns the type of the attribute of a field, or nil if attributes can't have it. field is
// a pointer to an Optional.
func typeOf(field any) tftypes.Type {
	switch field.(type) {
	case *opentact.Optional[string]:
		return tftypes.String
	case *opentact.Optional[bool]:
		return tftypes.Bool
	case *opentact.Optional[int64], *opentact.Optional[float64]:
		return tftypes.Number
	default:
		return nil
	}
}

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
// null.
func (k *Kind[F]) toTerraform(typ tftypes.Type, p opentact.Profile[F]) tftypes.Value {
	values := map[string]tftypes.Value{
		attrID:         tftypes.NewValue(tftypes.String, p.UUID),
		attrCreatedOn:  fromOptional(tftypes.String, p.CreatedOn),
		attrModifiedOn: fromOptional(tftypes.String, p.ModifiedOn),
	}
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

// toInt64 converts a number to an int64, and reports whether it is one.
func toInt64(exact *big.Float) (int64, bool) {
	n, accuracy := exact.Int64()
	return n, accuracy == big.Exact
}

// toFloat64 returns the nearest float64, and reports whether the number is in the range of float64.
func toFloat64(exact *big.Float) (float64, bool) {
	nearest, _ := exact.Float64()
	underflow := nearest == 0 && exact.Sign() != 0
	return nearest, !underflow && !math.IsInf(nearest, 0)
}

// fromOptional converts a field to an attribute's value.
func fromOptional[T any](typ tftypes.Type, field opentact.Optional[T]) tftypes.Value {
	if content, ok := field.Get(); ok {
		return tftypes.NewValue(typ, content)
	}
	return tftypes.NewValue(typ, nil)
}
