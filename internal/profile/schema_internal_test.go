// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

func TestDescribeInput_AddsRulesAndRemoval(t *testing.T) {
	t.Parallel()
	number := []validator.Number{IntegerBetween(0, 9)}
	for _, test := range []struct {
		attribute schema.Attribute
		nullable  bool
		want      string
	}{
		{schema.NumberAttribute{Optional: true, MarkdownDescription: "Weight.", Validators: number}, true, "Weight. Must be an integer from 0 to 9." + removalUnsets},
		{schema.StringAttribute{Optional: true, MarkdownDescription: "Text."}, false, "Text." + removalKeeps},
		{schema.BoolAttribute{Optional: true, MarkdownDescription: "Flag."}, false, "Flag. Must be `true` or `false`." + removalKeeps},
		{schema.StringAttribute{Required: true, MarkdownDescription: "Name.", Validators: []validator.String{nameRule}}, false, "Name. Must have 1 to 255 characters."},
		{schema.StringAttribute{Computed: true, MarkdownDescription: "Time."}, false, "Time."},
	} {
		described, err := describeInput(t.Context(), test.attribute, test.nullable)
		if err != nil || described.GetMarkdownDescription() != test.want {
			t.Errorf("got %v, %v, want %q", described, err, test.want)
		}
	}
}

func TestDescribeInput_UnknownType_IsError(t *testing.T) {
	t.Parallel()
	if _, err := describeInput(t.Context(), schema.Int64Attribute{Optional: true}, true); err == nil || !strings.Contains(err.Error(), "schema.Int64Attribute") {
		t.Errorf("got %v", err)
	}
}
