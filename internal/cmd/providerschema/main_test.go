// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
)

// What is printed is read back by the library of Terraform's own form.
func TestPrintsTheWholeSchema(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var schemas tfjson.ProviderSchemas
	if err := json.Unmarshal(out.Bytes(), &schemas); err != nil {
		t.Fatal(err)
	}
	provider := schemas.Schemas["opentact"]
	if provider == nil {
		t.Fatalf("the schema is keyed otherwise: %v", slices.Collect(maps.Keys(schemas.Schemas)))
	}
	for what, test := range map[string]struct {
		got  map[string]*tfjson.Schema
		want []string
	}{
		"resources": {provider.ResourceSchemas, []string{"opentact_messaging_profile", "opentact_outbound_voice_profile"}},
		"data sources": {provider.DataSourceSchemas, []string{
			"opentact_messaging_profile", "opentact_messaging_profiles",
			"opentact_outbound_voice_profile", "opentact_outbound_voice_profiles",
		}},
		"list resources": {provider.ListResourceSchemas, []string{"opentact_messaging_profile", "opentact_outbound_voice_profile"}},
	} {
		if diff := cmp.Diff(test.want, slices.Sorted(maps.Keys(test.got))); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if token := provider.ConfigSchema.Block.Attributes["token"]; !token.Sensitive || token.AttributeType != cty.String {
		t.Errorf("the token is %+v", token)
	}
	voice := provider.ResourceSchemas["opentact_outbound_voice_profile"].Block.Attributes
	if limit := voice["channel_limit"]; !limit.Optional || !limit.Computed || limit.AttributeType != cty.Number {
		t.Errorf("channel_limit is %+v", limit)
	}
	list := provider.DataSourceSchemas["opentact_outbound_voice_profiles"].Block.Attributes["profiles"].AttributeNestedType
	if list.NestingMode != tfjson.SchemaNestingModeList || len(list.Attributes) != len(voice) {
		t.Errorf("profiles is nested as %s with %d attributes, and a resource has %d", list.NestingMode, len(list.Attributes), len(voice))
	}
	// Every attribute is described, in Markdown.
	for name, schema := range provider.ResourceSchemas {
		for attribute, a := range schema.Block.Attributes {
			if a.Description == "" || a.DescriptionKind != tfjson.SchemaDescriptionKindMarkdown {
				t.Errorf("%s.%s is described as %q, in %s", name, attribute, a.Description, a.DescriptionKind)
			}
		}
	}
	for _, name := range slices.Collect(maps.Keys(provider.ResourceSchemas)) {
		identity := provider.ResourceIdentitySchemas[name]
		if id := identity.Attributes["id"]; len(identity.Attributes) != 1 || !id.RequiredForImport || id.IdentityType != cty.String {
			t.Errorf("the identity of %s is %+v", name, identity)
		}
	}
}

// A change of the schema is a change for everybody who has a state or a
// configuration: it has to be seen in review. CONTRIBUTING.md says which need
// more than that.
func TestSchemaIsTheOneCheckedIn(t *testing.T) {
	t.Parallel()
	checkedIn, err := os.ReadFile("../../provider/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(checkedIn), out.String()); diff != "" {
		t.Errorf("the schema has changed, run make generate: %s", diff)
	}
}
