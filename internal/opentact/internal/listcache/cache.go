// SPDX-License-Identifier: MPL-2.0

// Package listcache lets one list of a kind serve many reads. It promises that a list
// serves no read for longer than 30 seconds, none of a profile that this process has
// written, and no caller that asks after a write which the list may lack. It does not
// know the API and what a profile is: the caller reads the list and compares profiles.
package listcache

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

const (
	// MaxAge is how old a list may be, counted from the request for it.
	MaxAge = 30 * time.Second
	// SingleReads is how many reads of a kind are not served from a list. A plan of two
	// or three profiles needs no list.
	SingleReads = 3
)

// Options configure a Cache.
type Options struct {
	// Kind is the kind's name in the plural. It is used in the log.
	Kind string
	// Read reads the list and decodes its profiles.
	Read func(ctx context.Context) (*wire.List, error)
	// Timeout bounds the reading of a list. It goes on if its callers give up.
	Timeout time.Duration
	// MaxWait is how long reads wait for a list before the cache is switched off.
	MaxWait time.Duration
	// Logger is told why the cache is switched off, and what a list does not serve.
	Logger *slog.Logger
}

// Cache holds the last list of a kind. It is safe for concurrent use.
type Cache struct {
	options Options
	flight  singleflight.Group
	// off is closed when lists serve no reads any more.
	off     chan struct{}
	offOnce sync.Once

	mu sync.Mutex
	// list is the last list, and asOf counts the writes that had finished before it.
	list *wire.List
	asOf int
	// last is how the last reading of the list ended, and when.
	last   error
	lastAt time.Time
	// reads counts the reads that a list might have served.
	reads int
	// written are the UUIDs of the profiles that this process has written or is writing.
	written map[string]bool
	// writes counts the writes that have finished.
	writes int
}

// New returns an empty cache.
func New(options Options) *Cache {
	return &Cache{options: options, off: make(chan struct{}), written: make(map[string]bool)}
}

// Find returns a profile from a list, and nil if it must be read by its own GET: it is
// one of the first reads, the profile was written, or no list can be had.
func (c *Cache) Find(ctx context.Context, uuid string) *wire.Listed {
	if !c.countRead(uuid) {
		return nil
	}
	list := c.fresh()
	if list == nil && ctx.Err() == nil {
		select {
		case result := <-c.read(ctx):
			list, _ = result.Val.(*wire.List)
		case <-c.off:
		case <-ctx.Done():
		}
	}
	if list == nil || c.isOff() || c.isWritten(uuid) { // it may have been written meanwhile
		return nil
	}
	if listed := list.Find(uuid); listed != nil && listed.MayServe() {
		return listed
	}
	return nil
}

// List returns a list that is not older than the writes that have finished. Callers
// that wait for one share it, also if it fails.
func (c *Cache) List(ctx context.Context) (*wire.List, error) {
	if list := c.fresh(); list != nil {
		return list, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case result := <-c.read(ctx):
		list, _ := result.Val.(*wire.List)
		return list, result.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Probe returns how the last reading of the list ended if that is less than 30 seconds
// ago, and reads the list otherwise. Nil means that the API has the collection.
func (c *Cache) Probe(ctx context.Context) error {
	c.mu.Lock()
	last, known := c.last, time.Since(c.lastAt) <= MaxAge
	c.mu.Unlock()
	if known {
		return last
	}
	_, err := c.List(ctx)
	return err
}

// StartWrite says that a profile is about to be written, or was created. No list serves
// its reads from now on.
func (c *Cache) StartWrite(uuid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written[uuid] = true
}

// FinishWrite says that a write has finished. Lists that began before it are stale.
func (c *Cache) FinishWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
}

// read reads the list, or joins a reading that began after the last write. One caller
// that gives up does not end it for the others.
func (c *Cache) read(ctx context.Context) <-chan singleflight.Result {
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
		list, err := c.options.Read(ctx)
		c.store(list, err, asOf)
		if reason := unusable(list, err); reason != "" {
			c.switchOff(ctx, reason)
		} else if list.Unserved.Count > 0 {
			c.options.Logger.DebugContext(ctx, fmt.Sprintf("Reading one by one what the list of %s lacks: %s", c.options.Kind, &list.Unserved))
		}
		return list, err
	})
}

// unusable returns why a list can't serve reads, or "". An empty list may be true.
func unusable(list *wire.List, err error) string {
	switch {
	case err != nil && apierror.StatusOf(err) != 0:
		// The text of a response may repeat the webhook of any profile, and not all of
		// them are known here.
		return fmt.Sprintf("its response with status %d is not a list that can be used", apierror.StatusOf(err))
	case err != nil:
		return err.Error()
	case time.Since(list.Started) > MaxAge:
		return fmt.Sprintf("it took longer than %s to read", MaxAge)
	}
	for _, listed := range list.Profiles {
		if listed.MayServe() {
			return ""
		}
	}
	if list.Unserved.Count > 0 {
		return list.Unserved.String()
	}
	return ""
}

// store keeps a list, unless it began before the last one, and how its reading ended.
func (c *Cache) store(list *wire.List, err error, asOf int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.lastAt = err, time.Now()
	if err == nil && asOf >= c.asOf {
		c.list, c.asOf = list, asOf
	}
}

// fresh returns the list if it is valid: younger than 30 seconds, and read after the
// last write of this process.
func (c *Cache) fresh() *wire.List {
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

func (c *Cache) isOff() bool {
	select {
	case <-c.off:
		return true
	default:
		return false
	}
}

// switchOff makes reads GETs until the process ends.
func (c *Cache) switchOff(ctx context.Context, reason string) {
	c.offOnce.Do(func() {
		c.options.Logger.DebugContext(ctx, fmt.Sprintf("Can't use the list of %s: reading profiles one by one: %s", c.options.Kind, reason))
		close(c.off)
	})
}
