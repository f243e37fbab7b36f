// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// Names of the attributes that every kind has.
const (
	attrID         = "id"
	attrName       = "name"
	attrCreatedOn  = "created_on"
	attrModifiedOn = "modified_on"
)

// attributes returns the kind's attributes. The descriptions say what the attributes mean. They don't
// contain rules for input, because data sources use them too.
func (k *Kind[F]) attributes() map[string]schema.Attribute {
	all := maps.Clone(k.Attributes)
	maps.Copy(all, map[string]schema.Attribute{
		attrID: schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("The UUID of the %s. The API assigns it.", k.Spec.Name),
		},
		attrName: schema.StringAttribute{
			Required:            true,
			MarkdownDescription: fmt.Sprintf("The name of the %s. Several profiles may have the same name.", k.Spec.Name),
			Validators:          []validator.String{nameRule},
		},
		attrCreatedOn: schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("When the %s was created: an RFC 3339 time from the API.", k.Spec.Name),
		},
		attrModifiedOn: schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("When the %s was last modified: an RFC 3339 time from the API.", k.Spec.Name),
		},
	})
	return all
}

// resourceAttributes returns the kind's attributes with complete descriptions: meaning, rules, and the
// effect of omitting or removing the attribute. An error is a mistake in the code of the kind.
func (k *Kind[F]) resourceAttributes(ctx context.Context) (map[string]schema.Attribute, error) {
	if err := k.validate(ctx); err != nil {
		return nil, err
	}
	all := k.attributes()
	for name, attribute := range all {
		described, err := describeInput(ctx, attribute, k.isNullable(name))
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		all[name] = described
	}
	for _, field := range k.Spec.Sensitive {
		maps.Copy(all, k.sensitiveAttributes(ctx, field))
	}
	return all, nil
}

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
		case k.isSensitive(name) && !isOptionalText(attribute):
			err = fmt.Errorf("the attribute %s is sensitive, but not an optional string", name)
		case k.isSensitive(name) && !k.isNullable(name):
			err = fmt.Errorf("the attribute %s is sensitive, but a null doesn't unset it", name)
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

// isOptionalText reports whether an attribute is an optional string. A write-only attribute may replace it.
func isOptionalText(attribute schema.Attribute) bool {
	_, ok := attribute.(schema.StringAttribute)
	return ok && attribute.IsOptional()
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

// The effect of omitting or removing an optional attribute, as descriptions say it.
const (
	removalUnsets = " If you omit it, the API chooses the value. Removing it from the configuration unsets it: the API chooses the value again."
	removalKeeps  = " If you omit it, the API chooses the value. Removing it from the configuration keeps the value and shows a warning, because the API can't unset it."
)

// describeInput adds the rules of a configurable attribute to its description, and the effect of
// removing an optional one.
func describeInput(ctx context.Context, attribute schema.Attribute, nullable bool) (schema.Attribute, error) {
	removal := ""
	switch {
	case attribute.IsOptional() && nullable:
		removal = removalUnsets
	case attribute.IsOptional():
		removal = removalKeeps
	case !attribute.IsRequired():
		return attribute, nil
	}
	switch a := attribute.(type) {
	case schema.StringAttribute:
		a.MarkdownDescription += describeRules(ctx, a.Validators) + removal
		return a, nil
	case schema.NumberAttribute:
		a.MarkdownDescription += describeRules(ctx, a.Validators) + removal
		return a, nil
	case schema.BoolAttribute:
		a.MarkdownDescription += " Must be `true` or `false`." + removal
		return a, nil
	default:
		return nil, fmt.Errorf("can't describe the input of a %T", attribute)
	}
}

// describeRules returns a sentence for each rule.
func describeRules[V validator.Describer](ctx context.Context, rules []V) (text string) {
	for _, rule := range rules {
		text += " " + sentence(rule.MarkdownDescription(ctx))
	}
	return text
}

// readOnly makes a resource's attribute read-only for a data source.
type readOnly struct{ datasourceschema.Attribute }

func (readOnly) IsRequired() bool { return false }
func (readOnly) IsOptional() bool { return false }
func (readOnly) IsComputed() bool { return true }

// sensitive marks a data source's attribute as sensitive.
type sensitive struct{ datasourceschema.Attribute }

func (sensitive) IsSensitive() bool { return true }

func (s sensitive) GetMarkdownDescription() string {
	return s.Attribute.GetMarkdownDescription() + " The value may contain credentials. Terraform doesn't show it, but stores it in the state."
}

// readOnlyAttributes returns the kind's attributes for a data source. Sensitive fields are sensitive there, but
// not in the resource: see CONTRIBUTING.md.
func (k *Kind[F]) readOnlyAttributes() map[string]datasourceschema.Attribute {
	derived := make(map[string]datasourceschema.Attribute)
	for name, attribute := range k.attributes() {
		derived[name] = readOnly{attribute}
		if k.isSensitive(name) {
			derived[name] = sensitive{derived[name]}
		}
	}
	return derived
}
