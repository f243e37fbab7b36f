// SPDX-License-Identifier: MPL-2.0

package wire_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// raw returns raw fields given as names and JSON values.
func raw(pairs ...string) wire.RawFields {
	fields := make(wire.RawFields)
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return fields
}

func TestRawFields_Fill(t *testing.T) {
	t.Parallel()
	fields := raw("a", "1", "b", "null")
	fields.Fill(raw("b", "2", "c", "3"))
	if diff := cmp.Diff(raw("a", "1", "b", "null", "c", "3"), fields); diff != "" {
		t.Error(diff)
	}
}

func TestRawFields_Names(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"a", "b", "c"}, raw("b", "1", "c", "1", "a", "1").Names()); diff != "" {
		t.Error(diff)
	}
}

func TestRawFields_Equal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		a, b wire.RawFields
		want bool
	}{
		{"the same", raw("a", "1"), raw("a", "1"), true},
		{"another value", raw("a", "1"), raw("a", "2"), false},
		{"another name", raw("a", "1"), raw("b", "1"), false},
		{"one more", raw("a", "1"), raw("a", "1", "b", "1"), false},
		{"null instead of nothing", raw("a", "null"), raw(), false},
	} {
		if got := test.a.Equal(test.b); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}

func TestRawFields_Lacks(t *testing.T) {
	t.Parallel()
	fields := raw("a", "1", "b", "null")
	for _, test := range []struct {
		names []string
		want  bool
	}{
		{nil, false}, {[]string{"a", "b"}, false}, {[]string{"a", "c"}, true},
	} {
		if got := fields.Lacks(test.names); got != test.want {
			t.Errorf("%v: got %t", test.names, got)
		}
	}
}

func TestRawFields_Text(t *testing.T) {
	t.Parallel()
	fields := raw("text", `"a\u0062"`, "null", "null", "number", "1", wire.UUID, `"`+uuidA+`"`)
	for name, want := range map[string]string{"text": "ab", "null": "", "number": "", "missing": ""} {
		if got := fields.Text(name); got != want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if got := fields.UUID(); got != uuidA {
		t.Errorf("got the UUID %q", got)
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	got, err := wire.Encode(map[string]any{
		"nfd": "Cafe\u0301", "url": "https://h.example/?a=1&b=<2>", "large": 1e15, "small": 1e-7, "third": 1.0 / 3, "nothing": nil, "no": false,
	})
	want := raw(
		"nfd", `"Caf`+"\u00e9"+`"`, "url", `"https://h.example/?a=1&b=<2>"`, "large", "1000000000000000", "small", "1e-7",
		"third", "0.3333333333333333", "nothing", "null", "no", "false",
	)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
}

func TestEncode_Error(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{"not an object": []int{1}, "no number": map[string]any{"a": math.Inf(1)}} {
		if got, err := wire.Encode(value); err == nil {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestValidateUUID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		uuidA: true, "00000000-0000-0000-0000-000000000000": true, "": false, "17": false, "../../auth": false,
		strings.ToUpper(uuidA): false, uuidA + "\n": false, " " + uuidA: false, uuidA + "/x": false,
		strings.ReplaceAll(uuidA, "-", ""): false, uuidA[:35] + "g": false, uuidA[:35] + "\n": false, uuidA[:23] + "0" + uuidA[24:]: false, uuidA[:8] + "--" + uuidA[10:]: false,
	} {
		if err := wire.ValidateUUID(id); (err == nil) != want || wire.IsUUID(id) != want {
			t.Errorf("%q: got %v", id, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"": "nothing", " ": "nothing", "null": "null", " {} ": "an empty object", `{"b":"s3cret","a":1}`: "an object with the members [a b]",
		"[]": "an array of 0", `["s3cret",1]`: "an array of 2", `"s3cret"`: "a single JSON value", "17": "a single JSON value",
		`{"s3cret`: "JSON", `["s3cret`: "JSON",
		`{"` + strings.Repeat("x", 1000) + `":1}`: "an object with the members [" + strings.Repeat("x", 199) + "…",
		"{\"\\u001b[31m\":1}":                     "an object with the members [ [31m]",
	} {
		if got := wire.Describe(json.RawMessage(value)); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}
