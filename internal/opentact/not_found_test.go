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

// A 404 for a profile counts only if the API itself shows that it has the collection.
func TestCollection_NotFound_ProbesCollection(t *testing.T) {
	t.Parallel()
	const wrongPath, unread = "the path in base_url may be wrong", "because the list of profiles failed"
	notFound := rejection(404, "Not found")
	for name, test := range map[string]struct {
		collection reply
		want       string // in the error; "" if the profile counts as not found
	}{
		"empty list":               {listOf(), ""},
		"list with other profiles": {listOf(asUUIDB(profileA)), ""},
		"list with this profile":   {listOf(profileA), "unexpected response with status 404: the list of profiles shows this profile"},
		"list that ends too early": {success(`{"total":1,"data":[]}`), ""},
		"list rejected":            {rejection(403, "No listing"), ""},
		"403 page":                 {reply{status: 403, body: "<h1>Blocked"}, unread},
		"redirect":                 {reply{status: 302, header: map[string]string{"Location": "https://login.example/"}}, unread},
		"maintenance page":         {reply{status: 200, body: "<h1>Back soon"}, unread},
		"collection not found":     {notFound, wrongPath},
		"404 page":                 {reply{status: 404, body: "<h1>Not found"}, wrongPath},
		"collection has 410":       {rejection(410, "Gone"), unread},
		"busy API":                 {rejection(503, "Busy"), unread},
		"connection lost":          {reply{drop: true}, unread},
		"list cut":                 {reply{status: 200, body: listOf(profileA).body, cut: true}, unread},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedAPI(t, notFound, test.collection)
			_, err := a.messaging(t).Get(t.Context(), knownA())
			if opentact.IsNotFound(err) != (test.want == "") || err == nil {
				t.Errorf("get: not found is %t: %v", opentact.IsNotFound(err), err)
			}
			wantErrorContains(t, err, test.want)
			if got := a.requestLines(); got[0] != get || got[1] != "GET /rest/profile/messaging" {
				t.Errorf("requests: %v", got)
			}
			a = newScriptedAPI(t, notFound, test.collection)
			err = a.messaging(t).Delete(t.Context(), knownA())
			if opentact.IsNotFound(err) != (test.want == "") {
				t.Errorf("delete: not found is %t", opentact.IsNotFound(err))
			}
			wantErrorContains(t, err, test.want)
		})
	}
}

// A 401 of the collection shows that it exists only if the API rejects the token of a new
// login too. A configured token or API key may have expired.
func TestCollection_NotFound_ListUnauthorized(t *testing.T) {
	t.Parallel()
	unauthorized := rejection(401, "No listing")
	byLogin := func(c *opentact.Config) {
		c.Credentials = opentact.Credentials{Email: "user@example.com", Password: "password-of-the-test", Source: "the test"}
	}
	failed := reply{status: 503, body: "<h1>Busy"}
	for name, test := range map[string]struct {
		change     func(*opentact.Config) // nil: a token
		list       reply
		logins     []reply // after the first one
		want       string  // in the error; "" if the profile counts as not found
		wantLogins int
	}{
		"token":                        {nil, unauthorized, nil, "rejected the token from the test", 0},
		"API key":                      {withAPIKey, unauthorized, nil, "rejected the API key from the test", 0},
		"API key, page":                {withAPIKey, reply{status: 401, body: "<h1>Sign in"}, nil, "rejected the API key from the test", 0},
		"API key, no permission":       {withAPIKey, rejection(403, "No listing"), nil, "", 0},
		"login, renewed":               {byLogin, unauthorized, []reply{success(`{"token":"second"}`)}, "", 2},
		"login, page":                  {byLogin, reply{status: 401, body: "<h1>Sign in"}, []reply{success(`{"token":"second"}`)}, "rejected the token of a login", 2},
		"login, renewal rejected":      {byLogin, unauthorized, []reply{rejection(403, "Locked")}, "log in (", 2},
		"login, renewal not possible":  {byLogin, unauthorized, []reply{failed, failed, failed}, "log in (", 4},
		"login, renewal not found":     {byLogin, unauthorized, []reply{rejection(404, "No such user")}, "log in (", 2},
		"login, renewal with no token": {byLogin, unauthorized, []reply{success(`{}`)}, "a token was expected", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logins := append([]reply{success(`{"token":"first"}`)}, test.logins...)
			a := newScriptedAPI(t)
			loggedIn := 0
			a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				next := rejection(404, "Not found")
				switch {
				case r.URL.Path == "/rest/auth":
					next = logins[min(loggedIn, len(logins)-1)]
					loggedIn++
				case isList(r):
					next = test.list
				}
				next.serve(w)
			})
			var changes []func(*opentact.Config)
			if test.change != nil {
				changes = append(changes, test.change)
			}
			profiles := a.messaging(t, changes...)
			_, err := profiles.Get(t.Context(), knownA())
			if opentact.IsNotFound(err) != (test.want == "") {
				t.Errorf("not found is %t", opentact.IsNotFound(err))
			}
			wantErrorContains(t, err, test.want)
			if loggedIn != test.wantLogins {
				t.Errorf("%d logins, want %d", loggedIn, test.wantLogins)
			}
		})
	}
}

// One list confirms all profiles that are not found, even if it can't serve reads.
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

// Concurrent reads of profiles that don't exist share one list as confirmation, even if
// the list is rejected. The list that most of these reads wait for began before they were
// sent.
func TestCollection_Get_ManyNotFoundAtOnce_ListRejected_ShareList(t *testing.T) {
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
				api.wantRequests(t, "ten reads", 2, numbers...)
			})
		})
	}
}
