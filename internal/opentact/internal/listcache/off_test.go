// SPDX-License-Identifier: MPL-2.0

package listcache_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

func failing(err error) func(int) (*pager.List, error) {
	return func(int) (*pager.List, error) { return nil, err }
}

func showing(items ...string) func(int) (*pager.List, error) {
	return func(int) (*pager.List, error) { return listOf(items...) }
}

// A list that can't be used is read once. Reads wait for it no longer than MaxWait. From
// then on, each read is a GET.
func TestCache_UnusableList_SwitchesCacheOffOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wait   time.Duration // not 0, so that all reads wait for one list
		list   func(int) (*pager.List, error)
		reason string
	}{
		"rejected":           {time.Second, failing(&apierror.APIError{Status: http.StatusForbidden, Message: "not you"}), "its response with status 403 is not a list that can be used"},
		"bad gateway":        {time.Second, failing(&apierror.ResponseError{Status: http.StatusBadGateway, Reason: "not you"}), "its response with status 502 is not a list that can be used"},
		"credentials":        {time.Second, failing(&apierror.CredentialsError{Err: &apierror.APIError{Status: http.StatusUnauthorized, Message: "not you"}}), "its response with status 401"},
		"no response":        {time.Second, failing(&apierror.TransportError{Request: apierror.Request{Operation: "list things", Last: apierror.Ambiguous}, Err: io.ErrUnexpectedEOF}), "list things ( ): no response: unexpected EOF"},
		"stale":              {time.Second, failing(&apierror.StaleError{Request: apierror.Request{Operation: "list things"}, Reason: "its Age is 7s"}), "list things ( ): the response can't be used: its Age is 7s"},
		"no profiles":        {time.Second, showing(`1`, `2`), "2 items of the list could not be used: a profile was expected"},
		"partial profiles":   {time.Second, showing(thing(1, ""), thing(2, "")), "2 items of the list could not be used: thing " + uuid(1) + " lacks a field"},
		"malformed profiles": {time.Second, showing(thing(1, "malformed")), "1 item of the list could not be used: the name is malformed"},
		"too old":            {listcache.MaxAge + 1, nil, "it took longer than 30s to read"},
		"too slow":           {maxWait + 10*time.Second, nil, "it took longer than 40s"},
		"without an end":     {time.Hour, nil, "it took longer than 40s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{wait: test.wait, list: test.list}
				c := f.warmCache(t)
				start := time.Now()
				together(5, func(n int) { find(t, c, false, n) })
				if waited := time.Since(start); waited > maxWait {
					t.Errorf("reads waited for %s", waited)
				}
				time.Sleep(timeout)
				find(t, c, false, 1, 2, 3)
				f.wantReadings(t, "all reads", 1)
				f.wantLog(t, "DEBUG Can't use the list of things: reading profiles one by one: "+test.reason)
				if all := strings.Join(f.messages, "\n"); strings.Contains(all, "not you") {
					t.Errorf("the log repeats the response, which may hold a secret: %s", all)
				}
			})
		})
	}
}

// A list that is too slow for reads still serves callers that need the whole list.
func TestCache_ListTooSlow_StillServesList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: maxWait + 10*time.Second}
		c := f.warmCache(t)
		together(2, func(n int) {
			if n == 0 {
				find(t, c, false, 1)
			} else if list, err := c.List(t.Context()); err != nil || len(list.Profiles) != 10 {
				t.Errorf("got %v, %v", list, err)
			}
		})
		f.wantReadings(t, "both", 1)
		f.wantLog(t, "DEBUG Can't use the list")
	})
}

// A reading ends after its timeout, even if its callers still wait.
func TestCache_ListHangs_EndsWithTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: 24 * time.Hour}
		c := f.cache()
		start := time.Now()
		if _, err := c.List(t.Context()); err == nil || time.Since(start) != timeout {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

// A list that fails for a List caller is not usable for reads either.
func TestCache_ListCallerFails_SwitchesCacheOff(t *testing.T) {
	t.Parallel()
	f := &fake{list: failing(&apierror.APIError{Status: http.StatusForbidden})}
	c := f.warmCache(t)
	if _, err := c.List(t.Context()); err == nil {
		t.Error("the list did not fail")
	}
	find(t, c, false, 1)
	f.wantReadings(t, "both", 1)
	f.wantLog(t, "DEBUG Can't use the list")
}

// A usable list does not switch the cache on again.
func TestCache_Off_FreshListServesNoReads(t *testing.T) {
	t.Parallel()
	f := &fake{list: func(n int) (*pager.List, error) {
		if n == 1 {
			return nil, io.ErrUnexpectedEOF
		}
		return listOf(thing(1, "n1"))
	}}
	c := f.warmCache(t)
	find(t, c, false, 1)
	if _, err := c.List(t.Context()); err != nil {
		t.Error(err)
	}
	find(t, c, false, 1)
	f.wantReadings(t, "all", 2)
	f.wantLog(t, "DEBUG Can't use the list of things: reading profiles one by one: unexpected EOF")
}
