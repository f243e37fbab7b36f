// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// model is the provider's configuration.
type model struct {
	BaseURL           types.String    `tfsdk:"base_url"`
	Token             types.String    `tfsdk:"token"`
	Email             types.String    `tfsdk:"email"`
	Password          types.String    `tfsdk:"password"`
	RequestTimeout    types.String    `tfsdk:"request_timeout"`
	MaxRetries        profile.Integer `tfsdk:"max_retries"`
	RetryMaxWait      types.String    `tfsdk:"retry_max_wait"`
	RequestsPerSecond profile.Decimal `tfsdk:"requests_per_second"`
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		baseURL.name: schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: baseURL.description("The address of the API: an absolute https URL, or an http URL of a loopback address, without an `@`."),
			Validators:          []validator.String{baseURL.validator()},
		},
		token.name: schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: token.description("The API token, a JWT that is sent as `X-Auth-Token` and lives for a day. Either it or `email` and `password` are needed."),
			Validators:          []validator.String{token.validator()},
		},
		email.name: schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: email.description("The e-mail address of a user, to log in with `password` in the place of a `token`."),
			Validators:          []validator.String{email.validator()},
		},
		password.name: schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: password.description("The password of the user with the address `email`. The provider logs in when it first needs to, and again before its token expires."),
			Validators:          []validator.String{password.validator()},
		},
		requestTimeout.name: schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: requestTimeout.description("How long one attempt of a request may take, including its response, as a duration such as `45s` or `1m30s`, from `1s` to `10m`."),
			Validators:          []validator.String{requestTimeout.validator()},
		},
		maxRetries.name: schema.Int64Attribute{
			CustomType: profile.IntegerType{}, Optional: true,
			MarkdownDescription: maxRetries.description(fmt.Sprintf("How often a request that failed may be sent again, 0 to %d. "+
				"A request to create whose answer is lost is sent again only if two lists do not show what it would have made.", maxRetriesLimit)),
			Validators: []validator.Int64{maxRetries.validator()},
		},
		retryMaxWait.name: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: retryMaxWait.description("The longest wait before a retry, as a duration such as `45s` or `1m30s`, from `0s` to `10m`. " +
				"Waits begin at half a second at the most and double from one attempt to the next, or last as long as the API asks for by `Retry-After`; this caps both."),
			Validators: []validator.String{retryMaxWait.validator()},
		},
		requestsPerSecond.name: schema.Float64Attribute{
			CustomType: profile.DecimalType{}, Optional: true,
			MarkdownDescription: requestsPerSecond.description(fmt.Sprintf("How many requests the provider sends in a second at the most, evenly spread: a number from %g to %d. ", minRequestsPerSecond, maxRequestsPerSecond) +
				"Without it there is no limit but the API's own."),
			Validators: []validator.Float64{requestsPerSecond.validator()},
		},
	}
}

// clientConfig is what the configuration and the environment say together.
func (m model) clientConfig(diags *diag.Diagnostics) (config opentact.Config) {
	config.BaseURL, _ = baseURL.resolve(m.BaseURL, diags)
	config.Credentials = m.credentials(diags)
	config.RequestTimeout, _ = requestTimeout.resolve(m.RequestTimeout, diags)
	config.MaxRetries, _ = maxRetries.resolve(m.MaxRetries, diags)
	config.RetryMaxWait, _ = retryMaxWait.resolve(m.RetryMaxWait, diags)
	config.RequestsPerSecond, _ = requestsPerSecond.resolve(m.RequestsPerSecond, diags)
	return config
}

// unknownAttributes lists those whose values depend on something that is not
// known yet. The environment does not stand in for them: it may mean another
// account.
func unknownAttributes(config tftypes.Value) []string {
	var values map[string]tftypes.Value
	if config.As(&values) != nil {
		return nil
	}
	maps.DeleteFunc(values, func(_ string, value tftypes.Value) bool { return value.IsKnown() })
	return slices.Sorted(maps.Keys(values))
}

// unknownConfigurationError is what every call ends in while the configuration
// is not known.
type unknownConfigurationError struct{ attributes []string }

func (e *unknownConfigurationError) Error() string {
	return fmt.Sprintf("the API cannot be called yet, because these attributes of the provider are not known before apply: %s. "+
		"They depend on a resource that is still to be created or replaced. Apply that one alone first, with `terraform apply -target=ADDRESS`, "+
		"or set them from variables or the environment", strings.Join(e.attributes, ", "))
}
