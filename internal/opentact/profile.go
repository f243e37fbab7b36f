// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// Profile is an object of the API: what it says of itself, and the fields that
// a caller may set. F lists those of one kind.
type Profile[F Fields] struct {
	// UUID identifies the profile, in the form that ValidateUUID accepts.
	UUID string
	// CreatedOn and ModifiedOn are times in RFC 3339, kept as they were received.
	CreatedOn  Optional[string]
	ModifiedOn Optional[string]
	// Fields are the settable fields. A field that the API did not mention is
	// the zero Optional, one that it said is unset is a null.
	Fields F
}

// Fields is implemented by embedding Named. A kind's fields are a struct of
// Optional members with the JSON names of the API's requests.
type Fields interface {
	comparable
	ProfileName() string
}

// Named holds the one field that profiles of every kind have.
type Named struct {
	// Name is assigned by the user, 1 to 255 characters. Several profiles may
	// share a name.
	Name Optional[string] `json:"name,omitzero"`
}

// ProfileName returns the name, or "" where there is none.
func (n Named) ProfileName() string {
	name, _ := n.Name.Get()
	return name
}

// Spec describes one kind of profile to the client.
type Spec[F Fields] struct {
	// Name is the kind's name in running text, such as "messaging profile".
	Name string
	// Path is the collection's path below the base URL, such as "profile/messaging".
	Path string
	// Nested lists where an answer may hold the profile inside another object,
	// as paths of member names. The API document's sample answers are
	// phone-number leases that contain the profile.
	Nested [][]string
	// OtherSpellings maps a field's name in the API document to the name that
	// the vendor's answers or own client use instead.
	OtherSpellings map[string]string
	// Nullable lists the fields that a null unsets. What the API makes of one that
	// is unset is its own affair.
	Nullable []string
	// Concealed lists fields whose values may carry credentials. They are never
	// shown in an error.
	Concealed []string
	// Float32 lists number fields that the API may keep in 32 bits: a value that
	// is the same at that precision is the same value.
	Float32 []string
}

// FieldName returns the API document's name of a field, whichever of its names
// the API used.
func (s *Spec[F]) FieldName(name string) string {
	for field, other := range s.OtherSpellings {
		if name == other {
			return field
		}
	}
	return name
}

// SameNumber tells whether two numbers are one value of a field, as far as the
// API can tell them apart. What is too large or too small for 32 bits is not the
// same as everything else that is.
func (s *Spec[F]) SameNumber(field string, a, b float64) bool {
	if a == b || !slices.Contains(s.Float32, field) {
		return a == b
	}
	kept := float32(a)
	return kept == float32(b) && kept != 0 && !math.IsInf(float64(kept), 0)
}

// Same tells whether a field has one and the same value in both.
func (s *Spec[F]) Same(field string, a, b F) bool {
	x, errX := encode(a)
	y, errY := encode(b)
	return errX == nil && errY == nil && s.same(field, x[field], y[field])
}

// Show renders a field's value for people, or its length where the value may
// carry credentials.
func (s *Spec[F]) Show(field string, fields F) string {
	m, _ := encode(fields) // fields can be, and if not there is nothing to show
	return s.show(field, m)
}

// show is Show of members that are not decoded.
func (s *Spec[F]) show(field string, m members) string {
	raw, ok := m[field]
	switch {
	case !ok:
		return "nothing"
	case isComposite(raw): // no field is, so it may be a user, with a password
		return describeJSON(raw)
	case !slices.Contains(s.Concealed, field) || isNull(raw):
		return clean(string(raw))
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return "something that is not a string"
	}
	return fmt.Sprintf("a value of %d characters that is not shown here", utf8.RuneCountInString(text))
}

// ValidateUUID returns an error unless id has the API's form of a uuid: lower
// case hexadecimal digits in groups of 8-4-4-4-12. The API document gives it.
func ValidateUUID(id string) error {
	if !isUUID(id) {
		return fmt.Errorf("%q is not a uuid: 32 hexadecimal digits in lower case, in groups of 8-4-4-4-12, are needed", shorten(id, 60))
	}
	return nil
}

func isUUID(id string) bool {
	const form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(id) != len(form) {
		return false
	}
	for i := range len(id) {
		isDigit := id[i] >= '0' && id[i] <= '9' || id[i] >= 'a' && id[i] <= 'f'
		if form[i] == '-' && id[i] != '-' || form[i] != '-' && !isDigit {
			return false
		}
	}
	return true
}
