// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// ModifyPlan plans an update and checks a create.
func (r *profileResource[F]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		r.planCreate(ctx, req, resp)
		return
	}
	r.provider.managed.Store(r.kind.fromTerraform(req.State.Raw).UUID, nil)
	if !req.Plan.Raw.IsNull() { // it is null for a delete
		r.planUpdate(ctx, req, resp)
	}
}

// planCreate plans a create and checks the new profile. If the configuration sets the write-only attribute of a
// field, the field is planned as null.
func (r *profileResource[F]) planCreate(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	config := r.kind.withWriteOnly(req.Config.Raw)
	resp.Plan.Raw = withValues(req.Plan.Raw, func(plan map[string]tftypes.Value) {
		configured := attributeValues(config)
		for _, field := range r.kind.writeOnlyFields(req.Config.Raw) {
			if configured[field].IsKnown() { // an unknown value may become null
				plan[field] = tftypes.NewValue(tftypes.String, nil)
			}
		}
	})
	r.checkNew(ctx, &resp.Diagnostics, config)
}

// planUpdate plans an update. Configured attributes get their configured values. Removed attributes are
// unset. All other attributes keep the values of the prior state. planUpdate does not use the plan of the
// framework, because every attribute that is not configured is unknown there.
func (r *profileResource[F]) planUpdate(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	prior, config := attributeValues(req.State.Raw), attributeValues(req.Config.Raw)
	writeOnly := r.kind.loadWriteOnly(ctx, req.Private)
	profileName, _ := toOptional[string](prior[attrName]).Get()
	plan := maps.Clone(prior)
	for name, value := range config {
		if !value.IsNull() && !r.sameNumber(name, value, prior[name]) {
			plan[name] = value
		}
	}
	for _, field := range r.kind.Spec.Sensitive {
		if r.planWriteOnly(&resp.Diagnostics, field, config, prior, plan, writeOnly) {
			writeOnly.Planned = append(writeOnly.Planned, field)
		}
	}
	before, configured := attributeValues(writeOnly.withUnknown(req.State.Raw)), attributeValues(r.kind.withWriteOnly(req.Config.Raw))
	for _, name := range removedAttributes(loadConfigured(ctx, req.Private), configured, before) {
		switch {
		case !r.kind.isNullable(name):
			r.warnKept(&resp.Diagnostics, name, profileName)
			continue
		case r.kind.isSensitive(name):
			r.warnUnset(&resp.Diagnostics, name, profileName, !before[name].IsKnown())
		}
		plan[name] = tftypes.NewValue(prior[name].Type(), tftypes.UnknownValue)
	}
	if len(writeOnly.Planned) > 0 || !maps.EqualFunc(plan, prior, tftypes.Value.Equal) {
		plan[attrModifiedOn] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	}
	resp.Plan.Raw = tftypes.NewValue(req.Plan.Raw.Type(), plan)
	writeOnly.save(ctx, &resp.Diagnostics, resp.Private)
}

// toState converts a profile to a state. The prior value is a plan or a prior state. The API may store
// fewer digits of a number. If the API treats both numbers as the same, the state gets the number of
// prior, because Terraform compares all digits.
//
// Write-only fields are null in the state. Their versions are those of prior.
func (r *profileResource[F]) toState(prior tftypes.Value, profile opentact.Profile[F], writeOnly writeOnlyState) tftypes.Value {
	before := attributeValues(prior)
	return withValues(r.kind.toTerraform(prior.Type(), profile), func(state map[string]tftypes.Value) {
		for name, value := range before {
			if r.sameNumber(name, value, state[name]) {
				state[name] = value
			}
		}
		for _, field := range r.kind.Spec.Sensitive {
			state[versionName(field)] = before[versionName(field)]
			if writeOnly.isWriteOnly(field) {
				state[field] = tftypes.NewValue(tftypes.String, nil)
			}
		}
	})
}

// sameNumber reports whether the API treats two values of an attribute as the same number. A literal
// in a configuration has 512 bits. A number from the API has 53 or 24 bits.
func (r *profileResource[F]) sameNumber(name string, a, b tftypes.Value) bool {
	x, ok := toOptionalNumber(a, toFloat64).Get()
	y, both := toOptionalNumber(b, toFloat64).Get()
	return ok && both && r.kind.Spec.SameNumber(name, x, y)
}

// attributeValues returns the attributes of an object, or nil if it is null. The caller must not change
// the map, because it belongs to the object.
func attributeValues(object tftypes.Value) map[string]tftypes.Value {
	var values map[string]tftypes.Value
	if object.As(&values) != nil {
		return nil
	}
	return values
}

// keepPlanned sets the known values of a plan in the state after an update. The client has checked the
// fields that it sent. Another client may have changed other fields during the update. If the state had
// such a change, Terraform would fail the apply. The next refresh shows the change.
func keepPlanned(plan tftypes.Value, state *tfsdk.State) {
	values := maps.Clone(attributeValues(state.Raw))
	for name, value := range attributeValues(plan) {
		if value.IsFullyKnown() {
			values[name] = value
		}
	}
	state.Raw = tftypes.NewValue(state.Raw.Type(), values)
}
