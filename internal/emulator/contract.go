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

// Contract returns the OpenAPI document that the emulator enforces, loaded and validated. Every call returns a fresh
// copy, so a caller may change it.
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

// rules are the parts of the contract that one kind of profile is judged by.
type rules struct {
	create, modify *openapi3.Schema // request bodies
	answer         *openapi3.Schema // the profile in an answer
}

func (r rules) forCreate() *openapi3.Schema { return r.create }
func (r rules) forModify() *openapi3.Schema { return r.modify }

// rulesOf looks up the schemas of a kind by the naming that openapi.yaml keeps to.
func rulesOf(doc *openapi3.T, k *kind) (rules, error) {
	var missing string
	find := func(name string) *openapi3.Schema {
		if ref := doc.Components.Schemas[name]; ref != nil {
			return ref.Value
		}
		missing = name
		return nil
	}
	r := rules{create: find(k.schema + "Create"), modify: find(k.schema + "Modify"), answer: find(k.schema)}
	if missing != "" {
		return rules{}, fmt.Errorf("openapi.yaml has no schema %s", missing)
	}
	return r, nil
}

// respell makes the requests of a contract know only the other spellings of the fields that have two, as if the
// vendor's API had been written after its client instead of its document.
func respell(doc *openapi3.T, kinds map[Kind]*kind) error {
	for _, k := range kinds {
		r, err := rulesOf(doc, k)
		if err != nil {
			return err
		}
		for documented, other := range k.otherSpelling {
			for _, schema := range []*openapi3.Schema{r.create, r.modify} {
				schema.Properties[other] = schema.Properties[documented]
				delete(schema.Properties, documented)
			}
		}
	}
	return nil
}
