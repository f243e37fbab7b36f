// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// warnAmbiguousCreate adds a warning if the outcome of a create request was ambiguous.
func (r *profileResource[F]) warnAmbiguousCreate(diags *diag.Diagnostics, fields F, created opentact.Created[F]) {
	if created.UUID == "" || created.Ambiguous == nil {
		return
	}
	var paragraphs, doubtful []string
	if created.Resends > 0 {
		paragraphs = append(paragraphs, fmt.Sprintf("The outcome of a create request was ambiguous, and lists showed no new profile with this name and these values, "+
			"so the provider resent the request. %s is in the state. "+
			"If another profile with this name appears later, the API may have carried out the earlier request late. "+
			"If no other resource manages that profile (terraform state list -id=UUID), delete it or import it.", created.UUID))
	} else {
		paragraphs = append(paragraphs, "The response to the create request was lost or unusable.")
	}
	if created.Recovered {
		text := fmt.Sprintf("The list shows profile %s, which has this name and these values. "+
			"No other resource of this provider configuration manages it, so it is in the state now.", created.UUID)
		if created.Undecided {
			text += " The times in the API's responses do not show whether it is older than the request."
		}
		paragraphs, doubtful = append(paragraphs, text), append(doubtful, created.UUID)
	}
	if len(created.Possible) > 0 {
		paragraphs = append(paragraphs, fmt.Sprintf("These profiles have the same name and values, but another client may have created them: %s. "+
			"Find out who manages them before you change them.", opentact.Enumerate(created.Possible)))
	}
	if len(created.Duplicates) > 0 {
		paragraphs = append(paragraphs, "The list shows more new profiles with the same name and values. No resource of this provider configuration manages them. "+
			"An earlier request probably created them. Delete them in the OpenTact account, or import them:\n\n"+r.importCommands(created.Duplicates...))
	}
	if doubtful = slices.Concat(doubtful, created.Possible, created.Duplicates); len(doubtful) > 0 {
		paragraphs = append(paragraphs, checkOthers(doubtful...))
	}
	paragraphs = append(paragraphs, sentence(created.Ambiguous.Error()))
	diags.AddWarning(ambiguousCreateSummary(r.operation(verbCreate, fields).subject(), created), strings.Join(paragraphs, "\n\n"))
}

// ambiguousCreateSummary returns the summary of the warning: what matters most to the user.
func ambiguousCreateSummary[F opentact.Fields](subject string, created opentact.Created[F]) string {
	switch {
	case len(created.Duplicates) > 0:
		return "Duplicates of " + subject
	case len(created.Possible) > 0:
		return "Possible duplicates of " + subject
	case created.Resends > 0:
		return "Resent the create of " + subject
	default:
		return "Adopted " + subject + " after an ambiguous create"
	}
}

// checkOthers returns text with the commands that show whether another resource manages a profile. A
// provider configuration doesn't know the resources of an alias, even if both use the same account.
func checkOthers(uuids ...string) string {
	return "Another provider alias, workspace or person may create equal profiles at the same time. " +
		"To find out whether another resource manages a profile, run this in each configuration and workspace that uses the account:\n\n" + stateListCommands(uuids)
}

// stateListCommands returns shell commands that show which resource manages each profile, one per line.
func stateListCommands(uuids []string) string {
	commands := make([]string, min(len(uuids), maxCommands))
	for i := range commands {
		commands[i] = "  terraform state list -id=" + uuids[i]
	}
	return strings.Join(commands, "\n")
}

// ambiguousCreate returns the detail of an error about a profile that may exist.
func (r *profileResource[F]) ambiguousCreate(err *opentact.AmbiguousCreateError) string {
	text := fmt.Sprintf("The %s %q may or may not have been created. %s\n\nThe list of profiles does not show the outcome: %s.\n\n",
		r.kind.Spec.Name, err.Name, sentence(err.Err.Error()), err.Reason)
	if next := nextStepForRejected(err.Failed); next != "" {
		text += next + "\n\n" // the steps below need credentials
	}
	wanted := "the profile"
	if err.Foreign != "" {
		wanted = "another profile with this name"
		text += fmt.Sprintf("Do not import %s. The response holds this profile, but the request did not create it.\n\n", err.Foreign)
	}
	address := fmt.Sprintf("Replace opentact_%s.NAME with the address of this resource.", r.kind.TypeName)
	if len(err.Candidates) == 0 {
		return text + fmt.Sprintf("Look for %s in the OpenTact account, or with the data source opentact_%ss. "+
			"If it exists, import it before the next apply:\n\n%s\n\n%s", wanted, r.kind.TypeName, r.importCommands("UUID"), address)
	}
	uuids := make([]string, len(err.Candidates))
	for i, candidate := range err.Candidates {
		uuids[i] = candidate.UUID
		text += strings.TrimSuffix(fmt.Sprintf("%s: %s", candidate.UUID, strings.Join(candidate.Doubts, "; ")), ": ") + "\n"
	}
	return text + fmt.Sprintf("\nIf one of these profiles is the right one, import it before the next apply:\n\n%s\n\n%s\n\n%s",
		r.importCommands(uuids...), address, checkOthers(uuids...))
}

// maxCommands is the maximum number of commands that are written out.
const maxCommands = 10

// importCommands returns shell commands, one per line.
func (r *profileResource[F]) importCommands(uuids ...string) string {
	var commands []string
	for i, uuid := range uuids {
		if i == maxCommands {
			return fmt.Sprintf("%s\n  … and %d more", strings.Join(commands, "\n"), len(uuids)-i)
		}
		commands = append(commands, fmt.Sprintf("  terraform import 'opentact_%s.NAME' %s", r.kind.TypeName, uuid))
	}
	return strings.Join(commands, "\n")
}
