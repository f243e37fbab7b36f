// SPDX-License-Identifier: MPL-2.0

// Package profile is the Terraform life of one kind of API object, written
// once: its resource, list resource and data sources, import, plans and
// diagnostics. A kind adds its attributes and two conversions.
//
// Data flows one way: configuration → model → fields → client, and back.
package profile

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// Kind is one kind of profile: F are its fields as the client sends them, M is
// its Terraform model, which embeds Common.
type Kind[F opentact.Fields, M model] struct {
	// Spec is the kind as the client knows it.
	Spec *opentact.Spec[F]
	// TypeName follows the provider's name in the names of the resource, the list
	// resource and the data source of one profile. That of all profiles ends in an s.
	TypeName string
	// Description says what such a profile is for, in one or two sentences of
	// Markdown.
	Description string
	// Attributes are those of the kind's own. Each has the name of its field.
	Attributes map[string]schema.Attribute
	// FromAPI builds a model from what all kinds have in common and the fields.
	FromAPI func(Common, F) M
	// ToAPI returns the fields of a model; what is unknown is left out.
	ToAPI func(M) F
}

// model is implemented by embedding Common.
type model interface{ common() Common }

// Common is what the models of all kinds have in common.
type Common struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	CreatedOn  types.String `tfsdk:"created_on"`
	ModifiedOn types.String `tfsdk:"modified_on"`
}

func (c Common) common() Common { return c }

// Named returns the name as the client's field.
func (c Common) Named() opentact.Named {
	return opentact.Named{Name: Optional(c.Name, c.Name.ValueString())}
}

// Optional converts a value of a model: what is unknown is left out, and null
// is null.
func Optional[T any](of attr.Value, value T) opentact.Optional[T] {
	switch {
	case of.IsUnknown():
		return opentact.Optional[T]{}
	case of.IsNull():
		return opentact.Null[T]()
	default:
		return opentact.Value(value)
	}
}

// Registration is a kind as the provider sees it, whatever its types.
type Registration interface {
	// What they return is registered with the framework.
	Resources() []func() resource.Resource
	ListResources() []func() list.ListResource
	DataSources() []func() datasource.DataSource
}

// Resources returns the resource of one profile.
func (k *Kind[F, M]) Resources() []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return &profileResource[F, M]{kind: k} },
	}
}

// ListResources returns the one that finds profiles to import.
func (k *Kind[F, M]) ListResources() []func() list.ListResource {
	return []func() list.ListResource{
		func() list.ListResource { return &profileListResource[F, M]{kind: k} },
	}
}

// DataSources returns those of one profile, and of all.
func (k *Kind[F, M]) DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return &profileDataSource[F, M]{kind: k} },
		func() datasource.DataSource { return &profilesDataSource[F, M]{kind: k} },
	}
}

// toModel builds a model from the API's answer.
func (k *Kind[F, M]) toModel(p opentact.Profile[F]) M {
	return k.FromAPI(Common{
		ID:         types.StringValue(p.UUID),
		Name:       types.StringValue(p.Fields.ProfileName()),
		CreatedOn:  types.StringPointerValue(p.CreatedOn.Pointer()),
		ModifiedOn: types.StringPointerValue(p.ModifiedOn.Pointer()),
	}, p.Fields)
}

// toProfile returns what a model knows of a profile.
func (k *Kind[F, M]) toProfile(m M) opentact.Profile[F] {
	common := m.common()
	return opentact.Profile[F]{
		UUID:       common.ID.ValueString(),
		CreatedOn:  Optional(common.CreatedOn, common.CreatedOn.ValueString()),
		ModifiedOn: Optional(common.ModifiedOn, common.ModifiedOn.ValueString()),
		Fields:     k.ToAPI(m),
	}
}

// attributes returns all attributes of the kind's resource.
func (k *Kind[F, M]) attributes() map[string]schema.Attribute {
	all := maps.Clone(k.Attributes)
	maps.Copy(all, commonAttributes(k.Spec.Name))
	return all
}

// collection returns the client's collection of the kind. Before the provider
// is configured, as in validation, there is no client and no need of one.
func (k *Kind[F, M]) collection(providerData any) *opentact.Collection[F] {
	client, ok := providerData.(*opentact.Client)
	if !ok {
		return nil
	}
	return opentact.CollectionOf(client, k.Spec)
}
