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

// Between Terraform's objects and the client's profiles there is no model: an
// attribute has the name and the type of its field. The framework would fill
// structs by reflection, and that was half the time of a read.

// check makes sure that there is an attribute for each field, and a field for each
// of the kind's own attributes.
func (k *Kind[F]) check(ctx context.Context) (err error) {
	attributes, fields := k.attributes(), make(map[string]bool)
	k.fields().Visit(new(F), func(name string, field any) {
		fields[name] = true
		attribute, ok := attributes[name]
		if !ok || !attribute.GetType().TerraformType(ctx).Is(typeOf(field)) {
			err = fmt.Errorf("the field %s has no attribute of its type", name)
		}
		if slices.Contains(k.Spec.Sensitive, name) && showsValues(attribute) {
			err = fmt.Errorf("the attribute %s is validated by a rule that is not for secrets", name)
		}
	})
	for name := range k.Attributes {
		if !fields[name] {
			err = fmt.Errorf("the attribute %s has no field", name)
		}
	}
	return err
}

// showsValues tells whether a rule of an attribute may point at its values.
func showsValues(attribute schema.Attribute) bool {
	text, ok := attribute.(interface{ StringValidators() []validator.String })
	return ok && slices.ContainsFunc(text.StringValidators(), func(v validator.String) bool {
		rule, own := v.(StringRule)
		return !own || !rule.Sensitive
	})
}

// typeOf returns the type of a field's attribute, as Visit gives the field.
func typeOf(field any) tftypes.Type {
	switch field.(type) {
	case *opentact.Optional[string]:
		return tftypes.String
	case *opentact.Optional[bool]:
		return tftypes.Bool
	case *opentact.Optional[int64], *opentact.Optional[float64]:
		return tftypes.Number
	default:
		return nil // no attribute is of that
	}
}

// fromTerraform returns the profile that an object of the kind describes. A field
// that is unknown is left out, and one that is null is null.
func (k *Kind[F]) fromTerraform(object tftypes.Value) (p opentact.Profile[F]) {
	values := attributeValues(object)
	p.UUID, _ = optional[string](values[attrID]).Get()
	p.CreatedOn = optional[string](values[attrCreatedOn])
	p.ModifiedOn = optional[string](values[attrModifiedOn])
	k.fields().Visit(&p.Fields, func(name string, field any) {
		switch f := field.(type) {
		case *opentact.Optional[string]:
			*f = optional[string](values[name])
		case *opentact.Optional[bool]:
			*f = optional[bool](values[name])
		case *opentact.Optional[int64]:
			*f = number(values[name], integer)
		case *opentact.Optional[float64]:
			*f = number(values[name], decimal)
		}
	})
	return p
}

// toTerraform is the reverse of profileOf. What the API did not mention is null.
func (k *Kind[F]) toTerraform(typ tftypes.Type, p opentact.Profile[F]) tftypes.Value {
	values := map[string]tftypes.Value{
		attrID:         tftypes.NewValue(tftypes.String, p.UUID),
		attrCreatedOn:  value(tftypes.String, p.CreatedOn),
		attrModifiedOn: value(tftypes.String, p.ModifiedOn),
	}
	k.fields().Visit(&p.Fields, func(name string, field any) {
		switch f := field.(type) {
		case *opentact.Optional[string]:
			values[name] = value(tftypes.String, *f)
		case *opentact.Optional[bool]:
			values[name] = value(tftypes.Bool, *f)
		case *opentact.Optional[int64]:
			values[name] = value(tftypes.Number, *f)
		case *opentact.Optional[float64]:
			values[name] = value(tftypes.Number, *f)
		}
	})
	return tftypes.NewValue(typ, values)
}

// optional is a value as a field.
func optional[T any](value tftypes.Value) (field opentact.Optional[T]) {
	var content T
	switch {
	case !value.IsKnown():
		return field
	case value.IsNull():
		return opentact.Null[T]()
	case value.As(&content) != nil: // cannot be, by the schema
		return field
	default:
		return opentact.Value(content)
	}
}

// number is optional of a number. One that the field cannot hold has been refused by
// validation, and is left out rather than sent as another.
func number[T any](value tftypes.Value, convert func(*big.Float) (T, bool)) (field opentact.Optional[T]) {
	exact := optional[*big.Float](value)
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

func integer(exact *big.Float) (int64, bool) {
	n, accuracy := exact.Int64()
	return n, accuracy == big.Exact
}

func decimal(exact *big.Float) (float64, bool) {
	nearest, _ := exact.Float64()
	return nearest, !math.IsInf(nearest, 0)
}

// value is a field as a value.
func value[T any](typ tftypes.Type, field opentact.Optional[T]) tftypes.Value {
	if content, ok := field.Get(); ok {
		return tftypes.NewValue(typ, content)
	}
	return tftypes.NewValue(typ, nil)
}
