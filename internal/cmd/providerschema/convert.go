// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// formatVersion is the version of the output format.
const formatVersion = "1.0"

// convert converts a schema from the format of the protocol to the format of Terraform's
// command line.
func convert(served *tfprotov6.GetProviderSchemaResponse, identified *tfprotov6.GetResourceIdentitySchemasResponse) (*tfjson.ProviderSchemas, error) {
	if len(served.Functions)+len(served.EphemeralResourceSchemas)+len(served.ActionSchemas)+len(served.StateStoreSchemas) > 0 {
		return nil, errors.New("functions, ephemeral resources, actions and state stores are not supported")
	}
	var converted tfjson.ProviderSchema
	var err error
	if converted.ConfigSchema, err = schema(served.Provider); err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	if converted.ResourceSchemas, err = schemas(served.ResourceSchemas); err != nil {
		return nil, fmt.Errorf("resources: %w", err)
	}
	if converted.DataSourceSchemas, err = schemas(served.DataSourceSchemas); err != nil {
		return nil, fmt.Errorf("data sources: %w", err)
	}
	if converted.ListResourceSchemas, err = schemas(served.ListResourceSchemas); err != nil {
		return nil, fmt.Errorf("list resources: %w", err)
	}
	if converted.ResourceIdentitySchemas, err = identities(identified.IdentitySchemas); err != nil {
		return nil, fmt.Errorf("identities: %w", err)
	}
	return &tfjson.ProviderSchemas{
		FormatVersion: formatVersion,
		Schemas:       map[string]*tfjson.ProviderSchema{"opentact": &converted},
	}, nil
}

func identities(served map[string]*tfprotov6.ResourceIdentitySchema) (map[string]*tfjson.IdentitySchema, error) {
	converted := make(map[string]*tfjson.IdentitySchema, len(served))
	for name, s := range served {
		attributes := make(map[string]*tfjson.IdentityAttribute, len(s.IdentityAttributes))
		for _, a := range s.IdentityAttributes {
			typ, err := ctyType(a.Type)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, a.Name, err)
			}
			attributes[a.Name] = &tfjson.IdentityAttribute{
				IdentityType:      typ,
				Description:       a.Description,
				RequiredForImport: a.RequiredForImport,
				OptionalForImport: a.OptionalForImport,
			}
		}
		converted[name] = &tfjson.IdentitySchema{Version: uint64(max(0, s.Version)), Attributes: attributes}
	}
	return converted, nil
}

func schemas(served map[string]*tfprotov6.Schema) (map[string]*tfjson.Schema, error) {
	converted := make(map[string]*tfjson.Schema, len(served))
	for name, s := range served {
		var err error
		if converted[name], err = schema(s); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return converted, nil
}

func schema(served *tfprotov6.Schema) (*tfjson.Schema, error) {
	block := served.Block
	if len(block.BlockTypes) > 0 {
		return nil, fmt.Errorf("blocks are not supported: use nested attributes")
	}
	attrs, err := attributes(block.Attributes)
	if err != nil {
		return nil, err
	}
	return &tfjson.Schema{
		Version: uint64(max(0, served.Version)),
		Block: &tfjson.SchemaBlock{
			Attributes:      attrs,
			Description:     block.Description,
			DescriptionKind: descriptionKind(block.DescriptionKind),
			Deprecated:      block.Deprecated,
		},
	}, nil
}

func attributes(served []*tfprotov6.SchemaAttribute) (map[string]*tfjson.SchemaAttribute, error) {
	converted := make(map[string]*tfjson.SchemaAttribute, len(served))
	for _, a := range served {
		attribute := &tfjson.SchemaAttribute{
			Description:     a.Description,
			DescriptionKind: descriptionKind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		var err error
		if a.NestedType != nil {
			attribute.AttributeNestedType, err = nestedType(a.NestedType)
		} else {
			attribute.AttributeType, err = ctyType(a.Type)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		converted[a.Name] = attribute
	}
	return converted, nil
}

var nestingModes = map[tfprotov6.SchemaObjectNestingMode]tfjson.SchemaNestingMode{
	tfprotov6.SchemaObjectNestingModeSingle: tfjson.SchemaNestingModeSingle,
	tfprotov6.SchemaObjectNestingModeList:   tfjson.SchemaNestingModeList,
	tfprotov6.SchemaObjectNestingModeSet:    tfjson.SchemaNestingModeSet,
	tfprotov6.SchemaObjectNestingModeMap:    tfjson.SchemaNestingModeMap,
}

func nestedType(served *tfprotov6.SchemaObject) (*tfjson.SchemaNestedAttributeType, error) {
	mode, ok := nestingModes[served.Nesting]
	if !ok {
		return nil, fmt.Errorf("unknown nesting mode %s", served.Nesting)
	}
	attrs, err := attributes(served.Attributes)
	if err != nil {
		return nil, err
	}
	return &tfjson.SchemaNestedAttributeType{Attributes: attrs, NestingMode: mode}, nil
}

// ctyType converts a type through JSON, because both libraries use the same JSON format.
func ctyType(served tftypes.Type) (cty.Type, error) {
	text, err := served.MarshalJSON() //nolint:staticcheck // there is no other conversion between the libraries
	if err != nil {
		return cty.NilType, err
	}
	var converted cty.Type
	return converted, json.Unmarshal(text, &converted)
}

func descriptionKind(kind tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	if kind == tfprotov6.StringKindMarkdown {
		return tfjson.SchemaDescriptionKindMarkdown
	}
	return tfjson.SchemaDescriptionKindPlain
}
