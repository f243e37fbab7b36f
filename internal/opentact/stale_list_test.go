// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

const staleByAge = "it is a copy from a cache: its Age is 1m0s"

// withHeader returns a response with one more header.
func withHeader(resp *http.Response, name, value string) *http.Response {
	resp.Header.Set(name, value)
	return resp
}

// A list from a cache may lack a new profile and show old values. So it serves no reads.
func TestCollection_StaleList_ServesNoReads(t *testing.T) {
	t.Parallel()
	api := &fakeListAPI{list: func(int) *http.Response { return withHeader(fullListResponse(4), "Age", "60") }}
	profiles := api.warmCollection(t)
	getAll(t, profiles, 1, 2, 3)
	api.wantRequests(t, "reads", 1, 1, 2, 3)
	api.wantLog(t, "Can't use the list of outbound voice profiles: reading profiles one by one: list outbound voice profiles (GET https://api.example/rest/profile/outbound_voice): the response can't be used: "+staleByAge)
}

// A later list may be fresh, so the client does not keep an old one.
func TestCollection_List_StaleList_IsError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		newest := time.Now().UTC()
		api := &fakeListAPI{list: func(n int) *http.Response {
			date := newest
			if n == 2 {
				date = date.Add(-31 * time.Second)
			}
			resp := withHeader(fullListResponse(4), "Date", date.Format(http.TimeFormat))
			if n == 3 {
				resp = withHeader(resp, "Age", "60")
			}
			return resp
		}}
		profiles := api.collection()
		for _, want := range []string{"", "it is a copy from a cache: its Date is 31s before that of a newer response", staleByAge, ""} {
			all, err := profiles.List(t.Context())
			if want == "" && (err != nil || len(all) != 4) {
				t.Errorf("got %d profiles, %v", len(all), err)
			}
			if want != "" {
				wantErrorContains(t, err, "list outbound voice profiles", want)
				if _, ok := errors.AsType[*opentact.StaleError](err); !ok || all != nil {
					t.Errorf("got %v and a %T", all, err)
				}
			}
			time.Sleep(time.Minute)
		}
		api.wantRequests(t, "lists", 4)
	})
}

// A list from a cache still shows that the API has the collection.
func TestCollection_NotFound_StaleList_Confirms(t *testing.T) {
	t.Parallel()
	api := &fakeListAPI{list: func(int) *http.Response { return withHeader(listResponse(), "Age", "60") }}
	if _, err := api.collection().Get(t.Context(), knownVoice(10, 5)); !opentact.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	api.wantRequests(t, "read", 1, 10)
}

// A 404 from a cache may be older than the profile.
func TestCollection_Get_StaleNotFound_IsError(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, reply{status: 404, header: map[string]string{"Age": "60"}, body: rejection(404, "Not found").body}, listOf())
	_, err := a.messaging(t).Get(t.Context(), knownA())
	wantErrorContains(t, err, "read messaging profile", staleByAge)
	if opentact.IsNotFound(err) {
		t.Error("the profile counts as not found")
	}
}
