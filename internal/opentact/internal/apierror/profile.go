// SPDX-License-Identifier: MPL-2.0

package apierror

import (
	"fmt"
	"strings"
)

// AmbiguousCreateError means that a create may or may not have made a profile. There was
// no usable response, and the list did not show the outcome.
type AmbiguousCreateError struct {
	// Name is the name in the create request.
	Name string
	// Reason says why the list did not show the outcome.
	Reason string
	// Candidates are profiles that the create may have made.
	Candidates []Candidate
	// Foreign is the UUID of a profile that the response holds although the request did not
	// create it, or "".
	Foreign string
	// Err is the error of the create request.
	Err error
	// Failed is the error of the request that should have shown the outcome, or nil. Reason
	// contains its text.
	Failed error
}

// Candidate is a profile that an ambiguous create may have made.
type Candidate struct {
	// UUID is the UUID of the profile.
	UUID string
	// Doubts say why another create may have made the profile, such as values that differ
	// from those sent. They don't show values of sensitive fields.
	Doubts []string
}

func (e *AmbiguousCreateError) Error() string {
	return fmt.Sprintf("a profile named %q may or may not have been created: %v; %s", e.Name, e.Err, e.Reason)
}

// Unwrap returns the error of the create request.
func (e *AmbiguousCreateError) Unwrap() error { return e.Err }

// Outcome returns Ambiguous.
func (e *AmbiguousCreateError) Outcome() Outcome { return Ambiguous }

// MismatchError means that a field came back with a value other than the one sent, or
// with a value of the wrong type. The profile exists.
type MismatchError struct {
	// Operation says what the request does, such as "update messaging profile".
	Operation string
	// UUID is the UUID of the profile.
	UUID string
	// Fields are the fields that differ.
	Fields []Mismatch
	// Failed is the error in the first Note, or nil.
	Failed error
}

// Mismatch is one field of a MismatchError.
type Mismatch struct {
	// Field is the name of the field.
	Field string
	// Sent and Got are JSON values, or lengths if the field is sensitive. Sent is
	// empty if the field was not sent.
	Sent, Got string
	// Difference says how Sent and Got differ if they look alike, such as "only in white
	// space". Otherwise it is "". It shows no part of the values.
	Difference string
	// Malformed reports whether Got has the wrong type.
	Malformed bool
	// Note is the error of a request that sent the field under one of its names, or "".
	Note string
	// Unfinished reports whether the request in Note failed for another reason than its
	// content. The same update may then succeed later.
	Unfinished bool
}

func (m Mismatch) String() string {
	text := m.Field
	if m.Sent != "" {
		text += fmt.Sprintf(" was sent as %s and", m.Sent)
	}
	text += " came back as " + m.Got + m.howTheyDiffer()
	if m.Malformed {
		text += ", which is not a valid value"
	}
	if m.Note != "" {
		text += fmt.Sprintf(" (%s)", m.Note)
	}
	return text
}

// Doubt returns text about a listed profile whose field differs from the one sent.
func (m Mismatch) Doubt() string {
	return fmt.Sprintf("%s is %s, but was sent as %s%s", m.Field, m.Got, m.Sent, m.howTheyDiffer())
}

// howTheyDiffer returns text about Difference, or "" if that is "".
func (m Mismatch) howTheyDiffer() string {
	if m.Difference == "" {
		return ""
	}
	return fmt.Sprintf(" (they differ %s)", m.Difference)
}

func (e *MismatchError) Error() string {
	fields := make([]string, len(e.Fields))
	for i, field := range e.Fields {
		fields[i] = field.String()
	}
	return fmt.Sprintf("%s %s: %s", e.Operation, e.UUID, strings.Join(fields, "; "))
}

// Outcome returns Done: the API acted.
func (e *MismatchError) Outcome() Outcome { return Done }

// MalformedProfileError means that the API's data about a profile is malformed, such as text
// in a number field. The request was successful, so neither the request nor the base URL
// is wrong. Only the owner of the data can correct it.
type MalformedProfileError struct {
	// Kind is the name of the kind, such as "messaging profile".
	Kind string
	// UUID is the UUID of the profile. It is "" if Reason is about items of a list that have
	// no valid UUID.
	UUID string
	// Reason names the field and says what is wrong. It contains no secrets.
	Reason string
}

func (e *MalformedProfileError) Error() string {
	if e.UUID == "" {
		return e.Reason
	}
	return fmt.Sprintf("the API's data of %s %s is malformed: %s", e.Kind, e.UUID, e.Reason)
}

// Outcome returns Done: the API responded with success.
func (e *MalformedProfileError) Outcome() Outcome { return Done }

// InvalidUUIDError means that a profile can't have the given UUID, so no request was sent.
type InvalidUUIDError struct {
	// Operation says what the request would do, such as "delete messaging profile".
	Operation string
	// Err says what is wrong with the UUID.
	Err error
}

func (e *InvalidUUIDError) Error() string {
	return fmt.Sprintf("%s: no request was sent: %v", e.Operation, e.Err)
}

// Unwrap returns Err.
func (e *InvalidUUIDError) Unwrap() error { return e.Err }

// Outcome returns NotSent.
func (e *InvalidUUIDError) Outcome() Outcome { return NotSent }
