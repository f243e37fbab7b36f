// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"encoding/json"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// optionals is an object with an Optional of each type.
type optionals struct {
	S opentact.Optional[string]  `json:"s,omitzero"`
	I opentact.Optional[int64]   `json:"i,omitzero"`
	F opentact.Optional[float64] `json:"f,omitzero"`
	B opentact.Optional[bool]    `json:"b,omitzero"`
}

func TestOptional_JSON_RoundTrip(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value optionals
		json  string
	}{
		{optionals{}, `{}`},
		{optionals{S: opentact.Null[string](), I: opentact.Null[int64]()}, `{"s":null,"i":null}`},
		{optionals{S: opentact.Value(""), I: opentact.Value[int64](0), F: opentact.Value(0.0), B: opentact.Value(false)}, `{"s":"","i":0,"f":0,"b":false}`},
		{optionals{F: opentact.Value(1e15)}, `{"f":1000000000000000}`},
		{optionals{F: opentact.Value(1e6)}, `{"f":1000000}`},
		{optionals{F: opentact.Value(0.1)}, `{"f":0.1}`},
		{optionals{F: opentact.Value(1.0 / 3)}, `{"f":0.3333333333333333}`},
		{optionals{F: opentact.Value(1e-7)}, `{"f":1e-7}`},
		{optionals{F: opentact.Value(float64(1<<53 + 2))}, `{"f":9007199254740994}`},
	} {
		body, err := json.Marshal(test.value)
		if err != nil || string(body) != test.json {
			t.Errorf("%+v is written as %s, %v, want %s", test.value, body, err, test.json)
		}
		var got optionals
		if err := json.Unmarshal([]byte(test.json), &got); err != nil || got != test.value {
			t.Errorf("%s is read as %+v, %v, want %+v", test.json, got, err, test.value)
		}
	}
}

func TestOptional_UnmarshalJSON_IntegerInOtherNotation(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"5.0": 5, "1e5": 100000, "-0.0": 0} {
		var got optionals
		if err := json.Unmarshal([]byte(`{"i":`+text+`}`), &got); err != nil || got.I != opentact.Value(want) {
			t.Errorf("%s is read as %+v, %v, want %d", text, got.I, err, want)
		}
	}
}

func TestOptional_UnmarshalJSON_OtherType_IsError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"i":5.5}`, `{"i":"5"}`, `{"i":1e30}`, `{"i":true}`, `{"s":5}`, `{"b":1}`, `{"f":"1"}`, `{"f":1e999}`} {
		var got optionals
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}
