// SPDX-License-Identifier: MPL-2.0

package apierror

import (
	"fmt"
	"strings"
)

// AmbiguousCreateError means that it is unknown whether a create made a profile:
// the request was sent, no usable response came back, and the list did not tell.
type AmbiguousCreateError struct {
	// Name is the name that the profile was to have.
	Name string
	// Reason says why the list did not tell.
	Reason string
	// Candidates are profiles that the create may have made.
	Candidates []Candidate
	// Err is the error of the create request.
	Err error
}

// Candidate is a profile that an ambiguous create may have made.
type Candidate struct {
	// UUID is the profile's.
	UUID string
	// Differences say which values differ from those sent. Values of sensitive
	// fields are left out.
	Differences []string
}

func (e *AmbiguousCreateError) Error() string {
	return fmt.Sprintf("a profile named %q may or may not have been created: %v; %s", e.Name, e.Err, e.Reason)
}

// Unwrap returns the error of the create request.
func (e *AmbiguousCreateError) Unwrap() error { return e.Err }

// Outcome returns Ambiguous.
func (e *AmbiguousCreateError) Outcome() Outcome { return Ambiguous }

// MismatchError means that the API responded with other values than it was sent, or
// with values of another type. The profile exists.
type MismatchError struct {
	// Operation is what was being done.
	Operation string
	// UUID is the profile's.
	UUID string
	// Fields are the fields that differ.
	Fields []Mismatch
}

// Mismatch is one field of a MismatchError.
type Mismatch struct {
	// Field is the name of the field.
	Field string
	// Sent and Got are JSON values, or lengths if the field is sensitive. Sent is
	// empty if the field was not sent.
	Sent, Got string
	// Malformed reports whether Got does not have the field's type.
	Malformed bool
	// Note says more, if there is more to say.
	Note string
	// Unfinished reports whether sending the field under its alias failed, so that
	// the same update may succeed later.
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

// Outcome returns Done: the API acted.
func (e *MismatchError) Outcome() Outcome { return Done }
