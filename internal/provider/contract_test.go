// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestValidators_AgreeWithContract derives the edge values of each field from the
// contract. The provider must accept and reject the same values as the contract, also in write-only attributes.
func TestValidators_AgreeWithContract(t *testing.T) {
	t.Parallel()
	contract, err := emulator.Contract()
	if err != nil {
		t.Fatal(err)
	}
	p := acctest.NewProtocol(t)
	accepted, rejected := 0, 0
	for _, lifecycle := range acctest.Lifecycles() {
		resourceType, schemaName := lifecycle.Type, lifecycle.Schema+"Create"
		schema := contract.Components.Schemas[schemaName].Value
		if len(schema.Properties) < 2 {
			t.Fatalf("%s has only %d fields", schemaName, len(schema.Properties))
		}
		for _, field := range slices.Sorted(maps.Keys(schema.Properties)) {
			edges := edgesOf(field, schema)
			for _, attribute := range attributesOf(t, p, resourceType, field) {
				for _, value := range edges {
					config := acctest.Values{"name": "edge"}
					body := map[string]any{"name": "edge"}
					if value == omitted {
						delete(config, attribute)
						delete(body, field)
					} else {
						config[attribute], body[field] = value, value
					}
					want := schema.VisitJSON(body) == nil
					diags := p.ValidateResource(t, resourceType, config)
					if got := len(diags) == 0; got != want {
						t.Errorf("%s: %s = %.40v: the contract says %t, the provider %t\n%s", resourceType, attribute, value, want, got, acctest.Describe(diags))
					}
					if want {
						accepted++
					} else {
						rejected++
					}
					if !want && len(diags) > 0 && !strings.Contains(diags[0].Detail+diags[0].Attribute.String(), attribute) {
						t.Errorf("%s: the diagnostic for %s does not name it: %s", resourceType, attribute, acctest.Describe(diags))
					}
				}
			}
		}
	}
	t.Logf("%d values accepted and %d rejected by both", accepted, rejected)
	if accepted < 40 || rejected < 20 {
		t.Errorf("too few edges were derived: %d accepted, %d rejected", accepted, rejected)
	}
}

// attributesOf returns the attributes that write a field: the one with its name, and its write-only attribute.
func attributesOf(t *testing.T, p *acctest.Protocol, resourceType, field string) []string {
	t.Helper()
	schemas, err := p.Server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	attributes := []string{field}
	for _, attribute := range schemas.ResourceSchemas[resourceType].Block.Attributes {
		if attribute.WriteOnly && attribute.Name == field+"_wo" {
			attributes = append(attributes, attribute.Name)
		}
	}
	return attributes
}

// TestLifecycles_CoverAllKinds checks that there is a lifecycle for each kind of the emulator.
func TestLifecycles_CoverAllKinds(t *testing.T) {
	t.Parallel()
	var kinds []emulator.Kind
	for _, lifecycle := range acctest.Lifecycles() {
		kinds = append(kinds, lifecycle.Kind)
	}
	slices.Sort(kinds)
	if !slices.Equal(kinds, emulator.Kinds()) {
		t.Errorf("the emulator has %v, but there are lifecycles of %v", emulator.Kinds(), kinds)
	}
}

// omitted represents a missing field.
var omitted = new(int)

// edgesOf returns the values on both sides of each limit that the contract has for a
// field.
func edgesOf(field string, object *openapi3.Schema) (edges []any) {
	schema := object.Properties[field].Value
	edges = append(edges, omitted)
	switch {
	case len(schema.Enum) > 0:
		return append(edges, enumEdges(schema)...)
	case schema.Type.Is("string"):
		return append(edges, lengthEdges(schema)...)
	case schema.Type.Is("boolean"):
		return append(edges, true, false)
	default:
		return append(edges, rangeEdges(schema)...)
	}
}

func enumEdges(schema *openapi3.Schema) (edges []any) {
	for _, value := range schema.Enum {
		switch value := value.(type) {
		case string:
			edges = append(edges, value, strings.ToUpper(value), value+"x", "")
		case float64:
			edges = append(edges, value-1, value, value+0.5, value+1)
		default:
			panic(fmt.Sprintf("an enum of %T", value)) // the contract has no other types
		}
	}
	return edges
}

func lengthEdges(schema *openapi3.Schema) (edges []any) {
	text := strings.Repeat
	if schema.Format == "uri" {
		text = func(letter string, n int) string {
			return ("https://" + strings.Repeat(letter, max(0, n-len("https://"))))
		}
	}
	lengths := []int{int(schema.MinLength) - 1, int(schema.MinLength)}
	if schema.MaxLength != nil {
		lengths = append(lengths, int(*schema.MaxLength), int(*schema.MaxLength)+1)
	}
	for _, n := range lengths {
		// The rules count characters, which have one, two and four bytes here.
		for _, letter := range []string{"x", "é", "📞"} {
			edges = append(edges, text(letter, n))
		}
	}
	return edges
}

func rangeEdges(schema *openapi3.Schema) (edges []any) {
	step := math.Nextafter
	if schema.Type.Is("integer") {
		step = func(from, towards float64) float64 { return from + math.Copysign(1, towards-from) }
		edges = append(edges, *schema.Min+0.5)
	}
	if schema.Min != nil {
		edges = append(edges, step(*schema.Min, math.Inf(-1)), *schema.Min, step(*schema.Min, math.Inf(1)), *schema.Min-1)
	}
	if schema.Max != nil {
		edges = append(edges, step(*schema.Max, math.Inf(-1)), *schema.Max, step(*schema.Max, math.Inf(1)))
	}
	return edges
}
