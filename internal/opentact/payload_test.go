// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// leases returns an array of phone-number leases, one for each object given,
// which holds its members beside the lease's own.
func leases(objects ...string) string {
	all := make([]string, len(objects))
	for i, object := range objects {
		all[i] = fmt.Sprintf(`{"uuid":"%08x-2222-4222-8222-222222222222","created_on":"2001-01-01T00:00:00Z","autorenew":true,%s}`, i, object)
	}
	return "[" + strings.Join(all, ",") + "]"
}

func profileV(uuid, name string) string {
	return fmt.Sprintf(`{"uuid":%q,"created_on":"2019-08-24T14:15:22Z","modified_on":"2019-08-24T14:15:23Z","name":%q,"daily_spent_limit":5.5}`, uuid, name)
}

// TestAnswerShapes is rule 2 of the contract: where in an answer the profile is,
// and which answers hold none.
func TestAnswerShapes(t *testing.T) {
	t.Parallel()
	v := profileV(uuidA, "v")
	other := profileV(uuidA, "w")
	for _, test := range []struct {
		name, payload string
		want          string // in the error; "" where the profile is found
	}{
		{"the profile", v, ""},
		{"an array of the profile", "[" + v + "]", ""},
		{"the profile repeated", "[" + v + "," + v + "]", ""},
		{"under its name", `{"outbound_voice_profile":` + v + `}`, ""},
		{"in a lease", leases(`"outbound_voice_profile":` + v), ""},
		{"in a lease's connection", leases(`"sip_connection":{"uuid":"x","name":"c","tech_prefix":1,"outbound_voice_profile":` + v + `}`), ""},
		{"in a lease's control app", leases(`"sip_control_app":{"outbound_voice_profile":` + v + `},"sip_connection":{"outbound_voice_profile":{}}`), ""},
		{"repeated by leases", leases(`"outbound_voice_profile":`+v, `"sip_connection":{"outbound_voice_profile":`+v+`}`), ""},
		{"twice in one lease", leases(`"sip_control_app":{"outbound_voice_profile":` + v + `},"sip_connection":{"outbound_voice_profile":` + v + `}`), ""},
		{"a profile that names an empty connection", strings.TrimSuffix(v, "}") + `,"sip_connection":{"outbound_voice_profile":{}}}`, ""},
		{"a connection that is null", strings.TrimSuffix(v, "}") + `,"sip_connection":null}`, ""},
		{"two profiles", "[" + v + "," + profileV(uuidB, "v") + "]", "two different profiles were found where one was expected"},
		{"twice in one connection", `{"sip_connection":{"outbound_voice_profile":` + v + `,"outbound_voice_profile":` + other + `}}`, `it has the member "outbound_voice_profile" twice`},
		{"one uuid, two contents", "[" + v + "," + other + "]", "both have the uuid " + uuidA},
		{"two profiles in one lease", leases(`"outbound_voice_profile":` + v + `,"sip_connection":{"outbound_voice_profile":` + profileV(uuidB, "v") + `}`), "one object contains two different profiles"},
		{"a lease with nothing", leases(`"outbound_voice_profile":{}`), "no profile is there"},
		{"a lease with a reference", leases(`"outbound_voice_profile":"` + uuidA + `"`), "no profile is there"},
		{"a lease with a list", leases(`"outbound_voice_profile":[` + v + `]`), "no profile is there"},
		{"a profile that refers to its connection", strings.TrimSuffix(v, "}") + `,"sip_connection":"` + uuidB + `"}`, ""},
		{"a lease with null", leases(`"outbound_voice_profile":null`), "no profile is there"},
		{"a lease with nothing further down", leases(`"sip_connection":{"outbound_voice_profile":{}}`), "no profile is there"},
		{"a connection with nothing", `[{"uuid":"` + uuidA + `","name":"c","outbound_voice_profile":{}}]`, "no profile is there"},
		{"a page of a list", `{"take":20,"skip":0,"total":1,"data":[` + v + `]}`, "the profile has no uuid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, ok(test.payload))
			got, err := opentact.CollectionOf(a.client(t), &voice).Get(t.Context(), at(uuidA, voiceFields{}))
			if test.want != "" {
				wantInError(t, err, test.want, "read outbound voice profile")
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

// TestDocumentedSample reads the one answer that the API document shows, with
// real uuids in the place of its "string".
func TestDocumentedSample(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("testdata/sample_answer.json")
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t, reply{status: 200, body: string(sample)})
	const uuid = "00000004-1111-4111-8111-111111111111"
	got, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuid, messagingFields{}))
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
	list, err := opentact.CollectionOf(a.client(t), &messaging).List(t.Context())
	if err != nil || len(list) != 1 || list[0] != want {
		t.Errorf("the list is %+v, %v", list, err)
	}
	// The sample's connections hold an empty voice profile each, and uuids of their own.
	_, err = opentact.CollectionOf(a.client(t), &voice).Get(t.Context(), at(uuid, voiceFields{}))
	wantInError(t, err, "no profile is there")
}

func TestListShapes(t *testing.T) {
	t.Parallel()
	v, w := profileV(uuidA, "v"), profileV(uuidB, "w")
	for _, test := range []struct {
		name    string
		replies []reply
		uuids   []string
		want    string
		uris    []string
	}{
		{name: "none", replies: []reply{ok("[]")}, uuids: []string{}},
		{name: "an array", replies: []reply{ok("[" + v + "," + w + "]")}, uuids: []string{uuidA, uuidB}},
		{name: "leases that repeat", replies: []reply{ok(leases(`"outbound_voice_profile":`+v, `"outbound_voice_profile":`+w, `"outbound_voice_profile":`+v))}, uuids: []string{uuidA, uuidB}},
		{name: "an answer cut short", replies: []reply{{status: 200, body: `{"success":true,"payload":[` + v + `,`, cut: true}, ok("[" + w + "]")}, uuids: []string{uuidB}},
		{name: "one page", replies: []reply{ok(`{"take":20,"skip":0,"total":1,"data":[` + v + `]}`)}, uuids: []string{uuidA}},
		{name: "an empty page", replies: []reply{ok(`{"take":20,"skip":0,"total":0,"data":[]}`)}, uuids: []string{}},
		{name: "two pages", uuids: []string{uuidA, uuidB}, replies: []reply{
			ok(`{"take":1,"skip":0,"total":2,"data":[` + v + `]}`), ok(`{"take":100,"skip":1,"total":2,"data":[` + w + `]}`),
		}, uris: []string{"GET /rest/profile/outbound_voice", "GET /rest/profile/outbound_voice?skip=1&take=100"}},
		{name: "pages of leases that repeat", uuids: []string{uuidA}, replies: []reply{
			ok(`{"total":2,"data":` + leases(`"outbound_voice_profile":`+v) + `}`),
			ok(`{"total":2,"data":[{"uuid":"lease","outbound_voice_profile":` + v + `}]}`),
		}},
		{name: "more than total", want: "the list changed while it was read: it has 2 items and says that there are 1, 3 times in a row", replies: []reply{ok(`{"total":1,"data":[` + v + `,` + w + `]}`)}},
		{name: "a total below zero", want: "it has 0 items and says that there are -1, 3 times in a row", replies: []reply{ok(`{"total":-1,"data":[]}`)}},
		{name: "fewer than total", want: "the list ends after 1 of 2 items", replies: []reply{
			ok(`{"total":2,"data":[` + v + `]}`), ok(`{"total":2,"data":[]}`),
		}},
		{name: "a page that repeats", want: "the page after 1 of 3 items repeats an earlier one", replies: []reply{
			ok(`{"total":3,"data":[` + v + `]}`),
		}},
		{name: "a list that changes while it is read", uuids: []string{uuidB}, replies: []reply{
			ok(`{"total":2,"data":[` + v + `]}`), ok(`{"total":1,"data":[]}`), ok(`{"total":1,"data":[` + w + `]}`),
		}},
		{name: "a list that changes without an end", want: "the list changed while it was read, 3 times in a row", replies: []reply{
			ok(`{"total":2,"data":[` + v + `]}`), ok(`{"total":1,"data":[]}`), ok(`{"total":2,"data":[` + v + `]}`),
			ok(`{"total":1,"data":[]}`), ok(`{"total":2,"data":[` + v + `]}`), ok(`{"total":1,"data":[]}`), ok(`[]`),
		}},
		{name: "an array after a page", want: "an array came after a page of a longer list", replies: []reply{
			ok(`{"total":3,"data":[` + v + `]}`), ok(`[]`),
		}},
		{name: "an entry without a name", replies: []reply{ok(`[{"uuid":"` + uuidA + `","tn":"+1"}]`)}, want: "outbound voice profile " + uuidA + " has no name"},
		{name: "a page without total", replies: []reply{ok(`{"data":[` + v + `]}`)}, want: "a list was expected, found an object with the members [data]"},
		{name: "a profile", replies: []reply{ok(v)}, want: "a list was expected, found an object with the members [created_on daily_spent_limit"},
		{name: "a string", replies: []reply{ok(`"none"`)}, want: "a list was expected, found a single JSON value"},
		{name: "a broken entry", replies: []reply{ok("[" + v + `,{"name":"x"}]`)}, want: "in the list: the profile has no uuid"},
		{name: "a malformed field", replies: []reply{ok(`[{"uuid":"` + uuidA + `","name":17}]`)}, want: "in the list: outbound voice profile " + uuidA + ": name is not of this field's type"},
		{name: "two contents for one uuid", replies: []reply{ok("[" + v + "," + profileV(uuidA, "w") + "]")}, want: "two different profiles have the uuid " + uuidA},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, test.replies...)
			got, err := opentact.CollectionOf(a.client(t), &voice).List(t.Context())
			if test.want != "" {
				wantInError(t, err, test.want, "list outbound voice profiles")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			uuids := []string{}
			for _, profile := range got {
				uuids = append(uuids, profile.UUID)
			}
			if diff := cmp.Diff(test.uuids, uuids); diff != "" {
				t.Error(diff)
			}
			if test.uris != nil {
				if diff := cmp.Diff(test.uris, a.log()); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// A list that goes on for ever is given up, however much new it has.
func TestListWithoutAnEnd(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok("[]"))
	served := 0
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served++
		_, _ = fmt.Fprintf(w, `{"success":true,"payload":{"total":1000000000,"data":[%s]}}`,
			profileV(fmt.Sprintf("%08x-2222-4222-8222-222222222222", served), "v"))
	})
	_, err := opentact.CollectionOf(a.client(t), &voice).List(t.Context())
	wantInError(t, err, "list outbound voice profiles: the list does not end after 10000 pages")
	if served != 10_000 {
		t.Errorf("%d pages were read", served)
	}
}

// Answers embed users with passwords and tokens. Nothing of that is decoded.
func TestSecretsOfAnswersGoNoFurther(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok(withA(map[string]any{
		"created_by": map[string]any{"password": "s3cret", "token": "t0ken"}, "uuid": "x", "token": "t0ken",
	})))
	got, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	for _, secret := range []string{"s3cret", "t0ken"} {
		if text := fmt.Sprintf("%+v %v", got, err); strings.Contains(text, secret) {
			t.Errorf("%q is shown: %s", secret, text)
		}
	}
}

// An answer may spell a field either way; where it has both the request's name wins.
func TestAnswersAreReadUnderEitherSpelling(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		members map[string]any
		want    opentact.Optional[int64]
	}{
		"the answer's name":  {map[string]any{"tollfree_weight": 3}, opentact.Value[int64](3)},
		"the request's name": {map[string]any{"tollfree_weight": omitted, "toll_free_weight": 4}, opentact.Value[int64](4)},
		"both":               {map[string]any{"tollfree_weight": 3, "toll_free_weight": 4}, opentact.Value[int64](4)},
		"null":               {map[string]any{"tollfree_weight": nil}, opentact.Null[int64]()},
		"neither":            {map[string]any{"tollfree_weight": omitted}, opentact.Optional[int64]{}},
	} {
		a := newAPI(t, ok(withA(maps.Clone(test.members))))
		got, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
		if err != nil || got.Fields.TollFreeWeight != test.want {
			t.Errorf("%s: got %+v, %v", name, got.Fields.TollFreeWeight, err)
		}
	}
}

func TestOptional(t *testing.T) {
	t.Parallel()
	type object struct {
		S opentact.Optional[string]  `json:"s,omitzero"`
		I opentact.Optional[int64]   `json:"i,omitzero"`
		F opentact.Optional[float64] `json:"f,omitzero"`
		B opentact.Optional[bool]    `json:"b,omitzero"`
	}
	for _, test := range []struct {
		value object
		json  string
	}{
		{object{}, `{}`},
		{object{S: opentact.Null[string](), I: opentact.Null[int64]()}, `{"s":null,"i":null}`},
		{object{S: opentact.Value(""), I: opentact.Value[int64](0), F: opentact.Value(0.0), B: opentact.Value(false)}, `{"s":"","i":0,"f":0,"b":false}`},
		{object{F: opentact.Value(1e15)}, `{"f":1000000000000000}`},
		{object{F: opentact.Value(1e6)}, `{"f":1000000}`},
		{object{F: opentact.Value(0.1)}, `{"f":0.1}`},
		{object{F: opentact.Value(1.0 / 3)}, `{"f":0.3333333333333333}`},
		{object{F: opentact.Value(1e-7)}, `{"f":1e-7}`},
		{object{F: opentact.Value(float64(1<<53 + 2))}, `{"f":9007199254740994}`},
	} {
		body, err := json.Marshal(test.value)
		if err != nil || string(body) != test.json {
			t.Errorf("%+v is written as %s, %v, want %s", test.value, body, err, test.json)
		}
		var back object
		if err := json.Unmarshal([]byte(test.json), &back); err != nil || back != test.value {
			t.Errorf("%s is read as %+v, %v", test.json, back, err)
		}
	}
	for text, want := range map[string]int64{"5.0": 5, "1e5": 100000, "-0.0": 0} {
		var got object
		if err := json.Unmarshal([]byte(`{"i":`+text+`}`), &got); err != nil || got.I != opentact.Value(want) {
			t.Errorf("%s is read as %+v, %v", text, got.I, err)
		}
	}
	for _, text := range []string{`{"i":5.5}`, `{"i":"5"}`, `{"i":1e30}`, `{"i":true}`, `{"s":5}`, `{"b":1}`, `{"f":"1"}`, `{"f":1e999}`} {
		var got object
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is read as %+v", text, got)
		}
	}
}
