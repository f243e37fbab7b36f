// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// profileDataSource reads one profile, by its id or its name.
type profileDataSource[F opentact.Fields] struct {
	kind     *Kind[F]
	profiles *opentact.Collection[F]
}

func (d *profileDataSource[F]) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.kind.TypeName
}

func (d *profileDataSource[F]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := readOnlyAttributes(d.kind.attributes())
	attributes[attrID] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: fmt.Sprintf("The UUID of the %s. Exactly one of `id` and `name` is needed.", d.kind.Spec.Name),
		Validators:          []validator.String{uuidRule},
	}
	attributes[attrName] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: fmt.Sprintf("The exact name of the %s, 1 to 255 characters. It is an error if none or several have it.", d.kind.Spec.Name),
		Validators:          []validator.String{nameRule},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Reads one %s by its `id` or its exact `name`.", d.kind.Spec.Name),
		Attributes:          attributes,
	}
}

func (d *profileDataSource[F]) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot(attrID), path.MatchRoot(attrName)),
	}
}

func (d *profileDataSource[F]) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.profiles = d.kind.collection(req.ProviderData)
}

func (d *profileDataSource[F]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var profile opentact.Profile[F]
	var err error
	wanted := d.kind.fromTerraform(req.Config.Raw)
	name := wanted.Fields.ProfileName()
	if wanted.UUID == "" {
		profile, err = d.byName(ctx, name)
	} else {
		profile, err = d.profiles.Get(ctx, opentact.Profile[F]{UUID: wanted.UUID})
	}
	if err != nil {
		report(&resp.Diagnostics, operation{verb: verbFind, kind: d.kind.Spec.Name, name: cmp.Or(name, wanted.UUID)}, err)
		return
	}
	resp.State.Raw = d.kind.toTerraform(req.Config.Raw.Type(), profile)
}

// byName finds the one profile with a name.
func (d *profileDataSource[F]) byName(ctx context.Context, name string) (profile opentact.Profile[F], err error) {
	all, err := d.profiles.List(ctx)
	if err != nil {
		return profile, err
	}
	var ids []string
	for _, listed := range all {
		if listed.Fields.ProfileName() == name {
			profile, err = listed.Profile, cmp.Or(err, listed.Err)
			ids = append(ids, listed.UUID)
		}
	}
	switch len(ids) {
	case 1:
		return profile, err
	case 0:
		unnamed := unnamedOf(all)
		err = fmt.Errorf("no %s is named %q; the API lists %d with other names", d.kind.Spec.Name, name, len(all)-len(unnamed))
		if len(unnamed) > 0 {
			err = fmt.Errorf("%w, and shows no name of these: %s", err, opentact.Enumerate(unnamed))
		}
		return profile, err
	default:
		return profile, fmt.Errorf("%d %ss are named %q, choose one of them by its id: %s", len(ids), d.kind.Spec.Name, name, opentact.Enumerate(ids))
	}
}
