// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// profileResource manages profiles of one kind.
type profileResource[F opentact.Fields, M model] struct {
	kind     *Kind[F, M]
	profiles *opentact.Collection[F]
}

func (r *profileResource[F, M]) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.kind.TypeName
}

func (r *profileResource[F, M]) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := r.kind.attributes()
	for name, own := range r.kind.Attributes {
		described, err := describeRemoval(own, r.kind.isNullable(name))
		if err != nil { // every test would see it
			resp.Diagnostics.AddAttributeError(path.Root(name), "Incomplete schema", sentence(err.Error()))
			return
		}
		attributes[name] = described
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: r.kind.Description,
		Attributes:          attributes,
	}
}

func (r *profileResource[F, M]) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.profiles = r.kind.collection(req.ProviderData)
}

// Create stores what exists even if it is not what was asked for: Terraform
// marks it as tainted, and nothing is forgotten.
func (r *profileResource[F, M]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	made, err := r.profiles.Create(ctx, r.kind.ToAPI(plan))
	if made.UUID != "" {
		resp.Diagnostics.Append(resp.State.Set(ctx, r.kind.toModel(made.Profile))...)
		identify(ctx, &resp.Diagnostics, resp.Identity, made.UUID)
		record(ctx, &resp.Diagnostics, resp.Private, attributeValues(req.Config.Raw))
	}
	r.warn(&resp.Diagnostics, plan, made)
	r.report(&resp.Diagnostics, verbCreate, plan, err)
}

// Read removes the profile from the state only if the API itself says that
// there is none.
func (r *profileResource[F, M]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	identify(ctx, &resp.Diagnostics, resp.Identity, state.common().ID.ValueString())
	profile, err := r.profiles.Get(ctx, r.kind.toProfile(state))
	if opentact.IsGone(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.report(&resp.Diagnostics, verbRead, state, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, r.kind.toModel(profile))...)
	forget(ctx, &resp.Diagnostics, resp.Private, attributeValues(resp.State.Raw))
}

// Update sends what differs between state and plan, and a null for what is to be
// reset.
func (r *profileResource[F, M]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	planned := attributeValues(req.Plan.Raw)
	resets := r.kind.resets(planned)
	wanted := tfsdk.Plan{Schema: req.Plan.Schema, Raw: withNulls(req.Plan.Raw, resets)}
	var plan, state M
	resp.Diagnostics.Append(wanted.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	identify(ctx, &resp.Diagnostics, resp.Identity, state.common().ID.ValueString())
	profile, err := r.profiles.Update(ctx, r.kind.toProfile(state), r.kind.ToAPI(plan))
	if profile.UUID != "" {
		resp.Diagnostics.Append(resp.State.Set(ctx, r.kind.toModel(profile))...)
	}
	if !certainlyNothing(err) {
		config := attributeValues(req.Config.Raw)
		record(ctx, &resp.Diagnostics, resp.Private, config, r.kind.postponed(recorded(ctx, req.Private), config, planned, err != nil)...)
	}
	if err == nil {
		r.warnOfVainResets(&resp.Diagnostics, resets, state, profile.Fields)
		keepPlanned(req.Plan.Raw, &resp.State)
	}
	r.report(&resp.Diagnostics, verbUpdate, state, err, resets...)
}

// Delete takes a profile that is gone already for deleted.
func (r *profileResource[F, M]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	identify(ctx, &resp.Diagnostics, resp.Identity, state.common().ID.ValueString())
	err := r.profiles.Delete(ctx, r.kind.toProfile(state))
	r.report(&resp.Diagnostics, verbDelete, state, err)
}
