// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// pathNameRegex is the filter of the data sources that list.
var pathNameRegex = path.Root("name_regex")

// report turns an error of a resource's operation into diagnostics: one for
// each attribute that the API found fault with, else one for all. A nil error
// is none.
func (r *profileResource[F, M]) report(diags *diag.Diagnostics, verb string, err error) {
	if err == nil {
		return
	}
	summary := fmt.Sprintf("Could not %s %s", verb, r.kind.Spec.Name)
	if unknown, ok := errors.AsType[*opentact.UnknownOutcomeError](err); ok {
		diags.AddError(summary, r.unknownOutcome(unknown))
		return
	}
	faults := r.faults(err)
	if len(faults) == 0 {
		report(diags, summary, err)
		return
	}
	next := advice(err)
	if verb == "create" && isMismatch(err) {
		next = createdOtherwise
	}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		diags.AddAttributeError(path.Root(name), summary, fmt.Sprintf("Attribute %s: %s.\n\n%s\n\n%s", name, faults[name], err, next))
	}
}

// faults returns what an error says of single attributes.
func (r *profileResource[F, M]) faults(err error) map[string]string {
	attributes := r.kind.attributes()
	faults := make(map[string]string)
	if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
		for field, message := range apiErr.Fields {
			if _, known := attributes[field]; known {
				faults[field] = "the API says " + message
			}
		}
	}
	if mismatch, ok := errors.AsType[*opentact.MismatchError](err); ok {
		for _, field := range mismatch.Fields {
			if _, known := attributes[field.Field]; known {
				faults[field.Field] = field.String()
			}
		}
	}
	return faults
}

func isMismatch(err error) bool {
	_, ok := errors.AsType[*opentact.MismatchError](err)
	return ok
}

// createdOtherwise follows the report of a profile that was created with other
// values than were asked for. Terraform has marked it as tainted.
const createdOtherwise = "The profile exists and is in the state, marked as tainted: the next apply would replace it. " +
	"To keep it, set the attribute to a value that the API accepts, and run `terraform untaint` with the resource's address."

// unknownOutcome says what to do about a profile that may exist.
func (r *profileResource[F, M]) unknownOutcome(err *opentact.UnknownOutcomeError) string {
	return fmt.Sprintf("Nobody can say whether the %s %q was created: the request was sent, and no answer came that can be read. "+
		"It was not sent again, which might have created a second one.\n\n%s\n\n"+
		"Look for the profile in the OpenTact account or by the data source opentact_%ss. "+
		"If it is there, import it before the next apply:\n\n  terraform import opentact_%s.NAME UUID",
		r.kind.Spec.Name, err.Name, err.Err, r.kind.TypeName, r.kind.TypeName)
}

// report turns any error of the client into one diagnostic, which ends with
// what to do next.
func report(diags *diag.Diagnostics, summary string, err error) {
	detail := sentence(err)
	if next := advice(err); next != "" {
		detail += "\n\n" + next
	}
	diags.AddError(summary, detail)
}

// sentence makes a diagnostic's text of an error's.
func sentence(err error) string { return "Error: " + err.Error() + "." }

// advice says what to do about an error, as far as its kind tells.
func advice(err error) string {
	if credentials, ok := errors.AsType[*opentact.CredentialsError](err); ok {
		return fmt.Sprintf("Check that the token is valid for %s and has not expired. OpenTact tokens are JWTs and live for a day.", credentials.BaseURL)
	}
	if apiErr, ok := errors.AsType[*opentact.APIError](err); ok {
		return adviceOnStatus(apiErr.Status)
	}
	if _, ok := errors.AsType[*opentact.AnswerError](err); ok {
		return "Check the provider's base_url: something other than the OpenTact API may be answering there, such as a proxy or a sign-in page. Nothing was removed from the state."
	}
	if _, ok := errors.AsType[*opentact.TransportError](err); ok {
		return "Check the provider's base_url, and that the API can be reached from here. Nothing was removed from the state."
	}
	if isMismatch(err) {
		return "The state shows what the API holds. Set the attribute to a value that the API accepts."
	}
	return ""
}

// adviceOnStatus is advice on an error of the API's own.
func adviceOnStatus(status int) string {
	switch {
	case status == http.StatusForbidden:
		return "The credentials are valid but lack the right to do this. Ask the account's administrator for it."
	case status == http.StatusNotFound:
		return "The profile is gone from the API. Run `terraform plan` again: it will propose to create it anew."
	case status == http.StatusTooManyRequests:
		return "The API asks for fewer requests. Lower Terraform's -parallelism, or raise the provider's max_retries."
	case status >= http.StatusInternalServerError:
		return "The API failed, and may recover. Try again later; the provider's max_retries says how often it tries by itself."
	default:
		return "The API refused the request, and nothing was changed. Correct what its message names, and apply again."
	}
}
