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

// maxSeedFaults is how many faults of a seed are told of at once.
const maxSeedFaults = 20

// Seed adds the profiles that a JSON document describes: an object with an array of profiles for each kind, by the
// kind's name. A profile has the fields of a POST with documented names, and may have the uuid that it is to get.
//
//	{"messaging": [{"uuid": "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31", "name": "Support desk", "long_code_weight": 7}]}
//
// Either all of them are added, in their order, or none. The error has a line for each fault, which says where in the
// document it is and which rule is broken, and never repeats a value.
func (e *Emulator) Seed(document []byte) error {
	document = bytes.TrimPrefix(document, []byte("\xef\xbb\xbf")) // some editors mark UTF-8 so
	r := seedReader{emulator: e, document: document, uuids: make(map[string]int)}
	if err := r.read(); err != nil {
		return err
	}
	for _, p := range r.profiles {
		e.store.create(p.kind, p.uuid, e.complete(p.kind, p.fields))
	}
	return nil
}

// seeded is a profile of a seed.
type seeded struct {
	kind   Kind
	uuid   string
	fields map[string]any
}

// seedReader reads a seed token by token, because a decoded value does not know the line that it was on.
type seedReader struct {
	emulator *Emulator
	document []byte
	tokens   *json.Decoder
	profiles []seeded
	uuids    map[string]int // where each is given
	faults   []string
	// Lines are counted from where they were counted last.
	offset int64
	breaks int
}

func (r *seedReader) read() error {
	// Once the syntax is known to be good, no token can fail.
	if err := json.Unmarshal(r.document, new(json.RawMessage)); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("line %d: the file is not valid JSON: %w", r.lineAt(max(0, syntax.Offset-1)), err)
		}
		return err
	}
	r.tokens = json.NewDecoder(bytes.NewReader(r.document))
	r.members("the file", "an object with an array of profiles for each kind", r.readKind)
	if more := len(r.faults) - maxSeedFaults; more > 0 {
		r.faults = append(r.faults[:maxSeedFaults], fmt.Sprintf("and %d more", more))
	}
	if len(r.faults) > 0 {
		return errors.New(strings.Join(r.faults, "\n"))
	}
	return nil
}

func (r *seedReader) readKind(name string) {
	k := r.emulator.kinds[Kind(name)]
	if k == nil {
		r.fault(r.line(), "there is no kind of profile %q; the kinds are %s", name, joinKinds(", "))
		r.skip()
		return
	}
	if !r.opens('[', name, "an array of profiles") {
		return
	}
	for r.tokens.More() {
		r.readProfile(Kind(name), k)
	}
	_, _ = r.tokens.Token() // the end of the array
}

func (r *seedReader) readProfile(name Kind, k *kind) {
	p := seeded{kind: name, uuid: newUUID(), fields: make(map[string]any)}
	lines := make(map[string]int)
	before := len(r.faults)
	begin, ok := r.members("a "+k.noun, "an object", func(field string) {
		lines[field] = r.line()
		value, err := r.value()
		switch {
		case err != nil:
			r.fault(lines[field], "%s: the value cannot be read", printable(field))
		case field == "uuid":
			p.uuid = r.readUUID(name, value, lines[field])
		default:
			p.fields[field] = value
		}
	})
	if !ok {
		return
	}
	var broken *violations
	if _, err := r.emulator.judge(name, p.fields, rules.forCreate); errors.As(err, &broken) {
		for _, message := range broken.general {
			r.fault(begin, "%s", message)
		}
		for _, field := range slices.Sorted(maps.Keys(broken.fields)) {
			line, ok := lines[field]
			if !ok { // it is missing
				line = begin
			}
			r.fault(line, "%s: %s", printable(field), strings.Join(broken.fields[field], ", "))
		}
	}
	if len(r.faults) == before {
		r.profiles = append(r.profiles, p)
	}
}

// readUUID judges a uuid that a seed gives to a profile.
func (r *seedReader) readUUID(name Kind, value any, line int) string {
	uuid, _ := value.(string)
	schema := r.emulator.documented[name].answer.Properties["uuid"].Value
	if schema.VisitJSON(value) != nil {
		r.fault(line, "uuid: does not match %s", schema.Pattern)
		return uuid
	}
	if other, given := r.uuids[uuid]; given {
		r.fault(line, "uuid: line %d has the same", other)
	} else if _, exists := r.emulator.Profile(name, uuid); exists {
		r.fault(line, "uuid: there is a profile with it already")
	}
	r.uuids[uuid] = line
	return uuid
}

// members reads an object, and returns the line that it begins on, or false if it is none. Each is called behind the name of a member, to read
// its value.
func (r *seedReader) members(what, form string, each func(name string)) (begin int, ok bool) {
	if !r.opens('{', what, form) {
		return 0, false
	}
	begin = r.line()
	seen := make(map[string]bool)
	for r.tokens.More() {
		token, _ := r.tokens.Token()
		name, _ := token.(string)
		if seen[name] {
			r.fault(r.line(), "%q is there twice", name)
			r.skip()
			continue
		}
		seen[name] = true
		each(name)
	}
	_, _ = r.tokens.Token() // the end of the object
	return begin, true
}

// opens reads the first token of a value that has to begin with it, and otherwise the whole value, which is a fault.
func (r *seedReader) opens(first byte, what, form string) bool {
	rest := bytes.TrimLeft(r.document[r.tokens.InputOffset():], " \t\r\n:,")
	if rest[0] != first {
		r.fault(r.lineAt(int64(len(r.document)-len(rest))), "%s must be %s", what, form)
		r.skip()
		return false
	}
	_, _ = r.tokens.Token()
	return true
}

// value reads a whole value. A number that no float64 holds is an error.
func (r *seedReader) value() (value any, err error) {
	var raw json.RawMessage
	_ = r.tokens.Decode(&raw)
	err = json.Unmarshal(raw, &value)
	return value, err
}

func (r *seedReader) skip() { _, _ = r.value() }

func (r *seedReader) fault(line int, format string, arguments ...any) {
	r.faults = append(r.faults, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, arguments...))
}

// line is where the last token ends, which is where it begins: no token of JSON has a line break in it.
func (r *seedReader) line() int { return r.lineAt(r.tokens.InputOffset()) }

func (r *seedReader) lineAt(offset int64) int {
	if offset < r.offset {
		r.offset, r.breaks = 0, 0
	}
	r.breaks += bytes.Count(r.document[r.offset:offset], []byte{'\n'})
	r.offset = offset
	return 1 + r.breaks
}

// printable is a name that does not break a line.
func printable(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}
