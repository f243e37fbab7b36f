// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
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
	schemas := providerSchemas(t)
	contract, err := emulator.Contract()
	if err != nil {
		t.Fatal(err)
	}
	for _, lifecycle := range acctest.Lifecycles() {
		attributes := schemas.ResourceSchemas[lifecycle.Type].Block.Attributes
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
	for name, attribute := range schemas.ConfigSchema.Block.Attributes {
		if want := "`OPENTACT_" + strings.ToUpper(name) + "`"; !strings.Contains(attribute.Description, want) {
			t.Errorf("%s: the description does not mention %s", name, want)
		}
	}
}

// Users do not configure the attributes that a data source returns, so their descriptions contain no input rules.
func TestDescriptions_ReadOnlyAttributes_HaveNoInputRules(t *testing.T) {
	t.Parallel()
	schemas := providerSchemas(t).DataSourceSchemas
	inputRule := regexp.MustCompile(`(?i)\b(must|omit|removing|has to|set both|\d+ (to|or) \d+|or more)\b`)
	seen := 0
	check := func(typeName, name string, attribute *tfjson.SchemaAttribute) {
		if attribute.Optional || attribute.Required {
			return
		}
		seen++
		if found := inputRule.FindString(attribute.Description); found != "" {
			t.Errorf("%s.%s: the description contains %q: %s", typeName, name, found, attribute.Description)
		}
	}
	for typeName, schema := range schemas {
		for name, attribute := range schema.Block.Attributes {
			check(typeName, name, attribute)
			if nested := attribute.AttributeNestedType; nested != nil {
				for name, attribute := range nested.Attributes {
					check(typeName, name, attribute)
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d attributes are read-only", seen)
	}
}

func TestDescriptions_Hazards_AreNamed(t *testing.T) {
	t.Parallel()
	attributes := providerSchemas(t).ResourceSchemas["opentact_outbound_voice_profile"].Block.Attributes
	for name, hazard := range map[string]string{
		"channel_limit": "toll fraud can empty the account", "daily_spend_limit": "toll fraud can empty the account",
		"record_calls": "it is illegal to record a call without the consent",
	} {
		if description := attributes[name].Description; !strings.Contains(description, hazard) {
			t.Errorf("%s: the description doesn't contain %q: %s", name, hazard, description)
		}
	}
}

func TestSchema_Credentials_AreSensitive(t *testing.T) {
	t.Parallel()
	attributes := providerSchemas(t).ConfigSchema.Block.Attributes
	for _, name := range []string{"api_key", "email", "password", "token"} {
		if !attributes[name].Sensitive {
			t.Errorf("%s is not sensitive", name)
		}
	}
}

// providerSchemas returns the generated schema of the provider.
func providerSchemas(t *testing.T) *tfjson.ProviderSchema {
	t.Helper()
	text, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var all tfjson.ProviderSchemas
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all.Schemas["opentact"]
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
