// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// envelope is what the API wraps around every answer, payload and error alike.
// Members that it has beside these are skipped undecoded.
type envelope struct {
	success *bool
	message string
	fields  map[string]string
	// payload is the payload unless it is an array, without the elements of a page.
	// Elements are handed on one by one, so that a long list is never held twice.
	payload json.RawMessage
	// array tells that the payload was an array, page that it was an object with one.
	array, page bool
	// unreadable is what was wrong with the first element that could not be taken.
	// It matters only if the answer turns out to be a success: an error may come
	// with any payload.
	unreadable error
}

// elements is where the elements of an array go, one by one.
type elements struct {
	take func(json.RawMessage) error
	// pages tells that the array may be a page of a longer list, inside an object.
	pages bool
}

// memberData is where an object has the elements of a page.
const memberData = "data"

// errNotJSON marks an answer that is JSON in no part.
var errNotJSON = errors.New("not a JSON object")

// duplicateError is a member that an object has twice. Readers of JSON differ in
// which they take (RFC 8259, section 4), so neither is taken.
type duplicateError struct{ name string }

func (e *duplicateError) Error() string {
	return fmt.Sprintf("it has the member %q twice", shorten(clean(e.name), 60))
}

// paramPrefix is what the API puts before a field's name in an error.
const paramPrefix = "params."

// readEnvelope reads one envelope and nothing after it. Errors of the reader are
// returned as they are, an io.ErrUnexpectedEOF tells of an answer that was cut short.
func readEnvelope(r io.Reader, into elements) (envelope, error) {
	var env envelope
	dec := json.NewDecoder(r)
	if err := expect(dec, '{'); err != nil {
		return env, err
	}
	if err := readMembers(dec, func(name string) error { return env.readMember(dec, name, into) }); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // an end between two tokens is one too early
		}
		return env, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return env, errors.Join(errors.New("more follows after the JSON object"), err)
	}
	return env, nil
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

// readMembers reads an object to its end, after its beginning. What a member holds
// is for read to read.
func readMembers(dec *json.Decoder, read func(name string) error) error {
	seen := make(map[string]bool)
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string) // which is all that JSON allows
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

func (env *envelope) readMember(dec *json.Decoder, name string, into elements) (err error) {
	switch name {
	case "success":
		return dec.Decode(&env.success)
	case "message":
		return env.readMessage(dec)
	case "fields":
		return env.readFields(dec)
	case "payload":
		env.payload, env.array, err = env.readPayload(dec, into)
		return err
	default:
		return skip(dec)
	}
}

// skip reads one value, and forgets it.
func skip(dec *json.Decoder) error {
	var skipped json.RawMessage
	return dec.Decode(&skipped)
}

// readMessage takes a message of any type: it is shown to people, and an error
// should not be lost because its message is no string.
func (env *envelope) readMessage(dec *json.Decoder) error {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return err
	}
	env.message = asMessage(raw)
	return nil
}

// readFields takes `{"params.<name>": {"message": …}}`, and a bare message too.
func (env *envelope) readFields(dec *json.Decoder) error {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(raw, &fields) // what has another form names no field
	env.fields = make(map[string]string, len(fields))
	for name, field := range fields {
		var detail struct {
			Message json.RawMessage `json:"message"`
		}
		if json.Unmarshal(field, &detail) != nil || detail.Message == nil {
			detail.Message = field
		}
		env.fields[strings.TrimPrefix(name, paramPrefix)] = asMessage(detail.Message)
	}
	return nil
}

// asMessage reads a message: a string, or several. Anything else may be a whole
// object of the API, and is described instead.
func asMessage(raw json.RawMessage) string {
	var one string
	var several []string
	switch {
	case json.Unmarshal(raw, &one) == nil:
		return one
	case json.Unmarshal(raw, &several) == nil:
		return strings.Join(several, ", ")
	default:
		return describeJSON(raw)
	}
}

// readPayload hands on the elements of an array, and returns anything else.
func (env *envelope) readPayload(dec *json.Decoder, into elements) (value json.RawMessage, array bool, err error) {
	token, err := dec.Token()
	if err != nil {
		return nil, false, err
	}
	switch token {
	case json.Delim('['):
		for dec.More() {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return nil, true, err
			}
			if err := into.take(raw); env.unreadable == nil {
				env.unreadable = err
			}
		}
		return nil, true, expect(dec, ']')
	case json.Delim('{'):
		value, err = env.readObject(dec, into)
		return value, false, err
	default:
		value, err = json.Marshal(token)
		return value, false, err
	}
}

// readObject reads a payload that is an object, whose opening brace has been read
// already, and hands on the elements if it is a page.
func (env *envelope) readObject(dec *json.Decoder, into elements) (json.RawMessage, error) {
	object := make(members)
	err := readMembers(dec, func(name string) (err error) {
		var value json.RawMessage
		if into.pages && name == memberData {
			value, env.page, err = env.readPayload(dec, elements{take: into.take})
		} else {
			err = dec.Decode(&value)
		}
		object[name] = value
		return err
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(object)
}
