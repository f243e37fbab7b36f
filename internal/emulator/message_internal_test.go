// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// The contract has no schema of these forms. A new kind of profile may have one.
func TestMessage_SchemaWithOneLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		schema *openapi3.Schema
		value  any
		want   string
	}{
		{openapi3.NewStringSchema().WithMinLength(3), "ab", "must have at least 3 characters, got 2"},
		{openapi3.NewStringSchema().WithMaxLength(1), "ab", "must have 0 to 1 characters, got 2"},
		{openapi3.NewFloat64Schema().WithMax(0.5), 1.0, "must be a number of at most 0.5, got 1"},
		{openapi3.NewStringSchema().WithEnum("a"), "b", `must be one of "a", got "b"`},
		{openapi3.NewFloat64Schema(), "1", `must be a number, got "1"`},
	} {
		err := newViolations(c.schema.VisitJSON(c.value), "field")
		if got, want := err.Error(), "field "+c.want; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// An error of an unknown type may repeat sensitive values.
func TestNewViolations_UnknownError_IsNotRepeated(t *testing.T) {
	t.Parallel()
	if got, want := newViolations(errors.New("s3cret"), "").Error(), "the request can't be read"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
