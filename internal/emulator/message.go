// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxQuoted is the maximum length of a string that a message repeats, in characters.
const maxQuoted = 40

// message returns the rule that a value breaks and the value, such as "must be an integer from 0 to 9, got 10". It does
// not contain the name of the field.
func message(e *openapi3.SchemaError) string {
	switch e.SchemaField {
	case "properties":
		return "is not a known field"
	case "required":
		return "is required"
	case "minLength", "maxLength":
		text, _ := e.Value.(string)
		return fmt.Sprintf("must have %s, got %d", allowedLength(e.Schema), utf8.RuneCountInString(text))
	}
	if e.Schema.Type.Is(openapi3.TypeObject) { // only the body is an object; its text may be sensitive
		return "the request body must be an object, got " + describe(e.Value, true)
	}
	return "must be " + allowed(e.Schema) + ", got " + describe(e.Value, isSensitive(e.Schema))
}

// allowed describes the values that a schema allows, such as "an integer from 0 to 9".
func allowed(s *openapi3.Schema) string {
	var text string
	switch {
	case len(s.Enum) > 0:
		text = "one of " + joinValues(s.Enum)
	case s.Pattern != "":
		text = "a string that matches " + s.Pattern
	case s.Type.Is(openapi3.TypeInteger):
		text = "an integer" + interval(s)
	default:
		text = "a " + strings.Join(s.Type.Slice(), " or ") + interval(s)
	}
	if s.Nullable {
		text += " or null"
	}
	return text
}

// interval describes the range of a number.
func interval(s *openapi3.Schema) string {
	switch {
	case s.Min != nil && s.Max != nil:
		return " from " + describe(*s.Min, false) + " to " + describe(*s.Max, false)
	case s.Min != nil:
		return " of at least " + describe(*s.Min, false)
	case s.Max != nil:
		return " of at most " + describe(*s.Max, false)
	}
	return ""
}

// allowedLength describes the lengths of a string that a schema allows.
func allowedLength(s *openapi3.Schema) string {
	if s.MaxLength == nil {
		return fmt.Sprintf("at least %d characters", s.MinLength)
	}
	return fmt.Sprintf("%d to %d characters", s.MinLength, *s.MaxLength)
}

// joinValues returns the values of an enum, except null.
func joinValues(enum []any) string {
	var texts []string
	for _, value := range enum {
		if value != nil {
			texts = append(texts, describe(value, false))
		}
	}
	return strings.Join(texts, ", ")
}

// isSensitive reports whether messages must not repeat a value of the schema.
func isSensitive(s *openapi3.Schema) bool {
	sensitive, _ := s.Extensions["x-sensitive"].(bool)
	return sensitive
}

// describe returns a short text for a decoded JSON value. For a sensitive value, it returns only the type.
func describe(value any, sensitive bool) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case string:
		return describeString(v, sensitive)
	case bool:
		if sensitive {
			return "a boolean"
		}
	default:
		return describeNumber(value, sensitive)
	}
	return fmt.Sprint(value)
}

// describeNumber accepts a float64, or a json.Number that does not fit in a float64.
func describeNumber(value any, sensitive bool) string {
	text, _ := json.Marshal(value) // can't fail
	_, err := strconv.ParseFloat(string(text), 64)
	switch {
	case sensitive:
		return "a number"
	case err != nil:
		return "a number that does not fit in 64 bits"
	}
	return string(text)
}

func describeString(s string, sensitive bool) string {
	length := utf8.RuneCountInString(s)
	switch {
	case sensitive:
		return "a string"
	case length > maxQuoted:
		return fmt.Sprintf("a string of %d characters", length)
	}
	return strconv.Quote(s)
}
