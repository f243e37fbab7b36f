// SPDX-License-Identifier: MPL-2.0

package opentact

import "github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"

// The errors of the client. Use errors.As for the details. Use OutcomeOf to find out
// whether the API acted.
type (
	// APIError is an error that the API itself reported.
	APIError = apierror.APIError
	// ResponseError means that a response does not have the API's form.
	ResponseError = apierror.ResponseError
	// ListChangedError means that a list changed each time that its pages were read.
	ListChangedError = apierror.ListChangedError
	// StaleError means that a response is an old copy from a cache.
	StaleError = apierror.StaleError
	// TransportError means that a request was not sent or got no complete response.
	TransportError = apierror.TransportError
	// ProxyError means that a proxy did not open a connection to the API.
	ProxyError = apierror.ProxyError
	// CredentialsError means that the API rejected the credentials.
	CredentialsError = apierror.CredentialsError
	// Credential is the kind of credential that a CredentialsError is about.
	Credential = apierror.Credential
	// LoginError means that a login failed.
	LoginError = apierror.LoginError
	// AmbiguousCreateError means that a create may or may not have made a profile.
	AmbiguousCreateError = apierror.AmbiguousCreateError
	// Candidate is a profile that an ambiguous create may have made.
	Candidate = apierror.Candidate
	// MismatchError means that the API stored a value other than the one sent.
	MismatchError = apierror.MismatchError
	// Mismatch is one field of a MismatchError.
	Mismatch = apierror.Mismatch
	// MalformedProfileError means that the API's data about a profile is malformed.
	MalformedProfileError = apierror.MalformedProfileError
	// InvalidUUIDError means that a UUID is invalid, so no request was sent.
	InvalidUUIDError = apierror.InvalidUUIDError
	// Outcome says whether the API acted on a request.
	Outcome = apierror.Outcome
)

// The values of Credential.
const (
	// Token is a configured token.
	Token = apierror.Token
	// APIKey is a configured API key.
	APIKey = apierror.APIKey
	// Login is an e-mail address and a password.
	Login = apierror.Login
	// LoginToken is the token of a login.
	LoginToken = apierror.LoginToken
)

// OutcomeOf returns the outcome of the operation that ended with err. It covers all
// attempts.
func OutcomeOf(err error) Outcome { return apierror.OutcomeOf(err) }

// StatusOf returns the HTTP status of the response that err reports, or 0.
func StatusOf(err error) int { return apierror.StatusOf(err) }

// IsRefused reports whether a connection was refused: no program listens at the address, or
// a firewall rejects the connection.
func IsRefused(err error) bool { return apierror.IsRefused(err) }

// IsRefusedLoopback reports whether this machine refused a connection to itself. No program
// listens at the address then. The client does not retry the request.
func IsRefusedLoopback(err error) bool { return apierror.IsRefusedLoopback(err) }

// IsNotFound reports whether err is the API's own statement that the profile does not
// exist.
func IsNotFound(err error) bool { return apierror.IsNotFound(err) }
