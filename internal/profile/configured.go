// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// To a provider, an attribute that is removed from the configuration looks like
// one that was never there. So each write records in private state which
// attributes were configured: one that was and no longer is gets reset.
//
// Only writes record it, also one of which nobody knows whether it happened. What
// a plan puts into private state stays there even if the update that follows
// fails, and the reset would be forgotten.

// configuredKey is where private state has the record, a JSON array of names.
const configuredKey = "configured"

// privateState is the framework's, whose type has no name outside of it.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// loadConfigured returns the attributes that were configured at the last write. There
// are none after an import.
func loadConfigured(ctx context.Context, private privateState) (names []string) {
	record, _ := private.GetKey(ctx, configuredKey)
	_ = json.Unmarshal(record, &names) // what cannot be read records nothing
	return names
}

// saveConfigured notes which attributes are configured, and which others count as such.
func saveConfigured(ctx context.Context, diags *diag.Diagnostics, private privateState, config map[string]tftypes.Value, others ...string) {
	names := make(map[string]bool, len(config))
	for _, name := range others {
		names[name] = true
	}
	for name, value := range config {
		if !value.IsNull() {
			names[name] = true
		}
	}
	text, _ := json.Marshal(slices.Sorted(maps.Keys(names))) // names always can be
	diags.Append(private.SetKey(ctx, configuredKey, text)...)
}

// pruneConfigured takes from the record what a read has found to be null: there is nothing
// left to reset, and what others set later is none of the configuration's doing.
func pruneConfigured(ctx context.Context, diags *diag.Diagnostics, private privateState, values map[string]tftypes.Value) {
	before := loadConfigured(ctx, private)
	after := slices.DeleteFunc(slices.Clone(before), func(name string) bool { return values[name].IsNull() })
	if len(after) < len(before) {
		saveConfigured(ctx, diags, private, nil, after...)
	}
}

// removedAttributes returns which of the recorded attributes are not configured any more,
// and have a value all the same.
func removedAttributes(recorded []string, config, values map[string]tftypes.Value) (names []string) {
	for _, name := range recorded {
		if config[name].IsNull() && !values[name].IsNull() {
			names = append(names, name)
		}
	}
	return names
}

// isNullable tells whether a null resets an attribute.
func (k *Kind[F]) isNullable(name string) bool { return slices.Contains(k.Spec.Nullable, name) }

// unsets returns the attributes that an update is to reset: those that are
// planned as unknown. The configuration cannot tell, because ignore_changes has
// a removed attribute planned with its old value.
func (k *Kind[F]) unsets(plan map[string]tftypes.Value) []string {
	return slices.DeleteFunc(slices.Clone(k.Spec.Nullable), func(name string) bool { return plan[name].IsKnown() })
}

// postponed returns the attributes that stay recorded after an update although
// they are not configured: those that were to be reset, if it failed, and those
// that ignore_changes keeps from being reset.
func (k *Kind[F]) postponed(recorded []string, config, plan map[string]tftypes.Value, failed bool) []string {
	return slices.DeleteFunc(removedAttributes(recorded, config, plan), func(name string) bool {
		return !failed && (!k.isNullable(name) || !plan[name].IsKnown())
	})
}

// withNulls returns an object with nulls in the place of some attributes.
func withNulls(object tftypes.Value, names []string) tftypes.Value {
	values := maps.Clone(attributeValues(object))
	for _, name := range names {
		values[name] = tftypes.NewValue(values[name].Type(), nil)
	}
	return tftypes.NewValue(object.Type(), values)
}

// What the warning about an attribute that keeps its value says of the reason.
const (
	cannotUnset = "Short of replacing the profile, the API cannot unset it. To keep it without this warning, configure it as it is, or add it to ignore_changes."
	didNotUnset = "The API was asked to unset it, and reports the same value as before: either it chooses that by itself, or it ignored the request."
)

// warnUnsetIgnored is about attributes that an update has reset, and that have
// the same value as before.
func (r *profileResource[F]) warnUnsetIgnored(diags *diag.Diagnostics, resets []string, before, after F) {
	for _, name := range resets {
		if r.kind.Spec.Same(name, before, after) {
			r.warnKept(diags, name, before, didNotUnset)
		}
	}
}

// warnKept is about an attribute that was removed and keeps its value. Terraform
// shows only one of several warnings that have the same summary.
func (r *profileResource[F]) warnKept(diags *diag.Diagnostics, name string, of F, reason string) {
	diags.AddAttributeWarning(path.Root(name), fmt.Sprintf("%s keeps its value: %s %q", name, r.kind.Spec.Name, of.ProfileName()),
		fmt.Sprintf("Attribute %s: it is not configured any more, and its value stays %s. %s To change it, set the attribute to the value that it is to have.",
			name, r.kind.Spec.Show(name, of), reason))
}
