// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
)

func TestCollection_Get_ManyReads_OneList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{delay: time.Second}
		profiles := api.collection()
		getAll(t, profiles, 1, 2, 3)
		api.wantRequests(t, "the first reads", 0, 1, 2, 3)
		var working sync.WaitGroup
		for i := range 1000 {
			working.Go(func() { getAll(t, profiles, i%10) })
		}
		working.Wait()
		api.wantRequests(t, "a thousand reads", 1)
		time.Sleep(listcache.MaxAge - time.Second)
		getAll(t, profiles, 1)
		api.wantRequests(t, "while the list is fresh", 0)
		time.Sleep(time.Nanosecond)
		getAll(t, profiles, 1, 2)
		api.wantRequests(t, "after the list is stale", 1)
		api.wantLog(t)
	})
}

// Without waits between attempts, the timeout of the list must not end before that of its last attempt.
func TestCollection_List_Timeout_NamesRequestTimeout(t *testing.T) {
	t.Parallel()
	for _, retries := range []int{0, 2} {
		synctest.Test(t, func(t *testing.T) {
			api := &fakeListAPI{delay: time.Hour}
			profiles := api.collection(func(c *opentact.Config) { c.MaxRetries, c.RetryMaxWait = retries, 0 })
			_, err := profiles.List(t.Context())
			wantErrorContains(t, err, "no response: it took longer than request_timeout (1m0s)")
		})
	}
}

// A list in pages is read twice, and its age counts from the first page of the second
// reading. An item that is not a profile counts as an item.
func TestCollection_Get_PagedList_ServesReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{list: func(n int) *http.Response {
			time.Sleep(listcache.MaxAge / 3)
			pages := [][]string{{numberedVoice(0), `"x"`}, {`"x"`, numberedVoice(1)}, {numberedVoice(2)}}
			return successResponse(fmt.Sprintf(`{"total":5,"data":[%s]}`, strings.Join(pages[(n-1)%3], ",")))
		}}
		profiles := api.warmCollection(t)
		getAll(t, profiles, 0, 1, 2)
		api.wantRequests(t, "three pages", 6)
		time.Sleep(time.Nanosecond)
		getAll(t, profiles, 0)
		api.wantRequests(t, "a moment later", 6)
	})
}

// An account may have many more profiles than the configuration. Fake time keeps the list
// from being too slow on a busy machine.
func TestCollection_Get_LargeList_ServesReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		items := make([]string, 50_000)
		for i := range items {
			items[i] = numberedVoice(i)
		}
		items[17] = `{"uuid":17}`
		api := &fakeListAPI{list: func(int) *http.Response { return listResponse(items...) }}
		profiles := api.warmCollection(t)
		for i := 0; i < len(items); i += 50 {
			getAll(t, profiles, i)
		}
		api.wantRequests(t, "a thousand reads", 1)
		api.wantLog(t, "1 item of the list could not be used")
	})
}

// The client reads a list that it can't use only once, and profiles one by one after
// that. The log does not repeat the API's message, which may hold a webhook.
func TestCollection_Get_UnusableList_SwitchesCacheOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		delay time.Duration
		list  func(int) *http.Response
		lists int
		log   string
	}{
		"rejected": {0, func(int) *http.Response {
			return httpResponse(403, `{"success":false,"message":"not you"}`)
		}, 1, "with status 403"},
		"bad gateway": {0, func(int) *http.Response { return httpResponse(502, "<html>") }, 3, "with status 502"},
		"not a list":  {0, func(int) *http.Response { return successResponse(`{"a":1}`) }, 1, "with status 200"},
		"pages repeat": {0, func(int) *http.Response {
			return successResponse(`{"total":9,"data":[` + numberedVoice(1) + `]}`)
		}, 10, "with status 200"},
		"too large": {0, func(int) *http.Response {
			resp := fullListResponse(10)
			resp.ContentLength = 300 << 20
			return resp
		}, 1, "with status 200"},
		"no profiles":      {0, func(int) *http.Response { return listResponse(`1`, `2`) }, 1, "a profile was expected"},
		"partial profiles": {0, func(int) *http.Response { return listResponse(numberedVoiceWith(1, `"x":1`)) }, 1, "lacks a field"},
		"too old":          {listcache.MaxAge + 1, nil, 1, "it took longer than 30s"},
		"without an end":   {time.Hour, nil, 2, "it took longer than 1m1s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &fakeListAPI{delay: test.delay, list: test.list}
				profiles := api.warmCollection(t, func(c *opentact.Config) { c.RequestTimeout = time.Minute })
				start := time.Now()
				var working sync.WaitGroup
				for i := 1; i <= 3; i++ {
					working.Go(func() { getAll(t, profiles, i) })
				}
				working.Wait()
				if waited := time.Since(start); waited > time.Minute+time.Second { // RequestTimeout and RetryMaxWait
					t.Errorf("the reads waited for %s", waited)
				}
				api.wantRequests(t, "all reads", test.lists, 1, 2, 3)
				api.wantLog(t, test.log)
				time.Sleep(time.Hour) // until the list has ended
				if strings.Contains(api.messages[0], "not you") {
					t.Errorf("the log repeats the message of the API: %s", api.messages[0])
				}
			})
		})
	}
}

// Callers of List share a list with each other and with reads, unless the client wrote
// something since.
func TestCollection_List_IsSharedUntilWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{
			delay: time.Second,
			write: func(*http.Request) *http.Response { return successResponse(numberedVoice(1)) },
		}
		profiles := api.warmCollection(t)
		list := func(callers int) {
			var working sync.WaitGroup
			for range callers {
				working.Go(func() {
					all, err := profiles.List(t.Context())
					if err != nil || len(all) != 10 {
						t.Errorf("got %v, %v", all, err)
					}
					clear(all) // must not affect other callers
				})
			}
			working.Wait()
		}
		list(20)
		api.wantRequests(t, "callers at once", 1)
		getAll(t, profiles, 1, 2, 3)
		list(1)
		api.wantRequests(t, "while the list is fresh", 0)
		if _, err := profiles.Update(t.Context(), knownVoice(1, 4), knownVoice(1, 5).Fields); err != nil {
			t.Fatal(err)
		}
		list(20)
		api.wantRequests(t, "after a write", 1)
		time.Sleep(listcache.MaxAge)
		list(20)
		api.wantRequests(t, "after the list is stale", 1)
		time.Sleep(listcache.MaxAge)
		api.delay = listcache.MaxAge + time.Second
		list(20)
		api.wantRequests(t, "a slow list", 1)
	})
}

// Concurrent callers share a failure. Later callers read the list again.
func TestCollection_List_FailureIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{delay: time.Second, list: func(n int) *http.Response {
			if n == 1 {
				return httpResponse(403, `{"success":false,"message":"not you"}`)
			}
			return fullListResponse(10)
		}}
		profiles := api.collection()
		var working sync.WaitGroup
		for range 20 {
			working.Go(func() {
				if _, err := profiles.List(t.Context()); err == nil || !strings.Contains(err.Error(), "not you") {
					t.Errorf("got %v", err)
				}
			})
		}
		working.Wait()
		if api.lists != 1 {
			t.Errorf("the list was read %d times, want once", api.lists)
		}
		if _, err := profiles.List(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestCollection_List_Interrupted_OthersGetTheList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{delay: 10 * time.Second}
		profiles := api.collection()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var working sync.WaitGroup
		working.Go(func() {
			if _, err := profiles.List(ctx); err == nil {
				t.Error("the interrupted list succeeded")
			}
		})
		time.Sleep(time.Millisecond)
		for range 5 {
			working.Go(func() {
				if _, err := profiles.List(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		working.Wait()
		api.wantRequests(t, "all callers", 1)
	})
}
