// SPDX-License-Identifier: MPL-2.0

package listcache_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

// list reads the list several times at once.
func list(t *testing.T, c *listcache.Cache, times int) {
	t.Helper()
	together(times, func(int) {
		if list, err := c.List(t.Context()); err != nil || len(list.Profiles) != 10 {
			t.Errorf("got %v, %v", list, err)
		}
	})
}

func TestCache_List_CallersAndReadsShareIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: time.Second}
		c := f.warmCache(t)
		list(t, c, 20)
		f.wantReadings(t, "twenty callers at once", 1)
		find(t, c, true, 1, 2, 3)
		list(t, c, 1)
		f.wantReadings(t, "soon after", 0)
		time.Sleep(listcache.MaxAge)
		list(t, c, 20)
		f.wantReadings(t, "after 30 seconds", 1)
		// Callers get their list, even if it is too old to serve other reads.
		time.Sleep(listcache.MaxAge)
		f.wait = listcache.MaxAge + time.Second
		list(t, c, 20)
		f.wantReadings(t, "callers of a slow list", 1)
		list(t, c, 1)
		f.wantReadings(t, "the next caller of a slow list", 1)
	})
}

func TestCache_List_FailureIsShared_NotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		want := &apierror.APIError{Status: http.StatusForbidden, Message: "not you"}
		f := &fake{wait: time.Second, list: func(n int) (*pager.List, error) {
			if n == 1 {
				return nil, want
			}
			return listOf(thing(1, "n1"))
		}}
		c := f.cache()
		together(20, func(int) {
			if list, err := c.List(t.Context()); list != nil || !errors.Is(err, want) {
				t.Errorf("got %v, %v", list, err)
			}
		})
		if _, err := c.List(t.Context()); err != nil {
			t.Error(err)
		}
		f.wantReadings(t, "all callers", 2)
	})
}

func TestCache_List_CallerGivesUp_FailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: 10 * time.Second}
		c := f.cache()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		together(6, func(n int) {
			if n > 0 {
				time.Sleep(time.Millisecond) // after the one that gives up
				list(t, c, 1)
				return
			}
			if _, err := c.List(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
		})
		f.wantReadings(t, "all callers", 1)
		f.wantLog(t)
	})
}

func TestCache_List_ContextEnded_SendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		c := f.cache()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.List(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		synctest.Wait()
		f.wantReadings(t, "an ended context", 0)
		list(t, c, 1)
		if _, err := c.List(ctx); err != nil {
			t.Errorf("a fresh list needs no request: %v", err)
		}
	})
}

// The caller decides what an incomplete list means.
func TestCache_List_IncompleteList_IsReturned(t *testing.T) {
	t.Parallel()
	f := &fake{list: showing(`"x"`, thing(1, ""), thing(2, "n2"))}
	c := f.cache()
	list, err := c.List(t.Context())
	if err != nil || len(list.Profiles) != 2 || list.Skipped.Count != 1 {
		t.Errorf("got %v, %v", list, err)
	}
}
