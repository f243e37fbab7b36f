// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

func TestKind_Same(t *testing.T) {
	t.Parallel()
	kind := testKind()
	for name, test := range map[string]struct {
		field, a, b string
		want        bool
	}{
		"equal numbers":              {"weight", `5`, `5`, true},
		"number with a fraction":     {"weight", `5`, `5.0`, true},
		"number with an exponent":    {"weight", `50`, `5e1`, true},
		"different numbers":          {"weight", `5`, `6`, false},
		"equal in 32 bits":           {"limit", `0.1`, `0.10000000149011612`, true},
		"equal in 32 bits, 64 kept":  {"weight", `0.1`, `0.10000000149011612`, false},
		"different in 32 bits":       {"limit", `0.1`, `0.1000001`, false},
		"too large for 32 bits":      {"limit", `1e39`, `2e39`, false},
		"too small for 32 bits":      {"limit", `1e-60`, `2e-60`, false},
		"too small and 0":            {"limit", `1e-60`, `0`, false},
		"equal text":                 {"name", `"a"`, `"a"`, true},
		"text with an escape":        {"name", `"a"`, `"\u0061"`, true},
		"different text":             {"name", `"a"`, `"A"`, false},
		"number and text":            {"limit", `5`, `"5"`, false},
		"null twice":                 {"limit", `null`, `null`, true},
		"null and 0":                 {"limit", `null`, `0`, false},
		"missing twice":              {"limit", ``, ``, false},
		"missing and null":           {"limit", ``, `null`, false},
		"null and missing":           {"limit", `null`, ``, false},
		"members in another order":   {"name", `{"a":1,"b":2}`, `{"b":2,"a":1}`, true},
		"elements in another order":  {"name", `[1,2]`, `[2,1]`, false},
		"composite in another field": {"limit", `[0.1]`, `[0.10000000149011612]`, false},
	} {
		if got := kind.Same(test.field, json.RawMessage(test.a), json.RawMessage(test.b)); got != test.want {
			t.Errorf("%s: %s: %s and %s: got %t, want %t", name, test.field, test.a, test.b, got, test.want)
		}
	}
}

func TestKind_SameNumber(t *testing.T) {
	t.Parallel()
	kind := testKind()
	for _, test := range []struct {
		field string
		a, b  float64
		want  bool
	}{
		{"limit", 0.1, float64(float32(0.1)), true},
		{"limit", -0.1, float64(float32(-0.1)), true},
		{"limit", 0.1, -0.1, false},
		{"limit", 0, math.Copysign(0, -1), true},
		{"limit", 1e39, 1e39, true},
		{"limit", 1e39, math.Inf(1), false},
		{"weight", 0.1, float64(float32(0.1)), false},
		{"weight", 0.1, 0.1, true},
	} {
		if got := kind.SameNumber(test.field, test.a, test.b); got != test.want {
			t.Errorf("%s: %g and %g: got %t, want %t", test.field, test.a, test.b, got, test.want)
		}
	}
}

func TestKind_Show(t *testing.T) {
	t.Parallel()
	kind := testKind()
	for name, test := range map[string]struct{ field, fields, want string }{
		"missing":                     {"name", `{}`, `nothing`},
		"sensitive and missing":       {"webhook", `{}`, `nothing`},
		"text":                        {"name", `{"name":"a"}`, `"a"`},
		"number":                      {"limit", `{"limit":5.0}`, `5.0`},
		"null":                        {"limit", `{"limit":null}`, `null`},
		"runs of spaces":              {"name", `{"name":" a  b "}`, `" a  b "`},
		"invisible character":         {"name", "{\"name\":\"a\u200bb\"}", `"a<U+200B>b"`},
		"escaped invisible character": {"name", `{"name":"a\u00a0b\n"}`, `"a<U+00A0>b<U+000A>"`},
		"quotes":                      {"name", `{"name":"\"a\""}`, `"\"a\""`},
		"object":                      {"name", `{"name":{"password":"p"}}`, `an object with the members [password]`},
		"array":                       {"name", `{"name":["p","q"]}`, `an array of 2`},
		"sensitive text":              {"webhook", `{"webhook":"https://ä"}`, `a sensitive value of 9 characters`},
		"sensitive null":              {"webhook", `{"webhook":null}`, `null`},
		"sensitive field, number":     {"webhook", `{"webhook":12345678}`, `something that is not a string`},
		"sensitive field with object": {"webhook", `{"webhook":{"url":"p"}}`, `an object with the members [url]`},
	} {
		if got := kind.Show(test.field, raw(test.fields)); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// The API may put a sensitive value, or the token, in a field that is not sensitive.
func TestEndpoint_Show_SensitiveValueInOtherField_IsRedacted(t *testing.T) {
	t.Parallel()
	e := new(fakeAPI).endpoint()
	known := raw(`{"webhook":"` + hook + `"}`)
	for name, test := range map[string]struct {
		value string
		known []wire.RawFields
		want  string
	}{
		"known value":            {`"` + hook + `"`, []wire.RawFields{known}, `"(the value of webhook)"`},
		"one of several":         {`"` + hook + `"`, []wire.RawFields{raw(`{"webhook":null}`), known}, `"(the value of webhook)"`},
		"JSON escapes the value": {`"https:\/\/hooks.example\/in"`, []wire.RawFields{known}, `"(the value of webhook)"`},
		"value is not known":     {`"` + hook + `"`, nil, `"https://hooks.example"`},
		"token":                  {`"` + token + `"`, []wire.RawFields{known}, `"(the token)"`},
		"token, nothing known":   {`"` + token + `"`, nil, `"(the token)"`},
	} {
		if got := e.showRedacted("name", raw(`{"name":`+test.value+`}`), test.known...); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// An error of the API may repeat any sensitive value that it was sent or had before.
func TestEndpoint_Error_SensitiveValueInMessage_IsRedacted(t *testing.T) {
	t.Parallel()
	sensitive, other := raw(`{"webhook":"`+hook+`"}`), raw(`{"name":"a"}`)
	create := func(e *Endpoint) error { _, err := e.Create(t.Context(), sensitive); return err }
	repeats := rejection(http.StatusForbidden, "no "+hook)
	for name, test := range map[string]struct {
		call  func(e *Endpoint) error
		reply reply
	}{
		"get":                           {func(e *Endpoint) error { _, err := e.Get(t.Context(), uuidA, sensitive); return err }, repeats},
		"delete":                        {func(e *Endpoint) error { return e.Delete(t.Context(), uuidA, sensitive) }, repeats},
		"delete, then GET is an error":  {func(e *Endpoint) error { return e.Delete(t.Context(), uuidA, sensitive) }, reply{status: http.StatusNoContent}},
		"update, sent value":            {func(e *Endpoint) error { _, err := e.Update(t.Context(), uuidA, sensitive, other); return err }, repeats},
		"update, value from before":     {func(e *Endpoint) error { _, err := e.Update(t.Context(), uuidA, other, sensitive); return err }, repeats},
		"create":                        {create, repeats},
		"create, then GET is an error":  {create, success(part(uuidA, ""))},
		"create, then list is an error": {create, badGateway},
	} {
		a := &fakeAPI{script: []reply{test.reply, repeats}, lists: []reply{success(`[]`), repeats}}
		err := test.call(a.endpoint())
		if err == nil || !strings.Contains(err.Error(), "no (the value of webhook)") || strings.Contains(err.Error(), "hooks.example") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// The PATCH with the alias sends one field. Its error may repeat the others.
func TestEndpoint_AliasError_SensitiveValueInMessage_IsRedacted(t *testing.T) {
	t.Parallel()
	script := []reply{success(whole(uuidA, `"webhook":"`+hook+`"`)), rejection(http.StatusInternalServerError, "no "+hook)}
	want := apierror.Mismatch{Field: "weight", Sent: "7", Got: "1", Note: "no (the value of webhook)", Unfinished: true}
	_, err := (&fakeAPI{script: script}).endpoint().Create(t.Context(), raw(`{"name":"a","weight":7,"webhook":"`+hook+`"}`))
	wantMismatch(t, err, want)
	_, err = (&fakeAPI{script: script}).endpoint().Update(t.Context(), uuidA, raw(`{"weight":7}`), raw(`{"name":"a","webhook":"`+hook+`"}`))
	wantMismatch(t, err, want)
}

// A candidate of an ambiguous create may show the sent sensitive value in another field.
func TestEndpoint_Candidate_SensitiveValueInDoubt_IsRedacted(t *testing.T) {
	t.Parallel()
	const path = "key-s3cret-0123"
	candidate := whole(uuidA, `"webhook":"https://hooks.example/`+path+`","weight":"`+path+`"`)
	a := &fakeAPI{script: []reply{badGateway}, lists: []reply{success(`[]`), success(`[` + candidate + `]`)}}
	_, err := a.endpoint().Create(t.Context(), raw(`{"name":"a","weight":7,"webhook":"https://hooks.example/`+path+`"}`))
	ambiguous, ok := errors.AsType[*apierror.AmbiguousCreateError](err)
	if !ok {
		t.Fatalf("got %v, want an AmbiguousCreateError", err)
	}
	want := []apierror.Candidate{{UUID: uuidA, Doubts: []string{`weight is "(the value of webhook)", but was sent as 7`}}}
	if diff := cmp.Diff(want, ambiguous.Candidates); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
}
