// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// envelope is the object around every response. Members that it has besides these
// are skipped undecoded.
type envelope struct {
	success *bool
	message string
	fields  map[string]string
	// payload is the payload unless it is an array, and without the items of a page.
	// Items are handed on one by one, so that a long list is never held twice.
	payload json.RawMessage
	// isArray reports whether the payload is an array, isPage whether it is an object
	// that holds one.
	isArray, isPage bool
	// itemErr is what was wrong with the first item that could not be taken. It only
	// matters if the response turns out to be a success.
	itemErr error
}

// items says where the items of an array go.
type items struct {
	take func(json.RawMessage) error
	// inPages reports whether the array may be in an object, as a page of a list.
	inPages bool
}

// memberData is the member of a page that holds its items.
const memberData = "data"

// paramPrefix is what the API puts before the name of a field in an error.
const paramPrefix = "params."

// readEnvelope reads one envelope and nothing after it. Errors of the reader are
// returned unchanged. An io.ErrUnexpectedEOF means that the response was cut short.
func readEnvelope(r io.Reader, into items) (envelope, error) {
	var env envelope
	dec := json.NewDecoder(r)
	if err := expect(dec, '{'); err != nil {
		return env, err
	}
	if err := readMembers(dec, func(name string) error { return env.readMember(dec, name, into) }); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // an end between two tokens
		}
		return env, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return env, errors.Join(errors.New("more follows after the JSON object"), err)
	}
	return env, nil
}

func (env *envelope) readMember(dec *json.Decoder, name string, into items) (err error) {
	var raw json.RawMessage
	switch name {
	case "success":
		return dec.Decode(&env.success)
	case "message":
		err = dec.Decode(&raw)
		env.message = messageOf(raw)
	case "fields":
		err = dec.Decode(&raw)
		env.fields = fieldMessages(raw)
	case "payload":
		env.payload, env.isArray, err = env.readPayload(dec, into)
	default:
		return skip(dec)
	}
	return err
}

// fieldMessages reads `{"params.<name>": {"message": …}}`, or a message alone.
// Anything else names no field.
func fieldMessages(raw json.RawMessage) map[string]string {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(raw, &fields) // it stays empty
	messages := make(map[string]string, len(fields))
	for name, field := range fields {
		var detail struct {
			Message json.RawMessage `json:"message"`
		}
		if json.Unmarshal(field, &detail) != nil || detail.Message == nil {
			detail.Message = field
		}
		messages[strings.TrimPrefix(name, paramPrefix)] = messageOf(detail.Message)
	}
	return messages
}

// messageOf reads a message: one string, or several. Anything else may be an object
// with secrets, and is described instead.
func messageOf(raw json.RawMessage) string {
	var one string
	var several []string
	switch {
	case json.Unmarshal(raw, &one) == nil:
		return one
	case json.Unmarshal(raw, &several) == nil:
		return strings.Join(several, ", ")
	default:
		return Describe(raw)
	}
}

// readPayload hands on the items of an array, and returns anything else.
func (env *envelope) readPayload(dec *json.Decoder, into items) (value json.RawMessage, isArray bool, err error) {
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
			if err := into.take(raw); env.itemErr == nil {
				env.itemErr = err
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

// readObject reads a payload that is an object after its opening brace, and hands on
// the items if it is a page.
func (env *envelope) readObject(dec *json.Decoder, into items) (json.RawMessage, error) {
	object := make(RawFields)
	err := readMembers(dec, func(name string) (err error) {
		var value json.RawMessage
		if into.inPages && name == memberData {
			value, env.isPage, err = env.readPayload(dec, items{take: into.take})
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
