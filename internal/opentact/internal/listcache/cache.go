// SPDX-License-Identifier: MPL-2.0

// Package listcache reads the list of a kind once and uses it for many reads of single
// profiles. It does not know the API or what a profile is: the caller reads the list and
// compares profiles. It promises:
//   - A list serves reads for at most 30 seconds.
//   - A list never serves a read of a profile that this process has written.
//   - A caller that comes after the end of a write gets no list whose read began before this
//     end.
//   - Concurrent callers share one read of the list.
package listcache

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

const (
	// MaxAge is the maximum age of a list, counted from its first request.
	MaxAge = 30 * time.Second
	// SingleReads is the number of reads of a kind before a list serves reads. A plan with
	// up to three profiles needs no list.
	SingleReads = 3
)

// Options configure a Cache.
type Options struct {
	// Kind is the plural name of the kind, for the log.
	Kind string
	// Read reads the list and decodes its profiles. If single is true, it does not retry
	// requests.
	Read func(ctx context.Context, single bool) (*pager.List, error)
	// Timeout is the maximum duration of one read of the list. The read continues after
	// the ctx of its callers has ended.
	Timeout time.Duration
	// MaxWait is the maximum time that the read of a profile waits for one read of the list.
	// After this time, the cache is switched off.
	MaxWait time.Duration
	// Logger gets debug messages: why the cache is switched off, and which profiles a
	// list can't serve.
	Logger *slog.Logger
}

// Cache holds the last list of a kind. It is safe for concurrent use.
type Cache struct {
	options Options
	// off is closed when the cache is switched off. Lists then serve no more reads.
	off chan struct{}

	mu sync.Mutex
	// list is the last list, and running is the read of the list that new callers join. The
	// end of a write removes both.
	list    *pager.List
	running *reading
	// last is the last read of the list that has ended.
	last *reading
	// reads counts the reads of profiles that this process has not written.
	reads int
	// written are the UUIDs of the profiles that this process has written or is writing.
	written map[string]bool
}

// New returns an empty cache.
func New(options Options) *Cache {
	return &Cache{options: options, off: make(chan struct{}), written: make(map[string]bool)}
}

// Find returns a profile from a list, or nil if the caller must read the profile with its
// own GET. It returns nil for the first reads of a kind and for written profiles. It also
// returns nil if the list fails or does not show the whole profile.
func (c *Cache) Find(ctx context.Context, uuid string) *pager.Listed {
	if !c.countRead(uuid) {
		return nil
	}
	list, _ := c.get(ctx, c.off, false)
	if list == nil || c.isOff() || c.isWritten(uuid) { // a write may have begun during the wait
		return nil
	}
	if listed := list.Find(uuid); listed != nil && listed.MayServe() {
		return listed
	}
	return nil
}

// List returns a list that is newer than all finished writes. Concurrent callers share
// one read of the list, even if it fails, unless it began for Try.
func (c *Cache) List(ctx context.Context) (*pager.List, error) { return c.get(ctx, nil, false) }

// Try returns a list like List, but does not retry requests. If a read that began for Try
// fails, the cache stays on, and all other callers read the list with retries.
func (c *Cache) Try(ctx context.Context) (*pager.List, error) { return c.get(ctx, nil, true) }

// get returns a fresh list, or the result of a read of the list. It returns no list when
// stop is closed.
func (c *Cache) get(ctx context.Context, stop <-chan struct{}, single bool) (*pager.List, error) {
	for {
		list, r, err := c.freshOrJoin(ctx, stop, single)
		if r == nil {
			return list, err
		}
		select {
		case <-r.done:
			if single || !r.failedTry() {
				return r.list, r.err
			}
		case <-stop:
			return nil, nil //nolint:nilnil // the caller asked for this
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// freshOrJoin returns a fresh list, or else a read of the list to wait for. It returns
// neither if stop is closed or ctx has ended.
func (c *Cache) freshOrJoin(ctx context.Context, stop <-chan struct{}, single bool) (*pager.List, *reading, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if list := c.fresh(); list != nil {
		return list, nil, nil
	}
	select {
	case <-stop:
		return nil, nil, nil
	default:
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	return nil, c.join(ctx, single), nil
}

// Lacks reports whether a fresh and complete list does not show a profile. It does not
// read the list.
func (c *Cache) Lacks(uuid string) bool {
	c.mu.Lock()
	list := c.fresh()
	c.mu.Unlock()
	return list != nil && list.Incomplete() == nil && list.Find(uuid) == nil
}

// Probe returns the result of a read of the list that began at since or later. Concurrent
// callers share the read.
//
// confirms reports whether the error of a read shows that the API has the collection. The
// error may be nil. If the error of an earlier read does not show this, Probe returns that
// error for 30 seconds, because each failed read may take minutes.
func (c *Cache) Probe(ctx context.Context, since time.Time, confirms func(error) bool) (*pager.List, error) {
	suffices := func(last *reading) bool {
		return !last.began.Before(since) || !confirms(last.err) && time.Since(last.ended) <= MaxAge
	}
	for {
		last, r, err := c.lastOrJoin(ctx, suffices)
		switch {
		case last != nil:
			return last.list, last.err
		case err != nil:
			return nil, err
		}
		select {
		case <-r.done: // the read may have begun before since
		case <-ctx.Done():
		}
	}
}

// lastOrJoin returns the last read of the list if it suffices, or else a read to wait for.
// It returns neither if ctx has ended.
func (c *Cache) lastOrJoin(ctx context.Context, suffices func(last *reading) bool) (last, running *reading, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil && suffices(c.last) {
		return c.last, nil, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	return nil, c.join(ctx, false), nil
}

// StartWrite marks a profile as written, before an update or after a create. From now on,
// no list serves reads of this profile.
func (c *Cache) StartWrite(uuid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written[uuid] = true
}

// FinishWrite ends a write. Later callers get a list whose read begins after this call.
func (c *Cache) FinishWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list, c.running = nil, nil
}

// fresh returns the list if it is at most 30 seconds old. Otherwise it returns nil. The
// caller holds c.mu.
func (c *Cache) fresh() *pager.List {
	if c.list == nil || time.Since(c.list.Started) > MaxAge {
		return nil
	}
	return c.list
}

// countRead counts a read, and reports whether a list may serve it.
func (c *Cache) countRead(uuid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written[uuid] {
		return false
	}
	c.reads++
	return c.reads > SingleReads
}

func (c *Cache) isWritten(uuid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.written[uuid]
}
