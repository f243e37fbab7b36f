// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// notFound is the text of a warning about a profile that the API does not find. otherSummary and
// otherEffect are for the one warning about all profiles after the first maxNamed.
type notFound struct {
	summary, otherSummary string // after the profile or the profiles
	effect, otherEffect   string // after "The API responded that … does not exist, so"
	// check says when to check the account.
	check string
}

var (
	// removedFromState is for a profile that a refresh removes from the state. A plan does not store its refresh.
	removedFromState = notFound{
		summary: "no longer exists", otherSummary: "no longer exist",
		effect:      "an apply removes it from the state, and creates another profile if the configuration still contains it",
		otherEffect: "an apply removes them from the state, and creates other profiles if the configuration still contains them",
		check:       " before you apply",
	}
	// nothingToDelete is for a profile that a deletion does not find.
	nothingToDelete = notFound{
		summary: "did not exist", otherSummary: "did not exist",
		effect:      "nothing was deleted. Terraform removes it from the state",
		otherEffect: "nothing was deleted. Terraform removes them from the state",
	}
)

// warnNotFound adds a warning about a profile that the API does not find. With the credentials of
// another account, the API finds no profile.
func (r *profileResource[F]) warnNotFound(diags *diag.Diagnostics, state opentact.Profile[F], what notFound) {
	kind, source := r.kind.Spec.Name, r.provider.Client.CredentialsSource()
	check := fmt.Sprintf("If you did not expect this, check base_url and the account of the credentials from %s%s.", source, what.check)
	// The summary contains the UUID, because several profiles may have the same name.
	named := diag.NewWarningDiagnostic(fmt.Sprintf("%s %q (%s) %s", capitalize(kind), opentact.Clean(state.Fields.ProfileName()), state.UUID, what.summary),
		fmt.Sprintf("The API responded that profile %s does not exist, so %s.\n\n"+
			"%s If they belong to another account, the profile may still exist in yours.", state.UUID, what.effect, check))
	others := diag.NewWarningDiagnostic(fmt.Sprintf("Other %ss %s", kind, what.otherSummary),
		fmt.Sprintf("The API responded that these profiles do not exist, so %s.\n\n"+
			"%s If they belong to another account, the profiles may still exist in yours. The data source opentact_%ss lists the profiles of this account.",
			what.otherEffect, check, r.kind.TypeName))
	r.provider.reported.warn(diags, kind+" "+what.summary, named, others)
}
