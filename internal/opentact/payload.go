// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// The API document shows a list of phone-number leases, which contain the
// profile, as the answer to every operation; the vendor's own description has
// the profile itself. The reader takes both, looks for a nested profile first,
// because a lease has a uuid of its own, and never guesses.

// reader finds profiles of one kind in payloads.
type reader struct {
	nested         [][]string
	otherSpellings map[string]string
	names          []string
}

// find returns the profile that an object is or contains. The error says what
// was found instead.
func (r reader) find(raw json.RawMessage) (members, error) {
	object, err := parseObject(raw)
	if err != nil {
		return nil, err
	}
	if object == nil {
		return nil, fmt.Errorf("a profile was expected, found %s", describeJSON(raw))
	}
	found, container, err := r.findNested(object)
	if err != nil {
		return nil, err
	}
	for _, other := range found {
		if !other.equal(found[0]) {
			return nil, fmt.Errorf("one object contains two different profiles: %s", describeBoth(found[0], other))
		}
	}
	switch {
	case len(found) > 0:
		object = found[0]
	case container:
		return nil, fmt.Errorf("an object was found that has a place for a profile, and no profile is there: %s", describeJSON(raw))
	default:
		object = r.known(object)
	}
	return object, checkUUID(object)
}

// parseObject returns an object's members, nil where it is none.
func parseObject(raw json.RawMessage) (object members, err error) {
	if json.Unmarshal(raw, &object) != nil {
		return nil, nil //nolint:nilerr // what it is instead is for the caller to say
	}
	if countMembers(raw) == len(object) {
		return object, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	_, _ = dec.Token() // the opening brace
	return nil, readMembers(dec, func(string) error { return skip(dec) })
}

// countMembers counts the members of an object, those that come twice too. It is
// many times faster than to read them one by one, as there is hardly ever need to.
func countMembers(object json.RawMessage) (n int) {
	depth, quoted := 0, false
	for i := 0; i < len(object); i++ {
		switch char := object[i]; {
		case quoted && char == '\\':
			i++ // whatever is escaped
		case char == '"':
			quoted = !quoted
		case quoted:
		case char == '{' || char == '[':
			depth++
		case char == '}' || char == ']':
			depth--
		case char == ':' && depth == 1:
			n++
		}
	}
	return n
}

// findNested returns the profiles that lie in their places inside an object,
// and whether the object is a container rather than a profile: it has the place
// itself, or has one further down and no name, which every profile has.
func (r reader) findNested(object members) (found []members, container bool, err error) {
	for _, path := range r.nested {
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
		if len(inner) > 0 {
			found = append(found, r.known(inner))
		}
		if _, named := object["name"]; len(path) == 1 || !named {
			container = true
		}
	}
	return found, container, nil
}

// descend follows a path of member names, and tells whether the place at its
// end exists. What is there counts if it is an object: null, {} and a mere
// reference, such as a uuid, are none.
func descend(object members, path []string) (raw json.RawMessage, ok bool, err error) {
	for i, name := range path {
		if i > 0 {
			if object, err = parseObject(raw); err != nil {
				return nil, false, err
			}
		}
		if raw, ok = object[name]; !ok { // what is no object has no members
			return nil, false, nil
		}
	}
	return raw, true, nil
}

// known keeps the members that the client knows, under the names of requests.
// Of two spellings the request's wins. Everything else goes no further: answers
// embed users with their passwords and tokens.
func (r reader) known(object members) members {
	m := make(members, len(r.names))
	for _, name := range r.names {
		if raw, ok := object[name]; ok {
			m[name] = raw
		} else if raw, ok := object[r.otherSpellings[name]]; ok {
			m[name] = raw
		}
	}
	return m
}

// checkUUID makes sure that a profile can be told from others.
func checkUUID(m members) error {
	raw, ok := m[memberUUID]
	if !ok {
		return fmt.Errorf("the profile has no uuid")
	}
	var uuid string
	if json.Unmarshal(raw, &uuid) != nil {
		return fmt.Errorf("the profile's uuid is %s", describeJSON(raw))
	}
	if err := ValidateUUID(uuid); err != nil {
		return fmt.Errorf("the profile's uuid is of another form: %w", err)
	}
	return nil
}

// uuidOf returns the uuid of a profile that find returned.
func uuidOf(m members) string {
	var uuid string
	_ = json.Unmarshal(m[memberUUID], &uuid) // checkUUID has read it before
	return uuid
}

// describeBoth names two profiles.
func describeBoth(a, b members) string {
	x, y := describeUUID(a), describeUUID(b)
	if x == y {
		return "both have " + x
	}
	return fmt.Sprintf("one has %s, the other %s", x, y)
}

// describeUUID shows a profile's uuid, and nothing else that may be in its place.
func describeUUID(m members) string {
	if checkUUID(m) != nil {
		return "no valid uuid"
	}
	return "the uuid " + uuidOf(m)
}

// single gathers the one profile of an answer to a single operation. Leases may
// repeat it; two profiles are an error.
type single struct {
	reader
	found members
}

func (s *single) restart() { s.found = nil }

func (s *single) add(raw json.RawMessage) error {
	m, err := s.find(raw)
	if err != nil {
		return err
	}
	if s.found == nil {
		s.found = m
	}
	if !s.found.equal(m) {
		return errors.New("two different profiles were found where one was expected: " + describeBoth(s.found, m))
	}
	return nil
}

// take returns the profile once the answer has been read.
func (s *single) take(got *answer) (members, error) {
	if !got.array {
		if err := s.add(got.payload); err != nil {
			return nil, err
		}
	}
	if s.found == nil {
		return nil, errors.New("a profile was expected, found an empty array")
	}
	return s.found, nil
}
