// SPDX-License-Identifier: MPL-2.0

package listcache_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// write is a write that takes no time.
func write(c *listcache.Cache, n int) {
	c.StartWrite(uuid(n))
	c.FinishWrite()
}

func TestCache_WrittenProfile_IsNeverServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		c := f.warmCache(t)
		write(c, 1)
		find(t, c, false, 1, 1, 1)
		f.wantReadings(t, "reads of the written profile", 0)
		find(t, c, true, 2)
		find(t, c, false, 1)
		f.wantReadings(t, "reads of another profile", 1)
		time.Sleep(time.Hour)
		find(t, c, true, 2)
		find(t, c, false, 1)
	})
}

// Reads of written profiles need no list, so they don't count as the first reads.
func TestCache_WrittenProfile_ReadsAreNotCounted(t *testing.T) {
	t.Parallel()
	f := &fake{}
	c := f.cache()
	write(c, 1)
	find(t, c, false, 1, 1, 1, 1, 2, 2, 2)
	f.wantReadings(t, "the first reads", 0)
	find(t, c, true, 2)
	f.wantReadings(t, "the next read", 1)
}

// A write may start while a read waits for the list, and may still run when it comes.
func TestCache_WriteStartsWhileReadWaits_ProfileIsNotServed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*listcache.Cache){
		"it runs":     func(c *listcache.Cache) { c.StartWrite(uuid(1)) },
		"it finished": func(c *listcache.Cache) { write(c, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{wait: 10 * time.Second}
				c := f.warmCache(t)
				time.AfterFunc(time.Second, func() { change(c) })
				together(2, func(n int) { find(t, c, n == 0, n) }) // 0 was not written
				f.wantReadings(t, "both reads", 1)
			})
		})
	}
}

func TestCache_FinishWrite_ListIsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{wait: time.Second}
		c := f.warmCache(t)
		list(t, c, 1)
		c.StartWrite(uuid(1))
		list(t, c, 1)
		find(t, c, true, 2)
		f.wantReadings(t, "a write that runs", 1)
		c.FinishWrite()
		together(10, func(n int) {
			if n%2 == 0 {
				list(t, c, 1)
			} else {
				find(t, c, true, 2)
			}
		})
		f.wantReadings(t, "a write that finished", 1)
	})
}

// A caller that asks after a write must not get a list that was requested before it.
func TestCache_FinishWrite_DoesNotJoinEarlierReading(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(context.Context, *listcache.Cache) string{
		"find": func(ctx context.Context, c *listcache.Cache) string {
			if listed := c.Find(ctx, uuid(1)); listed != nil {
				return listed.Fields.Text(wire.Name)
			}
			return "nothing"
		},
		"list": func(ctx context.Context, c *listcache.Cache) string {
			list, err := c.List(ctx)
			if err != nil {
				return err.Error()
			}
			return list.Profiles[0].Fields.Text(wire.Name)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				names := []string{"old", "new", "newer"}
				f := &fake{wait: 10 * time.Second, list: func(n int) (*pager.List, error) { return listOf(thing(1, names[n-1])) }}
				c := f.warmCache(t)
				time.AfterFunc(time.Second, func() { write(c, 2) })
				together(4, func(n int) {
					want := "old"
					if n >= 2 {
						time.Sleep(time.Duration(n) * time.Second)
						want = "new"
					}
					if got := ask(t.Context(), c); got != want {
						t.Errorf("caller %d got %q, want %q", n, got, want)
					}
				})
				f.wantReadings(t, "all callers", 2)
			})
		})
	}
}

// A reading that ends late must not replace the list of one that started after it.
func TestCache_FinishWrite_EarlierReadingEndsLast_NewListIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{list: func(n int) (*pager.List, error) {
			if n == 1 {
				time.Sleep(10 * time.Second)
				return listOf(thing(1, "old"))
			}
			return listOf(thing(1, "new"))
		}}
		c := f.cache()
		name := func() string {
			list, err := c.List(t.Context())
			if err != nil {
				return err.Error()
			}
			return list.Profiles[0].Fields.Text(wire.Name)
		}
		time.AfterFunc(time.Second, func() {
			write(c, 2)
			if got := name(); got != "new" {
				t.Errorf("after the write: got %q", got)
			}
		})
		if got := name(); got != "old" {
			t.Errorf("before the write: got %q", got)
		}
		if got := name(); got != "new" {
			t.Errorf("after both: got %q", got)
		}
		f.wantReadings(t, "all", 2)
	})
}
