// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// fieldRule lists valid and invalid JSON values of one field.
type fieldRule struct {
	kind           emulator.Kind
	field          string
	valid, invalid []string
}

// text returns a JSON string of n characters.
func text(n int) string { return strconv.Quote(strings.Repeat("x", n)) }

// wide returns a JSON string of n characters, each of four bytes and two UTF-16 units.
func wide(n int) string { return `"` + strings.Repeat("📞", n) + `"` }

func fieldRules() []fieldRule {
	const m, v = emulator.MessagingProfile, emulator.OutboundVoiceProfile
	var (
		name = fieldRule{
			valid:   []string{text(1), text(255), wide(1), wide(255), `" "`, `"<&>\"\\\u0000é"`},
			invalid: []string{`""`, text(256), wide(256), `null`, `1`, `true`, `[]`, `{}`},
		}
		url = fieldRule{
			valid:   []string{text(10), text(255), wide(10), wide(255), `"not a URL at all"`, `"https://example.com/hook"`, `null`},
			invalid: []string{`""`, text(9), text(256), wide(9), wide(256), `1`, `false`, `["https://example.com"]`, `{}`},
		}
		flag = fieldRule{
			valid:   []string{`true`, `false`},
			invalid: []string{`null`, `0`, `1`, `"true"`, `""`, `[]`, `{}`},
		}
		weight = fieldRule{
			valid:   []string{`0`, `1`, `9`, `9.0`, `0e0`},
			invalid: []string{`-1`, `10`, `0.5`, `1e400`, `null`, `"1"`, `true`, `[]`, `{}`},
		}
		limit = fieldRule{
			valid:   []string{`0`, `0.005`, `1`, `1e15`, `null`},
			invalid: []string{`-1`, `-0.001`, `1e400`, `"1"`, `true`, `[]`, `{}`},
		}
	)
	return []fieldRule{
		name.of(m, "name"), name.of(v, "name"),
		url.of(m, "callback_url"), url.of(m, "callback_url2"),
		flag.of(m, "number_pool_enable"), flag.of(m, "skip_unhealthy_tns"), flag.of(m, "sticky_sender"),
		weight.of(m, "long_code_weight"), weight.of(m, "toll_free_weight"),
		limit.of(v, "channel_limit"), limit.of(v, "max_rate"), limit.of(v, "daily_spend_limit"),
		{v, "tech_prefix", []string{`100000`, `999999`, `1e5`}, []string{`99999`, `1000000`, `123456.5`, `4294967296`, `null`, `"100000"`, `true`}},
		{v, "record_calls", []string{`0`, `1`, `2`}, []string{`-1`, `3`, `0.5`, `null`, `"1"`, `true`}},
		{v, "filemat", []string{`"wav"`, `"mp3"`}, []string{`"ogg"`, `"WAV"`, `""`, `null`, `0`, `true`}},
		{v, "audio_track_type", []string{`0`, `1`}, []string{`-1`, `2`, `null`, `"1"`, `false`}},
		// Unknown in requests: fields of the other kind, of responses, and others.
		{m, "tech_prefix", nil, []string{`100000`, `null`}},
		{m, "tollfree_weight", nil, []string{`1`}},
		{v, "callback_url", nil, []string{`"https://example.com"`}},
		{v, "daily_spent_limit", nil, []string{`1`}},
		{m, "uuid", nil, []string{strconv.Quote(unknownUUID)}},
		{v, "created_on", nil, []string{`"2019-08-24T14:15:22Z"`}},
		{m, "unknown", nil, []string{`1`, `null`}},
		{v, "Name", nil, []string{`"the case counts"`}},
	}
}

func (r fieldRule) of(kind emulator.Kind, field string) fieldRule {
	r.kind, r.field = kind, field
	return r
}

func TestRequest_FieldRules(t *testing.T) {
	t.Parallel()
	for _, r := range fieldRules() {
		t.Run(string(r.kind)+"/"+r.field, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, emulator.Options{})
			for _, value := range r.valid {
				r.checkValid(a, value)
			}
			for _, value := range r.invalid {
				r.checkInvalid(a, value)
			}
		})
	}
}

// body returns the body of a create with a name and the field.
func (r fieldRule) body(value string) string {
	if r.field == "name" {
		return fmt.Sprintf(`{"name":%s}`, value)
	}
	return fmt.Sprintf(`{"name":"given",%q:%s}`, r.field, value)
}

func (r fieldRule) checkValid(a *api, value string) {
	a.t.Helper()
	var want any
	if err := json.Unmarshal([]byte(value), &want); err != nil {
		a.t.Fatal(err)
	}
	created := a.expect(http.StatusCreated, a.send(http.MethodPost, collection(r.kind), r.body(value)))
	mustEqual(a.t, "created with "+value, want, a.stored(r.kind, created.uuid())[r.field])
	uuid := a.add(r.kind, map[string]any{"name": "before"})
	a.expect(http.StatusOK, a.send(http.MethodPatch, item(r.kind, uuid), fmt.Sprintf(`{%q:%s}`, r.field, value)))
	mustEqual(a.t, "modified to "+value, want, a.stored(r.kind, uuid)[r.field])
}

func (r fieldRule) checkInvalid(a *api, value string) {
	a.t.Helper()
	uuid := a.add(r.kind, map[string]any{"name": "before"})
	before := a.Profiles(r.kind)
	for _, res := range []response{
		a.send(http.MethodPost, collection(r.kind), r.body(value)),
		a.send(http.MethodPatch, item(r.kind, uuid), fmt.Sprintf(`{%q:%s}`, r.field, value)),
	} {
		a.expect(http.StatusBadRequest, res)
		if len(res.fieldErrors()) != 1 || res.fieldErrors()["params."+r.field] == nil {
			a.t.Errorf("%s: the response does not name only %s: %s", value, r.field, res.raw)
		}
	}
	mustEqual(a.t, "profiles after "+value, before, a.Profiles(r.kind))
}

func TestRequest_SeveralInvalidFields_ReportsAll(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	got := a.expect(http.StatusBadRequest, a.send(http.MethodPost, collection(emulator.MessagingProfile),
		`{"callback_url":"short","long_code_weight":10,"sticky_sender":"yes","nonsense":1,"zebra":2}`))
	mustEqual(t, "response", map[string]any{
		"success": false,
		"status":  400.0,
		"message": "Invalid request: callback_url must have 10 to 255 characters, got 5; long_code_weight must be an integer from 0 to 9, got 10; " +
			"name is required; nonsense is not a known field; sticky_sender must be a boolean, got \"yes\"; " +
			"zebra is not a known field",
		"fields": map[string]any{
			"params.callback_url":     map[string]any{"message": "must have 10 to 255 characters, got 5"},
			"params.long_code_weight": map[string]any{"message": "must be an integer from 0 to 9, got 10"},
			"params.name":             map[string]any{"message": "is required"},
			"params.nonsense":         map[string]any{"message": "is not a known field"},
			"params.sticky_sender":    map[string]any{"message": "must be a boolean, got \"yes\""},
			"params.zebra":            map[string]any{"message": "is not a known field"},
		},
	}, got.body)
}

// A message has the rule and the value. It has only the type or the length of a callback URL, which may contain
// credentials.
func TestRequest_InvalidValue_MessageHasRuleAndValue(t *testing.T) {
	t.Parallel()
	const m, v = emulator.MessagingProfile, emulator.OutboundVoiceProfile
	a := newAPI(t, emulator.Options{})
	for _, c := range []struct {
		kind        emulator.Kind
		field, sent string
		want        string
	}{
		{m, "name", `""`, "must have 1 to 255 characters, got 0"},
		{m, "name", `null`, "must be a string, got null"},
		{m, "long_code_weight", `1.5`, "must be an integer from 0 to 9, got 1.5"},
		{m, "sticky_sender", `"yes"`, `must be a boolean, got "yes"`},
		{m, "sticky_sender", `{}`, "must be a boolean, got an object"},
		{m, "callback_url", `"ftp://x"`, "must have 10 to 255 characters, got 7"},
		{m, "callback_url", `5377777`, "must be a string or null, got a number"},
		{m, "callback_url2", `true`, "must be a string or null, got a boolean"},
		{m, "callback_url2", `["x"]`, "must be a string or null, got an array"},
		{m, "typo", `1`, "is not a known field"},
		{v, "max_rate", `-0.1`, "must be a number of at least 0 or null, got -0.1"},
		{v, "max_rate", `1e400`, "must be a number of at least 0 or null, got a number that does not fit in 64 bits"},
		{v, "tech_prefix", `1000000`, "must be an integer from 100000 to 999999, got 1000000"},
		{v, "tech_prefix", `1e6`, "must be an integer from 100000 to 999999, got 1000000"},
		{v, "record_calls", `3`, "must be one of 0, 1, 2, got 3"},
		{v, "filemat", `"<ogg>"`, `must be one of "wav", "mp3", got "<ogg>"`},
		{v, "filemat", text(40), `must be one of "wav", "mp3", got ` + text(40)},
		{v, "filemat", text(41), `must be one of "wav", "mp3", got a string of 41 characters`},
	} {
		got := a.send(http.MethodPost, collection(c.kind), fieldRule{field: c.field}.body(c.sent))
		mustEqual(t, c.field+" "+c.sent, map[string]any{"params." + c.field: map[string]any{"message": c.want}}, got.body["fields"])
	}
}

func TestRequest_WithoutName_RejectsOnlyCreate(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.Kinds() {
		a := newAPI(t, emulator.Options{})
		got := a.expect(http.StatusBadRequest, a.send(http.MethodPost, collection(kind), `{}`))
		mustEqual(t, "fields", map[string]any{"params.name": map[string]any{"message": "is required"}}, got.body["fields"])
		uuid := a.add(kind, map[string]any{"name": "kept"})
		a.expect(http.StatusOK, a.send(http.MethodPatch, item(kind, uuid), `{}`))
		mustEqual(t, "name", any("kept"), a.stored(kind, uuid)["name"])
	}
}

// A callback URL may contain credentials.
func TestRequest_InvalidCallbackURL_IsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"callback_url", "callback_url2"} {
		a := newAPI(t, emulator.Options{})
		for _, value := range []string{
			`"s3cret"`, `"` + strings.Repeat("s3cret", 50) + `"`, `{"s3cret":"s3cret"}`, `["s3cret"]`, `53cre7`, `5377777`,
		} {
			got := a.expect(http.StatusBadRequest,
				a.send(http.MethodPost, collection(emulator.MessagingProfile), fmt.Sprintf(`{"name":"x",%q:%s}`, field, value)))
			if strings.Contains(got.raw, "s3cret") || strings.Contains(got.raw, "53") {
				t.Errorf("%s: %s", value, got.raw)
			}
		}
	}
}

// A response has the same float64 as the request, in the shortest form.
func TestRequest_Numbers_KeepFloat64Precision(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	for sent, want := range map[string]float64{
		"0": 0, "5": 5, "0.1": 0.1, "0.005": 0.005, "1e-7": 1e-7, "0.3333333333333333": 1.0 / 3, "1e15": 1e15,
		"0.33333333333333333333333333": 1.0 / 3, "9007199254740993": 1 << 53, "123456.789": 123456.789,
		"1.7976931348623157e308": math.MaxFloat64, "5e-324": math.SmallestNonzeroFloat64, "12.50": 12.5,
	} {
		for _, field := range []string{"channel_limit", "max_rate", "daily_spend_limit"} {
			created := a.expect(http.StatusCreated, a.send(http.MethodPost, collection(emulator.OutboundVoiceProfile),
				fmt.Sprintf(`{"name":"numbers",%q:%s}`, field, sent)))
			mustEqual(t, field+" "+sent, any(want), created.payload()[field])
		}
	}
	whole := a.send(http.MethodPost, collection(emulator.OutboundVoiceProfile),
		`{"name":"x","channel_limit":1e15,"max_rate":10.0,"tech_prefix":1e5,"daily_spend_limit":1e-7}`)
	for _, want := range []string{
		`"channel_limit":1000000000000000,`, `"max_rate":10,`, `"tech_prefix":100000,`, `"daily_spend_limit":1e-7,`,
	} {
		if !strings.Contains(whole.raw, want) {
			t.Errorf("no %s in %s", want, whole.raw)
		}
	}
}
