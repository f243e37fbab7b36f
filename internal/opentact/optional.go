// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Optional is a field of a JSON object. It is absent (the zero value), null, or has a
// value. Its struct tag must contain `omitzero`, so that requests leave out an absent
// field.
type Optional[T any] struct {
	value T
	state state
}

type state uint8

const (
	absent state = iota
	null
	present
)

// Value returns a field with the value v.
func Value[T any](v T) Optional[T] { return Optional[T]{value: v, state: present} }

// Null returns a field that is null.
func Null[T any]() Optional[T] { return Optional[T]{state: null} }

// Get returns the value and reports whether there is one.
func (o Optional[T]) Get() (T, bool) { return o.value, o.state == present }

// IsZero reports whether the field is absent. encoding/json calls it for `omitzero`.
func (o Optional[T]) IsZero() bool { return o.state == absent }

// MarshalJSON writes the value. It writes null for a field that is null or absent.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if o.state != present {
		return []byte("null"), nil
	}
	return wire.Marshal(o.value)
}

// UnmarshalJSON reads null or a value. JSON has no integer type: 5 and 5.0 are the same
// number, so an integer field accepts both.
func (o *Optional[T]) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("null")) {
		*o = Null[T]()
		return nil
	}
	var value T
	if integer, ok := any(&value).(*int64); ok {
		parsed, err := parseInteger(data)
		if err != nil {
			return err
		}
		*integer = parsed
	} else if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	*o = Value(value)
	return nil
}

// parseInteger reads a JSON number without a fractional part, in any notation. A float64
// can't hold every integer above 2^53, but the maximum of every field is far below that.
func parseInteger(data []byte) (int64, error) {
	if n, err := strconv.ParseInt(string(data), 10, 64); err == nil {
		return n, nil
	}
	var number float64
	if err := json.Unmarshal(data, &number); err != nil {
		return 0, err
	}
	if number != math.Trunc(number) || math.Abs(number) > 1<<53 {
		return 0, fmt.Errorf("%s is not an integer", data)
	}
	return int64(number), nil
}
