// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
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
		{schema.BoolAttribute{Computed: true, MarkdownDescription: "Flag."}, true, "Flag."},
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

func TestResource_Schema_DescribesInput(t *testing.T) {
	t.Parallel()
	kind := &Kind[everyType]{Spec: &opentact.Spec[everyType]{Name: "thing"}, Attributes: everyAttribute()}
	var resp resource.SchemaResponse
	kind.Resources()[0]().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	if got, want := resp.Schema.Attributes["decimal"].GetMarkdownDescription(), " Must be 0 or more."+removalKeeps; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestResource_Schema_InvalidKind_IsError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		attribute schema.Attribute
		want      string
	}{
		{"decimal", schema.StringAttribute{Optional: true}, "The field decimal has no attribute of its type."},
		{"decimal", schema.Float64Attribute{Optional: true}, "Attribute decimal: can't describe the input of a schema.Float64Attribute."},
	} {
		kind := &Kind[everyType]{Spec: &opentact.Spec[everyType]{Name: "thing"}, Attributes: everyAttribute()}
		kind.Attributes[test.name] = test.attribute
		var resp resource.SchemaResponse
		kind.Resources()[0]().Schema(t.Context(), resource.SchemaRequest{}, &resp)
		if got := resp.Diagnostics; len(got) != 1 || got[0].Summary() != "Invalid schema of thing" || got[0].Detail() != test.want {
			t.Errorf("got %v, want %q", got, test.want)
		}
	}
}

func TestKind_Validate(t *testing.T) {
	t.Parallel()
	const noRoom, notSensitive = " accepts numbers that its field can't hold", "the attribute text is sensitive, but one of its rules isn't"
	for _, test := range []struct {
		name      string
		attribute schema.Attribute // nil removes it
		want      string
	}{
		{"flag", schema.BoolAttribute{}, ""},
		{"text", nil, "the field text has no attribute of its type"},
		{"flag", schema.StringAttribute{}, "the field flag has no attribute of its type"},
		{"other", schema.StringAttribute{}, "the attribute other has no field"},
		{"integer", numberWith(IntegerOneOf(1, 2)), ""},
		{"integer", numberWith(), "the attribute integer" + noRoom},
		{"integer", numberWith(NonNegative()), "the attribute integer" + noRoom},
		{"decimal", numberWith(struct{ validator.Number }{}), "the attribute decimal" + noRoom},
		{"decimal", numberWith(), "the attribute decimal" + noRoom},
		{"text", textWith(StringRule{Sensitive: true}), ""},
		{"text", textWith(StringRule{}), notSensitive},
		{"text", textWith(struct{ validator.String }{}), notSensitive},
	} {
		kind := &Kind[everyType]{Spec: &opentact.Spec[everyType]{Name: "thing", Sensitive: []string{"text"}}, Attributes: everyAttribute()}
		if kind.Attributes[test.name] = test.attribute; test.attribute == nil {
			delete(kind.Attributes, test.name)
		}
		err := kind.validate(t.Context())
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s %v: got %v, want %q", test.name, test.attribute, err, test.want)
		}
	}
}

func TestTypeOf_UnsupportedType_IsNil(t *testing.T) {
	t.Parallel()
	if typ := typeOf(new(opentact.Optional[[1]string])); typ != nil {
		t.Errorf("got %s", typ)
	}
}
