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
	// Operation is what was being done, such as "read messaging profile".
	Operation string
	// Method and URL are those of the request. The URL holds no credentials.
	Method, URL string
	// Attempts is the number of times that the request was sent.
	Attempts int
	// Last is the outcome of the last attempt.
	Last Outcome
	// EarlierAmbiguous reports whether an attempt before the last one was ambiguous.
	EarlierAmbiguous bool
	// AskedToWait is the Retry-After of the last response if it is longer than the
	// client may wait, and 0 otherwise.
	AskedToWait time.Duration
}

// Outcome returns the outcome of all attempts together: one ambiguous attempt
// makes the request ambiguous, whatever the last one says.
func (r Request) Outcome() Outcome {
	if r.EarlierAmbiguous && r.Last != Done {
		return Ambiguous
	}
	return r.Last
}

// String reads like "read messaging profile (GET https://…, 6 attempts)".
func (r Request) String() string {
	attempts := ""
	if r.Attempts > 1 {
		attempts = fmt.Sprintf(", %d attempts", r.Attempts)
	}
	return fmt.Sprintf("%s (%s %s%s)", r.Operation, r.Method, r.URL, attempts)
}

// asked adds how long the API asked to wait, if that was too long.
func (r Request) asked() string {
	if r.AskedToWait == 0 {
		return ""
	}
	return fmt.Sprintf(" (the API asked to wait %s, which is longer than retry_max_wait)", r.AskedToWait)
}

// SetRequest stores the request in an error that a response led to. Other errors
// stay as they are.
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
	// Status is the HTTP status. It is 2xx for `"success": false` under a 2xx.
	Status int
	// Message is the API's message without secrets and control characters.
	Message string
	// Fields maps the name of a field to the API's message about it.
	Fields map[string]string
	// RequestID is the X-Request-Id of the response, if it had one.
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
	if len(messages) == 0 {
		messages = append(messages, "no message given")
	}
	return fmt.Sprintf("%s: the API responded with status %d: %s%s", e.Request, e.Status, strings.Join(messages, "; "), e.asked())
}

// IsAboutContent reports whether the API may have rejected a value in the request,
// rather than the sender, the time or the profile.
func (e *APIError) IsAboutContent() bool {
	return e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity || e.Status < http.StatusMultipleChoices
}

// ResponseError is a response that does not have the API's form: an HTML page, a
// redirect, JSON without an envelope, or a payload that holds no profile.
type ResponseError struct {
	Request
	// Status is the HTTP status, or 0 if it was a success and does not matter.
	Status int
	// Reason says what was found. It holds no secrets.
	Reason string
}

func (e *ResponseError) Error() string {
	status := ""
	if e.Status != 0 {
		status = fmt.Sprintf(" with status %d", e.Status)
	}
	return fmt.Sprintf("%s: unexpected response%s: %s%s", e.Request, status, e.Reason, e.asked())
}

// TransportError is a request that got no response, or one that broke off.
type TransportError struct {
	Request
	// Err is the error of the last attempt. Its text holds no secrets.
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
	// Host is the proxy's host and port. Its user name and password are left out.
	Host string
	// Status is the status with which the proxy rejected the connection, or 0.
	Status int
	// Err says what happened if there is no status. Its text comes from this machine.
	Err error
}

func (e *ProxyError) Error() string {
	switch {
	case e.Host == "":
		return e.Err.Error()
	case e.Status != 0:
		return fmt.Sprintf("the proxy %s rejected the connection with status %d", e.Host, e.Status)
	default:
		return fmt.Sprintf("the proxy %s did not open a connection: %v", e.Host, e.Err)
	}
}

// Unwrap returns what happened at the proxy.
func (e *ProxyError) Unwrap() error { return e.Err }

// CredentialsError is a 401: the API rejected the token, or the e-mail address and
// the password.
type CredentialsError struct {
	// BaseURL is the API that rejected them.
	BaseURL string
	// Source says where the credentials come from, never what they are.
	Source string
	// LoggedIn reports whether the rejected token came from a successful login.
	LoggedIn bool
	// Expired is when the rejected token expired according to its own `exp`. It is
	// zero if the token has not expired or does not say.
	Expired time.Time
	// Err is the response: an *APIError, or a *ResponseError of a gateway.
	Err error
}

func (e *CredentialsError) Error() string {
	what := "the credentials from " + e.Source
	switch {
	case e.LoggedIn:
		what = "the token of a login that it accepted just before, with the credentials from " + e.Source
	case !e.Expired.IsZero():
		what = fmt.Sprintf("the token from %s, which expired at %s", e.Source, e.Expired.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("the API at %s rejected %s: %s", e.BaseURL, what, e.Err)
}

// Unwrap returns the response.
func (e *CredentialsError) Unwrap() error { return e.Err }

// LoginError is a login that failed, so that the request that needed it was not
// sent. It does not unwrap: what the API says about the login, such as a 404, says
// nothing about the profile.
type LoginError struct {
	// Err is a *CredentialsError, or another error of the login request.
	Err error
	// EarlierAmbiguous reports whether an earlier attempt of the request that needed
	// the login was ambiguous.
	EarlierAmbiguous bool
}

func (e *LoginError) Error() string { return e.Err.Error() }

// Is reports whether the login ended with target, such as context.Canceled.
func (e *LoginError) Is(target error) bool { return errors.Is(e.Err, target) }

// Outcome returns the outcome of the request that needed the login.
func (e *LoginError) Outcome() Outcome {
	if e.EarlierAmbiguous {
		return Ambiguous
	}
	return NotSent
}
