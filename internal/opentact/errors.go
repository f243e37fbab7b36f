// SPDX-License-Identifier: MPL-2.0

package opentact

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

// Exchange says which request an error is about.
type Exchange struct {
	// Operation is what was being done, such as "read messaging profile".
	Operation string
	// Method and URL are those of the request. The URL carries no credentials.
	Method string
	URL    string
	// Attempts counts how often the request was sent.
	Attempts int
	// Unclear tells that an attempt before the last one was sent, and may have
	// been carried out, whatever came of the last.
	Unclear bool
}

// String reads like: read messaging profile (GET https://…/profile/messaging/…, 6 attempts).
func (e Exchange) String() string {
	attempts := ""
	if e.Attempts > 1 {
		attempts = fmt.Sprintf(", %d attempts", e.Attempts)
	}
	return fmt.Sprintf("%s (%s %s%s)", e.Operation, e.Method, e.URL, attempts)
}

// APIError is an error that the API itself reported, in its own JSON form.
type APIError struct {
	Exchange
	// Status is the HTTP status. It is 2xx where the API answered
	// `"success": false` under a status that means success.
	Status int
	// Message is the API's message, cleaned of control characters.
	Message string
	// Fields maps a field's name to what the API says of it. Most errors name none.
	Fields map[string]string
	// RequestID is the answer's X-Request-Id, if there was one.
	RequestID string
}

func (e *APIError) Error() string {
	var messages []string
	if e.Message != "" {
		messages = append(messages, e.Message)
	}
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		if said := e.Fields[field]; !strings.Contains(e.Message, said) {
			messages = append(messages, field+": "+said)
		}
	}
	if len(messages) == 0 {
		messages = append(messages, "no message given")
	}
	return fmt.Sprintf("%s: the API answered with status %d and an error: %s", e.Exchange, e.Status, strings.Join(messages, "; "))
}

// Refused tells whether the API certainly did not do what it was asked: it said
// so under a 4xx, or by `"success": false` under a 2xx. Under a 5xx nobody knows.
func (e *APIError) Refused() bool { return e.Status < http.StatusInternalServerError }

// AboutContent tells whether the API may have refused what a request carries, and
// not who sent it, when, or to which profile.
func (e *APIError) AboutContent() bool {
	return e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity || e.Status < http.StatusMultipleChoices
}

// IsGone tells whether err is the API's own word that there is no such profile:
// a 404 that carries its JSON error. A proxy's 404 page is not.
func IsGone(err error) bool {
	apiErr, ok := errors.AsType[*APIError](err)
	return ok && apiErr.Status == http.StatusNotFound
}

// statusOf returns the HTTP status of an error that came as an answer, else 0.
func statusOf(err error) int {
	if apiErr, ok := errors.AsType[*APIError](err); ok {
		return apiErr.Status
	}
	if answerErr, ok := errors.AsType[*AnswerError](err); ok {
		return answerErr.Status
	}
	return 0
}

// isRefusal tells whether the API certainly did not do what it was asked.
func isRefusal(err error) bool {
	apiErr, ok := errors.AsType[*APIError](err)
	return ok && apiErr.Refused()
}

// isOutcomeUnknown tells whether a write that failed may have happened all the
// same. A 429 says that it was not carried out, in whatever form it comes.
func isOutcomeUnknown(err error) bool {
	if transportErr, ok := errors.AsType[*TransportError](err); ok {
		return transportErr.Sent
	}
	return !isRefusal(err) && statusOf(err) != 0 && statusOf(err) != http.StatusTooManyRequests
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// CredentialsError is a 401: the API does not accept the token, or the e-mail
// address and password.
type CredentialsError struct {
	// BaseURL is the API that refused.
	BaseURL string
	// Source says where the credentials came from, never what they are.
	Source string
	// LoggedIn tells that they had been accepted, and the token that they
	// brought was not.
	LoggedIn bool
	// Expired is when the refused token's time was over, by its own `exp`. It is
	// zero where that is not the reason.
	Expired time.Time
	// Err is the answer: an *APIError, or an *AnswerError of a gateway.
	Err error
}

func (e *CredentialsError) Error() string {
	what := "credentials, which came from " + e.Source
	switch {
	case e.LoggedIn:
		what = "token of a login that it had accepted just before; the credentials of the login came from " + e.Source
	case !e.Expired.IsZero():
		what = fmt.Sprintf("token, which came from %s and expired at %s", e.Source, e.Expired.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("the API at %s refused the %s: %s", e.BaseURL, what, e.Err)
}

// Unwrap gives the API's answer.
func (e *CredentialsError) Unwrap() error { return e.Err }

// LoginError is a login that failed, so that the request it was for was never
// sent. It does not unwrap: what the API said of the login, it has not said of
// the profile.
type LoginError struct {
	// Err is a *CredentialsError, or any other error of a request.
	Err error
}

func (e *LoginError) Error() string { return e.Err.Error() }

// Is tells whether the login ended for the given reason, such as
// context.Canceled.
func (e *LoginError) Is(target error) bool { return errors.Is(e.Err, target) }

// AnswerError is an answer that is not one of the API's: another media type, a
// redirect, JSON of another form, a profile without a valid uuid.
type AnswerError struct {
	Exchange
	// Status is the HTTP status of the answer.
	Status int
	// Reason says what was found in place of what was expected.
	Reason string
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf("%s: the answer with status %d is not what the OpenTact API sends: %s", e.Exchange, e.Status, e.Reason)
}

// TransportError is a request without an answer, or with one that broke off.
type TransportError struct {
	Exchange
	// Sent tells that the last attempt may have reached the API.
	Sent bool
	// Err is the last attempt's error.
	Err error
}

func (e *TransportError) Error() string {
	switch {
	case !errors.Is(e.Err, context.Canceled) || e.Sent:
		return fmt.Sprintf("%s: no answer: %v", e.Exchange, e.Err)
	case e.Attempts == 0:
		return fmt.Sprintf("%s: interrupted before it was sent: %v", e.Exchange, e.Err)
	default:
		return fmt.Sprintf("%s: interrupted before it was sent again: %v", e.Exchange, e.Err)
	}
}

// Unwrap gives the last attempt's error.
func (e *TransportError) Unwrap() error { return e.Err }

// UnknownOutcomeError is a create of which nobody can say whether it happened:
// the request left, no readable answer came back, and the list did not tell.
type UnknownOutcomeError struct {
	// Name is the name that the profile was to have.
	Name string
	// Reason says why the list did not tell.
	Reason string
	// Candidates are the first new profiles of that name which belong to no resource of
	// this process. Any of them may be the one.
	Candidates []Candidate
	// Err says what came in place of an answer.
	Err error
}

// Candidate is a profile that a lost create may have made.
type Candidate struct {
	UUID string
	// Differences say which values are not those that were sent. Those of
	// concealed fields are not shown.
	Differences []string
}

func (e *UnknownOutcomeError) Error() string {
	return fmt.Sprintf("a profile named %q may or may not have been created: %v; %s", e.Name, e.Err, e.Reason)
}

// Unwrap gives the error that took the place of an answer.
func (e *UnknownOutcomeError) Unwrap() error { return e.Err }

// MismatchError is an answer whose fields are not what they should be: a write
// that the API accepted and did not carry out as asked, or a value of another
// type. The profile exists; what a write made of it came back beside this error.
type MismatchError struct {
	// Operation is what was being done, UUID the profile it was done to.
	Operation string
	UUID      string
	Fields    []Mismatch
}

// Mismatch is one field of a MismatchError.
type Mismatch struct {
	// Field is the field's name.
	Field string
	// Sent and Got are JSON values, or their lengths where the field is
	// concealed. Sent is empty where the field was not sent.
	Sent, Got string
	// Malformed tells that what came back is not of the field's type.
	Malformed bool
	// Note says more, where there is more to say.
	Note string
	// Unfinished tells that the field's other spelling could not be tried, for the
	// reason that Note has, so that the same write may succeed another time.
	Unfinished bool
}

func (m Mismatch) String() string {
	text := m.Field
	if m.Sent != "" {
		text += fmt.Sprintf(" was sent as %s and", m.Sent)
	}
	text += " came back as " + m.Got
	if m.Malformed {
		text += ", which is not of this field's type"
	}
	if m.Note != "" {
		text += fmt.Sprintf(" (%s)", m.Note)
	}
	return text
}

func (e *MismatchError) Error() string {
	fields := make([]string, len(e.Fields))
	for i, field := range e.Fields {
		fields[i] = field.String()
	}
	return fmt.Sprintf("%s %s: %s", e.Operation, e.UUID, strings.Join(fields, "; "))
}
