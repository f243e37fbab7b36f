// SPDX-License-Identifier: MPL-2.0

package listcache

import (
	"context"
	"fmt"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

// reading is a read of the list.
type reading struct {
	// single reports whether the read does not retry requests.
	single bool
	began  time.Time
	// done is closed when the read has ended. The fields below are set before.
	done  chan struct{}
	ended time.Time
	list  *pager.List
	err   error
}

// failedTry reports whether the read began for Try and failed. The error is only for callers
// of Try.
func (r *reading) failedTry() bool { return r.single && r.err != nil }

// join returns the running read of the list, or starts one. The read continues after ctx has
// ended. The caller holds c.mu since it looked for an earlier result. Otherwise another read
// could end in between, and the caller would read the list again.
func (c *Cache) join(ctx context.Context, single bool) *reading {
	if c.running == nil {
		c.running = &reading{single: single, began: time.Now(), done: make(chan struct{})}
		go c.read(context.WithoutCancel(ctx), c.running)
	}
	return c.running
}

// read reads the list and stores the result in r. Under one lock, it stores the result in
// the cache and wakes the callers.
func (c *Cache) read(ctx context.Context, r *reading) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	slow := time.AfterFunc(c.options.MaxWait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.switchOff(ctx, fmt.Sprintf("it took longer than %s", c.options.MaxWait))
	})
	defer slow.Stop()
	r.list, r.err = c.options.Read(ctx, r.single)
	r.ended = time.Now()
	reason := unusable(r.list, r.err)

	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(r.done)
	if c.running == r { // otherwise a write has ended since
		c.running = nil
		if r.err == nil {
			c.list = r.list
		}
	}
	if r.failedTry() {
		c.options.Logger.DebugContext(ctx, fmt.Sprintf("Can't compare planned %s with the list: %s", c.options.Kind, reason))
		return
	}
	if c.last == nil || !r.began.Before(c.last.began) { // an earlier read may end later
		c.last = r
	}
	if reason != "" {
		c.switchOff(ctx, reason)
	} else if r.list.Unserved.Count > 0 {
		c.options.Logger.DebugContext(ctx, fmt.Sprintf("Reading one by one what the list of %s lacks: %s", c.options.Kind, &r.list.Unserved))
	}
}
