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

// attribute is an attribute of one kind, with the facts from the contract.
type attribute struct {
	resourceType string
	kind         emulator.Kind
	name         string
	// nullable reports whether the API accepts a null.
	nullable bool
	// value and other are valid values. value is not the default.
	value, other any
}

// noun returns the name of the kind without "profile".
func (a attribute) noun() string {
	noun := strings.ReplaceAll(strings.TrimPrefix(a.resourceType, "opentact_"), "_", " ")
	return strings.TrimSuffix(noun, " profile")
}

// contractAttributes returns the attributes of all kinds, except name.
func contractAttributes(t *testing.T) (all []attribute) {
	t.Helper()
	contract, err := emulator.Contract()
	if err != nil {
		t.Fatal(err)
	}
	for _, lifecycle := range acctest.Lifecycles() {
		properties := contract.Components.Schemas[lifecycle.Schema+"Modify"].Value.Properties
		env := acctest.New(t, emulator.Options{})
		defaults, _ := env.Profile(lifecycle.Kind, add(t, env, lifecycle.Kind, map[string]any{"name": "a"}))
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			if name == "name" {
				continue
			}
			schema := properties[name].Value
			values := slices.DeleteFunc(twoOrMore(schema), func(value any) bool { return value == defaults[name] })
			if len(values) == 1 { // and there is no third value
				values = append(values, defaults[name])
			}
			all = append(all, attribute{
				resourceType: lifecycle.Type, kind: lifecycle.Kind, name: name,
				nullable: schema.Nullable, value: values[0], other: values[1],
			})
		}
	}
	return all
}

// twoOrMore returns at least two valid values of a schema.
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
