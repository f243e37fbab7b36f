// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// maxExistingWait is the maximum time that Existing waits for the list. A plan must not
// wait for minutes because of a check.
const maxExistingWait = 15 * time.Second

// existing is the result of Existing.
type existing struct {
	once sync.Once
	// done is closed when list and err are set.
	done chan struct{}
	list *pager.List
	err  error
}

// Existing returns the list of the profiles, decoded. It reads the list once, with a single
// attempt. It waits at most 15 seconds, or the request timeout if that is shorter. All later
// calls return the same list or error. The list may lack profiles: see Incomplete.
func (e *Endpoint) Existing(ctx context.Context) (*pager.List, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e.existing.once.Do(func() { go e.readExisting(context.WithoutCancel(ctx)) })
	select {
	case <-e.existing.done:
		return e.existing.list, e.existing.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// readExisting sets the result of Existing.
func (e *Endpoint) readExisting(ctx context.Context) {
	defer close(e.existing.done)
	wait, limit := maxExistingWait, maxExistingWait.String()
	if timeout := e.api.RequestTimeout; timeout <= wait { // if both end at once, the error of the attempt also names request_timeout
		wait, limit = timeout, fmt.Sprintf("request_timeout (%s)", timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	e.existing.list, e.existing.err = e.cache.Try(ctx)
	if e.existing.err != nil && ctx.Err() != nil {
		e.existing.err = e.listWithoutResponse(slowError(limit))
	}
}

// slowError is the time limit after which Existing stops waiting for the list.
type slowError string

func (e slowError) Error() string { return "it took longer than " + string(e) }

// Unwrap makes the error count as a timeout.
func (slowError) Unwrap() error { return context.DeadlineExceeded }

// readBaseline returns the list of Existing if it has arrived and is complete. Otherwise it
// reads the list.
func (e *Endpoint) readBaseline(ctx context.Context, sent wire.RawFields) (*pager.List, error) {
	select {
	case <-e.existing.done:
		if list := e.existing.list; list != nil && list.Incomplete() == nil {
			return list, nil
		}
	default:
	}
	return e.readList(ctx, false, sent)
}
