// SPDX-License-Identifier: MPL-2.0

// Package wire reads the JSON of the API. It knows nothing about HTTP connections or
// about the types of a profile's fields. It promises:
//   - A response has one of the forms in CONTRACT.md. Any other form is an error that
//     says what was found.
//   - No response can fill the memory.
//   - Unknown members, such as users with their passwords, are dropped at once.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// The fields that every profile has.
const (
	UUID       = "uuid"
	CreatedOn  = "created_on"
	ModifiedOn = "modified_on"
	Name       = "name"
)

// RawFields are the undecoded JSON fields of a profile under their documented names. Text
// is in Unicode NFC, the form that Terraform uses.
type RawFields map[string]json.RawMessage

// Names returns the names of the fields, sorted.
func (f RawFields) Names() []string { return slices.Sorted(maps.Keys(f)) }

// Fill adds the fields of other that f lacks.
func (f RawFields) Fill(other RawFields) {
	for name, raw := range other {
		if _, ok := f[name]; !ok {
			f[name] = raw
		}
	}
}

// Equal reports whether both have the same fields, byte for byte.
func (f RawFields) Equal(other RawFields) bool { return reflect.DeepEqual(f, other) }

// Lacks reports whether f lacks one of the named fields.
func (f RawFields) Lacks(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := f[name]; return !ok })
}

// Text returns the value of a string field, and "" for any other field.
func (f RawFields) Text(name string) string {
	var text string
	_ = json.Unmarshal(f[name], &text) // it stays empty
	return text
}

// UUID returns the profile's UUID.
func (f RawFields) UUID() string { return f.Text(UUID) }

// IsNull reports whether a value is the JSON null.
func IsNull(raw json.RawMessage) bool { return string(raw) == "null" }

// Encode returns the fields of the JSON object that value encodes to, with text in NFC. A
// float64 is written as its shortest decimal.
func Encode(value any) (RawFields, error) {
	body, err := Marshal(value)
	if err != nil {
		return nil, err
	}
	var fields RawFields
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, err
	}
	for name, raw := range fields {
		fields[name] = toNFC(raw)
	}
	return fields, nil
}

// Marshal encodes a value as JSON. It does not escape the & of a URL.
func Marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(text.Bytes()), nil
}

// toNFC returns a JSON string in NFC. Terraform stores all text in this form, while
// an API may return another one for the same characters. Values of other types, and text
// that is not UTF-8, are not changed.
func toNFC(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || raw[0] != '"' || !utf8.Valid(raw) || !bytes.Contains(raw, []byte(`\u`)) && norm.NFC.IsNormal(raw) {
		return raw
	}
	var text string
	if json.Unmarshal(raw, &text) != nil || norm.NFC.IsNormalString(text) {
		return raw
	}
	normal, err := Marshal(norm.NFC.String(text))
	if err != nil {
		return raw
	}
	return normal
}

// ValidateUUID returns an error unless id has the API's form of a UUID: lower-case
// hexadecimal digits in groups of 8-4-4-4-12. The API's document requires this form.
func ValidateUUID(id string) error {
	if !IsUUID(id) {
		return fmt.Errorf("%q is not a UUID in lower case (32 hexadecimal digits in groups of 8-4-4-4-12)", redact.Shorten(id, 60))
	}
	return nil
}

// IsUUID reports whether ValidateUUID accepts id.
func IsUUID(id string) bool {
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
