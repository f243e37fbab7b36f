// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Profiles returns every profile of a kind in order of creation; none for an unknown kind. See Profile for the form.
func (e *Emulator) Profiles(name Kind) []map[string]any {
	stored := e.store.list(name)
	all := make([]map[string]any, 0, len(stored))
	for _, p := range stored {
		all = append(all, p.public())
	}
	return all
}

// Profile returns a copy of one profile: all fields by their documented request names, and uuid, created_on and
// modified_on. Values are what encoding/json would decode: string, float64, bool or nil.
func (e *Emulator) Profile(name Kind, uuid string) (map[string]any, bool) {
	p, err := e.store.get(name, uuid)
	if err != nil {
		return nil, false
	}
	return p.public(), true
}

// Add creates a profile behind the API's back, by the rules of a POST with documented names, and returns its uuid.
func (e *Emulator) Add(name Kind, fields map[string]any) (uuid string, err error) {
	values, err := e.judge(name, fields, rules.forCreate)
	if err != nil {
		return "", err
	}
	return e.create(name, values).uuid, nil
}

// Change modifies a profile behind the API's back, by the rules of a PATCH with documented names.
func (e *Emulator) Change(name Kind, uuid string, fields map[string]any) error {
	values, err := e.judge(name, fields, rules.forModify)
	if err != nil {
		return err
	}
	_, err = e.store.modify(name, uuid, values)
	return err
}

// Remove takes a profile away behind the API's back, protected or not.
func (e *Emulator) Remove(name Kind, uuid string) error {
	return e.store.remove(name, uuid, true)
}

// Protect makes the API refuse every DELETE of the profile from now on, with a 400 and this message, as it refuses to
// remove a profile in use. An empty message ends the protection.
func (e *Emulator) Protect(name Kind, uuid string, message string) {
	e.store.protect(name, uuid, message)
}

// judge returns the fields as they would arrive in a request, if the schema allows them.
func (e *Emulator) judge(name Kind, fields map[string]any, pick func(rules) *openapi3.Schema) (map[string]any, error) {
	r, ok := e.documented[name]
	if !ok {
		return nil, unknownKind(name)
	}
	values, err := plain(fields)
	if err != nil {
		return nil, err
	}
	if err := pick(r).VisitJSON(values, openapi3.VisitAsRequest(), openapi3.MultiErrors()); err != nil {
		return nil, explain(err)
	}
	return values, nil
}

// create stores a new profile.
func (e *Emulator) create(name Kind, fields map[string]any) profile {
	return e.store.create(name, newUUID(), e.complete(name, fields))
}

// complete fills in what the fields of a create do not mention.
func (e *Emulator) complete(name Kind, fields map[string]any) map[string]any {
	all := maps.Clone(e.kinds[name].defaults)
	maps.Copy(all, fields)
	return all
}

// plain turns any Go values into what encoding/json makes of them, so that 5, int64(5) and 5.0 are one value.
func plain(fields map[string]any) (map[string]any, error) {
	encoded, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("fields that cannot be written as JSON: %w", err)
	}
	values := make(map[string]any, len(fields))
	if err := json.Unmarshal(encoded, &values); err != nil {
		return nil, err
	}
	if values == nil { // from a nil map
		values = make(map[string]any)
	}
	return values, nil
}

func (p profile) public() map[string]any {
	all := maps.Clone(p.fields)
	all["uuid"] = p.uuid
	all["created_on"] = timestamp(p.created)
	all["modified_on"] = timestamp(p.modified)
	return all
}

// timestamp writes a time the way answers do: RFC 3339 with milliseconds.
func timestamp(t time.Time) string {
	return t.Format("2006-01-02T15:04:05.000Z07:00")
}
