// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Shape says where responses contain the profiles of one kind. The API's document shows
// phone-number leases that contain the profile. The vendor's OpenAPI description shows
// the profile itself. Find reads both forms. It looks for a nested profile first, because
// a lease has a uuid of its own.
type Shape struct {
	// Nested are the paths at which another object may contain the profile.
	Nested [][]string
	// Aliases maps the documented name of a field to its alias. If a response has both,
	// the documented name wins.
	Aliases map[string]string
	// Fields are the documented names of the fields that a complete profile has.
	Fields []string
}

// Find returns the profile that a JSON object is or contains. The object is the payload
// of a response, or one item of a list. The error says what was found instead.
func (s Shape) Find(raw json.RawMessage) (RawFields, error) {
	object, err := parseObject(raw)
	if err != nil {
		return nil, err
	}
	if object == nil {
		return nil, fmt.Errorf("a profile was expected, found %s", Describe(raw))
	}
	nested, isContainer, err := s.findNested(object)
	if err != nil {
		return nil, err
	}
	for _, other := range nested {
		if !other.Equal(nested[0]) {
			return nil, fmt.Errorf("one object contains two different profiles: %s", describeBoth(nested[0], other))
		}
	}
	switch {
	case len(nested) > 0:
		object = nested[0]
	case isContainer:
		return nil, fmt.Errorf("an object has a place for a profile, but there is none: %s", Describe(raw))
	default:
		object = s.known(object)
	}
	return object, checkUUID(object)
}

// findNested returns the profiles inside an object. It also reports whether the object is
// a container, not a profile itself. An object is a container if it has a member for a
// profile. If only an inner object has such a member, the object is a container unless it
// has a name, as every profile does.
func (s Shape) findNested(object RawFields) (nested []RawFields, isContainer bool, err error) {
	for _, path := range s.Nested {
		raw, ok, err := descend(object, path)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			continue
		}
		inner, err := parseObject(raw)
		if err != nil {
			return nil, false, err
		}
		if len(inner) > 0 { // null, {} and a reference such as a uuid are not profiles
			nested = append(nested, s.known(inner))
		}
		if _, named := object[Name]; len(path) == 1 || !named {
			isContainer = true
		}
	}
	return nested, isContainer, nil
}

// descend returns the value at a path of member names and reports whether it exists.
func descend(object RawFields, path []string) (raw json.RawMessage, ok bool, err error) {
	for i, name := range path {
		if i > 0 {
			if object, err = parseObject(raw); err != nil {
				return nil, false, err
			}
		}
		if raw, ok = object[name]; !ok {
			return nil, false, nil
		}
	}
	return raw, true, nil
}

// known returns the fields that the client knows under their documented names, with text
// in NFC. It drops all other members, because responses contain users with their
// passwords and tokens.
func (s Shape) known(object RawFields) RawFields {
	fields := make(RawFields, len(s.Fields))
	for _, name := range s.Fields {
		raw, ok := object[name]
		if alias, hasAlias := s.Aliases[name]; !ok && hasAlias {
			raw, ok = object[alias]
		}
		if ok {
			fields[name] = toNFC(raw)
		}
	}
	return fields
}

// checkUUID returns an error unless a profile has a valid UUID.
func checkUUID(fields RawFields) error {
	raw, ok := fields[UUID]
	if !ok {
		return errors.New("the profile has no uuid")
	}
	var uuid string
	if json.Unmarshal(raw, &uuid) != nil {
		return fmt.Errorf("the profile's uuid is %s", Describe(raw))
	}
	if err := ValidateUUID(uuid); err != nil {
		return fmt.Errorf("the profile's uuid is not valid: %w", err)
	}
	return nil
}

// describeBoth returns text with the UUIDs of two profiles.
func describeBoth(a, b RawFields) string {
	x, y := describeUUID(a), describeUUID(b)
	if x == y {
		return "both have " + x
	}
	return fmt.Sprintf("one has %s, the other %s", x, y)
}

// describeUUID returns text with the UUID of a profile. It does not show an invalid UUID.
func describeUUID(fields RawFields) string {
	if checkUUID(fields) != nil {
		return "no valid uuid"
	}
	return "the uuid " + fields.UUID()
}
