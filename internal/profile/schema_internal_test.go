// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"slices"
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
	const notOptional = "the attribute text is sensitive, but not an optional string"
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
		{"text", schema.StringAttribute{Required: true}, notOptional},
		{"text", schema.StringAttribute{Computed: true}, notOptional},
		{"text", schema.ListAttribute{}, "the field text has no attribute of its type"},
	} {
		kind := &Kind[everyType]{Spec: secretText(), Attributes: everyAttribute()}
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

// secretText returns a spec whose field text is sensitive.
func secretText() *opentact.Spec[everyType] {
	return &opentact.Spec[everyType]{Name: "thing", Sensitive: []string{"text"}, Nullable: []string{"text"}}
}

// A field that isn't a string, or that a null doesn't unset, can't be sensitive.
func TestKind_Validate_UnsuitableSensitiveField_IsError(t *testing.T) {
	t.Parallel()
	kind := &Kind[everyType]{Spec: secretText(), Attributes: everyAttribute()}
	kind.Spec.Nullable = nil
	if err := kind.validate(t.Context()); err == nil || err.Error() != "the attribute text is sensitive, but a null doesn't unset it" {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"flag", "integer", "decimal"} {
		kind := &Kind[everyType]{Spec: &opentact.Spec[everyType]{Name: "thing", Sensitive: []string{name}}, Attributes: everyAttribute()}
		if err := kind.validate(t.Context()); err == nil || err.Error() != "the attribute "+name+" is sensitive, but not an optional string" {
			t.Errorf("got %v", err)
		}
	}
}

// The attributes follow from the sensitive fields of the kind.
func TestResource_Schema_SensitiveField_HasWriteOnlyAttributes(t *testing.T) {
	t.Parallel()
	rule := StringRule{Rule: "must be short", Sensitive: true}
	kind := &Kind[everyType]{Spec: secretText(), Attributes: everyAttribute()}
	kind.Attributes["text"] = schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Text.", Validators: []validator.String{rule}}
	var resp resource.SchemaResponse
	kind.Resources()[0]().Schema(t.Context(), resource.SchemaRequest{}, &resp)
	if resp.Diagnostics.HasError() || len(resp.Schema.Attributes) != 10 {
		t.Fatalf("got %v, %v", resp.Diagnostics, resp.Schema.Attributes)
	}
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
	for name, want := range map[string]schema.StringAttribute{
		"text": {Optional: true, Computed: true, MarkdownDescription: "Text. Terraform stores the value in the state and may show it in plans. " +
			"If it contains credentials, set `text_wo` instead. Must be short." + removalUnsets},
		"text_wo": {Optional: true, WriteOnly: true, MarkdownDescription: "Text. Terraform doesn't store the value in the state or in plans. " +
			"The value may be ephemeral. Conflicts with `text`. Requires Terraform 1.11 or OpenTofu 1.11, or later. Must be short." + removalUnsets},
	} {
		want.Validators = []validator.String{rule}
		got, _ := resp.Schema.Attributes[name].(schema.StringAttribute)
		if !got.Equal(want) || got.MarkdownDescription != want.MarkdownDescription || len(got.Validators) != 1 {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	version, _ := resp.Schema.Attributes["text_wo_version"].(schema.NumberAttribute)
	if !version.Optional || version.Computed || version.Sensitive || version.WriteOnly || len(version.Validators) != 1 ||
		!strings.HasSuffix(version.MarkdownDescription, "Requires `text_wo`. Must be an integer from 0 to 9007199254740991.") {
		t.Errorf("got %+v", version)
	}
}

// Data sources have no write-only attributes. Their sensitive fields are sensitive.
func TestReadOnlyAttributes_SensitiveField_IsSensitive(t *testing.T) {
	t.Parallel()
	for _, spec := range []*opentact.Spec[everyType]{secretText(), {Name: "thing"}} {
		kind := &Kind[everyType]{Spec: spec, Attributes: everyAttribute()}
		attributes := kind.readOnlyAttributes()
		if len(attributes) != 8 {
			t.Errorf("got %v", attributes)
		}
		for name, attribute := range attributes {
			if attribute.IsSensitive() != slices.Contains(spec.Sensitive, name) || attribute.IsOptional() || attribute.IsRequired() || !attribute.IsComputed() {
				t.Errorf("sensitive fields %q: %s: got %+v", spec.Sensitive, name, attribute)
			}
		}
	}
}
