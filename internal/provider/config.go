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
)

// model is the configuration of the provider.
type model struct {
	BaseURL           types.String `tfsdk:"base_url"`
	APIKey            types.String `tfsdk:"api_key"`
	Token             types.String `tfsdk:"token"`
	Email             types.String `tfsdk:"email"`
	Password          types.String `tfsdk:"password"`
	RequestTimeout    types.String `tfsdk:"request_timeout"`
	MaxRetries        types.Number `tfsdk:"max_retries"`
	RetryMaxWait      types.String `tfsdk:"retry_max_wait"`
	RequestsPerSecond types.Number `tfsdk:"requests_per_second"`
	DuplicateCheck    types.String `tfsdk:"duplicate_check"`
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		baseURL.name: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: baseURL.describe("The base URL of the API. It must be an absolute https URL, or an http URL of a loopback address. " +
				"It must not contain an `@`."),
			Validators: []validator.String{baseURL},
		},
		apiKey.name: schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: apiKey.describe("An API key, which you create in the OpenTact portal. The provider sends it as `Authorization: Bearer`, and can't renew it. " +
				"Set exactly one of these: `api_key`, `email` and `password`, or `token`."),
			Validators: []validator.String{apiKey},
		},
		token.name: schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: token.describe("The token of a login, a JWT. The provider sends it as `X-Auth-Token`, and can't renew it. OpenTact tokens are valid for a day."),
			Validators:          []validator.String{token},
		},
		email.name: schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: email.describe("The e-mail address of a user. With `email` and `password`, the provider logs in and gets its own tokens."),
			Validators:          []validator.String{email},
		},
		password.name: schema.StringAttribute{
			Optional: true, Sensitive: true,
			MarkdownDescription: password.describe("The password of the user with the address `email`. The provider logs in before its first request, " +
				"and again before its token expires."),
			Validators: []validator.String{password},
		},
		requestTimeout.name: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: requestTimeout.describe("The maximum duration of one attempt of a request, including its response. " +
				"It must be from `1s` to `10m`, such as `45s` or `1m30s`."),
			Validators: []validator.String{requestTimeout},
		},
		maxRetries.name: schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: maxRetries.describe(fmt.Sprintf("The maximum number of retries of a request: an integer from 0 to %d. "+
				"If the response to a create is lost, the provider reads the list of profiles twice, and resends the create only if neither list shows the new profile.", maxRetriesLimit)),
			Validators: []validator.Number{maxRetries},
		},
		retryMaxWait.name: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: retryMaxWait.describe("The maximum wait before a retry. It must be from `0s` to `10m`, such as `45s` or `1m30s`. " +
				"The first wait is at most half a second, and each further wait is at most twice as long. If a response asks for a longer wait with `Retry-After`, the provider waits that long. " +
				"No wait is longer than `retry_max_wait`."),
			Validators: []validator.String{retryMaxWait},
		},
		requestsPerSecond.name: schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: requestsPerSecond.describe(fmt.Sprintf("The maximum number of requests per second, evenly spaced: a number from %g to %d. "+
				"Without it, only the API limits the rate.", minRequestsPerSecond, maxRequestsPerSecond)),
			Validators: []validator.Number{requestsPerSecond},
		},
		duplicateCheck.name: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: duplicateCheck.describe("What a plan and an apply do if a new profile has the name and all configured values of an existing one, for example after an apply was killed. " +
				"`warn` adds a warning, `error` fails and does not create the profile, and `off` does not compare profiles. " +
				"Before you set `error`, read the guide *Retries, lost responses and rate limits*."),
			Validators: []validator.String{duplicateCheck},
		},
	}
}

// clientConfig returns the configuration of the client, from the provider block and the
// environment.
func (m model) clientConfig(diags *diag.Diagnostics) (config opentact.Config) {
	config.BaseURL, _ = baseURL.resolve(m.BaseURL, diags)
	config.Credentials = m.credentials(diags)
	config.RequestTimeout, _ = requestTimeout.resolve(m.RequestTimeout, diags)
	config.MaxRetries, _ = maxRetries.resolve(m.MaxRetries, diags)
	config.RetryMaxWait, _ = retryMaxWait.resolve(m.RetryMaxWait, diags)
	config.RequestsPerSecond, _ = requestsPerSecond.resolve(m.RequestsPerSecond, diags)
	return config
}

// unknownAttributes returns the names of the attributes whose values are unknown. The
// provider does not use the environment instead, because that may belong to another
// account.
func unknownAttributes(config tftypes.Value) []string {
	var values map[string]tftypes.Value
	if config.As(&values) != nil {
		return nil
	}
	maps.DeleteFunc(values, func(_ string, value tftypes.Value) bool { return value.IsKnown() })
	return slices.Sorted(maps.Keys(values))
}

// unknownConfigurationError is the error of each call while attributes of the provider are
// unknown.
type unknownConfigurationError struct{ attributes []string }

func (e *unknownConfigurationError) Error() string {
	return fmt.Sprintf("the provider can't call the API yet, because these attributes of the provider are not known before apply: %s. "+
		"Their values come from a resource that does not exist yet or will change. Apply that resource first with `terraform apply -target=ADDRESS`, "+
		"or set the attributes from variables or the environment", strings.Join(e.attributes, ", "))
}
