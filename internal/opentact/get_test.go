// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// TestCollection_Get_ResponseShapes tests rule 2 of CONTRACT.md. It shows where a response
// contains the profile, and which responses contain none. The forms of a lease are in
// internal/wire/shape_test.go.
func TestCollection_Get_ResponseShapes(t *testing.T) {
	t.Parallel()
	v, other := voiceProfile(uuidA, "v"), voiceProfile(uuidA, "w")
	for _, test := range []struct {
		name, payload string
		want          string // in the error; "" if the profile is found
	}{
		{"profile", v, ""},
		{"array of the profile", "[" + v + "]", ""},
		{"under its name", `{"outbound_voice_profile":` + v + `}`, ""},
		{"in a lease", leases(`"outbound_voice_profile":` + v), ""},
		{"in a lease's connection", leases(`"sip_connection":{"uuid":"x","name":"c","tech_prefix":1,"outbound_voice_profile":` + v + `}`), ""},
		{"in a lease's control app", leases(`"sip_control_app":{"outbound_voice_profile":` + v + `},"sip_connection":{"outbound_voice_profile":{}}`), ""},
		{"repeated by leases", leases(`"outbound_voice_profile":`+v, `"sip_connection":{"outbound_voice_profile":`+v+`}`), ""},
		{"two profiles", "[" + v + "," + voiceProfile(uuidB, "v") + "]", "two different profiles were found where one was expected"},
		{"one UUID, two contents", "[" + v + "," + other + "]", "both have the uuid " + uuidA},
		{"lease with an empty profile", leases(`"outbound_voice_profile":{}`), "an object has a place for a profile, but there is none"},
		{"page of a list", `{"take":20,"skip":0,"total":1,"data":[` + v + `]}`, "the profile has no uuid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, success(test.payload))
			got, err := opentact.CollectionOf(a.client(t), &voice).Get(t.Context(), profileWith(uuidA, voiceFields{}))
			if test.want != "" {
				wantErrorContains(t, err, test.want, "read outbound voice profile")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if limit, _ := got.Fields.DailySpendLimit.Get(); got.UUID != uuidA || got.Fields.ProfileName() != "v" || limit != 5.5 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestCollection_DocumentedSample reads the one response that the API's document shows.
// Real UUIDs replace its "string".
func TestCollection_DocumentedSample(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("testdata/sample_response.json")
	if err != nil {
		t.Fatal(err)
	}
	a := newScriptedAPI(t, reply{status: 200, body: string(sample)})
	const uuid = "00000004-1111-4111-8111-111111111111"
	got, err := a.messaging(t).Get(t.Context(), profileWith(uuid, messagingFields{}))
	if err != nil {
		t.Fatal(err)
	}
	want := opentact.Profile[messagingFields]{
		UUID:       uuid,
		CreatedOn:  opentact.Value("2019-08-24T14:15:22Z"),
		ModifiedOn: opentact.Value("2019-08-24T14:15:22Z"),
		Fields: messagingFields{
			Named:          named("string"),
			CallbackURL:    opentact.Value("string"),
			TollFreeWeight: opentact.Value[int64](0),
			StickySender:   opentact.Value(true),
		},
	}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	list, err := a.messaging(t).List(t.Context())
	if err != nil || len(list) != 1 || list[0].Profile != want || list[0].Err != nil {
		t.Errorf("the list is %+v, %v", list, err)
	}
	// The connections of the sample hold empty voice profiles and have their own UUIDs.
	_, err = opentact.CollectionOf(a.client(t), &voice).Get(t.Context(), profileWith(uuid, voiceFields{}))
	wantErrorContains(t, err, "an object has a place for a profile, but there is none")
}

// A response that lacks a field says nothing about it. The known value stays.
func TestCollection_Get_ResponseLacksFields_KeepsKnownValues(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, success(profileAWith(map[string]any{"tollfree_weight": omitted, "sticky_sender": nil})))
	known := messagingFields{Named: named("old"), TollFreeWeight: opentact.Value[int64](5), StickySender: opentact.Value(true)}
	got, err := a.messaging(t).Get(t.Context(), profileWith(uuidA, known))
	want := messagingFields{Named: named("a"), CallbackURL: opentact.Null[string](), TollFreeWeight: opentact.Value[int64](5), StickySender: opentact.Null[bool]()}
	if err != nil || got.Fields != want {
		t.Errorf("got %+v, %v, want %+v", got.Fields, err, want)
	}

	a = newScriptedAPI(t, success(profileAWith(map[string]any{"created_on": omitted, "modified_on": omitted})))
	before := profileWith(uuidA, known)
	before.CreatedOn, before.ModifiedOn = opentact.Value("then"), opentact.Value("later")
	got, err = a.messaging(t).Get(t.Context(), before)
	if err != nil || got.CreatedOn != before.CreatedOn || got.ModifiedOn != before.ModifiedOn {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCollection_Get_MalformedField_IsError(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, success(profileAWith(map[string]any{"sticky_sender": "yes", "callback_url": 7})))
	_, err := a.messaging(t).Get(t.Context(), knownA())
	wantErrorContains(t, err, "the API's data of messaging profile "+uuidA+" is malformed: ", `sticky_sender came back as "yes"`, "callback_url came back as something that is not a string")

	if _, ok := errors.AsType[*opentact.MalformedProfileError](err); !ok {
		t.Errorf("got a %T, want a MalformedProfileError", err)
	}

	// An object may be anything, such as a user with a password. Its values are not shown.
	a = newScriptedAPI(t, success(profileAWith(map[string]any{"sticky_sender": map[string]any{"password": "hunter2"}})))
	_, err = a.messaging(t).Get(t.Context(), knownA())
	wantErrorContains(t, err, "sticky_sender came back as an object with the members [password]")
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error shows the password: %v", err)
	}
}

// Responses embed users with passwords and tokens. The client does not decode them.
func TestCollection_Get_UnknownMembers_AreDropped(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, success(profileAWith(map[string]any{
		"created_by": map[string]any{"password": "s3cret", "token": "t0ken"}, "uuid": "x", "token": "t0ken",
	})))
	got, err := a.messaging(t).Get(t.Context(), knownA())
	for _, secret := range []string{"s3cret", "t0ken"} {
		if text := fmt.Sprintf("%+v %v", got, err); strings.Contains(text, secret) {
			t.Errorf("%q is shown: %s", secret, text)
		}
	}
}

// An ID that is not a UUID must not get into the path of a request.
func TestCollection_InvalidUUID_SendsNothing(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, success(profileA))
	profiles := a.messaging(t)
	for _, id := range []string{"", "../account", "a", uuidA + "/x", strings.ToUpper(uuidA), uuidA + "\n"} {
		if _, err := profiles.Get(t.Context(), profileWith(id, messagingFields{})); err == nil {
			t.Errorf("get: %q was accepted", id)
		}
		if err := profiles.Delete(t.Context(), profileWith(id, messagingFields{})); err == nil {
			t.Errorf("delete: %q was accepted", id)
		}
	}
	if requests := a.requestLines(); len(requests) != 0 {
		t.Errorf("the client sent %v", requests)
	}
}

// Exists sends one GET, whatever the response.
func TestCollection_Exists(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		reply reply
		want  bool
	}{
		{"profile", success(profileA), true},
		{"not found", rejection(404, "Not found"), false},
		{"no permission", rejection(403, "Forbidden"), false},
		{"another profile", success(profileAWith(map[string]any{"uuid": uuidB})), false},
		{"page", reply{status: 200, body: "<html>"}, false},
	} {
		a := newScriptedAPI(t, test.reply)
		if got := a.messaging(t).Exists(t.Context(), uuidA); got != test.want || len(a.requestLines()) != 1 {
			t.Errorf("%s: got %t after %v, want %t", test.name, got, a.requestLines(), test.want)
		}
	}
}
