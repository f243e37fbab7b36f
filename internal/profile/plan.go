// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// ModifyPlan makes an update say what will change and nothing else. It starts
// from the prior state, because the framework has marked everything that is not
// configured as unknown: what is configured is planned, what no longer is is
// reset, and the rest stays.
//
// It works on raw values, so that it is the same for every kind.
func (r *profileResource[F]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return // a create plans what the framework does, a delete nothing
	}
	prior, config := attributeValues(req.State.Raw), attributeValues(req.Config.Raw)
	plan := maps.Clone(prior)
	for name, value := range config {
		if !value.IsNull() && !r.sameNumber(name, value, prior[name]) {
			plan[name] = value
		}
	}
	for _, name := range removedAttributes(loadConfigured(ctx, req.Private), config, prior) {
		if r.kind.isNullable(name) {
			plan[name] = tftypes.NewValue(prior[name].Type(), tftypes.UnknownValue)
			continue
		}
		r.warnKept(&resp.Diagnostics, name, r.kind.fromTerraform(req.State.Raw).Fields, cannotUnset)
	}
	if !maps.EqualFunc(plan, prior, tftypes.Value.Equal) {
		plan[attrModifiedOn] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	}
	resp.Plan.Raw = tftypes.NewValue(req.Plan.Raw.Type(), plan)
}

// sameNumber tells whether two values of an attribute are numbers that the API
// cannot tell apart. A literal in a configuration has 512 bits and a value that
// was read has 53, or 24, so 0.1 is not 0.1 without this.
func (r *profileResource[F]) sameNumber(name string, a, b tftypes.Value) bool {
	x, ok := number(a, decimal).Get()
	y, both := number(b, decimal).Get()
	return ok && both && r.kind.Spec.SameNumber(name, x, y)
}

// attributeValues returns the attributes of an object, none for one that is
// null. The map is the object's own, and not to be written to.
func attributeValues(object tftypes.Value) map[string]tftypes.Value {
	var values map[string]tftypes.Value
	if object.As(&values) != nil {
		return nil
	}
	return values
}

// keepPlanned puts what was planned definitely into the state after an update.
// The client has made sure that what was sent was stored. A field that was not
// sent may have changed all the same, by somebody else or by the API itself:
// Terraform would take that for a bug of the provider and fail the apply. The
// next refresh shows it.
func keepPlanned(plan tftypes.Value, state *tfsdk.State) {
	values := maps.Clone(attributeValues(state.Raw))
	for name, value := range attributeValues(plan) {
		if value.IsFullyKnown() {
			values[name] = value
		}
	}
	state.Raw = tftypes.NewValue(state.Raw.Type(), values)
}
