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

// violations is what is wrong with a request, in words. They never repeat a value that was sent: a callback URL may
// carry credentials. The validator's own messages do repeat values, which is why they are taken apart here.
type violations struct {
	general []string            // about the request as a whole
	fields  map[string][]string // by field or parameter
}

// explain takes an error of the validator apart.
func explain(err error) *violations {
	v := &violations{fields: make(map[string][]string)}
	v.collect(err, "")
	return v
}

// collect adds what an error says. Parameter is the name of the parameter it is about; empty for the body.
func (v *violations) collect(err error, parameter string) {
	switch e := err.(type) { //nolint:errorlint // the validator nests its errors; each layer is taken off on purpose
	case openapi3.MultiError:
		for _, each := range e {
			v.collect(each, parameter)
		}
	case *openapi3filter.RequestError:
		v.collectRequest(e)
	case *openapi3.SchemaError:
		for _, field := range fieldsAtFault(e, parameter) {
			v.add(field, reason(e))
		}
	default:
		v.add(parameter, general(err))
	}
}

func (v *violations) collectRequest(e *openapi3filter.RequestError) {
	switch {
	case e.Parameter != nil:
		v.collect(e.Err, e.Parameter.Name)
	case e.Err != nil:
		v.collect(e.Err, "")
	default: // the only error about a body that has no cause
		v.add("", "the Content-Type must be application/json")
	}
}

func (v *violations) add(field, message string) {
	if field == "" {
		v.general = append(v.general, message)
		return
	}
	if !slices.Contains(v.fields[field], message) {
		v.fields[field] = append(v.fields[field], message)
	}
}

// fieldsAtFault names the fields that a rule of the contract was broken by; one empty name for the body as a whole.
func fieldsAtFault(e *openapi3.SchemaError, parameter string) []string {
	if parameter != "" {
		return []string{parameter}
	}
	if at := e.JSONPointer(); len(at) > 0 {
		return at[:1]
	}
	// A field that the schema does not have is reported for the whole object.
	if body, ok := e.Value.(map[string]any); ok && e.SchemaField == "properties" {
		unknown := slices.Sorted(maps.Keys(body))
		return slices.DeleteFunc(unknown, func(name string) bool { return e.Schema.Properties[name] != nil })
	}
	return []string{""}
}

// reason is the rule that was broken. The validator's Reason states the rule and not the value.
func reason(e *openapi3.SchemaError) string {
	switch {
	case e.SchemaField == "properties":
		return "is not a field that can be set"
	case e.SchemaField == "required":
		return "is required"
	case e.SchemaField == "nullable":
		return "must not be null"
	case e.Reason == "":
		return "does not keep the rule " + e.SchemaField
	}
	return e.Reason
}

// general words an error that is not about the value of a field.
func general(err error) string {
	var unreadable *openapi3filter.ParseError
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		return "the request body is required"
	case errors.As(err, &unreadable), errors.Is(err, errNotJSON):
		return errNotJSON.Error()
	}
	return "the request cannot be read"
}

// Error is one line with everything that is wrong, in a stable order.
func (v *violations) Error() string {
	parts := slices.Clone(v.general)
	for _, field := range slices.Sorted(maps.Keys(v.fields)) {
		parts = append(parts, field+": "+strings.Join(v.fields[field], ", "))
	}
	return strings.Join(parts, "; ")
}

// refusal is the answer to a request with these violations.
func (v *violations) refusal() *answer {
	a := refusal(http.StatusBadRequest, "Invalid request: "+v.Error())
	for field, messages := range v.fields {
		if a.body.Fields == nil {
			a.body.Fields = make(map[string]fieldError)
		}
		a.body.Fields["params."+field] = fieldError{Message: strings.Join(messages, ", ")}
	}
	return &a
}
