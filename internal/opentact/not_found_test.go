// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
)

// A 404 counts only if the API has the collection. If the collection is not found
// either, the 404 is about the path.
func TestCollection_NotFound_ProbesCollection(t *testing.T) {
	t.Parallel()
	notFound := rejection(404, "Not found")
	for name, test := range map[string]struct {
		collection reply
		isNotFound bool
	}{
		"empty list":              {listOf(), true},
		"list with profiles":      {listOf(profileA), true},
		"list in pages":           {success(`{"total":1,"data":[]}`), true},
		"list rejected":           {rejection(403, "No listing"), true},
		"collection not found":    {notFound, false},
		"404 page":                {reply{status: 404, body: "<h1>Not found"}, false},
		"list of a busy API, 503": {rejection(503, "Busy"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, notFound, test.collection)
			_, err := a.messaging(t).Get(t.Context(), knownA())
			if opentact.IsNotFound(err) != test.isNotFound || err == nil {
				t.Errorf("get: not found is %t, want %t: %v", opentact.IsNotFound(err), test.isNotFound, err)
			}
			if got := a.requestLines(); got[0] != get || got[1] != "GET /rest/profile/messaging" {
				t.Errorf("requests: %v", got)
			}
			a = newScriptedAPI(t, notFound, test.collection)
			err = a.messaging(t).Delete(t.Context(), knownA())
			if test.isNotFound && err != nil {
				t.Errorf("delete: %v", err)
			}
			if !test.isNotFound {
				wantErrorContains(t, err, "the path in base_url is wrong")
			}
		})
	}
}

// One list confirms all profiles that are not found, also if it can't serve reads.
func TestCollection_Get_ManyNotFound_OneList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{}
		profiles := api.collection()
		wantNotFound := func(numbers ...int) {
			t.Helper()
			for _, i := range numbers {
				if _, err := profiles.Get(t.Context(), knownVoice(i, 5)); !opentact.IsNotFound(err) {
					t.Errorf("profile %d: got %v", i, err)
				}
			}
		}
		wantNotFound(11, 12, 13)
		api.wantRequests(t, "first reads", 1, 11, 12, 13)
		api.list = func(int) *http.Response { return listResponse(`1`) }
		wantNotFound(14, 15)
		api.wantRequests(t, "while the list is fresh", 0, 14, 15)
		time.Sleep(listcache.MaxAge + time.Second)
		wantNotFound(16, 17)
		api.wantRequests(t, "after the list is stale", 1, 16, 17)
	})
}

// Profiles that are read at once and don't exist need one list, also if it is rejected.
func TestCollection_Get_ManyNotFoundAtOnce_ListRejected_OneList(t *testing.T) {
	t.Parallel()
	for name, warm := range map[string]bool{"first reads": false, "later reads": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &fakeListAPI{delay: time.Second, list: func(int) *http.Response {
					return httpResponse(403, `{"success":false,"message":"no lists","status":403}`)
				}}
				profiles := api.collection()
				if warm {
					profiles = api.warmCollection(t)
				}
				numbers := []int{10, 11, 12, 13, 14, 15, 16, 17, 18, 19}
				var working sync.WaitGroup
				for _, i := range numbers {
					working.Go(func() {
						if _, err := profiles.Get(t.Context(), knownVoice(i, 5)); !opentact.IsNotFound(err) {
							t.Errorf("profile %d: got %v", i, err)
						}
					})
				}
				working.Wait()
				api.wantRequests(t, "ten reads", 1, numbers...)
			})
		})
	}
}
