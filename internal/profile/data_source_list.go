// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// profilesDataSource reads all profiles of a kind, or those whose names match.
type profilesDataSource[F opentact.Fields, M model] struct {
	kind     *Kind[F, M]
	profiles *opentact.Collection[F]
}

// profilesModel is what it reads.
type profilesModel[M model] struct {
	NameRegex types.String `tfsdk:"name_regex"`
	Profiles  []M          `tfsdk:"profiles"`
}

func (d *profilesDataSource[F, M]) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.kind.TypeName + "s"
}

func (d *profilesDataSource[F, M]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Reads all %ss of the account, or those whose names match a regular expression.", d.kind.Spec.Name),
		Attributes: map[string]schema.Attribute{
			attrNameRegex: schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: nameRegexDescription,
				Validators:          []validator.String{regexRule},
			},
			"profiles": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: fmt.Sprintf("The %ss, sorted by `name` and then by `id`.", d.kind.Spec.Name),
				NestedObject:        schema.NestedAttributeObject{Attributes: readOnlyAttributes(d.kind.attributes())},
			},
		},
	}
}

func (d *profilesDataSource[F, M]) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.profiles = d.kind.collection(req.ProviderData)
}

func (d *profilesDataSource[F, M]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data profilesModel[M]
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(attrNameRegex), &data.NameRegex)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found := d.kind.matching(ctx, d.profiles, data.NameRegex, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	data.Profiles = make([]M, len(found))
	for i, profile := range found {
		data.Profiles[i] = d.kind.toModel(profile)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}
