// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Each sensitive field has three attributes: the plain attribute, which has the name of the field, the write-only
// attribute, and its version. While the write-only attribute is set, the plain one is null in the state.

// writeOnlyName returns the name of the write-only attribute of a field.
func writeOnlyName(field string) string { return field + "_wo" }

// versionName returns the name of the version of a write-only attribute.
func versionName(field string) string { return writeOnlyName(field) + "_version" }

// maxVersion is the largest integer up to which a float64 can hold every integer.
const maxVersion = 1<<53 - 1

// sensitiveAttributes returns the three attributes of a sensitive field.
func (k *Kind[F]) sensitiveAttributes(ctx context.Context, field string) map[string]schema.Attribute {
	plain, _ := k.Attributes[field].(schema.StringAttribute) // as validate has checked
	meaning, rules := plain.MarkdownDescription, describeRules(ctx, plain.Validators)
	plain.MarkdownDescription = meaning + fmt.Sprintf(" Terraform stores the value in the state and may show it in plans. If it contains credentials, set `%s` instead.",
		writeOnlyName(field)) + rules + removalUnsets
	version := []validator.Number{IntegerBetween(0, maxVersion)}
	return map[string]schema.Attribute{
		field: plain,
		writeOnlyName(field): schema.StringAttribute{
			Optional: true, WriteOnly: true,
			MarkdownDescription: meaning + fmt.Sprintf(" Terraform doesn't store the value in the state or in plans. The value may be ephemeral. "+
				"Conflicts with `%s`. Requires Terraform 1.11 or OpenTofu 1.11, or later.", field) + rules + removalUnsets,
			Validators: plain.Validators,
		},
		versionName(field): schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: fmt.Sprintf("The version of `%[1]s`: a number of your choice. If you set it, the provider writes the value only if this number changes, "+
				"or if another client changed the value. If you omit it, the provider writes each new value. Requires `%[1]s`.", writeOnlyName(field)) +
				describeRules(ctx, version),
			Validators: version,
		},
	}
}

// ValidateConfig rejects combinations of the attributes of a sensitive field. An unknown value may become
// null.
func (r *profileResource[F]) ValidateConfig(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	const summary = "Invalid Attribute Combination"
	config := attributeValues(req.Config.Raw)
	for _, field := range r.kind.Spec.Sensitive {
		writeOnly := writeOnlyName(field)
		if isSet(config[field]) && isSet(config[writeOnly]) {
			resp.Diagnostics.AddError(summary, fmt.Sprintf("%s must not be set together with %s, got both.", field, writeOnly))
		}
		if isSet(config[versionName(field)]) && config[writeOnly].IsNull() {
			resp.Diagnostics.AddError(summary, fmt.Sprintf("%s must be set together with %s, got no %[2]s.", versionName(field), writeOnly))
		}
	}
}

// isSet reports whether a value is known and not null.
func isSet(value tftypes.Value) bool { return value.IsKnown() && !value.IsNull() }

// withWriteOnly returns a copy of a configuration in which each field has the value of its write-only attribute.
// The value is unknown if there is only a version: ignore_changes hides the write-only attribute.
func (k *Kind[F]) withWriteOnly(config tftypes.Value) tftypes.Value {
	return withValues(config, func(values map[string]tftypes.Value) {
		for _, field := range k.Spec.Sensitive {
			value, version := values[writeOnlyName(field)], values[versionName(field)]
			switch {
			case isSet(value), values[field].IsNull() && !value.IsNull():
				values[field] = value
			case values[field].IsNull() && !version.IsNull():
				values[field] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
			}
			values[writeOnlyName(field)] = tftypes.NewValue(value.Type(), nil)
			values[versionName(field)] = tftypes.NewValue(version.Type(), nil)
		}
	})
}

// planWriteOnly plans the write-only attribute of a field and its version. It reports whether the update writes the
// value. Without a version, the update writes each value that the API doesn't store. With a version, it writes the
// value if the version is new, or if another client changed the value.
func (r *profileResource[F]) planWriteOnly(diags *diag.Diagnostics, field string, config, prior, plan map[string]tftypes.Value, state writeOnlyState) bool {
	value, version := config[writeOnlyName(field)], config[versionName(field)]
	plan[writeOnlyName(field)] = tftypes.NewValue(value.Type(), nil)
	if version.IsNull() {
		plan[versionName(field)] = version
	}
	isPlain := !config[field].IsNull() && !isSet(value)
	if isPlain || value.IsNull() && version.IsNull() {
		return false
	}
	profileName, _ := toOptional[string](prior[attrName]).Get()
	hash, hasHash := state.Hashes[field]
	isNewVersion := !version.IsNull() && !plan[versionName(field)].Equal(prior[versionName(field)])
	isCurrent := hasHash && !hash.isChanged()
	if version.IsNull() {
		isCurrent = value.IsKnown() && hash.isStored(toOptional[string](value))
	}
	switch {
	case isNewVersion:
	case value.IsNull(): // ignore_changes hides it
		if !isPriorState(config, prior) {
			r.warnIgnored(diags, field, profileName)
		}
		return false
	case isCurrent:
		return false
	}
	switch {
	case !value.IsKnown(): // it may become null
		plan[field] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	case config[field].IsNull(): // otherwise, ignore_changes keeps the old value in the plan
		plan[field] = tftypes.NewValue(tftypes.String, nil)
	}
	switch {
	case isNewVersion, !plan[field].Equal(prior[field]): // the plan shows the change
	case hash.isChanged():
		r.warnChanged(diags, field, profileName)
	default:
		r.warnNewValue(diags, field, profileName)
	}
	return true
}

// isPriorState reports whether a configuration sets exactly the values of a state. It does if
// ignore_changes is "all".
func isPriorState(config, prior map[string]tftypes.Value) bool {
	for name, value := range config {
		switch name {
		case attrID, attrCreatedOn, attrModifiedOn:
		default:
			if !value.Equal(prior[name]) {
				return false
			}
		}
	}
	return true
}

// writeOnlyFields returns the fields whose write-only attributes alone are set. An unknown value may become
// null, so both attributes may be set in a plan.
func (k *Kind[F]) writeOnlyFields(config tftypes.Value) []string {
	values := attributeValues(config)
	return slices.DeleteFunc(slices.Clone(k.Spec.Sensitive), func(field string) bool {
		return values[writeOnlyName(field)].IsNull() || !values[field].IsNull()
	})
}

// withoutUnwritten returns a copy of values without the write-only fields that the update did not write: ignore_changes
// has hidden them from the plan. A later plan must not unset them. config is the configuration.
func (k *Kind[F]) withoutUnwritten(values, config map[string]tftypes.Value, state writeOnlyState) map[string]tftypes.Value {
	values = maps.Clone(values)
	for _, field := range k.Spec.Sensitive {
		if isSet(config[writeOnlyName(field)]) && !state.isWriteOnly(field) && !slices.Contains(state.Planned, field) {
			values[field] = tftypes.NewValue(tftypes.String, nil)
		}
	}
	return values
}

// checkUnsets adds an error for each field that the plan unsets although the configuration sets it: ignore_changes
// has hidden the attribute from the plan, but not from the apply. checkUnsets reports whether it has added an error.
func (r *profileResource[F]) checkUnsets(diags *diag.Diagnostics, op operation, unsets []string, config map[string]tftypes.Value) bool {
	for _, field := range unsets {
		attribute, next := field, ""
		if !config[writeOnlyName(field)].IsNull() {
			attribute = writeOnlyName(field)
			next = fmt.Sprintf(", and set %[2]s. The provider then writes %[1]s only if %[2]s changes", attribute, versionName(field))
		}
		if !config[attribute].IsNull() {
			diags.AddError(op.summary(), fmt.Sprintf("The plan had no value for %[2]s, so it unsets %[1]s. But the configuration sets %[2]s. "+
				"Nothing was changed.\n\nIf ignore_changes contains %[2]s or is all, remove it from there%[3]s.", field, attribute, next))
		}
	}
	return diags.HasError()
}
