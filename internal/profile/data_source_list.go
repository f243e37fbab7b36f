// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// attrProfiles is the attribute with the profiles that the data source reads.
const attrProfiles = "profiles"

// profilesDataSource is the data source of all profiles of a kind. A regular expression may
// select profiles by name.
type profilesDataSource[F opentact.Fields] struct {
	kind     *Kind[F]
	profiles *opentact.Collection[F]
}

func (d *profilesDataSource[F]) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.kind.TypeName + "s"
}

func (d *profilesDataSource[F]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Reads all %ss of the account, or those whose names match a regular expression.", d.kind.Spec.Name),
		Attributes: map[string]schema.Attribute{
			attrNameRegex: schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: nameRegexDescription,
				Validators:          []validator.String{regexRule},
			},
			attrProfiles: schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: fmt.Sprintf("The %ss, sorted by `name` and then by `id`.", d.kind.Spec.Name),
				NestedObject:        schema.NestedAttributeObject{Attributes: d.kind.readOnlyAttributes()},
			},
		},
	}
}

func (d *profilesDataSource[F]) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.profiles = d.kind.collection(req.ProviderData)
}

func (d *profilesDataSource[F]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	found := d.kind.matching(ctx, d.profiles, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	values := maps.Clone(attributeValues(req.Config.Raw))
	listType := values[attrProfiles].Type()
	list, _ := listType.(tftypes.List) // as the schema says
	profiles := make([]tftypes.Value, len(found))
	for i, profile := range found {
		profiles[i] = d.kind.toTerraform(list.ElementType, profile)
	}
	values[attrProfiles] = tftypes.NewValue(listType, profiles)
	resp.State.Raw = tftypes.NewValue(req.Config.Raw.Type(), values)
}
