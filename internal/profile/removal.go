// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// These warnings don't contain values: a provider can't know which values Terraform treats as
// sensitive. Their summaries name attribute and profile: see counter.

// warnKept adds a warning about a removed attribute that the API can't unset.
func (r *profileResource[F]) warnKept(diags *diag.Diagnostics, name, profileName string) {
	r.warnAttribute(diags, name, name, profileName, "keeps its value", fmt.Sprintf(
		"The configuration no longer sets %[1]s, and the API can't unset it. The profile keeps the value in the state. "+
			"To change it, set %[1]s. To keep it without this warning, set %[1]s to this value or add it to ignore_changes.", name))
}

// warnUnset adds a warning about a sensitive attribute that the plan unsets. Terraform shows such a
// removal as "(sensitive value)" only. isWriteOnly reports whether the write-only attribute was removed.
func (r *profileResource[F]) warnUnset(diags *diag.Diagnostics, name, profileName string, isWriteOnly bool) {
	text := fmt.Sprintf("The configuration no longer sets %[1]s, so the update unsets it, and the API chooses its value. "+
		"To keep the value, set %[1]s again or add it to ignore_changes.", name)
	if isWriteOnly {
		text = fmt.Sprintf("The configuration no longer sets %[2]s, or ignore_changes hides it. So the update unsets %[1]s, and the API chooses its value. "+
			"To keep the value, set %[2]s again. If ignore_changes contains %[2]s or is all, remove it from there and set %[3]s.", name, writeOnlyName(name), versionName(name))
	}
	r.warnAttribute(diags, name, name, profileName, "is unset", text)
}

// warnUnsetIgnored adds a warning about each attribute that has the same value after an update unset it.
// writeOnly is the state after the update.
func (r *profileResource[F]) warnUnsetIgnored(diags *diag.Diagnostics, unsets []string, before, after F, writeOnly writeOnlyState) {
	for _, name := range unsets {
		if writeOnly.isWriteOnly(name) || r.kind.Spec.Same(name, before, after) {
			r.warnAttribute(diags, name, name, before.ProfileName(), "was not unset", fmt.Sprintf(
				"The provider asked the API to unset %[1]s, and the API responded with the same value as before. "+
					"Either the API chooses this value for an unset attribute, or it ignored the request. To change the value, set %[1]s.", name))
		}
	}
}

// warnNewValue adds a warning that the update writes a new value of a write-only attribute. The plan itself
// can't show it.
func (r *profileResource[F]) warnNewValue(diags *diag.Diagnostics, field, profileName string) {
	r.warnAttribute(diags, field, writeOnlyName(field), profileName, "has a new value", fmt.Sprintf(
		"The update writes the value of %s in the configuration. The plan can't show this change, because the value is write-only.", writeOnlyName(field)))
}

// warnChanged adds a warning that the update replaces a value that another client has set. The plan itself
// can't show it.
func (r *profileResource[F]) warnChanged(diags *diag.Diagnostics, field, profileName string) {
	r.warnAttribute(diags, field, field, profileName, "was changed outside of Terraform", fmt.Sprintf(
		"The API returned another value than the one that the provider wrote last. The update writes the value of %s. "+
			"The plan can't show this change, because the value is write-only.", writeOnlyName(field)))
}

// warnIgnored adds a warning about a write-only attribute that ignore_changes hides from the plan.
func (r *profileResource[F]) warnIgnored(diags *diag.Diagnostics, field, profileName string) {
	r.warnAttribute(diags, field, writeOnlyName(field), profileName, "is ignored", fmt.Sprintf(
		"ignore_changes hides %[1]s from the plan, so the profile keeps its value. Without ignore_changes, the provider writes %[1]s "+
			"if %[2]s changes, or if the value was changed outside of Terraform.", writeOnlyName(field), versionName(field)))
}

// warnAttribute adds a warning whose summary says what happens to the attribute: the effect. It points at the
// attribute, unless the field is sensitive. Terraform prints the line that a warning points at, and the line may
// contain a value even if the attribute is null: callback_url = var.x ? null : "VALUE".
func (r *profileResource[F]) warnAttribute(diags *diag.Diagnostics, field, name, profileName, effect, detail string) {
	warning := func(subject string) diag.Diagnostic {
		summary := fmt.Sprintf("%s of %s %s", name, subject, effect)
		if r.kind.isSensitive(field) {
			return diag.NewWarningDiagnostic(summary, detail)
		}
		return diag.NewAttributeWarningDiagnostic(path.Root(name), summary, detail)
	}
	kind := r.kind.Spec.Name
	r.provider.reported.warn(diags, name+" "+effect, warning(fmt.Sprintf("%s %q", kind, opentact.Clean(profileName))), warning("other "+kind+"s"))
}
