// SPDX-License-Identifier: MPL-2.0

// Package apierror defines the outcome of an API request and the errors that a
// request can end with. It promises that each error says what was requested,
// what came back, and whether the server may have acted. It knows nothing about
// how requests are sent or how responses are read.
package apierror

import (
	"context"
	"errors"
	"net/http"
)

// Outcome says whether the server acted on one attempt of a request.
type Outcome int

const (
	// NotSent means that no byte of the request reached the server.
	NotSent Outcome = iota
	// Throttled means a 429. The server did not act, because of its rate limit.
	Throttled
	// Rejected means that the server rejected the request and did not act.
	Rejected
	// Ambiguous means that the server may or may not have acted.
	Ambiguous
	// Done means that the server acted and confirmed it.
	Done
)

// String returns the outcome in words.
func (o Outcome) String() string {
	switch o {
	case NotSent:
		return "not sent"
	case Throttled:
		return "throttled"
	case Rejected:
		return "rejected"
	case Ambiguous:
		return "ambiguous"
	default:
		return "done"
	}
}

// NothingHappened reports whether the server certainly did not act.
func (o Outcome) NothingHappened() bool { return o == NotSent || o == Throttled || o == Rejected }

// OutcomeOf returns the outcome of the operation that ended with err. A nil error is
// Done. An error before any request, such as an invalid UUID, is NotSent.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Done
	}
	var failed interface{ Outcome() Outcome }
	if errors.As(err, &failed) {
		return failed.Outcome()
	}
	return NotSent
}

// StatusOf returns the HTTP status of the response that err reports, or 0 if
// there was no response.
func StatusOf(err error) int {
	if apiErr, ok := errors.AsType[*APIError](err); ok {
		return apiErr.Status
	}
	if responseErr, ok := errors.AsType[*ResponseError](err); ok {
		return responseErr.Status
	}
	return 0
}

// IsNotFound reports whether err is the API's own statement that the profile does not
// exist: a 404 with its JSON error. A 404 page of a proxy does not count.
func IsNotFound(err error) bool {
	apiErr, ok := errors.AsType[*APIError](err)
	return ok && apiErr.Status == http.StatusNotFound
}

// IsCredentials reports whether the credentials can't be used: the API rejected them, or
// the login with them failed. A 401 for credentials that the API has accepted before does
// not count, because it may mean that they lack a permission.
func IsCredentials(err error) bool {
	rejected, ok := errors.AsType[*CredentialsError](err)
	_, login := errors.AsType[*LoginError](err)
	return ok && !rejected.MayLackPermission() || login
}

// IsTimeout reports whether the client or a gateway stopped waiting for the server. The
// server may still be working on the request. Well-known proxies use the statuses 522,
// 524 and 598.
func IsTimeout(err error) bool {
	switch StatusOf(err) {
	case http.StatusRequestTimeout, http.StatusGatewayTimeout, 522, 524, 598:
		return true
	default:
		return errors.Is(err, context.DeadlineExceeded)
	}
}
