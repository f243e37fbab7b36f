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
	r.warnRemoval(diags, name, profileName, "keeps its value", fmt.Sprintf(
		"The configuration no longer sets %[1]s, and the API can't unset it. The profile keeps the value in the state. "+
			"To change it, set %[1]s. To keep it without this warning, set %[1]s to this value or add it to ignore_changes.", name))
}

// warnUnset adds a warning about a sensitive attribute that the plan unsets. Terraform shows such a
// removal as "(sensitive value)" only.
func (r *profileResource[F]) warnUnset(diags *diag.Diagnostics, name, profileName string) {
	r.warnRemoval(diags, name, profileName, "is unset", fmt.Sprintf(
		"The configuration no longer sets %[1]s, so the update unsets it, and the API chooses its value. "+
			"To keep the value, set %[1]s again or add it to ignore_changes.", name))
}

// warnUnsetIgnored adds a warning about each attribute that has the same value after an update unset it.
func (r *profileResource[F]) warnUnsetIgnored(diags *diag.Diagnostics, unsets []string, before, after F) {
	for _, name := range unsets {
		if r.kind.Spec.Same(name, before, after) {
			r.warnRemoval(diags, name, before.ProfileName(), "was not unset", fmt.Sprintf(
				"The provider asked the API to unset %[1]s, and the API responded with the same value as before. "+
					"Either the API chooses this value for an unset attribute, or it ignored the request. To change the value, set %[1]s.", name))
		}
	}
}

// warnRemoval adds a warning whose summary says what happens to the attribute: the effect. It points at the
// attribute, unless the field is sensitive. Terraform prints the line that a warning points at, and the line may
// contain a value even if the attribute is null: callback_url = var.x ? null : "VALUE".
func (r *profileResource[F]) warnRemoval(diags *diag.Diagnostics, name, profileName, effect, detail string) {
	warning := func(subject string) diag.Diagnostic {
		summary := fmt.Sprintf("%s of %s %s", name, subject, effect)
		if r.kind.isSensitive(name) {
			return diag.NewWarningDiagnostic(summary, detail)
		}
		return diag.NewAttributeWarningDiagnostic(path.Root(name), summary, detail)
	}
	kind := r.kind.Spec.Name
	r.provider.reported.warn(diags, name+" "+effect, warning(fmt.Sprintf("%s %q", kind, opentact.Clean(profileName))), warning("other "+kind+"s"))
}
