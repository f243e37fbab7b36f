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

// exists is a condition of Probe: only a list shows that the API has the collection.
func exists(err error) bool { return err == nil }

// probeNow confirms something that happened just now.
func probeNow(ctx context.Context, c *listcache.Cache) error {
	_, err := c.Probe(ctx, time.Now(), exists)
	return err
}

// A list confirms only what happened before its read began. An error is kept.
func TestCache_Probe_ReadsList(t *testing.T) {
	t.Parallel()
	rejected := &apierror.APIError{Status: http.StatusForbidden}
	for name, test := range map[string]struct {
		list func(int) (*pager.List, error)
		want error
		// kept reports whether the result is kept.
		kept bool
	}{
		"a list":                {nil, nil, false},
		"an empty list":         {showing(), nil, false},
		"a list of no profiles": {showing(`1`), nil, false},
		"an error":              {failing(rejected), rejected, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{wait: time.Second, list: test.list}
				c := f.cache()
				probe := func(int) {
					if err := probeNow(t.Context(), c); apierror.StatusOf(err) != apierror.StatusOf(test.want) || (err == nil) != (test.want == nil) {
						t.Errorf("got %v, want %v", err, test.want)
					}
				}
				later := 1
				if test.kept {
					later = 0
				}
				together(10, probe)
				f.wantReadings(t, "ten at once", 1)
				together(10, probe)
				f.wantReadings(t, "ten soon after", later)
				time.Sleep(listcache.MaxAge)
				write(c, 1) // a write does not change whether the collection exists
				probe(0)
				f.wantReadings(t, "after 30 seconds", later)
				time.Sleep(time.Nanosecond)
				together(10, probe)
				f.wantReadings(t, "and a moment", 1)
			})
		})
	}
}

// A read of the list that began before does not confirm.
func TestCache_Probe_ReadInFlight_ReadsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: time.Second}
		c := f.cache()
		go func() { _, _ = c.List(t.Context()) }()
		time.Sleep(time.Second / 2)
		together(10, func(int) {
			if err := probeNow(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
		f.wantReadings(t, "the list and ten probes", 2)
	})
}

func TestCache_Probe_UsesListOfReads(t *testing.T) {
	t.Parallel()
	f := &fake{list: failing(&apierror.APIError{Status: http.StatusNotFound})}
	c := f.warmCache(t)
	find(t, c, false, 1)
	if err := probeNow(t.Context(), c); apierror.StatusOf(err) != http.StatusNotFound {
		t.Errorf("got %v", err)
	}
	f.wantReadings(t, "the read and the probe", 1)
}

// Only probes use an earlier failure again. List reads the list again.
func TestCache_Probe_FailureIsReplacedByNextList(t *testing.T) {
	t.Parallel()
	f := &fake{list: func(n int) (*pager.List, error) {
		if n == 1 {
			return nil, errors.New("no")
		}
		return listOf()
	}}
	c := f.cache()
	for range 2 {
		if err := probeNow(t.Context(), c); err == nil {
			t.Error("the failure was not kept")
		}
	}
	if _, err := c.List(t.Context()); err != nil {
		t.Error(err)
	}
	if err := probeNow(t.Context(), c); err != nil {
		t.Error(err)
	}
	f.wantReadings(t, "all", 3)
}

// The error of a caller that gives up says nothing about the collection, so later probes
// don't use it.
func TestCache_Probe_CallerGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: 10 * time.Second}
		c := f.cache()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := probeNow(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := probeNow(t.Context(), c); err != nil {
			t.Error(err)
		}
		f.wantReadings(t, "both", 2) // the first one began before the second call
	})
}

// A read that began before a write may end after a newer read. It does not replace the
// newer result.
func TestCache_Probe_OlderReadEndsLater_KeepsNewerResult(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{list: func(n int) (*pager.List, error) {
			if n == 1 {
				time.Sleep(10 * time.Second)
				return nil, errors.New("no")
			}
			return listOf()
		}}
		c := f.cache()
		go func() { _, _ = c.List(t.Context()) }()
		time.Sleep(time.Second)
		write(c, 1)
		since := time.Now()
		if _, err := c.List(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(20 * time.Second)
		if _, err := c.Probe(t.Context(), since, exists); err != nil {
			t.Error(err)
		}
		f.wantReadings(t, "all", 2)
	})
}

func TestCache_Lacks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lacks := func(c *listcache.Cache, when string, want bool) {
			t.Helper()
			if got := c.Lacks(uuid(1)); got != want {
				t.Errorf("%s: got %t", when, got)
			}
		}
		read := func(items ...string) *listcache.Cache {
			c := (&fake{list: showing(items...)}).cache()
			lacks(c, "before a list", false)
			if _, err := c.List(t.Context()); err != nil {
				t.Error(err)
			}
			return c
		}
		c := read(thing(2, "b"))
		lacks(c, "a list without it", true)
		lacks(read(thing(1, "a")), "a list with it", false)
		lacks(read(thing(2, "b"), `"x"`), "a list with an item that can't be used", false)
		time.Sleep(listcache.MaxAge)
		lacks(c, "after 30 seconds", true)
		time.Sleep(time.Nanosecond)
		lacks(c, "and a moment", false)
		c = (&fake{list: func(n int) (*pager.List, error) {
			if n > 1 {
				return nil, errors.New("no")
			}
			return listOf()
		}}).cache()
		for range 2 {
			_ = probeNow(t.Context(), c)
			lacks(c, "a list and a failed probe", true)
			time.Sleep(time.Second)
		}
		c = read(thing(2, "b"))
		write(c, 3)
		lacks(c, "after a write", false)
	})
}
