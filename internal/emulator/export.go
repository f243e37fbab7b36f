// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// ExportSeed returns all profiles as an indented document for Seed. It omits the times, history and protection of
// profiles, and each field that has its default value. In an emulator without profiles and with the same Options.Defaults,
// Seed restores the same profiles in the same order, with new times.
func (e *Emulator) ExportSeed() []byte {
	profiles := make(map[Kind][]exportedProfile)
	for kind, k := range e.kinds {
		profiles[kind] = []exportedProfile{} // not nil: JSON would be null
		for _, p := range e.store.list(kind) {
			exported := withoutDefaults(p.fields, k.defaults)
			exported["uuid"] = p.uuid
			profiles[kind] = append(profiles[kind], exported)
		}
	}
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetEscapeHTML(false) // & is usual in a URL
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(profiles) // can't fail: the store holds only JSON values
	return document.Bytes()
}

// withoutDefaults returns the fields that differ from the defaults.
func withoutDefaults(fields, defaults map[string]any) map[string]any {
	rest := make(map[string]any)
	for field, value := range fields {
		if byDefault, ok := defaults[field]; !ok || value != byDefault {
			rest[field] = value
		}
	}
	return rest
}

// exportedProfile is a profile in a seed: its uuid and fields.
type exportedProfile map[string]any

// MarshalJSON encodes the uuid, the name and then the other fields, because people look for the name first.
func (p exportedProfile) MarshalJSON() ([]byte, error) {
	first := []string{"uuid", "name"}
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(p)), func(field string) bool { return slices.Contains(first, field) })
	var object bytes.Buffer
	encoder := json.NewEncoder(&object) // json removes its line breaks
	encoder.SetEscapeHTML(false)
	object.WriteByte('{')
	for i, field := range slices.Concat(first, others) {
		if i > 0 {
			object.WriteByte(',')
		}
		if err := encoder.Encode(field); err != nil {
			return nil, err
		}
		object.WriteByte(':')
		if err := encoder.Encode(p[field]); err != nil {
			return nil, err
		}
	}
	object.WriteByte('}')
	return object.Bytes(), nil
}
