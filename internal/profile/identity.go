// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// IdentitySchema returns the schema of the identity, which is the UUID of the profile.
// Terraform 1.12 and later store it.
func (r *profileResource[F]) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			attrID: identityschema.StringAttribute{
				RequiredForImport: true,
				Description:       fmt.Sprintf("The UUID that the API gave the %s.", r.kind.Spec.Name),
			},
		},
	}
}

// setIdentity sets the identity of a resource. The framework requires it after each create,
// read and update, even if a read does not find the profile. Terraform sends no identity for
// a delete, so a failed delete would lose it.
func setIdentity(ctx context.Context, diags *diag.Diagnostics, identity *tfsdk.ResourceIdentity, uuid string) {
	diags.Append(identity.SetAttribute(ctx, path.Root(attrID), uuid)...)
}

// uuidForm describes a UUID.
const uuidForm = "32 hexadecimal digits in groups of 8-4-4-4-12"

// ImportState imports the profile with a UUID, from an import ID or an identity. Terraform reads
// the profile next.
func (r *profileResource[F]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := req.ID
	if id == "" {
		var fromIdentity types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root(attrID), &fromIdentity)...)
		id = fromIdentity.ValueString()
	}
	uuid, err := opentact.ParseUUID(id)
	if err != nil {
		resp.Diagnostics.AddError("Invalid import ID",
			fmt.Sprintf("The import ID of a %s must be a UUID (%s), got %.60q. Nothing was imported. "+
				"Use the data source opentact_%ss to find the UUID.", r.kind.Spec.Name, uuidForm, id, r.kind.TypeName))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attrID), uuid)...)
	setIdentity(ctx, &resp.Diagnostics, resp.Identity, uuid)
}
