// SPDX-License-Identifier: MPL-2.0

// Package listcache reads the list of a kind once and uses it for many reads of single
// profiles. It does not know the API or what a profile is: the caller reads the list and
// compares profiles. It promises:
//   - A list serves reads for at most 30 seconds.
//   - A list never serves a read of a profile that this process has written.
//   - After a write has finished, no caller gets a list whose read began before the end of
//     this write.
package listcache

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

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
	flight  singleflight.Group
	// off is closed when the cache is switched off. Lists then serve no more reads.
	off     chan struct{}
	offOnce sync.Once

	mu sync.Mutex
	// list is the last list. asOf is the value of writes when the read of the list began.
	list *pager.List
	asOf int
	// last is the last read of the list.
	last reading
	// reads counts the reads of profiles that this process has not written.
	reads int
	// written are the UUIDs of the profiles that this process has written or is writing.
	written map[string]bool
	// writes counts the writes that have finished.
	writes int
}

// reading is the result of one read of the list.
type reading struct {
	list         *pager.List
	err          error
	began, ended time.Time
	// single reports whether the read did not retry requests.
	single bool
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
	list := c.fresh()
	if list == nil && ctx.Err() == nil {
		list, _ = c.await(ctx, c.off, false)
	}
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
func (c *Cache) List(ctx context.Context) (*pager.List, error) { return c.get(ctx, false) }

// Try returns a list like List, but does not retry requests. If a read that began for Try
// fails, the cache stays on, and all other callers read the list with retries.
func (c *Cache) Try(ctx context.Context) (*pager.List, error) { return c.get(ctx, true) }

func (c *Cache) get(ctx context.Context, single bool) (*pager.List, error) {
	if list := c.fresh(); list != nil {
		return list, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.await(ctx, nil, single)
}

// await returns the result of a read of the list. It returns no list when stop is closed.
// The failure of a read without retries counts only for callers that want such a read.
func (c *Cache) await(ctx context.Context, stop <-chan struct{}, single bool) (*pager.List, error) {
	for {
		select {
		case result := <-c.read(ctx, single):
			if r, _ := result.Val.(reading); r.err == nil || single || !r.single {
				return r.list, r.err
			}
		case <-stop:
			return nil, nil //nolint:nilnil // the caller asked for this
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Lacks reports whether a fresh and complete list does not show a profile. It does not
// read the list.
func (c *Cache) Lacks(uuid string) bool {
	list := c.fresh()
	return list != nil && list.Incomplete() == nil && list.Find(uuid) == nil
}

// Probe returns the result of a read of the list that began at since or later. Concurrent
// callers share the read.
//
// confirms reports whether the error of a read shows that the API has the collection. The
// error may be nil. If the error of an earlier read does not show this, Probe returns that
// error for 30 seconds, because each failed read may take minutes.
func (c *Cache) Probe(ctx context.Context, since time.Time, confirms func(error) bool) (*pager.List, error) {
	for {
		c.mu.Lock()
		last := c.last
		c.mu.Unlock()
		isKnown := !last.ended.IsZero()
		if isKnown && (!last.began.Before(since) || !confirms(last.err) && time.Since(last.ended) <= MaxAge) {
			return last.list, last.err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		select {
		case <-c.read(ctx, false): // the read may have begun before since
		case <-ctx.Done():
		}
	}
}

// StartWrite marks a profile as written, before an update or after a create. From now on,
// no list serves reads of this profile.
func (c *Cache) StartWrite(uuid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written[uuid] = true
}

// FinishWrite counts a finished write. A list is stale if its read began before this call.
func (c *Cache) FinishWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
}

// read reads the list, or joins a read that began after the last finished write. The read
// continues after the ctx of one caller has ended. Its value is a reading.
func (c *Cache) read(ctx context.Context, single bool) <-chan singleflight.Result {
	c.mu.Lock()
	asOf := c.writes
	c.mu.Unlock()
	return c.flight.DoChan(strconv.Itoa(asOf), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.options.Timeout)
		defer cancel()
		slow := time.AfterFunc(c.options.MaxWait, func() {
			c.switchOff(ctx, fmt.Sprintf("it took longer than %s", c.options.MaxWait))
		})
		defer slow.Stop()
		r := reading{began: time.Now(), single: single}
		r.list, r.err = c.options.Read(ctx, single)
		r.ended = time.Now()
		reason := unusable(r.list, r.err)
		if r.err != nil && single {
			c.options.Logger.DebugContext(ctx, fmt.Sprintf("Can't compare planned %s with the list: %s", c.options.Kind, reason))
			return r, nil
		}
		c.store(r, asOf)
		if reason != "" {
			c.switchOff(ctx, reason)
		} else if r.list.Unserved.Count > 0 {
			c.options.Logger.DebugContext(ctx, fmt.Sprintf("Reading one by one what the list of %s lacks: %s", c.options.Kind, &r.list.Unserved))
		}
		return r, nil
	})
}

// store stores the result of a read of the list. It ignores a list whose read began before
// that of the stored list.
func (c *Cache) store(r reading, asOf int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !r.began.Before(c.last.began) { // a read that began earlier may end later
		c.last = r
	}
	if r.err == nil && asOf >= c.asOf {
		c.list, c.asOf = r.list, asOf
	}
}

// fresh returns the list if it is fresh: at most 30 seconds old, and read after the last
// write of this process. Otherwise it returns nil.
func (c *Cache) fresh() *pager.List {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list == nil || c.asOf != c.writes || time.Since(c.list.Started) > MaxAge {
		return nil
	}
	return c.list
}

// countRead counts a read, and reports whether a list may serve it.
func (c *Cache) countRead(uuid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written[uuid] || c.isOff() {
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
