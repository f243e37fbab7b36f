// SPDX-License-Identifier: MPL-2.0

// Package profile is the Terraform side of one kind of API object: resource, list resource, data
// sources, import, plans and diagnostics. It is generic. A kind adds its fields and attributes.
package profile

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// Kind is one kind of profile. F is the struct of its fields.
type Kind[F opentact.Fields] struct {
	// Spec describes the kind to the client.
	Spec *opentact.Spec[F]
	// TypeName is the name of the resource, the list resource and the data source of one profile,
	// without the provider's prefix. The data source of several profiles has an additional s.
	TypeName string
	// Description says in Markdown what the profile is for.
	Description string
	// Attributes has an attribute for each field except name, under the field's JSON name. A
	// description says what the attribute means. The rules for input follow from the validators.
	Attributes map[string]schema.Attribute

	once   sync.Once
	layout opentact.Layout[F]
}

// fields returns the layout of F.
func (k *Kind[F]) fields() opentact.Layout[F] {
	k.once.Do(func() { k.layout = opentact.LayoutOf[F]() })
	return k.layout
}

// Registration is a kind without its type parameter. The provider registers the resources and data
// sources that its methods return.
type Registration interface {
	Resources() []func() resource.Resource
	ListResources() []func() list.ListResource
	DataSources() []func() datasource.DataSource

	names() kindNames
	exists(ctx context.Context, client *opentact.Client, uuid string) bool
}

// Resources returns the kind's resource.
func (k *Kind[F]) Resources() []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return &profileResource[F]{kind: k} },
	}
}

// ListResources returns the kind's list resource.
func (k *Kind[F]) ListResources() []func() list.ListResource {
	return []func() list.ListResource{
		func() list.ListResource { return &profileListResource[F]{kind: k} },
	}
}

// DataSources returns the data sources of one profile and of several profiles.
func (k *Kind[F]) DataSources() []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return &profileDataSource[F]{kind: k} },
		func() datasource.DataSource { return &profilesDataSource[F]{kind: k} },
	}
}

// isNullable reports whether a null unsets an attribute.
func (k *Kind[F]) isNullable(name string) bool { return slices.Contains(k.Spec.Nullable, name) }

// isSensitive reports whether an attribute's value may contain credentials.
func (k *Kind[F]) isSensitive(name string) bool { return slices.Contains(k.Spec.Sensitive, name) }

// ProviderData is what the provider passes to its resources, list resources and data sources.
type ProviderData struct {
	// Client calls the API.
	Client *opentact.Client
	// Kinds are all kinds of the provider. With them, an error can say that an id belongs to a profile of
	// another kind.
	Kinds []Registration

	// DuplicateCheck says what to do about new profiles that may exist already.
	DuplicateCheck DuplicateCheck

	// reported counts similar diagnostics.
	reported counter
	// managed has a key for the UUID of each profile that a resource is known to manage or to have managed.
	managed sync.Map
	// foundMissing reports whether a refresh has removed a profile from the state.
	foundMissing atomic.Bool
}

// collection returns the client's collection of the kind, or nil if the provider is not configured yet,
// for example during validation.
func (k *Kind[F]) collection(providerData any) *opentact.Collection[F] {
	data, ok := providerData.(*ProviderData)
	if !ok {
		return nil
	}
	return opentact.CollectionOf(data.Client, k.Spec)
}
