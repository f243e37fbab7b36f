// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// nextStepForRejected returns the next step if a request that followed a write failed because of its credentials or its
// login, and "" after any other error.
func nextStepForRejected(err error) string {
	if isType[*opentact.CredentialsError](err) || isType[*opentact.LoginError](err) {
		return nextStep(operation{}, err)
	}
	return ""
}

// nextStepForLogin returns the next step after a failed login.
func nextStepForLogin(err error) string {
	if apiErr, ok := errors.AsType[*opentact.APIError](err); ok && apiErr.Status == http.StatusForbidden {
		return "The API knows the user, but does not allow the login. Ask the account's administrator."
	}
	return nextStep(operation{}, err)
}

// nextStepForCredentials returns the next step if the API rejects credentials. An apply runs in another process than its
// plan, so an update or a deletion doesn't know whether the API accepted the credentials for the plan.
func nextStepForCredentials(op operation, err *opentact.CredentialsError) string {
	var next string
	switch {
	case err.Rejected == opentact.Login:
		next = "Check the e-mail address and the password. This provider configuration does not try them again in this Terraform command."
	case !err.Expired.IsZero() && err.Rejected != opentact.LoginToken:
		next = nextStepAfterExpiry(err.Rejected)
	case err.Accepted:
		next = nextStepAfterSuccess(err.Rejected)
	case op.verb == verbUpdate, op.verb == verbDelete:
		next = "If the plan read profiles with the same credentials, a permission for this request may be missing: ask the account's administrator for the permission. " +
			"Also " + checkCredentials(err)
	default:
		next = capitalize(checkCredentials(err)) + " The API may also respond with 401 if a permission is missing. " +
			"If the credentials are valid, ask the account's administrator for the permission."
	}
	if isType[*opentact.ResponseError](err) {
		next = "The response does not have the form of the API's errors, so a proxy or a gateway may have sent it. Check this first. " + next
	}
	return next
}

// checkCredentials returns what to check if the API has not accepted the credentials yet. It begins in lower case.
func checkCredentials(err *opentact.CredentialsError) string {
	const (
		login = "check base_url or OPENTACT_BASE_URL: the API accepts the e-mail address and the password, but rejects the token that it gives for them."
		key   = "check that the API key is for %s, and that it has not expired or been deleted in the OpenTact portal. "
		token = "check that the token is for %s and has not expired. OpenTact tokens are valid for a day."
	)
	switch {
	case err.Rejected == opentact.LoginToken:
		return login
	case err.Rejected == opentact.APIKey && err.IsJWT:
		return fmt.Sprintf(key+"The API key has the form of a JWT. If it is the token of a login, set token or OPENTACT_TOKEN instead.", err.BaseURL)
	case err.Rejected == opentact.APIKey:
		return fmt.Sprintf(key+"If the key is valid, the API may expect it in X-Auth-Token: then set token or OPENTACT_TOKEN instead.", err.BaseURL)
	case err.IsJWT:
		return fmt.Sprintf(token, err.BaseURL)
	default:
		return fmt.Sprintf(token+" The token is not a complete JWT. If it is an API key, set api_key or OPENTACT_API_KEY instead.", err.BaseURL)
	}
}

// nextStepAfterSuccess returns the next step after a 401 if the API has accepted the same credentials for another
// request.
func nextStepAfterSuccess(rejected opentact.Credential) string {
	const either, ask = "for another request. So either a permission for this request is missing, or ", "Ask the account's administrator"
	switch rejected {
	case opentact.APIKey:
		return "The API accepted this API key " + either + "the API key has expired or was deleted. " + ask + " for the permission, or create a new API key in the OpenTact portal."
	case opentact.LoginToken:
		return "The API accepted this login " + either + "the API no longer accepts tokens of this user. " + ask + "."
	default:
		return "The API accepted this token " + either + "the token is no longer valid. " + ask + " for the permission, or get a new token."
	}
}

// nextStepAfterExpiry returns the next step if the rejected token or API key has expired.
func nextStepAfterExpiry(rejected opentact.Credential) string {
	if rejected == opentact.APIKey { // only a JWT says when it expires
		return "Create a new API key in the OpenTact portal. If the value is the token of a login, get a new token and set token or OPENTACT_TOKEN instead."
	}
	return "OpenTact tokens are valid for a day. Get a new token, or authenticate with an API key or a login instead."
}
