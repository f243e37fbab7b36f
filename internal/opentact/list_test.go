// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// TestCollection_List_ResponseShapes is the table of lists. More pages and forms are in
// internal/wire/pager_test.go.
func TestCollection_List_ResponseShapes(t *testing.T) {
	t.Parallel()
	v, w := voiceProfile(uuidA, "v"), voiceProfile(uuidB, "w")
	for _, test := range []struct {
		name    string
		replies []reply
		uuids   []string // only uuidA if nil
		// want is a part of the error of the list, wantItem of the error of an item.
		want, wantItem string
		requests       []string // not compared if nil
	}{
		{name: "empty array", replies: []reply{listOf()}, uuids: []string{}},
		{name: "array", replies: []reply{listOf(v, w)}, uuids: []string{uuidA, uuidB}},
		{name: "leases that repeat a profile", uuids: []string{uuidA, uuidB},
			replies: []reply{success(leases(`"outbound_voice_profile":`+v, `"outbound_voice_profile":`+w, `"outbound_voice_profile":`+v))}},
		{name: "response cut short", replies: []reply{{status: 200, body: `{"success":true,"payload":[` + v + `,`, cut: true}, listOf(w)}, uuids: []string{uuidB}},
		{name: "empty page", replies: []reply{success(`{"take":20,"skip":0,"total":0,"data":[]}`)}, uuids: []string{}},
		{name: "one page", replies: []reply{success(`{"take":20,"skip":0,"total":1,"data":[` + v + `]}`)}},
		{name: "two pages", uuids: []string{uuidA, uuidB}, replies: slices.Repeat([]reply{
			success(`{"take":1,"skip":0,"total":2,"data":[` + v + `]}`), success(`{"take":100,"skip":1,"total":2,"data":[` + w + `]}`),
		}, 2), requests: slices.Repeat([]string{"GET /rest/profile/outbound_voice", "GET /rest/profile/outbound_voice?skip=1&take=100"}, 2)},
		{name: "more items than the total", replies: []reply{success(`{"total":1,"data":[` + v + `,` + w + `]}`)}, uuids: []string{uuidA, uuidB}},
		{name: "always fewer items than the total", replies: slices.Repeat([]reply{success(`{"total":2,"data":[` + v + `]}`), success(`{"total":2,"data":[]}`)}, 5),
			want: "the list ends after 1 of 2 items"},
		{name: "changes while it is read", uuids: []string{uuidB}, replies: []reply{
			success(`{"total":2,"data":[` + v + `]}`), success(`{"total":2,"data":[` + w + `]}`), success(`{"total":1,"data":[` + w + `]}`),
		}},
		{name: "changes each time it is read", want: "it changed while it was read, 5 times in a row", replies: slices.Repeat([]reply{
			success(`{"total":2,"data":[` + v + `]}`), success(`{"total":1,"data":[]}`), success(`{"total":2,"data":[` + w + `]}`), success(`{"total":1,"data":[]}`),
		}, 3)},
		{name: "page without a total", replies: []reply{success(`{"data":[` + v + `]}`)}, want: "a list was expected, found an object with the members [data]"},
		{name: "profile", replies: []reply{success(v)}, want: "a list was expected, found an object with the members [created_on daily_spent_limit"},
		{name: "item without a UUID", replies: []reply{listOf(v, `{"name":"x"}`)}, uuids: []string{uuidA, ""},
			wantItem: "1 item of the list could not be used: the profile has no uuid"},
		{name: "item without a name", replies: []reply{success(`[{"uuid":"` + uuidA + `","tn":"+1"}]`)},
			wantItem: "the API's data of outbound voice profile " + uuidA + " is malformed: it has no name"},
		{name: "malformed field", replies: []reply{success(`[{"uuid":"` + uuidA + `","name":17}]`)},
			wantItem: "the API's data of outbound voice profile " + uuidA + " is malformed: name has an invalid value"},
		{name: "two contents for one UUID", replies: []reply{listOf(v, voiceProfile(uuidA, "w"))},
			wantItem: "the list shows two different profiles with the uuid " + uuidA},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, test.replies...)
			got, err := opentact.CollectionOf(a.client(t), &voice).List(t.Context())
			if test.want != "" {
				wantErrorContains(t, err, test.want, "list outbound voice profiles")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			uuids := []string{}
			for _, profile := range got {
				uuids = append(uuids, profile.UUID)
				err = cmp.Or(err, profile.Err)
			}
			if test.wantItem != "" {
				wantErrorContains(t, err, test.wantItem)
			} else if err != nil {
				t.Error(err)
			}
			if test.uuids == nil {
				test.uuids = []string{uuidA}
			}
			if diff := gocmp.Diff(test.uuids, uuids); diff != "" {
				t.Errorf("UUIDs (-want +got):\n%s", diff)
			}
			if test.requests != nil {
				if diff := gocmp.Diff(test.requests, a.requestLines()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// A malformed profile does not break a lookup of another one in the same list.
func TestCollection_List_OneMalformedProfile_OthersHaveNoError(t *testing.T) {
	t.Parallel()
	malformed := "the API's data of messaging profile " + uuidB + " is malformed: "
	for name, test := range map[string]struct {
		item, want string
	}{
		"weight has another type":          {asUUIDB(profileAWith(map[string]any{"name": "b", "tollfree_weight": "x"})), malformed + "toll_free_weight has an invalid value"},
		"sticky sender has another type":   {asUUIDB(profileAWith(map[string]any{"name": "b", "sticky_sender": 1})), malformed + "sticky_sender has an invalid value"},
		"callback URL has another type":    {asUUIDB(profileAWith(map[string]any{"name": "b", "callback_url": []string{"s3cret"}})), malformed + "callback_url has an invalid value"},
		"name has another type":            {asUUIDB(profileAWith(map[string]any{"name": 17})), malformed + "name has an invalid value"},
		"no name":                          {asUUIDB(profileAWith(map[string]any{"name": omitted})), malformed + "it has no name"},
		"no name and a field's wrong type": {asUUIDB(profileAWith(map[string]any{"name": omitted, "sticky_sender": 1})), malformed + "it has no name"},
	} {
		for position, items := range map[string][]string{"before": {test.item, profileA}, "after": {profileA, test.item}} {
			t.Run(name+", "+position, func(t *testing.T) {
				t.Parallel()
				list, err := newScriptedAPI(t, listOf(items...)).messaging(t).List(t.Context())
				if err != nil || len(list) != 2 {
					t.Fatalf("got %d profiles, %v", len(list), err)
				}
				byUUID := make(map[string]opentact.Listed[messagingFields])
				for _, listed := range list {
					byUUID[listed.UUID] = listed
				}
				if got := byUUID[uuidA]; got.Err != nil || got.Fields.ProfileName() != "a" || got.Fields.TollFreeWeight != opentact.Value[int64](1) {
					t.Errorf("the other profile is %+v", got)
				}
				wantErrorContains(t, byUUID[uuidB].Err, test.want)
				if malformed, ok := errors.AsType[*opentact.MalformedProfileError](byUUID[uuidB].Err); !ok || malformed.UUID != uuidB {
					t.Errorf("got %#v, want a MalformedProfileError", byUUID[uuidB].Err)
				}
				if text := byUUID[uuidB].Err.Error(); strings.Contains(text, "s3cret") {
					t.Errorf("the error shows the value: %s", text)
				}
			})
		}
	}
}

// The client need not read a list to know from its Content-Length that it is too large.
func TestCollection_List_ContentLengthTooLarge(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t)
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(gibibyte))
		_, _ = io.WriteString(w, `{"success":true,"payload":[`)
	})
	_, err := a.messaging(t).List(t.Context())
	wantErrorContains(t, err, "it is larger than 268435456 bytes")
}

// The number of items is limited because small items take much memory.
func TestCollection_List_TooManyItems(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, success("["+strings.Repeat("{},", 100_000)+"{}]"), success("["+strings.Repeat("{},", 99_999)+"{}]"))
	profiles := a.messaging(t)
	_, err := profiles.List(t.Context())
	wantErrorContains(t, err, "the list has more than 100000 items")
	list, err := profiles.List(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("got %d profiles, %v", len(list), err)
	}
	wantErrorContains(t, list[0].Err, "100000 items of the list could not be used: the profile has no uuid; ")
}
