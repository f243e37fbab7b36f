// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// A plan with new profiles reads the list of their kind. The list shows whether the API accepts the
// credentials, and whether a new profile exists already. If an apply is killed, no state contains the
// profiles that it was creating.
//
// The provider knows only some of the profiles that resources manage: Terraform reads and plans resources
// at the same time. During an apply, it plans each change again, in a process that has read nothing.

// DuplicateCheck says what a plan and an apply do about new profiles that may exist already.
type DuplicateCheck string

// The values of DuplicateCheck.
const (
	DuplicateCheckWarn  DuplicateCheck = "warn"
	DuplicateCheckError DuplicateCheck = "error"
	DuplicateCheckOff   DuplicateCheck = "off"
)

// checkNew checks a profile that a plan creates.
func (r *profileResource[F]) checkNew(ctx context.Context, diags *diag.Diagnostics, config tftypes.Value) {
	orphans, err := r.orphans(ctx, config, false)
	switch {
	case ctx.Err() != nil: // err says nothing about the API
	case err != nil:
		r.reportUnchecked(diags, err)
	case len(orphans) > 0:
		r.reportOrphans(diags, orphans)
	}
}

// checkCreate adds an error if duplicate_check is "error", and a new profile may exist already or the list
// fails. The plan may lack this error: it was made earlier, had maxNamed other errors, or had no list.
// checkCreate reports whether it has added an error.
func (r *profileResource[F]) checkCreate(ctx context.Context, diags *diag.Diagnostics, config tftypes.Value) bool {
	if r.provider.DuplicateCheck != DuplicateCheckError {
		return false
	}
	orphans, err := r.orphans(ctx, config, true)
	switch {
	case err != nil:
		diags.AddError(r.operation(verbCreate, r.kind.fromTerraform(config).Fields).summary(), detail(err.Error(),
			"Nothing was created, because the provider could not look for an existing profile, and duplicate_check is \"error\".",
			nextStep(operation{}, err), createAnother))
	case len(orphans) > 0:
		diags.AddError(r.orphanSummary(orphans), r.orphanDetail(orphans))
	}
	return diags.HasError()
}

// createAnother says how to create a profile that DuplicateCheckError forbids.
const createAnother = "To create the profile without this check, set duplicate_check or OPENTACT_DUPLICATE_CHECK to \"warn\" for this command."

// orphans returns the existing profiles that have the name and all known values of a configuration. It
// leaves out the profiles that are known to be managed. retry is that of Existing.
func (r *profileResource[F]) orphans(ctx context.Context, config tftypes.Value, retry bool) ([]opentact.Profile[F], error) {
	existing, err := r.profiles.Existing(ctx, r.kind.fromTerraform(config).Fields, retry)
	if err != nil || r.provider.DuplicateCheck == DuplicateCheckOff {
		return nil, err
	}
	return slices.DeleteFunc(existing, func(p opentact.Profile[F]) bool {
		_, isManaged := r.provider.managed.Load(p.UUID)
		return isManaged
	}), nil
}

// reportOrphans adds a warning or an error about existing profiles that equal a new profile.
func (r *profileResource[F]) reportOrphans(diags *diag.Diagnostics, orphans []opentact.Profile[F]) {
	summary, text := r.orphanSummary(orphans), r.orphanDetail(orphans)
	if r.provider.DuplicateCheck == DuplicateCheckError {
		n := r.provider.reported.add("orphan")
		if n == maxNamed {
			text += fmt.Sprintf("\n\nThe provider reports at most %d such errors in a plan. Other new profiles may exist already too.", maxNamed)
		}
		if n <= maxNamed {
			diags.AddError(summary, text)
		}
		return
	}
	others := diag.NewWarningDiagnostic(fmt.Sprintf("Other new %ss may exist already", r.kind.Spec.Name),
		fmt.Sprintf("The account has profiles with the names and all configured values of other new profiles. An apply creates each of them again. "+
			"The data source opentact_%ss lists the existing profiles with their UUIDs. "+
			"If no resource of this or another configuration manages a profile (terraform state list -id=UUID), import it instead.", r.kind.TypeName))
	r.provider.reported.warn(diags, "orphan "+r.kind.Spec.Name, diag.NewWarningDiagnostic(summary, text), others)
}

// orphanSummary contains a UUID, because several new profiles may have the same name. If they also have
// the same values, they have the same orphans, and Terraform merges their warnings.
func (r *profileResource[F]) orphanSummary(orphans []opentact.Profile[F]) string {
	first := orphans[0]
	return fmt.Sprintf("%s %q may exist already as %s", capitalize(r.kind.Spec.Name), opentact.Clean(first.Fields.ProfileName()), first.UUID)
}

// orphanDetail returns the detail of a warning or an error about existing profiles.
func (r *profileResource[F]) orphanDetail(orphans []opentact.Profile[F]) string {
	var lines, uuids []string
	for _, orphan := range orphans[:min(len(orphans), maxCommands)] {
		line := "  " + orphan.UUID
		if on, _ := orphan.CreatedOn.Get(); on != "" {
			line += ", created on " + opentact.Clean(on)
		}
		lines, uuids = append(lines, line), append(uuids, orphan.UUID)
	}
	if more := len(orphans) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("  … and %d more; the data source opentact_%ss lists them", more, r.kind.TypeName))
	}
	exists, which, id := "A profile with this name and all configured values exists", "the existing profile", uuids[0]
	if len(orphans) > 1 {
		exists, which, id = "Profiles with this name and all configured values exist", "one of these profiles", "UUID"
	}
	isError := r.provider.DuplicateCheck == DuplicateCheckError
	effect := "An apply creates another profile."
	if isError {
		effect = "The new profile is not created, because duplicate_check is \"error\"."
	}
	address := fmt.Sprintf("opentact_%s.NAME", r.kind.TypeName)
	paragraphs := []string{
		exists + " already:",
		strings.Join(lines, "\n"),
		effect + fmt.Sprintf(" If no resource of this or another configuration manages %s, an apply that was killed may have created it. "+
			"It may also be the old profile of a replacement with create_before_destroy. "+
			"To find out, run this in each configuration and workspace that uses the account:", which),
		stateListCommands(uuids),
		fmt.Sprintf("To adopt %s, add this block, and replace %s with the address of this resource:", which, address),
		fmt.Sprintf("  import {\n    to = %s\n    id = %q\n  }", address, id),
	}
	if r.provider.foundMissing.Load() {
		paragraphs = append(paragraphs, "Some profiles in the state no longer exist. So first check base_url and the account of the credentials. "+
			"If they are right, run terraform apply -refresh-only before you import. Terraform ignores an import block for an address in the state.")
	}
	if isError {
		paragraphs = append(paragraphs, createAnother)
	}
	return strings.Join(paragraphs, "\n\n")
}

// reportUnchecked reports, once per provider configuration, why the new profiles of a plan can't be checked.
// If the API responds but these credentials can't get a list, the plan is made without a diagnostic, unless
// DuplicateCheckError requires the list.
func (r *profileResource[F]) reportUnchecked(diags *diag.Diagnostics, err error) {
	login, isLogin := errors.AsType[*opentact.LoginError](err)
	credentials, isCredentials := errors.AsType[*opentact.CredentialsError](err)
	cause, next := err, nextStep(operation{}, err)
	if isLogin {
		cause = login.Err
	}
	isError := r.provider.DuplicateCheck == DuplicateCheckError
	switch {
	case isLogin && !isType[*opentact.TransportError](cause), isCredentials && !credentials.MayLackPermission():
		if r.provider.reported.add("credentials") == 1 {
			diags.AddError("Could not authenticate with the API", detail(err.Error(), "Without valid credentials, an apply can't create the new profiles. So the plan fails. Nothing was changed.", next))
		}
	case isUnreachable(cause), isError:
		switch { // the list is not retried, and its attempt may be shorter than request_timeout
		case errors.Is(err, context.DeadlineExceeded):
			next = checkBaseURL + ", and that this machine can reach it."
		case mayRecover(cause):
			next = "The API, or a gateway in front of it, may be failing or restarting. Run terraform plan again."
		}
		effect := "The plan is complete, but the provider could not look for profiles that exist already."
		if isError {
			effect += " An apply creates nothing without the list, because duplicate_check is \"error\"."
		}
		if r.provider.reported.add("unchecked") == 1 {
			diags.AddWarning("Could not check new profiles", detail(err.Error(), effect, next))
		}
	}
}

// isUnreachable reports whether an error of the list means that there was no response, or that base_url
// does not lead to the API: a redirect or a 404.
func isUnreachable(err error) bool {
	status := opentact.StatusOf(err)
	return isType[*opentact.TransportError](err) || status/100 == 3 || status == http.StatusNotFound
}

// mayRecover reports whether another attempt may succeed soon: the connection was lost, or the status is 5xx.
func mayRecover(err error) bool {
	return isConnectionLost(err) && !opentact.OutcomeOf(err).NothingHappened() || opentact.StatusOf(err) >= http.StatusInternalServerError
}
