// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// Profile reads a response that contains one profile.
type Profile struct {
	shape Shape
	// uuid is the UUID that the profile must have, or "" for any.
	uuid string
	// optional reports whether the response may contain no profile, such as the response
	// to a DELETE.
	optional bool
	found    RawFields
}

// NewProfile returns a reader of the profile that a response must contain. If uuid is not
// empty, another profile is an error.
func NewProfile(shape Shape, uuid string) *Profile { return &Profile{shape: shape, uuid: uuid} }

// NewDeleted returns a reader of the response to a DELETE. The API's document says only
// that its payload is an object. If the payload contains a profile, the profile must have
// the UUID.
func NewDeleted(shape Shape, uuid string) *Profile {
	return &Profile{shape: shape, uuid: uuid, optional: true}
}

// Response returns a Response that stores its profile in p.
func (p *Profile) Response(redactor *redact.Redactor) *Response {
	return &Response{
		Redactor: redactor, MaxBytes: MaxProfile,
		Item: p.add, Reset: func() { p.found = nil }, Check: p.check,
	}
}

// Fields returns the profile after a successful response.
func (p *Profile) Fields() RawFields { return p.found }

// add reads the profile of the payload, or of one item of an array. Several leases may
// contain the same profile. Two different profiles are an error.
func (p *Profile) add(raw json.RawMessage) error {
	fields, err := p.shape.Find(raw)
	switch {
	case err != nil && p.optional:
		return nil
	case err != nil:
		return err
	case p.found == nil:
		p.found = fields
	case !p.found.Equal(fields):
		return errors.New("two different profiles were found where one was expected: " + describeBoth(p.found, fields))
	}
	return nil
}

func (p *Profile) check(r *Response) error {
	if !r.IsArray && (len(r.Payload) > 0 || !p.optional) {
		if err := p.add(r.Payload); err != nil {
			return err
		}
	}
	switch {
	case p.found == nil && !p.optional:
		return errors.New("a profile was expected, found an empty array")
	case p.found != nil && p.uuid != "" && p.found.UUID() != p.uuid:
		return fmt.Errorf("it describes another profile, %s", p.found.UUID())
	}
	return nil
}
