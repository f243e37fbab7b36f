// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// warn tells people of a create that did not go the plain way.
func (r *profileResource[F]) warn(diags *diag.Diagnostics, of F, made opentact.Created[F]) {
	if made.UUID == "" || made.Ambiguous == nil {
		return
	}
	subject := fmt.Sprintf("%s %q", r.kind.Spec.Name, of.ProfileName())
	cause := "\n\n" + sentence(made.Ambiguous.Error())
	switch {
	case len(made.Duplicates) > 0:
		diags.AddWarning("There are more profiles than resources: "+subject,
			fmt.Sprintf("The answer to a create was lost. %s is in the state. Lists did not show everything in time, and now show more new profiles "+
				"with this name and these values than there are resources for. These belong to none; delete them in the OpenTact account, or import them:\n\n%s%s",
				made.UUID, r.importCommands(made.Duplicates...), cause))
	case made.Resends > 0:
		diags.AddWarning("A create was sent again: "+subject,
			fmt.Sprintf("The answer to the create was lost, and two lists showed no new profile with this name and these values, so it was sent again. "+
				"%s is in the state. Should another one appear that belongs to no resource, an earlier request was carried out after all: delete it, or import it.%s",
				made.UUID, cause))
	default:
		diags.AddWarning("The answer to a create was lost: "+subject,
			fmt.Sprintf("The list shows a new profile with this name and these values that belongs to no other resource, %s. "+
				"It was taken for the one that was created, and is in the state.%s", made.UUID, cause))
	}
}

// ambiguousCreate says what to do about a profile that may exist.
func (r *profileResource[F]) ambiguousCreate(err *opentact.AmbiguousCreateError) string {
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
func (r *profileResource[F]) importHint() string {
	return fmt.Sprintf("with the address of this resource in the place of opentact_%s.NAME:\n\n", r.kind.TypeName)
}

// mostCommands is how many commands are written out.
const mostCommands = 10

// importCommands are commands for a shell, one a line.
func (r *profileResource[F]) importCommands(uuids ...string) string {
	var commands []string
	for i, uuid := range uuids {
		if i == mostCommands {
			return fmt.Sprintf("%s\n  and so on, for %d more", strings.Join(commands, "\n"), len(uuids)-i)
		}
		commands = append(commands, fmt.Sprintf("  terraform import 'opentact_%s.NAME' %s", r.kind.TypeName, uuid))
	}
	return strings.Join(commands, "\n")
}
