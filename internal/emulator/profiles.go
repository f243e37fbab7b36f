// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Profiles returns all profiles of a kind in order of creation, or none for an unknown kind. See Profile for their form.
func (e *Emulator) Profiles(kind Kind) []map[string]any {
	stored := e.store.list(kind)
	all := make([]map[string]any, 0, len(stored))
	for _, p := range stored {
		all = append(all, p.toMap())
	}
	return all
}

// Profile returns a copy of one profile: all fields by documented name, and uuid, created_on and modified_on. The values
// have the types of encoding/json: string, float64, bool or nil.
func (e *Emulator) Profile(kind Kind, uuid string) (map[string]any, bool) {
	p, err := e.store.get(kind, uuid)
	if err != nil {
		return nil, false
	}
	return p.toMap(), true
}

// Add creates a profile without an API request and returns its UUID. The fields have documented names and must be valid
// for a POST.
func (e *Emulator) Add(kind Kind, fields map[string]any) (uuid string, err error) {
	s, ok := e.schemas[kind]
	if !ok {
		return "", unknownKind(kind)
	}
	values, err := validFields(s.create, fields)
	if err != nil {
		return "", err
	}
	return e.store.create(kind, newUUID(), e.withDefaults(kind, values)).uuid, nil
}

// Change modifies a profile without an API request. The fields have documented names and must be valid for a PATCH.
func (e *Emulator) Change(kind Kind, uuid string, fields map[string]any) error {
	s, ok := e.schemas[kind]
	if !ok {
		return unknownKind(kind)
	}
	values, err := validFields(s.modify, fields)
	if err != nil {
		return err
	}
	_, err = e.store.modify(kind, uuid, values)
	return err
}

// Remove deletes a profile without an API request, even if it is protected.
func (e *Emulator) Remove(kind Kind, uuid string) error {
	return e.store.remove(kind, uuid, true)
}

// Protect makes the API reject each DELETE of the profile with status 400 and this message, as it does for a profile in
// use. An empty message ends the protection.
func (e *Emulator) Protect(kind Kind, uuid string, message string) {
	e.store.protect(kind, uuid, message)
}

// validFields returns the fields as decoded JSON. It returns an error if the schema does not allow them.
func validFields(schema *openapi3.Schema, fields map[string]any) (map[string]any, error) {
	values, err := jsonValues(fields)
	if err != nil {
		return nil, err
	}
	if err := schema.VisitJSON(values, openapi3.VisitAsRequest(), openapi3.MultiErrors()); err != nil {
		return nil, newViolations(err, "")
	}
	return values, nil
}

// withDefaults returns the fields of a new profile: the given fields and the defaults of the others.
func (e *Emulator) withDefaults(kind Kind, fields map[string]any) map[string]any {
	all := maps.Clone(e.kinds[kind].defaults)
	maps.Copy(all, fields)
	return all
}

// jsonValues encodes and decodes the fields, so that 5, int64(5) and 5.0 become the same value.
func jsonValues(fields map[string]any) (map[string]any, error) {
	encoded, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("can't encode the fields as JSON: %w", err)
	}
	values := make(map[string]any, len(fields))
	if err := json.Unmarshal(encoded, &values); err != nil {
		return nil, err
	}
	if values == nil { // fields was nil
		values = make(map[string]any)
	}
	return values, nil
}

func (p profile) toMap() map[string]any {
	all := maps.Clone(p.fields)
	all["uuid"] = p.uuid
	all["created_on"] = timestamp(p.created)
	all["modified_on"] = timestamp(p.modified)
	return all
}

// timestamp formats a time as in responses: RFC 3339 with milliseconds.
func timestamp(t time.Time) string {
	return t.Format("2006-01-02T15:04:05.000Z07:00")
}
