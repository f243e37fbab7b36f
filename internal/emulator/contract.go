// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed openapi.yaml
var contractYAML string

// Contract returns the OpenAPI document that the emulator enforces. The document is loaded and validated. Each call
// returns a new copy, so a caller may change it.
func Contract() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(contractYAML))
	if err != nil {
		return nil, fmt.Errorf("loading openapi.yaml: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("openapi.yaml is not a valid OpenAPI document: %w", err)
	}
	return doc, nil
}

// schemas are the schemas in openapi.yaml for one kind of profile.
type schemas struct {
	create, modify *openapi3.Schema // request bodies
	profile        *openapi3.Schema // the profile in a response
}

// findSchemas looks up the schemas of a kind by their names: kindSpec.schema with the suffixes Create, Modify and none.
func findSchemas(doc *openapi3.T, k *kindSpec) (schemas, error) {
	var missing string
	find := func(name string) *openapi3.Schema {
		if ref := doc.Components.Schemas[name]; ref != nil {
			return ref.Value
		}
		missing = name
		return nil
	}
	s := schemas{create: find(k.schema + "Create"), modify: find(k.schema + "Modify"), profile: find(k.schema)}
	if missing != "" {
		return schemas{}, fmt.Errorf("openapi.yaml has no schema %s", missing)
	}
	return s, nil
}

// useAliases renames each request field that has an alias to the alias. It changes doc in place.
func useAliases(doc *openapi3.T, kinds map[Kind]*kindSpec) error {
	for _, k := range kinds {
		s, err := findSchemas(doc, k)
		if err != nil {
			return err
		}
		for documented, alias := range k.aliases {
			for _, schema := range []*openapi3.Schema{s.create, s.modify} {
				schema.Properties[alias] = schema.Properties[documented]
				delete(schema.Properties, documented)
			}
		}
	}
	return nil
}
