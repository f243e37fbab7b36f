// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// The validator skips an unknown value, so matching checks the value again.
func TestMatching_InvalidRegex_IsError(t *testing.T) {
	t.Parallel()
	config := tfsdk.Config{
		Schema: schema.Schema{Attributes: map[string]schema.Attribute{attrNameRegex: schema.StringAttribute{Optional: true}}},
		Raw: tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{attrNameRegex: tftypes.String}},
			map[string]tftypes.Value{attrNameRegex: tftypes.NewValue(tftypes.String, "(")}),
	}
	var got diag.Diagnostics
	new(Kind[everyType]).matching(t.Context(), nil, config, &got)
	want := diag.NewAttributeErrorDiagnostic(path.Root("name_regex"), "Invalid Attribute Value",
		`name_regex must be a regular expression in RE2 syntax, got "(": missing closing ).`)
	if len(got) != 1 || !got[0].Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
