// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// envelope is the JSON object of every response. Members without a field in envelope are
// skipped.
type envelope struct {
	success *bool
	message string
	fields  map[string]string
	// payload is the payload without the items of a page. It is nil if the payload is an
	// array. Items are passed to items.take one by one, so a long list is never in memory
	// twice.
	payload json.RawMessage
	// isArray reports whether the payload is an array. isPage reports whether it is an
	// object that contains one.
	isArray, isPage bool
	// itemErr is the first error of items.take. It matters only if the response is a
	// success.
	itemErr error
}

// items says how to read the items of an array.
type items struct {
	// take is called with each item.
	take func(json.RawMessage) error
	// inPages reports whether the array may be inside an object, which is a page of a
	// list.
	inPages bool
}

// memberData is the member of a page that contains its items.
const memberData = "data"

// paramPrefix is the prefix of the name of a field in an error.
const paramPrefix = "params."

// readEnvelope reads one envelope. Data after it is an error. Errors of the reader are
// returned unchanged. An io.ErrUnexpectedEOF means that the response is not complete.
func readEnvelope(r io.Reader, into items) (envelope, error) {
	var env envelope
	dec := json.NewDecoder(r)
	if err := expect(dec, '{'); err != nil {
		return env, err
	}
	if err := readMembers(dec, func(name string) error { return env.readMember(dec, name, into) }); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the response ends between two tokens
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
		if !into.inPages {
			return env.readProfile(dec, into)
		}
		env.payload, env.isArray, err = env.readPayload(dec, into)
	default:
		return skip(dec)
	}
	return err
}

// fieldMessages returns the messages of `{"params.<name>": {"message": …}}` by field. A
// message may also stand without its object. Any other value has no fields.
func fieldMessages(raw json.RawMessage) map[string]string {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(raw, &fields) // after an error, fields is empty
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

// messageOf returns the text of a message, which is a string or an array of strings. Any
// other value may contain secrets, so messageOf only describes it.
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

// readProfile reads a payload about one profile as a whole, because it is small. It passes
// the items of an array to into.take.
func (env *envelope) readProfile(dec *json.Decoder, into items) error {
	var several []json.RawMessage
	if err := dec.Decode(&env.payload); err != nil || json.Unmarshal(env.payload, &several) != nil || several == nil {
		return err
	}
	env.payload, env.isArray = nil, true
	for _, raw := range several {
		env.takeItem(into, raw)
	}
	return nil
}

// takeItem passes an item to into.take and keeps the first error.
func (env *envelope) takeItem(into items, raw json.RawMessage) {
	if err := into.take(raw); env.itemErr == nil {
		env.itemErr = err
	}
}

// readPayload passes the items of an array to into.take, and returns any other value.
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
			env.takeItem(into, raw)
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

// readObject reads the rest of an object after its opening brace. If the object is a
// page, readObject passes its items to into.take.
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
