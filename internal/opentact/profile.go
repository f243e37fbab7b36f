// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/endpoint"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Profile is one profile of the API. The API sets its UUID and times. The caller sets its
// fields. F is the struct of the fields of one kind.
type Profile[F Fields] struct {
	// UUID identifies the profile. It has the form that ParseUUID returns.
	UUID string
	// CreatedOn and ModifiedOn are times in RFC 3339, as the API returned them.
	CreatedOn  Optional[string]
	ModifiedOn Optional[string]
	// Fields are the fields that a caller may set. A field that the response lacks is
	// absent.
	Fields F
}

// Fields is the struct of the fields of one kind. The struct embeds Named, which
// implements the interface. Each other field is an Optional. Its JSON name is the name in
// the API's document: the documented name.
type Fields interface {
	comparable
	ProfileName() string
}

// Named holds the field that profiles of every kind have.
type Named struct {
	// Name has 1 to 255 characters. Several profiles may have the same name.
	Name Optional[string] `json:"name,omitzero"`
}

// ProfileName returns the name, or "" for a profile without a name.
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
	// Nested are the paths of member names at which another object may contain the
	// profile. For example, the API's document shows phone-number leases that contain the
	// profile.
	Nested [][]string
	// Aliases maps the documented name of a field to its alias: the name that the
	// vendor's responses or client use instead.
	Aliases map[string]string
	// Nullable lists the fields that a null unsets. The API chooses the value of an unset
	// field.
	Nullable []string
	// Sensitive lists the fields whose values may contain credentials. Errors never show
	// these values.
	Sensitive []string
	// Float32 lists the number fields that the API may store as a float32. Values that
	// are equal as float32 count as the same.
	Float32 []string
}

// FieldName returns the documented name of a field. name is the documented name or the
// alias.
func (s *Spec[F]) FieldName(name string) string {
	for field, alias := range s.Aliases {
		if name == alias {
			return field
		}
	}
	return name
}

// Same reports whether a field has the same value in a and b.
func (s *Spec[F]) Same(field string, a, b F) bool {
	x, errX := wire.Encode(a)
	y, errY := wire.Encode(b)
	return errX == nil && errY == nil && s.kind().Same(field, x[field], y[field])
}

// SameNumber reports whether the API treats two numbers as the same value of a field.
func (s *Spec[F]) SameNumber(field string, a, b float64) bool {
	return s.kind().SameNumber(field, a, b)
}

// Show returns the value of a field as text for people. For a sensitive field, it returns
// only the length.
func (s *Spec[F]) Show(field string, fields F) string {
	raw, _ := wire.Encode(fields) // after an error there is nothing to show
	return s.kind().Show(field, raw)
}

// kind returns the parts of the endpoint's Kind that the spec defines.
func (s *Spec[F]) kind() *endpoint.Kind {
	return &endpoint.Kind{Name: s.Name, Path: s.Path, Sensitive: s.Sensitive, Float32: s.Float32}
}

// ParseUUID returns id in the API's form: lower-case hexadecimal digits in groups of
// 8-4-4-4-12. It accepts upper-case digits. It returns an error if id is not a UUID.
func ParseUUID(id string) (string, error) {
	lower := strings.ToLower(id)
	if !wire.IsUUID(lower) {
		return "", wire.ValidateUUID(id)
	}
	return lower, nil
}
