// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// The members that every profile has beside its settable fields.
const (
	memberUUID       = "uuid"
	memberCreatedOn  = "created_on"
	memberModifiedOn = "modified_on"
)

// members are the JSON members of a profile, undecoded, by the names that the
// API's requests use. What was sent, what came back and what was known before
// are compared and merged in this form.
type members map[string]json.RawMessage

// names lists the members in a stable order.
func (m members) names() []string { return slices.Sorted(maps.Keys(m)) }

// fill takes from other what m lacks.
func (m members) fill(other members) {
	for name, raw := range other {
		if _, ok := m[name]; !ok {
			m[name] = raw
		}
	}
}

// equal tells whether two have the same members, to the letter.
func (m members) equal(other members) bool { return reflect.DeepEqual(m, other) }

// lacks tells whether any of the names has no member.
func (m members) lacks(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := m[name]; return !ok })
}

// encode returns what fields say, as members. Numbers are written as the
// nearest double's shortest decimal, without an exponent below 1e21.
func encode[F Fields](fields F) (members, error) {
	body, err := marshal(fields)
	if err != nil {
		return nil, err
	}
	var m members
	return m, json.Unmarshal(body, &m)
}

// encodeKnown returns what is known of a profile, its times included. What an
// answer says of the UUID is compared, not filled in.
func encodeKnown[F Fields](known Profile[F]) (members, error) {
	m, err := encode(known.Fields)
	if err != nil {
		return nil, err
	}
	for name, time := range map[string]Optional[string]{memberCreatedOn: known.CreatedOn, memberModifiedOn: known.ModifiedOn} {
		if time.IsZero() {
			continue
		}
		if m[name], err = marshal(time); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// marshal writes JSON in which a URL's & stays as it is.
func marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(text.Bytes()), nil
}

// Layout knows where in F each field of a kind belongs. It is derived from F, so
// a kind's fields are listed in that struct and nowhere else.
type Layout[F Fields] struct {
	index map[string][]int
	// names are those of every member that a complete answer has.
	names []string
}

// LayoutOf returns the layout of a kind's fields.
func LayoutOf[F Fields]() Layout[F] {
	l := Layout[F]{index: make(map[string][]int)}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[F]()) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			l.index[name] = field.Index
		}
	}
	l.names = append(slices.Sorted(maps.Keys(l.index)), memberUUID, memberCreatedOn, memberModifiedOn)
	return l
}

// Visit calls do with the JSON name of each field, and a pointer to its Optional.
func (l Layout[F]) Visit(fields *F, do func(name string, field any)) {
	value := reflect.ValueOf(fields).Elem()
	for name, index := range l.index {
		do(name, value.FieldByIndex(index).Addr().Interface())
	}
}

// decode builds a profile from its members, and names those that do not have
// the field's type. They count as not mentioned.
func (l Layout[F]) decode(m members) (profile Profile[F], malformed []string) {
	fields := reflect.ValueOf(&profile.Fields).Elem()
	for _, name := range l.names {
		raw, ok := m[name]
		if !ok {
			continue
		}
		var into any
		switch name {
		case memberUUID:
			into = &profile.UUID
		case memberCreatedOn:
			into = &profile.CreatedOn
		case memberModifiedOn:
			into = &profile.ModifiedOn
		default:
			into = fields.FieldByIndex(l.index[name]).Addr().Interface()
		}
		// What is no UTF-8 would be read all the same, as another text.
		if !utf8.Valid(raw) || json.Unmarshal(raw, into) != nil {
			malformed = append(malformed, name)
		}
	}
	return profile, malformed
}

// same tells whether two JSON values are one value of a field: numbers as far as
// the API can tell them apart.
func (s *Spec[F]) same(field string, a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, ok := x.(float64)
	q, both := y.(float64)
	if ok && both {
		return s.SameNumber(field, p, q)
	}
	return reflect.DeepEqual(x, y)
}

// isNull tells whether a member is the JSON null.
func isNull(raw json.RawMessage) bool { return string(raw) == "null" }
