// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Attributes that every kind has.
const (
	attrID         = "id"
	attrName       = "name"
	attrCreatedOn  = "created_on"
	attrModifiedOn = "modified_on"
)

// nameRule is that of every name. Its length is counted in characters.
var nameRule = stringvalidator.UTF8LengthBetween(1, 255)

// commonAttributes are those of Common, for the kind with the given name.
func commonAttributes(kind string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		attrID: schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("The UUID that the API gave the %s.", kind),
		},
		attrName: schema.StringAttribute{
			Required:            true,
			MarkdownDescription: fmt.Sprintf("A name to help manage the %s, 1 to 255 characters.", kind),
			Validators:          []validator.String{nameRule},
		},
		attrCreatedOn: schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("When the %s was created, in RFC 3339 as the API reports it.", kind),
		},
		attrModifiedOn: schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("When the %s was last modified, in RFC 3339 as the API reports it.", kind),
		},
	}
}

// What becomes of an attribute that is not in the configuration, and of one that is
// removed from it.
const (
	removedIsReset = " If it is left out, the API chooses it. Removing it unsets it, and the API chooses what it is then."
	removedIsKept  = " If it is left out, the API chooses it. Removing it leaves its value as it is, with a warning: the API cannot unset it."
)

// describeRemoval completes the description of an optional attribute.
func describeRemoval(attribute schema.Attribute, nullable bool) (schema.Attribute, error) {
	if !attribute.IsOptional() {
		return attribute, nil
	}
	text := removedIsKept
	if nullable {
		text = removedIsReset
	}
	switch a := attribute.(type) {
	case schema.StringAttribute:
		a.MarkdownDescription += text
		return a, nil
	case schema.BoolAttribute:
		a.MarkdownDescription += text
		return a, nil
	case schema.Int64Attribute:
		a.MarkdownDescription += text
		return a, nil
	case schema.Float64Attribute:
		a.MarkdownDescription += text
		return a, nil
	default:
		return nil, fmt.Errorf("what removal does cannot be described of a %T yet", attribute)
	}
}

// readOnly is a resource's attribute as a data source shows it: the same name,
// type and description, and nothing to configure.
type readOnly struct{ datasourceschema.Attribute }

func (readOnly) IsRequired() bool { return false }
func (readOnly) IsOptional() bool { return false }
func (readOnly) IsComputed() bool { return true }

// readOnlyAttributes derives a data source's attributes from the resource's.
func readOnlyAttributes(attributes map[string]schema.Attribute) map[string]datasourceschema.Attribute {
	derived := make(map[string]datasourceschema.Attribute, len(attributes))
	for name, attribute := range attributes {
		derived[name] = readOnly{attribute}
	}
	return derived
}
