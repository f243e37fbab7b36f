// SPDX-License-Identifier: MPL-2.0

package opentact

import "github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"

// The errors of the client. Use errors.As for details and OutcomeOf for what an error
// means for the API's data.
type (
	// APIError is an error that the API itself reported.
	APIError = apierror.APIError
	// ResponseError is a response that does not have the API's form.
	ResponseError = apierror.ResponseError
	// TransportError is a request that got no response, or one that broke off.
	TransportError = apierror.TransportError
	// ProxyError means that a proxy did not open a connection to the API.
	ProxyError = apierror.ProxyError
	// CredentialsError means that the API rejected the credentials.
	CredentialsError = apierror.CredentialsError
	// LoginError is a login that failed.
	LoginError = apierror.LoginError
	// AmbiguousCreateError means that it is unknown whether a create made a profile.
	AmbiguousCreateError = apierror.AmbiguousCreateError
	// Candidate is a profile that an ambiguous create may have made.
	Candidate = apierror.Candidate
	// MismatchError means that the API stored other values than it was sent.
	MismatchError = apierror.MismatchError
	// Mismatch is one field of a MismatchError.
	Mismatch = apierror.Mismatch
	// Outcome says what a request means for the API's data.
	Outcome = apierror.Outcome
)

// OutcomeOf returns the outcome of the operation that ended with err, all attempts
// together.
func OutcomeOf(err error) Outcome { return apierror.OutcomeOf(err) }

// IsNotFound reports whether err is the API's own statement that the profile does not
// exist.
func IsNotFound(err error) bool { return apierror.IsNotFound(err) }
