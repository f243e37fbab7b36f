// SPDX-License-Identifier: MPL-2.0

// Package profile is the Terraform life of one kind of API object, written
// once: its resource, list resource and data sources, import, plans and
// diagnostics. A kind adds its attributes.
//
// Data flows one way: configuration → fields → client, and back.
package profile

import (
	"context"
	"maps"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// Kind is one kind of profile: F are its fields as the client sends them.
type Kind[F opentact.Fields] struct {
	// Spec is the kind as the client knows it.
	Spec *opentact.Spec[F]
	// TypeName follows the provider's name in the names of the resource, the list
	// resource and the data source of one profile. That of all profiles ends in an s.
	TypeName string
	// Description says what such a profile is for, in one or two sentences of
	// Markdown.
	Description string
	// Attributes are those of the kind's own: one for each field but the name, of
	// the same type, and with the field's JSON name.
	Attributes map[string]schema.Attribute

	once   sync.Once
	layout opentact.Layout[F]
}

// fields returns where in F each field is.
func (k *Kind[F]) fields() opentact.Layout[F] {
	k.once.Do(func() { k.layout = opentact.LayoutOf[F]() })
	return k.layout
}

// Registration is a kind as the provider sees it, whatever its types.
type Registration interface {
	// What they return is registered with the framework.
	Resources() []func() resource.Resource
	ListResources() []func() list.ListResource
	DataSources() []func() datasource.DataSource

	names() kindNames
	exists(ctx context.Context, client *opentact.Client, uuid string) bool
}

// Resources returns the resource of one profile.
func (k *Kind[F]) Resources() []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return &profileResource[F]{kind: k} },
	}
}

// ListResources returns the one that finds profiles to import.
func (k *Kind[F]) ListResources() []func() list.ListResource {
	return []func() list.ListResource{
		func() list.ListResource { return &profileListResource[F]{kind: k} },
	}
}

// DataSources returns those of one profile, and of all.
func (k *Kind[F]) DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return &profileDataSource[F]{kind: k} },
		func() datasource.DataSource { return &profilesDataSource[F]{kind: k} },
	}
}

// attributes returns all attributes of the kind's resource.
func (k *Kind[F]) attributes() map[string]schema.Attribute {
	all := maps.Clone(k.Attributes)
	maps.Copy(all, commonAttributes(k.Spec.Name))
	return all
}

// collection returns the client's collection of the kind. Before the provider
// is configured, as in validation, there is no client and no need of one.
func (k *Kind[F]) collection(providerData any) *opentact.Collection[F] {
	data, ok := providerData.(*ProviderData)
	if !ok {
		return nil
	}
	return opentact.CollectionOf(data.Client, k.Spec)
}
