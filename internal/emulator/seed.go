// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxSeedErrors is the maximum number of errors that Seed reports.
const maxSeedErrors = 20

// Seed adds the profiles of a JSON document: an object with an array of profiles for each kind. A profile has the fields
// of a POST, with documented names, and may have a uuid.
//
//	{"messaging": [{"uuid": "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31", "name": "Support desk", "long_code_weight": 7}]}
//
// Seed adds all profiles, in their order, or none. The error has one line for each invalid field, with its line number
// in the document, the rule and the value, unless the field is sensitive.
func (e *Emulator) Seed(document []byte) error {
	document = bytes.TrimPrefix(document, []byte("\xef\xbb\xbf")) // a byte order mark
	r := seedReader{emulator: e, document: document, uuids: make(map[string]int)}
	if err := r.read(); err != nil {
		return err
	}
	for _, p := range r.profiles {
		e.store.create(p.kind, p.uuid, e.withDefaults(p.kind, p.fields))
	}
	return nil
}

// seedProfile is a profile of a seed.
type seedProfile struct {
	kind   Kind
	uuid   string
	fields map[string]any
}

// seedReader decodes a seed token by token, because a decoded value has no line number.
type seedReader struct {
	emulator *Emulator
	document []byte
	tokens   *json.Decoder
	profiles []seedProfile
	uuids    map[string]int // the line of each UUID
	errors   []string
	// lineAt counts line breaks from offset on. breaks is the number of line breaks before offset.
	offset int64
	breaks int
}

func (r *seedReader) read() error {
	// After this check of the whole document, reading a token can't fail.
	if err := json.Unmarshal(r.document, new(json.RawMessage)); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("line %d: the file is not valid JSON: %w", r.lineAt(max(0, syntax.Offset-1)), err)
		}
		return err
	}
	r.tokens = json.NewDecoder(bytes.NewReader(r.document))
	r.readObject("the file", "an object with an array of profiles for each kind", r.readKind)
	if more := len(r.errors) - maxSeedErrors; more > 0 {
		r.errors = append(r.errors[:maxSeedErrors], fmt.Sprintf("and %d more errors", more))
	}
	if len(r.errors) > 0 {
		return errors.New(strings.Join(r.errors, "\n"))
	}
	return nil
}

// readKind reads the array of profiles of one kind.
func (r *seedReader) readKind(name string) {
	kind := Kind(name)
	if r.emulator.kinds[kind] == nil {
		r.addError(r.line(), "%s", unknownKind(kind))
		r.skipValue()
		return
	}
	if !r.open('[', name, "an array of profiles") {
		return
	}
	for r.tokens.More() {
		r.readProfile(kind)
	}
	_, _ = r.tokens.Token() // the end of the array
}

func (r *seedReader) readProfile(kind Kind) {
	p := seedProfile{kind: kind, uuid: newUUID(), fields: make(map[string]any)}
	lines := make(map[string]int)
	errorsBefore := len(r.errors)
	begin, ok := r.readObject("a "+r.emulator.kinds[kind].noun, "an object", func(field string) {
		lines[field] = r.line()
		value, err := r.readValue()
		switch {
		case err != nil:
			r.addError(lines[field], "%s must be a number that fits in 64 bits", printable(field))
		case field == "uuid":
			p.uuid = r.checkUUID(kind, value, lines[field])
		default:
			p.fields[field] = value
		}
	})
	if !ok {
		return
	}
	var invalid *violations
	if _, err := validFields(r.emulator.schemas[kind].create, p.fields); errors.As(err, &invalid) {
		for _, message := range invalid.general {
			r.addError(begin, "%s", message)
		}
		for _, field := range slices.Sorted(maps.Keys(invalid.fields)) {
			line, ok := lines[field]
			if !ok { // a required field is missing
				line = begin
			}
			r.addError(line, "%s %s", printable(field), strings.Join(invalid.fields[field], ", "))
		}
	}
	if len(r.errors) == errorsBefore {
		r.profiles = append(r.profiles, p)
	}
}

// checkUUID adds an error if the UUID of a profile is invalid or not unique. It returns the UUID.
func (r *seedReader) checkUUID(kind Kind, value any, line int) string {
	uuid, _ := value.(string)
	schema := r.emulator.schemas[kind].profile.Properties["uuid"].Value
	if err := schema.VisitJSON(value); err != nil {
		r.addError(line, "%s", newViolations(err, "uuid"))
		return uuid
	}
	if other, duplicate := r.uuids[uuid]; duplicate {
		r.addError(line, "uuid must be unique, line %d has the same", other)
	} else if r.emulator.store.has(uuid) {
		r.addError(line, "uuid must be unique, a profile has the same")
	}
	r.uuids[uuid] = line
	return uuid
}

// readObject reads an object and calls member with the name of each member. That call must read the value. readObject
// returns the line of the object's beginning, or false if the value is not an object.
func (r *seedReader) readObject(what, form string, member func(name string)) (begin int, ok bool) {
	if !r.open('{', what, form) {
		return 0, false
	}
	begin = r.line()
	seen := make(map[string]bool)
	for r.tokens.More() {
		token, _ := r.tokens.Token()
		name, _ := token.(string)
		if seen[name] {
			r.addError(r.line(), "duplicate member %q", name)
			r.skipValue()
			continue
		}
		seen[name] = true
		member(name)
	}
	_, _ = r.tokens.Token() // the end of the object
	return begin, true
}

// open reads the opening delimiter of an object or array. If the value begins with another character, open adds an error,
// skips the value, and returns false.
func (r *seedReader) open(delimiter byte, what, form string) bool {
	rest := bytes.TrimLeft(r.document[r.tokens.InputOffset():], " \t\r\n:,")
	if rest[0] != delimiter {
		r.addError(r.lineAt(int64(len(r.document)-len(rest))), "%s must be %s", what, form)
		r.skipValue()
		return false
	}
	_, _ = r.tokens.Token()
	return true
}

// readValue reads a whole value. It returns an error for a number that does not fit into a float64.
func (r *seedReader) readValue() (value any, err error) {
	var raw json.RawMessage
	_ = r.tokens.Decode(&raw)
	err = json.Unmarshal(raw, &value)
	return value, err
}

func (r *seedReader) skipValue() { _, _ = r.readValue() }

func (r *seedReader) addError(line int, format string, arguments ...any) {
	r.errors = append(r.errors, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, arguments...))
}

// line returns the line of the last token. A JSON token has no line breaks.
func (r *seedReader) line() int { return r.lineAt(r.tokens.InputOffset()) }

func (r *seedReader) lineAt(offset int64) int {
	if offset < r.offset {
		r.offset, r.breaks = 0, 0
	}
	r.breaks += bytes.Count(r.document[r.offset:offset], []byte{'\n'})
	r.offset = offset
	return 1 + r.breaks
}

// printable quotes a name if it contains special characters, such as line breaks.
func printable(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}
