// SPDX-License-Identifier: MPL-2.0

package listcache_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

var errFirst = errors.New("the first reading fails")

// failingFirst is a list that fails once and then shows the things 0 to 9.
func failingFirst(n int) (*pager.List, error) {
	if n == 1 {
		return nil, errFirst
	}
	return (&fake{}).read(context.Background(), false)
}

func try(t *testing.T, c *listcache.Cache) {
	t.Helper()
	if list, err := c.Try(t.Context()); err != nil || len(list.Profiles) != 10 {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestCache_Try_FreshList_SendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: time.Second}
		c := f.cache()
		list(t, c, 1)
		try(t, c)
		f.wantSingles(t, "after a list", false)
		time.Sleep(listcache.MaxAge)
		try(t, c)
		f.wantSingles(t, "after the list is stale", true)
		write(c, 1)
		try(t, c)
		f.wantSingles(t, "after a write", true)
		f.wantLog(t)
	})
}

func TestCache_Try_Success_ServesFindsAndLists(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: time.Second}
		c := f.warmCache(t)
		since := time.Now()
		together(20, func(int) { try(t, c) })
		list(t, c, 1)
		find(t, c, true, 1, 2, 3)
		if _, err := c.Probe(t.Context(), since, exists); err != nil {
			t.Error(err)
		}
		if !c.Lacks(uuid(10)) {
			t.Error("the list does not lack a thing that it does not show")
		}
		f.wantSingles(t, "all callers", true)
		f.wantLog(t)
	})
}

// Callers that wait for a read that began for Try get its list.
func TestCache_Try_Success_ServesWaitingCallers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"list", "find"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{wait: time.Second}
				c := f.warmCache(t)
				go try(t, c)
				time.Sleep(time.Second / 2)
				otherCallers[name](t, c)
				f.wantSingles(t, "all callers", true)
				f.wantLog(t)
			})
		})
	}
}

// Try shares a read that began for others, with its retries.
func TestCache_Try_ReadInFlight_JoinsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: time.Second}
		c := f.warmCache(t)
		go find(t, c, true, 1)
		time.Sleep(time.Second / 2)
		try(t, c)
		f.wantSingles(t, "both", false)
	})
}

// If the read with retries fails, it also fails for Try, and the cache is switched off.
func TestCache_Try_ReadInFlightFails_Fails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: time.Second, list: failing(errFirst)}
		c := f.warmCache(t)
		go find(t, c, false, 1)
		time.Sleep(time.Second / 2)
		if _, err := c.Try(t.Context()); !errors.Is(err, errFirst) {
			t.Errorf("got %v", err)
		}
		f.wantSingles(t, "both", false)
		f.wantLog(t, "DEBUG Can't use the list of things: reading profiles one by one: ")
	})
}

// otherCallers read the list with retries.
var otherCallers = map[string]func(*testing.T, *listcache.Cache){
	"list": func(t *testing.T, c *listcache.Cache) { t.Helper(); list(t, c, 10) },
	"find": func(t *testing.T, c *listcache.Cache) { t.Helper(); together(10, func(n int) { find(t, c, true, n) }) },
	"probe": func(t *testing.T, c *listcache.Cache) {
		t.Helper()
		together(10, func(int) {
			if err := probeNow(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	},
}

// A failure of Try is shared by concurrent calls of Try. It is not kept, and does not switch
// the cache off. Callers that come later, or that wait already, read the list again.
func TestCache_Try_Failure_IsNotKept(t *testing.T) {
	t.Parallel()
	for name, call := range otherCallers {
		for when, wait := range map[string]time.Duration{"later": 2 * time.Second, "meanwhile": time.Second / 2} {
			t.Run(name+", "+when, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					f := &fake{wait: time.Second, list: failingFirst}
					c := f.warmCache(t)
					go together(20, func(int) {
						if list, err := c.Try(t.Context()); list != nil || !errors.Is(err, errFirst) {
							t.Errorf("got %v, %v", list, err)
						}
					})
					time.Sleep(wait)
					call(t, c)
					find(t, c, true, 1)
					f.wantSingles(t, "all callers", true, false)
					f.wantLog(t, "DEBUG Can't compare planned things with the list: "+errFirst.Error())
				})
			})
		}
	}
}

func TestCache_Try_Failure_LaterTryReadsAgain(t *testing.T) {
	t.Parallel()
	f := &fake{list: failingFirst}
	c := f.cache()
	if _, err := c.Try(t.Context()); !errors.Is(err, errFirst) {
		t.Errorf("got %v", err)
	}
	try(t, c)
	f.wantSingles(t, "both", true, true)
}
