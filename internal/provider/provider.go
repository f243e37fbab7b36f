// SPDX-License-Identifier: MPL-2.0

// Package provider is the OpenTact provider: its configuration, and the list
// of the kinds of objects that it manages.
package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/messagingprofile"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/outboundvoiceprofile"
	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// kinds are the kinds of objects that the provider manages.
func kinds() []profile.Registration {
	return []profile.Registration{
		messagingprofile.Kind(),
		outboundvoiceprofile.Kind(),
	}
}

// New returns a function that makes providers of the given version.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &opentactProvider{version: version} }
}

type opentactProvider struct{ version string }

// model is the provider's configuration.
type model struct {
	BaseURL        types.String    `tfsdk:"base_url"`
	Token          types.String    `tfsdk:"token"`
	RequestTimeout types.String    `tfsdk:"request_timeout"`
	MaxRetries     profile.Integer `tfsdk:"max_retries"`
}

func (p *opentactProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "opentact"
	resp.Version = p.version
}

func (p *opentactProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages messaging profiles and outbound voice profiles of the OpenTact telecom API.",
		Attributes: map[string]schema.Attribute{
			baseURL.name: schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The address of the API: an absolute https URL, or an http URL of a loopback address. " +
					baseURL.sources() + " The default is `" + opentact.DefaultBaseURL + "`.",
				Validators: []validator.String{baseURL.rule()},
			},
			token.name: schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "The API token, a JWT that is sent as `X-Auth-Token` and lives for a day. " + token.sources() + " It has no default.",
				Validators:          []validator.String{token.rule()},
			},
			requestTimeout.name: schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How long one attempt of a request may take, its answer included, as a duration such as `45s` or `1m30s`. " +
					requestTimeout.sources() + fmt.Sprintf(" The default is `%s`.", opentact.DefaultRequestTimeout),
				Validators: []validator.String{requestTimeout.rule()},
			},
			maxRetries.name: schema.Int64Attribute{
				CustomType: profile.IntegerType{}, Optional: true,
				MarkdownDescription: fmt.Sprintf("How often a request that failed may be sent again, 0 to %d. A request to create is sent again only if the API certainly did not carry it out. ", mostRetries) +
					maxRetries.sources() + fmt.Sprintf(" The default is `%d`.", opentact.DefaultMaxRetries),
				Validators: []validator.Int64{maxRetries.rule()},
			},
		},
	}
}

// Configure makes the client that every resource and data source works with.
// It makes no request.
func (p *opentactProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var data model
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := data.unknown(); len(unknown) > 0 {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}
		client := opentact.Unusable(&unknownConfigurationError{attributes: unknown})
		resp.DataSourceData, resp.ResourceData = client, client
		return
	}
	config := opentact.Config{
		RetryMaxWait: opentact.DefaultRetryMaxWait,
		UserAgent:    fmt.Sprintf("terraform-provider-opentact/%s Terraform/%s", p.version, req.TerraformVersion),
		Log:          logAttempt,
	}
	config.BaseURL, _ = baseURL.resolve(data.BaseURL, &resp.Diagnostics)
	config.Token, config.TokenSource = token.resolve(data.Token, &resp.Diagnostics)
	config.RequestTimeout, _ = requestTimeout.resolve(data.RequestTimeout, &resp.Diagnostics)
	config.MaxRetries, _ = maxRetries.resolve(data.MaxRetries, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	client := opentact.New(config)
	resp.DataSourceData, resp.ResourceData = client, client
}

func (p *opentactProvider) Resources(context.Context) (all []func() resource.Resource) {
	for _, kind := range kinds() {
		all = append(all, kind.Resources()...)
	}
	return all
}

func (p *opentactProvider) DataSources(context.Context) (all []func() datasource.DataSource) {
	for _, kind := range kinds() {
		all = append(all, kind.DataSources()...)
	}
	return all
}

// unknown lists the attributes whose values depend on something that is not
// known yet. The environment does not stand in for them: it may mean another
// account.
func (m model) unknown() (attributes []string) {
	for _, s := range []struct {
		name  string
		value attr.Value
	}{
		{baseURL.name, m.BaseURL},
		{token.name, m.Token},
		{requestTimeout.name, m.RequestTimeout},
		{maxRetries.name, m.MaxRetries},
	} {
		if s.value.IsUnknown() {
			attributes = append(attributes, s.name)
		}
	}
	return attributes
}

// unknownConfigurationError is what every call ends in while the configuration
// is not known.
type unknownConfigurationError struct{ attributes []string }

func (e *unknownConfigurationError) Error() string {
	names := strings.Join(e.attributes, " and ")
	return fmt.Sprintf("the API cannot be called yet, because the provider's %s is not known before apply: "+
		"it depends on a resource that does not exist yet. Create that resource first, with `terraform apply -target`, "+
		"or set %s from a variable or the environment", names, names)
}
