// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// TestRun_PrintsWholeSchema parses the output with HashiCorp's library for this format.
func TestRun_PrintsWholeSchema(t *testing.T) {
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
		t.Fatalf("the schema has other keys: %v", slices.Collect(maps.Keys(schemas.Schemas)))
	}
	var one, all []string
	for _, lifecycle := range acctest.Lifecycles() {
		one, all = append(one, lifecycle.Type), append(all, lifecycle.Type, lifecycle.Type+"s")
	}
	slices.Sort(one)
	slices.Sort(all)
	for what, test := range map[string]struct {
		got  map[string]*tfjson.Schema
		want []string
	}{
		"resources":      {provider.ResourceSchemas, one},
		"data sources":   {provider.DataSourceSchemas, all},
		"list resources": {provider.ListResourceSchemas, one},
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
		t.Errorf("profiles is nested as %s with %d attributes, but a resource has %d", list.NestingMode, len(list.Attributes), len(voice))
	}
	// Each attribute has a description in Markdown.
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

// TestRun_MatchesCheckedInSchema makes each change of the schema visible in a review.
// CONTRIBUTING.md says what else a change needs.
func TestRun_MatchesCheckedInSchema(t *testing.T) {
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

// TestConvert_KeepsAllProperties uses properties that the provider's own schema does not
// have.
func TestConvert_KeepsAllProperties(t *testing.T) {
	t.Parallel()
	served := &tfprotov6.Schema{Version: 3, Block: &tfprotov6.SchemaBlock{
		Description: "block", DescriptionKind: tfprotov6.StringKindPlain, Deprecated: true,
		Attributes: []*tfprotov6.SchemaAttribute{{
			Name: "a", Type: tftypes.List{ElementType: tftypes.Bool}, Description: "attribute", DescriptionKind: tfprotov6.StringKindMarkdown,
			Required: true, Optional: true, Computed: true, Sensitive: true, WriteOnly: true, Deprecated: true,
		}},
	}}
	got, err := convert(&tfprotov6.GetProviderSchemaResponse{
		Provider: served, ResourceSchemas: map[string]*tfprotov6.Schema{"r": served},
	}, &tfprotov6.GetResourceIdentitySchemasResponse{IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"r": {
		Version: 2, IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{{Name: "i", Type: tftypes.String, Description: "identity", OptionalForImport: true}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	want := &tfjson.Schema{Version: 3, Block: &tfjson.SchemaBlock{
		Description: "block", DescriptionKind: tfjson.SchemaDescriptionKindPlain, Deprecated: true,
		Attributes: map[string]*tfjson.SchemaAttribute{"a": {
			AttributeType: cty.List(cty.Bool), Description: "attribute", DescriptionKind: tfjson.SchemaDescriptionKindMarkdown,
			Required: true, Optional: true, Computed: true, Sensitive: true, WriteOnly: true, Deprecated: true,
		}},
	}}
	identity := &tfjson.IdentitySchema{Version: 2, Attributes: map[string]*tfjson.IdentityAttribute{
		"i": {IdentityType: cty.String, Description: "identity", OptionalForImport: true},
	}}
	schema := got.Schemas["opentact"]
	for what, pair := range map[string][2]any{
		"provider": {want, schema.ConfigSchema}, "resource": {want, schema.ResourceSchemas["r"]}, "identity": {identity, schema.ResourceIdentitySchemas["r"]},
	} {
		if diff := cmp.Diff(pair[0], pair[1], cmp.Comparer(cty.Type.Equals)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

// TestConvert_Unsupported_IsError checks that no part of a schema is missing from the docs
// without an error.
func TestConvert_Unsupported_IsError(t *testing.T) {
	t.Parallel()
	broken := map[string]*tfprotov6.Schema{"x": {Block: &tfprotov6.SchemaBlock{BlockTypes: []*tfprotov6.SchemaNestedBlock{{TypeName: "b"}}}}}
	fine := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}}
	for name, served := range map[string]*tfprotov6.GetProviderSchemaResponse{
		"provider":      {Provider: broken["x"]},
		"resources":     {Provider: fine, ResourceSchemas: broken},
		"data sources":  {Provider: fine, DataSourceSchemas: broken},
		"list resource": {Provider: fine, ListResourceSchemas: broken},
		"functions":     {Provider: fine, Functions: map[string]*tfprotov6.Function{"f": {}}},
		"ephemeral":     {Provider: fine, EphemeralResourceSchemas: broken},
	} {
		if _, err := convert(served, &tfprotov6.GetResourceIdentitySchemasResponse{}); err == nil || !strings.Contains(err.Error(), name) && !strings.Contains(err.Error(), "not supported") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
