// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// profileResource manages profiles of one kind.
type profileResource[F opentact.Fields] struct {
	kind     *Kind[F]
	profiles *opentact.Collection[F]
	provider *ProviderData
}

func (r *profileResource[F]) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.kind.TypeName
}

func (r *profileResource[F]) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes, err := r.kind.resourceAttributes(ctx)
	if err != nil {
		resp.Diagnostics.AddError("Invalid schema of "+r.kind.Spec.Name, sentence(err.Error()))
		return
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: r.kind.Description,
		Attributes:          attributes,
	}
}

func (r *profileResource[F]) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.profiles = r.kind.collection(req.ProviderData)
	r.provider, _ = req.ProviderData.(*ProviderData)
}

// Create saves the profile in the state even if the API stored other values than the planned ones.
// Terraform marks such a resource as tainted.
func (r *profileResource[F]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	config := r.kind.withWriteOnly(req.Config.Raw)
	if r.checkCreate(ctx, &resp.Diagnostics, config) {
		return
	}
	writeOnly := writeOnlyState{Planned: r.kind.writeOnlyFields(req.Config.Raw)}
	plan := r.kind.fromTerraform(writeOnly.withPlanned(nil, req.Plan.Raw, config))
	created, err := r.profiles.Create(ctx, plan.Fields)
	if created.UUID != "" {
		r.provider.managed.Store(created.UUID, nil)
		writeOnly = writeOnly.afterWrite(nil, nil, r.kind.sensitiveValues(plan.Fields), r.kind.sensitiveValues(created.Fields))
		resp.State.Raw = r.toState(req.Plan.Raw, created.Profile, writeOnly)
		setIdentity(ctx, &resp.Diagnostics, resp.Identity, created.UUID)
		saveConfigured(ctx, &resp.Diagnostics, resp.Private, attributeValues(config))
		writeOnly.save(ctx, &resp.Diagnostics, resp.Private)
	}
	r.warnAmbiguousCreate(&resp.Diagnostics, plan.Fields, created)
	r.report(&resp.Diagnostics, r.operation(verbCreate, plan.Fields), err)
}

// Read removes the profile from the state, with a warning, only if the API itself says that the profile
// doesn't exist. It doesn't change the state if the profile is the same.
func (r *profileResource[F]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	prior, writeOnly := attributeValues(req.State.Raw), r.kind.loadWriteOnly(ctx, req.Private)
	isImport := prior[attrName].IsNull() // ImportState has set only the id
	if !isImport && loadConfigured(ctx, req.Private) == nil {
		writeOnly = r.kind.lostWriteOnly(prior)
	}
	state := r.kind.fromTerraform(writeOnly.withUnknown(req.State.Raw))
	setIdentity(ctx, &resp.Diagnostics, resp.Identity, state.UUID)
	r.provider.managed.Store(state.UUID, nil)
	profile, err := r.profiles.Get(ctx, state, func(listed F) bool { return writeOnly.areStored(r.kind.sensitiveValues(listed)) })
	op := r.operation(verbRead, state.Fields)
	if isImport {
		op.verb, op.name = verbImport, state.UUID
		err = r.kind.explainNotFound(ctx, r.provider, state.UUID, err)
	}
	if opentact.IsNotFound(err) {
		if op.verb == verbRead { // Terraform reports an import that finds nothing
			r.provider.foundMissing.Store(true)
			r.warnNotFound(&resp.Diagnostics, state, removedFromState)
		}
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		r.report(&resp.Diagnostics, op, err)
		return
	}
	if profile != state {
		resp.State.Raw = r.toState(req.State.Raw, profile, writeOnly)
	}
	if isImport {
		saveConfigured(ctx, &resp.Diagnostics, resp.Private, nil)
	}
	pruneConfigured(ctx, &resp.Diagnostics, resp.Private, attributeValues(writeOnly.withUnknown(resp.State.Raw)))
	writeOnly.afterRead(r.kind.sensitiveValues(profile.Fields)).save(ctx, &resp.Diagnostics, resp.Private)
}

// Update sends the fields that differ between state and plan, and a null for each field to unset.
func (r *profileResource[F]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	config := r.kind.withWriteOnly(req.Config.Raw)
	prior, planned, configured := attributeValues(req.State.Raw), attributeValues(req.Plan.Raw), attributeValues(config)
	unsets := r.kind.plannedUnsets(planned)
	writeOnly := r.kind.loadWriteOnly(ctx, req.Private)
	plan := r.kind.fromTerraform(withNulls(writeOnly.withPlanned(prior, req.Plan.Raw, config), unsets))
	before := writeOnly.withUnknown(req.State.Raw)
	state := r.kind.fromTerraform(before)
	setIdentity(ctx, &resp.Diagnostics, resp.Identity, state.UUID)
	// Terraform keeps the private state of the plan if the update fails. It must not keep the planned fields.
	writeOnlyState{Hashes: writeOnly.Hashes}.save(ctx, &resp.Diagnostics, resp.Private)
	op := r.operation(verbUpdate, state.Fields)
	if r.checkUnsets(&resp.Diagnostics, op, unsets, attributeValues(req.Config.Raw)) {
		return
	}
	profile, err := r.profiles.Update(ctx, state, plan.Fields)
	if profile.UUID != "" {
		writeOnly = writeOnly.afterWrite(prior, planned, r.kind.sensitiveValues(plan.Fields), r.kind.sensitiveValues(profile.Fields))
		resp.State.Raw = r.toState(req.Plan.Raw, profile, writeOnly)
		writeOnly.save(ctx, &resp.Diagnostics, resp.Private)
	}
	if !opentact.OutcomeOf(err).NothingHappened() {
		configured = r.kind.withoutUnwritten(configured, attributeValues(req.Config.Raw), writeOnly)
		pending := r.kind.pendingRemovals(loadConfigured(ctx, req.Private), configured, attributeValues(before), planned, err != nil)
		saveConfigured(ctx, &resp.Diagnostics, resp.Private, configured, pending...)
	}
	if err == nil {
		r.warnUnsetIgnored(&resp.Diagnostics, unsets, state.Fields, profile.Fields, writeOnly)
		keepPlanned(req.Plan.Raw, &resp.State)
	}
	r.report(&resp.Diagnostics, op, err, unsets...)
}

// Delete deletes the profile. A profile that doesn't exist counts as deleted, with a warning.
func (r *profileResource[F]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.kind.fromTerraform(req.State.Raw)
	setIdentity(ctx, &resp.Diagnostics, resp.Identity, state.UUID)
	r.provider.managed.Store(state.UUID, nil)
	err := r.profiles.Delete(ctx, state)
	if opentact.IsNotFound(err) {
		r.warnNotFound(&resp.Diagnostics, state, nothingToDelete)
		return
	}
	r.report(&resp.Diagnostics, r.operation(verbDelete, state.Fields), err)
}
