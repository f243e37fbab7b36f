// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// violations are the rules of the contract that a request breaks. Each message has the rule and a description of the value.
// The messages of the validator would show the values of sensitive fields.
type violations struct {
	general []string            // about the request as a whole
	fields  map[string][]string // by name of the field or parameter
}

// newViolations converts an error of the validator. field is the name of the field or parameter that the validator has
// checked, or empty if it has checked a whole request or body.
func newViolations(err error, field string) *violations {
	v := &violations{fields: make(map[string][]string)}
	v.collect(err, field)
	return v
}

// collect adds the messages of err. For field, see newViolations.
func (v *violations) collect(err error, field string) {
	switch e := err.(type) { //nolint:errorlint // the validator nests its errors, and collect needs each layer
	case openapi3.MultiError:
		for _, each := range e {
			v.collect(each, field)
		}
	case *openapi3filter.RequestError:
		v.collectRequest(e)
	case *openapi3.SchemaError:
		for _, name := range invalidFields(e, field) {
			v.add(name, message(e))
		}
	default:
		v.add(field, generalMessage(err))
	}
}

// collectRequest adds the messages of e: about a parameter, the body or the Content-Type.
func (v *violations) collectRequest(e *openapi3filter.RequestError) {
	switch {
	case e.Parameter != nil:
		v.collect(e.Err, e.Parameter.Name)
	case e.Err != nil:
		v.collect(e.Err, "")
	default: // an error without a cause is always about the Content-Type
		v.add("", "the Content-Type must be application/json")
	}
}

// add adds a message about a field. If field is empty, the message is about the whole request.
func (v *violations) add(field, message string) {
	if field == "" {
		v.general = append(v.general, message)
		return
	}
	if !slices.Contains(v.fields[field], message) {
		v.fields[field] = append(v.fields[field], message)
	}
}

// invalidFields returns the names of the fields that e is about. For the whole body, it returns one empty name.
func invalidFields(e *openapi3.SchemaError, field string) []string {
	if field != "" {
		return []string{field}
	}
	if pointer := e.JSONPointer(); len(pointer) > 0 {
		return pointer[:1]
	}
	// The validator reports all unknown fields in one error about the whole object.
	if body, ok := e.Value.(map[string]any); ok && e.SchemaField == "properties" {
		unknown := slices.Sorted(maps.Keys(body))
		return slices.DeleteFunc(unknown, func(name string) bool { return e.Schema.Properties[name] != nil })
	}
	return []string{""}
}

// generalMessage returns the message for an error that is not about the value of a field.
func generalMessage(err error) string {
	var parseError *openapi3filter.ParseError
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		return "the request body is required"
	case errors.As(err, &parseError), errors.Is(err, errNotJSON):
		return errNotJSON.Error()
	}
	return "the request can't be read"
}

// Error returns all messages in one line, sorted by field.
func (v *violations) Error() string {
	parts := slices.Clone(v.general)
	for _, field := range slices.Sorted(maps.Keys(v.fields)) {
		parts = append(parts, field+" "+strings.Join(v.fields[field], ", "))
	}
	return strings.Join(parts, "; ")
}

// rejection returns the response to a request with these violations.
func (v *violations) rejection() *response {
	res := rejection(http.StatusBadRequest, "Invalid request: "+v.Error())
	for field, messages := range v.fields {
		if res.body.Fields == nil {
			res.body.Fields = make(map[string]fieldError)
		}
		res.body.Fields["params."+field] = fieldError{Message: strings.Join(messages, ", ")}
	}
	return &res
}
