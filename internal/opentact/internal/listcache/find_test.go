// SPDX-License-Identifier: MPL-2.0

package listcache_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

func TestCache_Find_FirstReadsNeedNoList(t *testing.T) {
	t.Parallel()
	f := &fake{}
	c := f.cache()
	find(t, c, false, 1, 2, 3)
	f.wantReadings(t, "the first three reads", 0)
	find(t, c, true, 4)
	f.wantReadings(t, "the fourth read", 1)
}

func TestCache_Find_ManyReadsShareOneList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: time.Second}
		c := f.warmCache(t)
		together(1000, func(n int) { find(t, c, true, n%10) })
		f.wantReadings(t, "a thousand reads at once", 1)
		time.Sleep(listcache.MaxAge - time.Second)
		find(t, c, true, 1)
		f.wantReadings(t, "after 30 seconds", 0)
		time.Sleep(time.Nanosecond)
		find(t, c, true, 1, 2)
		f.wantReadings(t, "and a moment", 1)
		f.wantLog(t)
	})
}

// The age of a list counts from the request for its first page.
func TestCache_Find_SlowList_CountsAgeFromRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: listcache.MaxAge}
		c := f.warmCache(t)
		find(t, c, true, 0, 1)
		f.wantReadings(t, "a list that is just fresh", 1)
		time.Sleep(time.Nanosecond)
		find(t, c, true, 0)
		f.wantReadings(t, "a moment later", 1)
	})
}

// Profiles that the list does not show completely are read by their own GETs.
func TestCache_Find_ServesCompleteProfilesOnly(t *testing.T) {
	t.Parallel()
	const lacks = "DEBUG Reading one by one what the list of things lacks: "
	for name, test := range map[string]struct {
		items []string // in addition to the things 0 and 1
		want  bool     // whether the list serves thing 2
		log   []string
	}{
		"complete":            {[]string{thing(2, "n2")}, true, nil},
		"twice and equal":     {[]string{thing(2, "n2"), thing(2, "n2")}, true, nil},
		"missing":             {nil, false, nil},
		"twice and different": {[]string{thing(2, "n2"), thing(2, "other")}, false, []string{lacks + "1 item of the list could not be used: the list shows two different profiles with the uuid " + uuid(2)}},
		"a field is missing":  {[]string{thing(2, "")}, false, []string{lacks + "1 item of the list could not be used: thing " + uuid(2) + " lacks a field"}},
		"malformed":           {[]string{thing(2, "malformed")}, false, []string{lacks + "1 item of the list could not be used: the name is malformed"}},
		"no profiles":         {[]string{`17`, `null`, `{"name":"n2"}`}, false, []string{lacks + "3 items of the list could not be used: a profile was expected"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{list: func(int) (*pager.List, error) {
				return listOf(slices.Concat([]string{thing(0, "n0"), thing(1, "n1")}, test.items)...)
			}}
			c := f.warmCache(t)
			find(t, c, true, 0, 1)
			find(t, c, test.want, 2)
			f.wantReadings(t, "all reads", 1)
			f.wantLog(t, test.log...)
		})
	}
}

// An empty list may be true, and does not switch the cache off.
func TestCache_Find_EmptyList(t *testing.T) {
	t.Parallel()
	f := &fake{list: func(int) (*pager.List, error) { return listOf() }}
	c := f.warmCache(t)
	find(t, c, false, 1, 2, 3, 4, 5)
	f.wantReadings(t, "all reads", 1)
	f.wantLog(t)
}

// An account may have far more profiles than the configuration.
func TestCache_Find_LargeList(t *testing.T) {
	t.Parallel()
	items := make([]string, 20_000)
	for n := range items {
		items[n] = thing(n, "n")
	}
	list, err := listOf(items...)
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{list: func(int) (*pager.List, error) { return list, nil }}
	c := f.warmCache(t)
	for n := 0; n < len(items); n += 100 {
		find(t, c, true, n)
	}
	f.wantReadings(t, "all reads", 1)
}

func TestCache_Find_CallerGivesUp_OthersAreServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: 10 * time.Second}
		c := f.warmCache(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		together(6, func(n int) {
			if n > 0 {
				time.Sleep(time.Millisecond) // after the one that gives up
				find(t, c, true, n)
				return
			}
			if listed := c.Find(ctx, uuid(0)); listed != nil || time.Since(start) != time.Second {
				t.Errorf("got %v after %s", listed, time.Since(start))
			}
		})
		find(t, c, true, 0)
		f.wantReadings(t, "all reads", 1)
		f.wantLog(t)
	})
}

func TestCache_Find_ContextEnded_SendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		c := f.warmCache(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if listed := c.Find(ctx, uuid(1)); listed != nil {
			t.Errorf("got %v", listed)
		}
		synctest.Wait()
		f.wantReadings(t, "an ended context", 0)
	})
}

// If all callers give up, the reading goes on, and later callers use its list.
func TestCache_Find_AllCallersGiveUp_ListIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: 10 * time.Second}
		c := f.warmCache(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if listed := c.Find(ctx, uuid(0)); listed != nil {
			t.Errorf("got %v", listed)
		}
		time.Sleep(20 * time.Second)
		find(t, c, true, 0)
		f.wantReadings(t, "all reads", 1)
		f.wantLog(t)
	})
}
