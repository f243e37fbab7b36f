// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// profileListResource lists profiles for `terraform query`, so that users can import them.
type profileListResource[F opentact.Fields] struct {
	kind     *Kind[F]
	profiles *opentact.Collection[F]
}

// Metadata sets the type name, which is the same as that of the resource.
func (l *profileListResource[F]) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + l.kind.TypeName
}

func (l *profileListResource[F]) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Lists the %ss of the account, or those whose names match a regular expression, sorted by name.", l.kind.Spec.Name),
		Attributes: map[string]schema.Attribute{
			attrNameRegex: schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: nameRegexDescription,
				Validators:          []validator.String{regexRule},
			},
		},
	}
}

func (l *profileListResource[F]) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	l.profiles = l.kind.collection(req.ProviderData)
}

// List reads the list from the API when Terraform asks for the first result. After an error
// it returns no results, because an incomplete list would look complete. A warning about the
// limit comes first, because Terraform reads nothing after the last result.
func (l *profileListResource[F]) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = func(push func(list.ListResult) bool) {
		var diags diag.Diagnostics
		found := l.kind.matching(ctx, l.profiles, req.Config, &diags)
		if limit := int(req.Limit); limit > 0 && len(found) > limit {
			diags.AddWarning(fmt.Sprintf("Not all %ss are listed", l.kind.Spec.Name),
				fmt.Sprintf("%d profiles match, but the list shows only the first %d. To list all profiles, set the limit of the list block to %d or more.", len(found), limit, len(found)))
			found = found[:limit]
		}
		if len(diags) > 0 && !push(list.ListResult{Diagnostics: diags}) {
			return
		}
		for _, profile := range found {
			if !push(l.result(ctx, req, profile)) {
				return
			}
		}
	}
}

// result returns a result with the name of the profile as its display name.
func (l *profileListResource[F]) result(ctx context.Context, req list.ListRequest, profile opentact.Profile[F]) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = opentact.Clean(profile.Fields.ProfileName()) // Terraform prints it unchanged
	setIdentity(ctx, &result.Diagnostics, result.Identity, profile.UUID)
	if req.IncludeResource {
		result.Resource.Raw = l.kind.toTerraform(result.Resource.Schema.Type().TerraformType(ctx), profile)
	}
	return result
}
