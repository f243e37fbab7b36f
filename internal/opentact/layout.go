// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Layout maps JSON names to the struct fields of F. LayoutOf derives it from F, so F is
// the only list of a kind's fields.
type Layout[F Fields] struct {
	index map[string][]int
	// names are the JSON names of the fields that a complete profile has.
	names []string
}

// LayoutOf returns the layout of F.
func LayoutOf[F Fields]() Layout[F] {
	l := Layout[F]{index: make(map[string][]int)}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[F]()) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			l.index[name] = field.Index
		}
	}
	l.names = append(slices.Sorted(maps.Keys(l.index)), wire.UUID, wire.CreatedOn, wire.ModifiedOn)
	return l
}

// Visit calls do with the JSON name of each field and a pointer to its Optional.
func (l Layout[F]) Visit(fields *F, do func(name string, field any)) {
	value := reflect.ValueOf(fields).Elem()
	for name, index := range l.index {
		do(name, value.FieldByIndex(index).Addr().Interface())
	}
}

// decode returns a profile and the names of the fields whose values have the wrong type.
// These fields are absent from the profile.
func (l Layout[F]) decode(raw wire.RawFields) (profile Profile[F], malformed []string) {
	fields := reflect.ValueOf(&profile.Fields).Elem()
	for _, name := range l.names {
		value, ok := raw[name]
		if !ok {
			continue
		}
		var into any
		switch name {
		case wire.UUID:
			into = &profile.UUID
		case wire.CreatedOn:
			into = &profile.CreatedOn
		case wire.ModifiedOn:
			into = &profile.ModifiedOn
		default:
			into = fields.FieldByIndex(l.index[name]).Addr().Interface()
		}
		// json.Unmarshal would replace invalid UTF-8 with other characters.
		if !utf8.Valid(value) || json.Unmarshal(value, into) != nil {
			malformed = append(malformed, name)
		}
	}
	return profile, malformed
}

// malformed returns the names of the fields whose values have the wrong type.
func (l Layout[F]) malformed(raw wire.RawFields) []string {
	_, malformed := l.decode(raw)
	return malformed
}

// encode returns the raw fields of a profile, including its times but not its UUID.
func encode[F Fields](profile Profile[F]) (wire.RawFields, error) {
	raw, err := wire.Encode(profile.Fields)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]Optional[string]{wire.CreatedOn: profile.CreatedOn, wire.ModifiedOn: profile.ModifiedOn} {
		if value.IsZero() {
			continue
		}
		if raw[name], err = wire.Marshal(value); err != nil {
			return nil, err
		}
	}
	return raw, nil
}
