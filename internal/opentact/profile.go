// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/endpoint"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Profile is an object of the API: what it says about itself, and the fields that a
// caller may set. F lists the fields of one kind.
type Profile[F Fields] struct {
	// UUID identifies the profile, in the form that ValidateUUID accepts.
	UUID string
	// CreatedOn and ModifiedOn are times in RFC 3339, as the API returned them.
	CreatedOn  Optional[string]
	ModifiedOn Optional[string]
	// Fields are the settable fields. A field that the API did not mention is the zero
	// Optional.
	Fields F
}

// Fields is implemented by embedding Named. The fields of a kind are a struct of Optional
// members with the JSON names of the API's document.
type Fields interface {
	comparable
	ProfileName() string
}

// Named holds the one field that profiles of every kind have.
type Named struct {
	// Name is chosen by the user, 1 to 255 characters. Several profiles may share a name.
	Name Optional[string] `json:"name,omitzero"`
}

// ProfileName returns the name, or "" if there is none.
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
	// Nested are the paths of member names at which a response may hold the profile
	// inside another object. The API's document shows phone-number leases that contain
	// the profile.
	Nested [][]string
	// Aliases maps a field's name in the API's document to the name that the vendor's
	// responses or client use instead.
	Aliases map[string]string
	// Nullable lists the fields that a null unsets. The API decides which value a field
	// has then.
	Nullable []string
	// Sensitive lists fields whose values may hold credentials. No error shows them.
	Sensitive []string
	// Float32 lists number fields that the API may keep in 32 bits. Values that are equal
	// at that precision are equal.
	Float32 []string
}

// FieldName returns the document's name of a field, whichever of its names is given.
func (s *Spec[F]) FieldName(name string) string {
	for field, alias := range s.Aliases {
		if name == alias {
			return field
		}
	}
	return name
}

// Same reports whether a field has the same value in both.
func (s *Spec[F]) Same(field string, a, b F) bool {
	x, errX := wire.Encode(a)
	y, errY := wire.Encode(b)
	return errX == nil && errY == nil && s.kind().Same(field, x[field], y[field])
}

// SameNumber reports whether two numbers are the same value of a field, as far as the
// API can tell them apart.
func (s *Spec[F]) SameNumber(field string, a, b float64) bool {
	return s.kind().SameNumber(field, a, b)
}

// Show renders a field's value for people, or its length if the field is sensitive.
func (s *Spec[F]) Show(field string, fields F) string {
	raw, _ := wire.Encode(fields) // after an error there is nothing to show
	return s.kind().Show(field, raw)
}

// kind returns what the client knows about the values of fields.
func (s *Spec[F]) kind() *endpoint.Kind {
	return &endpoint.Kind{Name: s.Name, Path: s.Path, Sensitive: s.Sensitive, Float32: s.Float32}
}

// ValidateUUID returns an error unless id has the API's form of a UUID: lower-case
// hexadecimal digits in groups of 8-4-4-4-12.
func ValidateUUID(id string) error { return wire.ValidateUUID(id) }
