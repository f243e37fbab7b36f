// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// attribute is one of a kind's own, and what the contract says of it.
type attribute struct {
	resourceType string
	kind         emulator.Kind
	name         string
	// nullable tells whether the API takes a null.
	nullable bool
	// value and other are two that the API takes. It does not choose the first itself.
	value, other any
}

// noun is the first word of the kind's name.
func (a attribute) noun() string {
	noun := strings.ReplaceAll(strings.TrimPrefix(a.resourceType, "opentact_"), "_", " ")
	return strings.TrimSuffix(noun, " profile")
}

// attributesOfTheContract lists every attribute of every kind.
func attributesOfTheContract(t *testing.T) (all []attribute) {
	t.Helper()
	contract, err := emulator.Contract()
	if err != nil {
		t.Fatal(err)
	}
	for _, arc := range acctest.Lifecycles() {
		properties := contract.Components.Schemas[arc.Schema+"Modify"].Value.Properties
		env := acctest.New(t, emulator.Options{})
		defaults, _ := env.Profile(arc.Kind, add(t, env, arc.Kind, map[string]any{"name": "a"}))
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if name == "name" {
				continue
			}
			schema := properties[name].Value
			values := slices.DeleteFunc(twoOrMore(schema), func(value any) bool { return value == defaults[name] })
			if len(values) == 1 { // and there is no third
				values = append(values, defaults[name])
			}
			all = append(all, attribute{
				resourceType: arc.Type, kind: arc.Kind, name: name,
				nullable: schema.Nullable, value: values[0], other: values[1],
			})
		}
	}
	return all
}

// twoOrMore returns values of a schema.
func twoOrMore(schema *openapi3.Schema) []any {
	switch {
	case schema.Type.Is("boolean"):
		return []any{true, false}
	case len(schema.Enum) > 0:
		return slices.Clone(schema.Enum)
	case schema.Type.Is("string"):
		return []any{"https://one.example.com/", "https://two.example.com/?x=1&y=2"}
	case schema.Type.Is("integer"):
		return []any{*schema.Min, *schema.Min + 7}
	default:
		return []any{0.0, 0.1}
	}
}
