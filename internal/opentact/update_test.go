// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

func TestCollection_Update_SendsChangedFields(t *testing.T) {
	t.Parallel()
	full := messagingFields{
		Named: named("a"), CallbackURL: opentact.Value("https://a.example"),
		TollFreeWeight: opentact.Value[int64](1), StickySender: opentact.Value(false),
	}
	change := func(set func(*messagingFields)) messagingFields {
		fields := full
		set(&fields)
		return fields
	}
	stored := profileAWith(map[string]any{"callback_url": "https://a.example"})
	for _, test := range []struct {
		name     string
		to       messagingFields
		replies  []reply
		requests []string
	}{
		{name: "no change, reads", to: full, replies: []reply{success(stored)}, requests: []string{get}},
		{name: "one field", to: change(func(f *messagingFields) { f.Name = opentact.Value("b") }),
			replies:  []reply{success(profileAWith(map[string]any{"name": "b"}))},
			requests: []string{patch + `{"name":"b"}`}},
		{name: "true and zero", to: change(func(f *messagingFields) {
			f.StickySender, f.TollFreeWeight = opentact.Value(true), opentact.Value[int64](0)
		}), replies: []reply{success(profileAWith(map[string]any{"sticky_sender": true, "tollfree_weight": 0}))},
			requests: []string{patch + `{"sticky_sender":true,"toll_free_weight":0}`}},
		{name: "field not mentioned, reads", to: change(func(f *messagingFields) { f.CallbackURL = opentact.Optional[string]{} }),
			replies: []reply{success(stored)}, requests: []string{get}},
		{name: "null", to: change(func(f *messagingFields) { f.CallbackURL = opentact.Null[string]() }),
			replies: []reply{success(profileA)}, requests: []string{patch + `{"callback_url":null}`}},
		{name: "null, the API chooses a value", to: change(func(f *messagingFields) { f.CallbackURL = opentact.Null[string]() }),
			replies:  []reply{success(profileAWith(map[string]any{"callback_url": "https://default.example"}))},
			requests: []string{patch + `{"callback_url":null}`}},
		{name: "null not applied, tries the alias", to: change(func(f *messagingFields) { f.TollFreeWeight = opentact.Null[int64]() }),
			replies:  []reply{success(profileA), success(profileAWith(map[string]any{"tollfree_weight": nil}))},
			requests: []string{patch + `{"toll_free_weight":null}`, patch + `{"tollfree_weight":null}`}},
		{name: "ampersand is not escaped", to: change(func(f *messagingFields) { f.CallbackURL = opentact.Value("https://a.example?b&c") }),
			replies:  []reply{success(profileAWith(map[string]any{"callback_url": "https://a.example?b&c"}))},
			requests: []string{patch + `{"callback_url":"https://a.example?b&c"}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, test.replies...)
			got, err := a.messaging(t).Update(t.Context(), profileWith(uuidA, full), test.to)
			if err != nil || got.UUID != uuidA {
				t.Errorf("got %+v, %v", got, err)
			}
			if diff := cmp.Diff(test.requests, a.requestLines()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// A field that an update does not send keeps its known value, if the response lacks it
// or shows it in 32 bits.
func TestCollection_Update_UnsentField_KeepsKnownValue(t *testing.T) {
	t.Parallel()
	before := voiceFields{Named: named("v"), DailySpendLimit: opentact.Value(0.1)}
	after := voiceFields{Named: named("w"), DailySpendLimit: opentact.Value(0.1)}
	const begin = `{"uuid":"` + uuidA + `","created_on":"x","modified_on":"y","name":"w"`
	for name, next := range map[string]reply{
		"in 32 bits": success(begin + `,"daily_spent_limit":0.10000000149011612}`),
		"lacking":    success(begin + `}`),
	} {
		a := newScriptedAPI(t, next)
		got, err := opentact.CollectionOf(a.client(t), &voice).Update(t.Context(), profileWith(uuidA, before), after)
		if err != nil || got.Fields != after {
			t.Errorf("%s: got %+v, %v", name, got.Fields, err)
		}
	}
}

// After a null, any value of the right type is accepted.
func TestCollection_Update_NullCameBackMalformed_IsMismatch(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, success(profileAWith(map[string]any{"sticky_sender": "x"})))
	from := messagingFields{Named: named("a"), StickySender: opentact.Value(true)}
	to := messagingFields{Named: named("a"), StickySender: opentact.Null[bool]()}
	_, err := a.messaging(t).Update(t.Context(), profileWith(uuidA, from), to)
	wantErrorContains(t, err, `sticky_sender was sent as null and came back as "x", which is not a valid value`)
}

// The API may keep 32 bits of a number. A value that is equal at that precision is the
// value that was sent or is known (rule 6 of CONTRACT.md).
func TestCollection_NumberIn32Bits_IsEqual(t *testing.T) {
	t.Parallel()
	limit := func(v float64) voiceFields {
		return voiceFields{Named: named("v"), DailySpendLimit: opentact.Value(v)}
	}
	const in32Bits = "0.10000000149011612" // 0.1
	a := newScriptedCreateAPI(t, success(`{"uuid":"`+uuidA+`","created_on":"x","modified_on":"y","name":"v","daily_spend_limit":`+in32Bits+`}`))
	profiles := opentact.CollectionOf(a.client(t), &voice)
	made, err := profiles.Create(t.Context(), limit(0.1))
	if err != nil || made.Fields != limit(0.1) {
		t.Errorf("create: got %+v, %v", made, err)
	}
	for name, test := range map[string]struct{ known, want voiceFields }{
		"the known value is equal": {limit(0.1), limit(0.1)},
		"nothing is known":         {voiceFields{}, limit(0.10000000149011612)},
		"the value changed":        {limit(0.2), limit(0.10000000149011612)},
	} {
		if got, err := profiles.Get(t.Context(), profileWith(uuidA, test.known)); err != nil || got.Fields != test.want {
			t.Errorf("get, %s: got %+v, %v, want %+v", name, got, err, test.want)
		}
	}
	updated, err := profiles.Update(t.Context(), profileWith(uuidA, limit(0.2)), limit(0.1))
	if err != nil || updated.Fields != limit(0.1) {
		t.Errorf("update: got %+v, %v", updated, err)
	}
}
