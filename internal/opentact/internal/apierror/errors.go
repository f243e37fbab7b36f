// SPDX-License-Identifier: MPL-2.0

package apierror

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request describes the request that an error is about. Error types embed it.
type Request struct {
	// Operation says what the request does, such as "read messaging profile".
	Operation string
	// Method and URL are those of the request. The URL contains no credentials.
	Method, URL string
	// Attempts is the number of times that the request was sent.
	Attempts int
	// Last is the outcome of the last attempt.
	Last Outcome
	// EarlierAmbiguous reports whether an attempt before the last one was ambiguous.
	EarlierAmbiguous bool
	// AskedToWait is the Retry-After of the last response if it is longer than
	// retry_max_wait, and 0 otherwise.
	AskedToWait time.Duration
}

// Outcome returns the outcome of all attempts together. One ambiguous attempt makes the
// request ambiguous, unless the last attempt is Done.
func (r Request) Outcome() Outcome {
	if r.EarlierAmbiguous && r.Last != Done {
		return Ambiguous
	}
	return r.Last
}

// String returns text such as "read messaging profile (GET https://…, 6 attempts)".
func (r Request) String() string {
	attempts := ""
	if r.Attempts > 1 {
		attempts = fmt.Sprintf(", %d attempts", r.Attempts)
	}
	return fmt.Sprintf("%s (%s %s%s)", r.Operation, r.Method, r.URL, attempts)
}

// asked returns text about AskedToWait, or "" if that is 0.
func (r Request) asked() string {
	if r.AskedToWait == 0 {
		return ""
	}
	return fmt.Sprintf(" (the API asked to wait %s, which is longer than retry_max_wait)", r.AskedToWait)
}

// SetRequest stores the request in an *APIError or a *ResponseError. It does not change
// other errors.
func SetRequest(err error, request Request) {
	if apiErr, ok := errors.AsType[*APIError](err); ok {
		apiErr.Request = request
	}
	if responseErr, ok := errors.AsType[*ResponseError](err); ok {
		responseErr.Request = request
	}
}

// APIError is an error that the API itself reported in its JSON form.
type APIError struct {
	Request
	// Status is the HTTP status. It is 2xx if a 2xx response contains `"success": false`.
	Status int
	// Message is the API's message without secrets and control characters.
	Message string
	// Fields maps the name of a field to the API's message about it.
	Fields map[string]string
	// RequestID is the id that the API gave the request, without secrets and control
	// characters. It is "" if the response has none.
	RequestID string
}

func (e *APIError) Error() string {
	var messages []string
	if e.Message != "" {
		messages = append(messages, e.Message)
	}
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		if message := e.Fields[field]; !strings.Contains(e.Message, message) {
			messages = append(messages, field+": "+message)
		}
	}
	text := " and gave no message"
	if len(messages) > 0 {
		text = ": " + strings.Join(messages, "; ")
	}
	if e.RequestID != "" {
		text += fmt.Sprintf(" (request id %s)", e.RequestID)
	}
	return fmt.Sprintf("%s: the API responded with status %d%s%s", e.Request, e.Status, text, e.asked())
}

// HasMessage reports whether the API said what is wrong, in general or about a field.
func (e *APIError) HasMessage() bool {
	return e.Message != "" || slices.ContainsFunc(slices.Collect(maps.Values(e.Fields)), func(message string) bool { return message != "" })
}

// IsAboutContent reports whether the API may have rejected a value in the request.
func (e *APIError) IsAboutContent() bool {
	return e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity || e.Status < http.StatusMultipleChoices
}

// ResponseError means that a response does not have the API's form. Examples are an HTML
// page, a redirect, JSON without an envelope, and a payload without a profile.
type ResponseError struct {
	Request
	// Status is the HTTP status. It is 0 if the error need not show a success status.
	Status int
	// Reason says what was found. It contains no secrets.
	Reason string
	// Success reports whether the response is the API's envelope with `"success": true`.
	// Its payload is then not the expected one.
	Success bool
}

func (e *ResponseError) Error() string {
	status := ""
	if e.Status != 0 {
		status = fmt.Sprintf(" with status %d", e.Status)
	}
	return fmt.Sprintf("%s: unexpected response%s: %s%s", e.Request, status, e.Reason, e.asked())
}

// ListChangedError means that a list changed each time that its pages were read, so it may
// lack an existing profile.
type ListChangedError struct {
	// Operation says what the request does, such as "list messaging profiles".
	Operation string
	// Err says how often the list was read.
	Err error
}

func (e *ListChangedError) Error() string {
	return fmt.Sprintf("%s: the list is not complete: %s", e.Operation, e.Err)
}

// StaleError means that a response is an old copy from a cache, so it does not show what
// the API stores now.
type StaleError struct {
	Request
	// Reason says how the client found out.
	Reason string
}

func (e *StaleError) Error() string {
	return fmt.Sprintf("%s: the response can't be used: %s", e.Request, e.Reason)
}

// TransportError means that a request was not sent or got no complete response.
type TransportError struct {
	Request
	// Err is the error of the last attempt. Its text contains no secrets.
	Err error
}

func (e *TransportError) Error() string {
	switch {
	case e.Last != NotSent:
		return fmt.Sprintf("%s: no response: %v", e.Request, e.Err)
	case !errors.Is(e.Err, context.Canceled):
		return fmt.Sprintf("%s: the request could not be sent: %v", e.Request, e.Err)
	case e.Attempts == 0:
		return fmt.Sprintf("%s: interrupted before it was sent: %v", e.Request, e.Err)
	default:
		return fmt.Sprintf("%s: interrupted before it was sent again: %v", e.Request, e.Err)
	}
}

// Unwrap returns the error of the last attempt.
func (e *TransportError) Unwrap() error { return e.Err }

// ProxyError means that a proxy did not open a connection to the API. The request
// was not sent.
type ProxyError struct {
	// Address is the proxy's scheme, host and port. It contains no user name and no
	// password. It is "" if the proxy's URL is invalid.
	Address string
	// Status is the status with which the proxy rejected the connection, or 0.
	Status int
	// Err says what happened if there is no status. It quotes nothing that the proxy
	// sent.
	Err error
}

func (e *ProxyError) Error() string {
	switch {
	case e.Address == "":
		return e.Err.Error()
	case e.Status != 0:
		return fmt.Sprintf("the proxy %s rejected the connection with status %d", e.Address, e.Status)
	default:
		return fmt.Sprintf("the proxy %s did not open a connection: %v", e.Address, e.Err)
	}
}

// Unwrap returns Err, which is nil if the proxy responded with a status.
func (e *ProxyError) Unwrap() error { return e.Err }

// Credential is a kind of credential that authenticates a request.
type Credential int

const (
	// Token is a token that the user configured.
	Token Credential = iota
	// APIKey is an API key that the user configured.
	APIKey
	// Login is an e-mail address and a password, which authenticate only the login request.
	Login
	// LoginToken is the token that a login returned.
	LoginToken
)

// CredentialsError means a 401: the API rejected the credentials of a request.
type CredentialsError struct {
	// BaseURL is the base URL of the API that rejected the credentials.
	BaseURL string
	// Source says where the credentials come from. It does not contain them.
	Source string
	// Rejected is the kind of credential that the API rejected.
	Rejected Credential
	// Accepted reports whether the API has accepted these credentials before, for a request
	// other than a login.
	Accepted bool
	// Expired is when the rejected token or API key expired, according to its `exp` claim.
	// It is zero if it has not expired or has no such claim.
	Expired time.Time
	// IsJWT reports whether the rejected token or API key has the form of a JWT.
	IsJWT bool
	// Err is the error of the response: an *APIError, or a *ResponseError of a gateway.
	Err error
}

func (e *CredentialsError) Error() string {
	what := map[Credential]string{ //nolint:gosec // no credentials
		Token: "the token from ", APIKey: "the API key from ", Login: "the credentials from ",
		LoginToken: "the token of a login that it accepted just before, with the credentials from ",
	}[e.Rejected] + e.Source
	if !e.Expired.IsZero() && e.Rejected != LoginToken {
		what += ", which expired at " + e.Expired.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("the API at %s rejected %s: %s", e.BaseURL, what, e.Err)
}

// MayLackPermission reports whether the API has accepted the credentials before, for a login
// or another request. The 401 may then mean that they lack a permission: the API uses 401
// for that too.
func (e *CredentialsError) MayLackPermission() bool {
	return e.Accepted || e.Rejected == LoginToken
}

// Unwrap returns the error of the response.
func (e *CredentialsError) Unwrap() error { return e.Err }

// LoginError means that a login failed, so the request that needed it was not sent. It
// does not unwrap: a 404 for the login must not count as a 404 for the profile.
type LoginError struct {
	// Err is a *CredentialsError, or another error of the login request.
	Err error
	// EarlierAmbiguous reports whether an earlier attempt of the request that needed
	// the login was ambiguous.
	EarlierAmbiguous bool
}

func (e *LoginError) Error() string { return e.Err.Error() }

// Is reports whether Err matches target, such as context.Canceled.
func (e *LoginError) Is(target error) bool { return errors.Is(e.Err, target) }

// Outcome returns the outcome of the request that needed the login.
func (e *LoginError) Outcome() Outcome {
	if e.EarlierAmbiguous {
		return Ambiguous
	}
	return NotSent
}
