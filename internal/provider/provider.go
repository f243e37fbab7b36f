// SPDX-License-Identifier: MPL-2.0

// Package provider is the OpenTact provider. It defines the configuration of the provider
// and lists the kinds of objects that the provider manages.
package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/opentact/terraform-provider-opentact/internal/messagingprofile"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/outboundvoiceprofile"
	"github.com/opentact/terraform-provider-opentact/internal/profile"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// kinds returns the kinds of objects that the provider manages.
func kinds() []profile.Registration {
	return []profile.Registration{
		messagingprofile.Kind(),
		outboundvoiceprofile.Kind(),
	}
}

// New returns a function that makes a provider. The User-Agent of its requests contains the
// build.
func New(build version.Build) func() provider.Provider {
	return func() provider.Provider { return &opentactProvider{build: build} }
}

type opentactProvider struct{ build version.Build }

var (
	_ provider.ProviderWithValidateConfig = (*opentactProvider)(nil)
	_ provider.ProviderWithListResources  = (*opentactProvider)(nil)
)

func (p *opentactProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "opentact"
	resp.Version = p.build.Number
}

func (p *opentactProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages messaging profiles and outbound voice profiles of the OpenTact telecom API.",
		Attributes:          attributes(),
	}
}

// ValidateConfig checks the attributes of the provider block against each other.
func (p *opentactProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var data model
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	resp.Diagnostics.Append(data.conflict()) // Append ignores nil
}

// Configure makes the client of all resources, data sources and list resources. It makes
// no request.
func (p *opentactProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var data model
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := unknownAttributes(req.Config.Raw); len(unknown) > 0 {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}
		setClient(resp, opentact.Unusable(&unknownConfigurationError{attributes: unknown}), profile.DuplicateCheckOff)
		return
	}
	config := data.clientConfig(&resp.Diagnostics)
	check, _ := duplicateCheck.resolve(data.DuplicateCheck, &resp.Diagnostics)
	config.UserAgent = fmt.Sprintf("terraform-provider-opentact/%s Terraform/%s", p.build, req.TerraformVersion)
	config.Logger = newLogger()
	if resp.Diagnostics.HasError() {
		return
	}
	setClient(resp, opentact.New(config), check)
}

// setClient passes the client to all resources and data sources.
func setClient(resp *provider.ConfigureResponse, client *opentact.Client, check profile.DuplicateCheck) {
	data := &profile.ProviderData{Client: client, Kinds: kinds(), DuplicateCheck: check}
	resp.DataSourceData, resp.ResourceData, resp.ListResourceData = data, data, data
}

func (p *opentactProvider) Resources(context.Context) (all []func() resource.Resource) {
	for _, kind := range kinds() {
		all = append(all, kind.Resources()...)
	}
	return all
}

func (p *opentactProvider) ListResources(context.Context) (all []func() list.ListResource) {
	for _, kind := range kinds() {
		all = append(all, kind.ListResources()...)
	}
	return all
}

func (p *opentactProvider) DataSources(context.Context) (all []func() datasource.DataSource) {
	for _, kind := range kinds() {
		all = append(all, kind.DataSources()...)
	}
	return all
}
