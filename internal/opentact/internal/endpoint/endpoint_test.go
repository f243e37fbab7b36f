// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

// A list that loses a profile each time that its pages are read may lack another one.
func TestEndpoint_List_AlwaysChanges_IsError(t *testing.T) {
	t.Parallel()
	a := new(fakeAPI)
	for n := range 5 {
		a.lists = append(a.lists, success(fmt.Sprintf(`{"total":2,"data":[%s]}`, whole(fmt.Sprintf("%08x-0000-4000-8000-000000000000", n), ""))), success(fmt.Sprintf(`{"total":2,"data":[%s]}`, whole(uuidC, ""))))
	}
	_, err := a.endpoint().List(t.Context())
	wantError(t, err, "list test profiles: the list is not complete: it changed while it was read, 5 times in a row")
	a.wantRequests(t, slices.Repeat([]string{"LIST", "LIST skip=1&take=100"}, 5)...)
}

// A list is an error if one of its pages comes from a cache.
func TestEndpoint_List_Stale_IsError(t *testing.T) {
	t.Parallel()
	stale := success(`[` + whole(uuidA, "") + `]`)
	stale.age = "7"
	page2 := success(`{"total":2,"data":[` + whole(uuidB, "") + `]}`)
	page2.age = "7"
	for name, lists := range map[string][]reply{
		"in one piece": {stale},
		"second page":  {success(`{"total":2,"data":[` + whole(uuidA, "") + `]}`), page2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{lists: slices.Concat(lists, lists), script: []reply{notFound}}
			e := a.endpoint()
			_, err := e.List(t.Context())
			if _, ok := errors.AsType[*apierror.StaleError](err); !ok {
				t.Errorf("got %T", err)
			}
			wantError(t, err, "list test profiles (GET https://api.example/rest/profile/test): the response can't be used: it is a copy from a cache: its Age is 7s")
			for range listcache.SingleReads + 1 {
				if e.Cached(t.Context(), uuidA) != nil {
					t.Error("the list serves a read")
				}
			}
			if _, err := e.Get(t.Context(), uuidC, nil); !apierror.IsNotFound(err) { // it shows that the collection exists
				t.Errorf("got %v", err)
			}
			pages := []string{"LIST", "LIST skip=1&take=100"}[:len(lists)]
			a.wantRequests(t, slices.Concat(pages, []string{"GET C"}, pages)...)
		})
	}
}

// Only a list and a 404 from a cache don't count. The client uses a cached profile, and
// returns a cached error unchanged.
func TestEndpoint_Get_Stale_IsUsed(t *testing.T) {
	t.Parallel()
	profile, forbidden := success(whole(uuidA, "")), rejection(http.StatusForbidden, "no rights")
	profile.age, forbidden.age = "7", "7"
	e := (&fakeAPI{script: []reply{profile, forbidden}}).endpoint()
	got, err := e.Get(t.Context(), uuidA, nil)
	wantError(t, err, "")
	wantFields(t, got, whole(uuidA, ""))
	_, err = e.Get(t.Context(), uuidA, nil)
	wantError(t, err, "status 403: no rights")
}

func TestEndpoint_List_ContextEnded_IsTransportError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := new(fakeAPI).endpoint().List(ctx)
	if _, ok := errors.AsType[*apierror.TransportError](err); !ok || !errors.Is(err, context.Canceled) {
		t.Errorf("got %T: %v", err, err)
	}
}

// A profile that is malformed, partial or contradictory serves no reads, and neither
// does an item without a profile.
func TestEndpoint_List_DecodesProfiles(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{lists: []reply{success(`[` + strings.Join([]string{
		whole(uuidA, ""), part(uuidB, `"name":"b"`), whole(uuidC, `"limit":"x"`), whole(uuidD, ""), whole(uuidD, `"name":"d"`), `5`,
	}, ",") + `]`)}}
	e := a.endpoint()
	list, err := e.List(t.Context())
	wantError(t, err, "")
	want := pager.Skipped{Count: 4, Reasons: []string{
		"a profile was expected, found a single JSON value", "test profile " + uuidB + " lacks a field",
		"the API's data of test profile " + uuidC + " is malformed: limit is malformed",
		"the API's data of test profile " + uuidD + " is malformed: the list shows two different profiles with the uuid " + uuidD,
	}}
	if diff := cmp.Diff(want, list.Unserved); diff != "" {
		t.Errorf("unserved (-want +got):\n%s", diff)
	}
	for _, uuid := range []string{uuidC, uuidD} {
		if malformed, ok := errors.AsType[*apierror.MalformedProfileError](list.Find(uuid).Err); !ok || malformed.UUID != uuid {
			t.Errorf("%s: got the error %v", uuid, list.Find(uuid).Err)
		}
	}
	if list.Skipped.Count != 1 || len(list.Profiles) != 4 {
		t.Errorf("got %+v", list)
	}
	for _, listed := range list.Profiles {
		if listed.Fields != nil || listed.Decoded != "decoded" || listed.Partial != (listed.UUID == uuidB) || listed.MayServe() != (listed.UUID == uuidA) {
			t.Errorf("got %+v", listed)
		}
	}
	for range listcache.SingleReads {
		e.Cached(t.Context(), uuidA)
	}
	if e.Cached(t.Context(), uuidA) == nil || e.Cached(t.Context(), uuidB) != nil {
		t.Error("the list must serve the first profile and not the second one")
	}
	a.wantRequests(t, "LIST")
}

// No cached list serves the reads of a profile that was written, and a write makes the
// list stale.
func TestEndpoint_Write_CachedListIsNotUsed(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{
		script: []reply{success(whole(uuidA, "")), success(whole(uuidC, "")), success(`{}`)},
		lists:  []reply{success(`[]`), success(`[` + whole(uuidA, "") + `,` + whole(uuidB, "") + `,` + whole(uuidC, "") + `,` + whole(uuidD, "") + `]`)},
	}
	e := a.endpoint()
	for range listcache.SingleReads {
		e.Cached(t.Context(), uuidB)
	}
	_, err := e.Update(t.Context(), uuidA, raw(`{"name":"a"}`), nil)
	wantError(t, err, "")
	_, err = e.Create(t.Context(), raw(`{"name":"a"}`))
	wantError(t, err, "")
	for uuid, want := range map[string]bool{uuidA: false, uuidB: true, uuidC: false, uuidD: true} {
		if got := e.Cached(t.Context(), uuid) != nil; got != want {
			t.Errorf("%s: the list serves it: %t, want %t", uuid, got, want)
		}
	}
	wantError(t, e.Delete(t.Context(), uuidD, nil), "")
	if e.Cached(t.Context(), uuidB) == nil || e.Cached(t.Context(), uuidD) != nil {
		t.Error("a new list must serve the profile that was not deleted, and no other")
	}
	a.wantRequests(t, `PATCH A {"name":"a"}`, "LIST", `POST {"name":"a"}`, "LIST", "DELETE D", "LIST")
}

func TestEndpoint_ResponseOfAnotherProfile_IsError(t *testing.T) {
	t.Parallel()
	e := (&fakeAPI{script: []reply{success(whole(uuidB, "")), success(whole(uuidB, ""))}}).endpoint()
	_, err := e.Get(t.Context(), uuidA, nil)
	wantError(t, err, "it describes another profile, "+uuidB)
	_, err = e.Update(t.Context(), uuidA, raw(`{"name":"a"}`), nil)
	wantError(t, err, "it describes another profile, "+uuidB)
}

func TestEndpoint_IDIsNotUUID_SendsNothing(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{}
	e := a.endpoint()
	for _, id := range []string{"", "..", "a/b", "?x", strings.ToUpper(uuidA), uuidA + "/", uuidA + "\n", "{" + uuidA + "}"} {
		_, err := e.Get(t.Context(), id, nil)
		wantError(t, err, "read test profile: no request was sent: ")
		_, updateErr := e.Update(t.Context(), id, raw(`{"name":"a"}`), nil)
		wantError(t, updateErr, "update test profile: no request was sent: ")
		deleteErr := e.Delete(t.Context(), id, nil)
		wantError(t, deleteErr, "is not a UUID")
		for _, err := range []error{err, updateErr, deleteErr} {
			if _, ok := errors.AsType[*apierror.InvalidUUIDError](err); !ok || apierror.OutcomeOf(err) != apierror.NotSent {
				t.Errorf("%q: got the outcome %s of a %T", id, apierror.OutcomeOf(err), err)
			}
		}
		for range listcache.SingleReads + 1 {
			if e.Cached(t.Context(), id) != nil {
				t.Errorf("%q: the list serves it", id)
			}
		}
	}
	a.wantRequests(t)
}

// The path of a kind is escaped element by element.
func TestEndpoint_Path_IsEscaped(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{}
	kind := testKind()
	kind.Path = "profile/a b?c#d%2Fe"
	_, err := a.endpointOf(kind).Get(t.Context(), uuidA, nil)
	wantError(t, err, "(GET https://api.example/rest/profile/a%20b%3Fc%23d%252Fe/"+uuidA+")")
	a.wantRequests(t, "GET A")
}
