// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// errNotJSON means that a response does not begin with a JSON object.
var errNotJSON = errors.New("not a JSON object")

// duplicateError means that an object has the same member twice. JSON parsers differ in
// the member that they use (RFC 8259, section 4), so the object is an error.
type duplicateError struct{ name string }

func (e *duplicateError) Error() string {
	return fmt.Sprintf("it has the member %q twice", redact.Shorten(redact.Clean(e.name), 60))
}

// expect reads one delimiter.
func expect(dec *json.Decoder, delim json.Delim) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if token != delim {
		return errNotJSON
	}
	return nil
}

// readMembers reads the rest of an object after its opening brace. It calls read to read
// the value of each member.
func readMembers(dec *json.Decoder, read func(name string) error) error {
	seen := make(map[string]bool)
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string) // JSON allows nothing else
		if seen[name] {
			return &duplicateError{name: name}
		}
		seen[name] = true
		if err := read(name); err != nil {
			return err
		}
	}
	return expect(dec, '}')
}

// skip reads one value and drops it.
func skip(dec *json.Decoder) error {
	var skipped json.RawMessage
	return dec.Decode(&skipped)
}

// parseObject returns the members of an object, or nil if the value is not an object.
func parseObject(raw json.RawMessage) (RawFields, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if expect(dec, '{') != nil {
		return nil, nil //nolint:nilerr // the caller describes the value
	}
	object := make(RawFields)
	return object, readMembers(dec, func(name string) error {
		var value json.RawMessage
		err := dec.Decode(&value)
		object[name] = value
		return err
	})
}

// Describe says what kind of JSON value raw is. It may name members, but shows no values.
func Describe(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	var object RawFields
	var array []json.RawMessage
	switch {
	case len(raw) == 0:
		return "nothing"
	case IsNull(raw):
		return "null"
	case json.Unmarshal(raw, &object) == nil && len(object) == 0:
		return "an empty object"
	case object != nil:
		return "an object with the members " + redact.Shorten(redact.Clean(fmt.Sprint(object.Names())), 200)
	case json.Unmarshal(raw, &array) == nil:
		return fmt.Sprintf("an array of %d", len(array))
	case IsComposite(raw):
		return "JSON"
	default:
		return "a single JSON value"
	}
}

// IsComposite reports whether a value begins like an object or an array.
func IsComposite(raw json.RawMessage) bool { return len(raw) > 0 && (raw[0] == '{' || raw[0] == '[') }
