// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// warn tells people of a create that did not go the plain way.
func (r *profileResource[F, M]) warn(diags *diag.Diagnostics, of M, made opentact.Creation[F]) {
	subject := fmt.Sprintf("%s %q", r.kind.Spec.Name, of.common().Name.ValueString())
	if made.Lost != nil {
		diags.AddWarning("The answer to a create was lost: "+subject,
			fmt.Sprintf("The API created the %s, and its answer did not arrive. The list shows a new profile with this name and these values, "+
				"%s, which is in the state now. Nothing was created twice.\n\n%s", subject, made.UUID, sentence(made.Lost.Error())))
	}
	if len(made.Surplus) > 0 {
		diags.AddWarning("One create made more than one profile: "+subject,
			fmt.Sprintf("The answer to the create was lost and the list did not show the profile, so the create was sent again. "+
				"Both were carried out after all. %s is in the state. These belong to no resource; delete them in the OpenTact account, or import them:\n\n%s",
				made.UUID, r.importCommands(made.Surplus...)))
	}
}

// unknownOutcome says what to do about a profile that may exist.
func (r *profileResource[F, M]) unknownOutcome(err *opentact.UnknownOutcomeError) string {
	text := fmt.Sprintf("It is not known whether the %s %q was created: the request was sent, and what came back does not say. %s\n\n"+
		"The list did not tell either: %s\n\n", r.kind.Spec.Name, err.Name, sentence(err.Err.Error()), sentence(err.Reason))
	if len(err.Candidates) == 0 {
		return text + fmt.Sprintf("Look for the profile in the OpenTact account, or by the data source opentact_%ss. "+
			"If it is there, import it before the next apply, %s", r.kind.TypeName, r.importHint()+r.importCommands("UUID"))
	}
	uuids := make([]string, len(err.Candidates))
	for i, candidate := range err.Candidates {
		uuids[i] = candidate.UUID
		text += strings.TrimSuffix(fmt.Sprintf("%s: %s", candidate.UUID, strings.Join(candidate.Differences, "; ")), ": ") + "\n"
	}
	return text + "\nIf one of these is it, import that before the next apply, " + r.importHint() + r.importCommands(uuids...)
}

// importHint comes before commands: a resource does not know its own address.
func (r *profileResource[F, M]) importHint() string {
	return fmt.Sprintf("with the address of this resource in the place of opentact_%s.NAME:\n\n", r.kind.TypeName)
}

// importCommands are commands for a shell, one a line.
func (r *profileResource[F, M]) importCommands(uuids ...string) string {
	commands := make([]string, len(uuids))
	for i, uuid := range uuids {
		commands[i] = fmt.Sprintf("  terraform import 'opentact_%s.NAME' %s", r.kind.TypeName, uuid)
	}
	return strings.Join(commands, "\n")
}
