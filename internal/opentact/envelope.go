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
	// payload is the payload unless it is an array. An array's elements are
	// handed on one by one, so that a long list is never held twice.
	payload json.RawMessage
	// array tells that the payload was an array, unreadable what was wrong with
	// the first element that could not be taken. It matters only if the answer
	// turns out to be a success: an error may come with any payload.
	array      bool
	unreadable error
}

// errNotJSON marks an answer that is JSON in no part.
var errNotJSON = errors.New("not a JSON object")

// paramPrefix is what the API puts before a field's name in an error.
const paramPrefix = "params."

// readEnvelope reads one envelope and nothing after it. Each element of an
// array payload is given to element. Errors of the reader are returned as they
// are, an io.ErrUnexpectedEOF tells of an answer that was cut short.
func readEnvelope(r io.Reader, element func(json.RawMessage) error) (envelope, error) {
	var env envelope
	dec := json.NewDecoder(r)
	if err := expect(dec, '{'); err != nil {
		return env, err
	}
	if err := env.readMembers(dec, element); err != nil {
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

// readMembers reads an object to its end, after its beginning.
func (env *envelope) readMembers(dec *json.Decoder, element func(json.RawMessage) error) error {
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if err := env.readMember(dec, key, element); err != nil {
			return err
		}
	}
	return expect(dec, '}')
}

func (env *envelope) readMember(dec *json.Decoder, key json.Token, element func(json.RawMessage) error) error {
	switch key {
	case "success":
		return dec.Decode(&env.success)
	case "message":
		return env.readMessage(dec)
	case "fields":
		return env.readFields(dec)
	case "payload":
		return env.readPayload(dec, element)
	default:
		var skipped json.RawMessage
		return dec.Decode(&skipped)
	}
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

// readPayload streams an array and keeps anything else.
func (env *envelope) readPayload(dec *json.Decoder, element func(json.RawMessage) error) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		env.array = true
		for dec.More() {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return err
			}
			if env.unreadable == nil {
				env.unreadable = element(raw)
			}
		}
		return expect(dec, ']')
	case json.Delim('{'):
		env.payload, err = restOfObject(dec)
		return err
	default:
		env.payload, err = json.Marshal(token)
		return err
	}
}

// restOfObject reads an object whose opening brace has been read already.
func restOfObject(dec *json.Decoder) (json.RawMessage, error) {
	object := make(map[string]json.RawMessage)
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		object[fmt.Sprint(key)] = value
	}
	if err := expect(dec, '}'); err != nil {
		return nil, err
	}
	return json.Marshal(object)
}
