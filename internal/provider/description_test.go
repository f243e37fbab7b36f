// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestDescriptions_StateRules checks that the description of each attribute states its rule
// in the contract, its value if it is left out, and the effect of removing it. The
// description of each provider attribute must name its environment variable.
func TestDescriptions_StateRules(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var all tfjson.ProviderSchemas
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	contract, err := emulator.Contract()
	if err != nil {
		t.Fatal(err)
	}
	for _, lifecycle := range acctest.Lifecycles() {
		attributes := all.Schemas["opentact"].ResourceSchemas[lifecycle.Type].Block.Attributes
		for field, schema := range contract.Components.Schemas[lifecycle.Schema+"Create"].Value.Properties {
			description := attributes[field].Description
			want := rule(schema.Value)
			if field != "name" {
				want = append(want, "If you omit it", "Removing it")
			}
			for _, part := range want {
				if !strings.Contains(description, part) {
					t.Errorf("%s.%s: the description does not say %q: %s", lifecycle.Type, field, part, description)
				}
			}
		}
	}
	for name, attribute := range all.Schemas["opentact"].ConfigSchema.Block.Attributes {
		if want := "`OPENTACT_" + strings.ToUpper(name) + "`"; !strings.Contains(attribute.Description, want) {
			t.Errorf("%s: the description does not mention %s", name, want)
		}
	}
}

// rule returns the texts that the description of a field must contain.
func rule(schema *openapi3.Schema) (parts []string) {
	for _, value := range schema.Enum {
		parts = append(parts, fmt.Sprint(value))
	}
	if schema.Type.Is("string") && schema.MaxLength != nil {
		parts = append(parts, fmt.Sprintf("%d to %d characters", schema.MinLength, *schema.MaxLength))
	}
	if schema.Type.Is("boolean") {
		parts = append(parts, "`true` or `false`")
	}
	switch {
	case schema.Min != nil && schema.Max != nil:
		parts = append(parts, fmt.Sprintf("%.0f to %.0f", *schema.Min, *schema.Max))
	case schema.Min != nil:
		parts = append(parts, fmt.Sprintf("%.0f or more", *schema.Min))
	}
	return parts
}
