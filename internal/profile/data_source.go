// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// profileDataSource is the data source of one profile. It reads the profile by its id or name.
type profileDataSource[F opentact.Fields] struct {
	kind     *Kind[F]
	profiles *opentact.Collection[F]
	provider *ProviderData
}

func (d *profileDataSource[F]) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.kind.TypeName
}

func (d *profileDataSource[F]) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := d.kind.readOnlyAttributes()
	attributes[attrID] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: fmt.Sprintf("The UUID of the %s. Set either `id` or `name`.", d.kind.Spec.Name),
		Validators:          []validator.String{uuidRule},
	}
	attributes[attrName] = schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		MarkdownDescription: fmt.Sprintf("The exact name of the %[1]s. It must have 1 to 255 characters, and exactly one %[1]s must have it.", d.kind.Spec.Name),
		Validators:          []validator.String{nameRule},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Reads one %s by its `id` or its exact `name`.", d.kind.Spec.Name),
		Attributes:          attributes,
	}
}

// ValidateConfig requires exactly one of id and name. An unknown value may become null.
func (d *profileDataSource[F]) ValidateConfig(_ context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	const rule = "Exactly one of id and name must be set, "
	config := attributeValues(req.Config.Raw)
	id, name := config[attrID], config[attrName]
	switch {
	case !id.IsKnown() || !name.IsKnown():
	case id.IsNull() && name.IsNull():
		resp.Diagnostics.AddError("Missing Attribute Configuration", rule+"got neither.")
	case !id.IsNull() && !name.IsNull():
		resp.Diagnostics.AddError("Invalid Attribute Combination", rule+"got both.")
	}
}

func (d *profileDataSource[F]) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.profiles = d.kind.collection(req.ProviderData)
	d.provider, _ = req.ProviderData.(*ProviderData)
}

func (d *profileDataSource[F]) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var profile opentact.Profile[F]
	var err error
	wanted := d.kind.fromTerraform(req.Config.Raw)
	wanted.UUID = strings.ToLower(wanted.UUID) // uuidRule accepts upper case
	name := wanted.Fields.ProfileName()
	if wanted.UUID == "" {
		profile, err = d.byName(ctx, name)
	} else {
		profile, err = d.profiles.Get(ctx, opentact.Profile[F]{UUID: wanted.UUID})
		err = d.kind.explainNotFound(ctx, d.provider, wanted.UUID, err)
	}
	if err != nil {
		addError(&resp.Diagnostics, operation{verb: verbFind, kind: d.kind.Spec.Name, name: cmp.Or(name, wanted.UUID)}, err)
		return
	}
	resp.State.Raw = d.kind.toTerraform(req.Config.Raw.Type(), profile)
}

// nameError means that the name of a data source belongs to no profile, or to several.
type nameError struct{ cause, next string }

func (e *nameError) Error() string { return e.cause }

func (e *nameError) nextStep() string { return e.next }

// byName returns the profile with a name. It returns an error unless exactly one profile has
// the name.
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
		return profile, d.noneNamed(name, all)
	default:
		return profile, &nameError{
			cause: fmt.Sprintf("%d %ss are named %q: %s", len(ids), d.kind.Spec.Name, name, opentact.Enumerate(ids)),
			next:  "Set id instead of name to select one of them.",
		}
	}
}

// noneNamed returns the error if no profile has a name. It suggests similar names.
func (d *profileDataSource[F]) noneNamed(name string, all []opentact.Listed[F]) error {
	unnamed := unnamedOf(all)
	err := &nameError{
		cause: fmt.Sprintf("no %s is named %q; the API lists %d with other names", d.kind.Spec.Name, name, len(all)-len(unnamed)),
		next:  "If the same configuration creates the profile, add the address of its resource to depends_on of this data source.",
	}
	if len(unnamed) > 0 {
		err.cause += ", and shows no name of these: " + opentact.Enumerate(unnamed)
	}
	names := make([]string, len(all))
	for i, listed := range all {
		names[i] = listed.Fields.ProfileName()
	}
	if closest := closestNames(name, names); len(closest) > 0 {
		for i := range closest {
			closest[i] = strconv.Quote(closest[i]) // which shows invisible characters
		}
		err.next = fmt.Sprintf("Did you mean %s? %s", strings.Join(closest, " or "), err.next)
	}
	return err
}
