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
// Only writes record it. What a plan puts into private state stays there even
// if the update that follows fails, and the reset would be forgotten.

// recordKey is where private state has the record, a JSON array of names.
const recordKey = "configured"

// privateState is the framework's, whose type has no name outside of it.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// recorded returns the attributes that were configured at the last write. There
// are none after an import.
func recorded(ctx context.Context, private privateState) (names []string) {
	record, _ := private.GetKey(ctx, recordKey)
	_ = json.Unmarshal(record, &names) // what cannot be read records nothing
	return names
}

// record notes which attributes are configured, and which others count as such.
func record(ctx context.Context, diags *diag.Diagnostics, private privateState, config map[string]tftypes.Value, others ...string) {
	names := others
	for name, value := range config {
		if !value.IsNull() && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	text, _ := json.Marshal(names) // names always can be
	diags.Append(private.SetKey(ctx, recordKey, text)...)
}

// removed returns which of the recorded attributes are not configured any more,
// and have a value all the same.
func removed(recorded []string, config, values map[string]tftypes.Value) []string {
	return slices.DeleteFunc(recorded, func(name string) bool { return !config[name].IsNull() || values[name].IsNull() })
}

// isNullable tells whether a null resets an attribute.
func (k *Kind[F, M]) isNullable(name string) bool { return slices.Contains(k.Spec.Nullable, name) }

// resets returns the attributes that an update is to reset: those that are
// planned as unknown. The configuration cannot tell, because ignore_changes has
// a removed attribute planned with its old value.
func (k *Kind[F, M]) resets(plan map[string]tftypes.Value) []string {
	return slices.DeleteFunc(slices.Clone(k.Spec.Nullable), func(name string) bool { return plan[name].IsKnown() })
}

// ignored returns the removed attributes that a successful update leaves for a
// later one to reset, because of ignore_changes.
func (k *Kind[F, M]) ignored(recorded []string, config, plan map[string]tftypes.Value) []string {
	return slices.DeleteFunc(removed(recorded, config, plan), func(name string) bool { return !k.isNullable(name) || !plan[name].IsKnown() })
}

// withNulls returns an object with nulls in the place of some attributes.
func withNulls(object tftypes.Value, names []string) tftypes.Value {
	values := maps.Clone(attributeValues(object))
	for _, name := range names {
		values[name] = tftypes.NewValue(values[name].Type(), nil)
	}
	return tftypes.NewValue(object.Type(), values)
}

// warnOfIgnoredResets is about an API that takes a null, and does nothing or has
// the same value by default.
func (k *Kind[F, M]) warnOfIgnoredResets(diags *diag.Diagnostics, resets []string, before M, after F) {
	was := k.ToAPI(before)
	for _, name := range resets {
		if k.Spec.Same(name, was, after) {
			k.warnOfKept(diags, name, was, "the API answered with it when it was asked to unset it")
		}
	}
}

// warnOfKept is about an attribute that was removed and keeps its value.
func (k *Kind[F, M]) warnOfKept(diags *diag.Diagnostics, name string, of F, because string) {
	diags.AddAttributeWarning(path.Root(name), "An attribute that was removed keeps its value",
		fmt.Sprintf("Attribute %s: it is not configured any more, and keeps its value because %s: %s. To change that, set the attribute to the value that it is to have.",
			name, because, k.Spec.Show(name, of)))
}
