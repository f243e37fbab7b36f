// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A provider can't tell an attribute that was removed from the configuration from one that was never
// there. So each write saves the names of the configured attributes in private state, and the next plan
// unsets those that the configuration no longer contains.
//
// A plan saves nothing: Terraform keeps planned private state even if the update fails, and the
// attribute would never be unset.

// configuredKey is the key in private state of a JSON array: the names of the attributes that were
// configured at the last write.
const configuredKey = "configured"

// privateState is the interface of the framework's private state. The framework doesn't export its type.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// loadConfigured returns the attributes that were configured at the last write. It returns an empty list after an
// import, and nil if private state is lost or can't be decoded.
func loadConfigured(ctx context.Context, private privateState) (names []string) {
	text, _ := private.GetKey(ctx, configuredKey)
	if json.Unmarshal(text, &names) != nil {
		return nil
	}
	return names
}

// saveConfigured saves the attributes that config sets, and additional ones.
func saveConfigured(ctx context.Context, diags *diag.Diagnostics, private privateState, config map[string]tftypes.Value, additional ...string) {
	names := append([]string{}, additional...)
	for name, value := range config {
		if !value.IsNull() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	text, _ := json.Marshal(slices.Compact(names)) // can't fail for strings
	diags.Append(private.SetKey(ctx, configuredKey, text)...)
}

// pruneConfigured removes the attributes that a read has found to be null. They are unset already. A
// value that another client sets later doesn't belong to the configuration.
func pruneConfigured(ctx context.Context, diags *diag.Diagnostics, private privateState, values map[string]tftypes.Value) {
	saved := loadConfigured(ctx, private)
	kept := slices.DeleteFunc(slices.Clone(saved), func(name string) bool { return values[name].IsNull() })
	if len(kept) < len(saved) {
		saveConfigured(ctx, diags, private, nil, kept...)
	}
}

// removedAttributes returns the configured attributes that config no longer sets but that have a value.
func removedAttributes(configured []string, config, values map[string]tftypes.Value) (names []string) {
	for _, name := range configured {
		if config[name].IsNull() && !values[name].IsNull() {
			names = append(names, name)
		}
	}
	return names
}

// plannedUnsets returns the attributes that an update unsets: those that the plan has marked as unknown.
// The configuration doesn't show them, because ignore_changes plans a removed attribute with its old value.
func (k *Kind[F]) plannedUnsets(plan map[string]tftypes.Value) []string {
	return slices.DeleteFunc(slices.Clone(k.Spec.Nullable), func(name string) bool { return plan[name].IsKnown() })
}

// pendingRemovals returns the removed attributes that a later update must unset. After a failed update,
// these are all of them. Otherwise, they are those that ignore_changes protects.
func (k *Kind[F]) pendingRemovals(configured []string, config, before, plan map[string]tftypes.Value, failed bool) []string {
	removed := removedAttributes(configured, config, before)
	if failed {
		return removed
	}
	return slices.DeleteFunc(removed, func(name string) bool {
		isIgnored := k.isNullable(name) && plan[name].IsKnown()
		return !isIgnored
	})
}

// withNulls returns a copy of an object in which some attributes are null.
func withNulls(object tftypes.Value, names []string) tftypes.Value {
	return withValues(object, func(values map[string]tftypes.Value) {
		for _, name := range names {
			values[name] = tftypes.NewValue(values[name].Type(), nil)
		}
	})
}
