// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

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

// pathNameRegex is that of the filter.
var pathNameRegex = path.Root("name_regex")

// regexRule is that of name_regex.
var regexRule = StringRule{
	Rule:  "must be a regular expression in RE2 syntax",
	Check: func(text string) error { _, err := regexp.Compile(text); return err },
}

func (d *profilesDataSource[F, M]) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.kind.TypeName + "s"
}

func (d *profilesDataSource[F, M]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Reads all %ss of the account, or those whose names match a regular expression.", d.kind.Spec.Name),
		Attributes: map[string]schema.Attribute{
			"name_regex": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "A regular expression in [RE2 syntax](https://github.com/google/re2/wiki/Syntax) that a name has to match, anywhere unless it is anchored by `^` and `$`. All names match if it is omitted.",
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
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, pathNameRegex, &data.NameRegex)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// The validator has compiled it before, unless it was not known then.
	pattern, err := regexp.Compile(data.NameRegex.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(pathNameRegex, "Invalid Attribute Value", err.Error())
		return
	}
	all, err := d.profiles.List(ctx)
	if err != nil {
		report(&resp.Diagnostics, operation{verb: verbList, kind: d.kind.Spec.Name + "s"}, err)
		return
	}
	slices.SortFunc(all, func(a, b opentact.Profile[F]) int {
		return cmp.Or(cmp.Compare(a.Fields.ProfileName(), b.Fields.ProfileName()), cmp.Compare(a.UUID, b.UUID))
	})
	data.Profiles = []M{}
	for _, profile := range all {
		if pattern.MatchString(profile.Fields.ProfileName()) {
			data.Profiles = append(data.Profiles, d.kind.toModel(profile))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &data)...)
}
