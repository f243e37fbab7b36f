// SPDX-License-Identifier: MPL-2.0

// Package create creates each profile exactly once, although the API has no idempotency
// keys and responses get lost. It does not know how requests are sent or what the fields
// mean: the caller passes functions for that. It promises:
//   - A POST is resent only if lists show that the one before made no profile.
//   - A create never adopts a profile that an earlier list has shown, that the times of the
//     server show to be older, or that belongs to another resource of this process. If
//     the times don't decide, the result says so.
//   - An outcome that stays ambiguous is an error that names the candidates.
package create

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Options configure a Creator.
type Options struct {
	// List reads the list of the kind from the API, without a cache. Errors must not show
	// sensitive values of the sent fields.
	List func(ctx context.Context, sent wire.RawFields) (*pager.List, error)
	// Baseline returns the list for the baseline. It may return a list from before the first
	// create instead of reading one.
	Baseline func(ctx context.Context, sent wire.RawFields) (*pager.List, error)
	// Get reads one profile.
	Get func(ctx context.Context, uuid string, sent wire.RawFields) (wire.RawFields, error)
	// Same reports whether two values of a field are the same for the API.
	Same func(field string, a, b json.RawMessage) bool
	// Compare describes a field whose value differs from the one sent. It redacts the
	// sensitive values of the sent fields.
	Compare func(field string, sent, got wire.RawFields) apierror.Mismatch
	// Adopt is called with the UUID of each profile that a create owns.
	Adopt func(uuid string)
	// RequestTimeout, RetryMaxWait and MaxRetries are the settings for requests.
	RequestTimeout, RetryMaxWait time.Duration
	MaxRetries                   int
	// MaxWait returns the upper bound of the wait before a retry. Retries are counted
	// from 0.
	MaxWait func(retry int) time.Duration
}

// Creator creates the profiles of one kind. It is safe for concurrent use.
type Creator struct {
	options Options
	// names holds the name locks. Creates of one name run one after the other, so a
	// create that looks for its profile can't find the profile of another create.
	names locks
	// baselineLock holds one value while a create reads the baseline.
	baselineLock chan struct{}

	// clock compares the times of the server.
	clock clock

	mu sync.Mutex
	// listCount counts the lists of this process. firstList maps the UUID of each listed
	// profile to the number of the first list that showed it.
	listCount int
	firstList map[string]int
	// hasBaseline reports whether the profiles that existed before the first create were
	// read. Otherwise baselineErr says why not. baselineDate is when the server made that
	// list. It is zero if the server gave no usable time.
	hasBaseline  bool
	baselineErr  error
	baselineDate time.Time
	// owned holds the UUIDs of the profiles that this process created or adopted.
	owned map[string]bool
	// excluded holds the UUIDs of deleted profiles. A list that lags may still show them.
	excluded map[string]bool
}

// New returns a Creator that has created nothing.
func New(options Options) *Creator {
	return &Creator{
		options: options, baselineLock: make(chan struct{}, 1),
		firstList: make(map[string]int), owned: make(map[string]bool), excluded: make(map[string]bool),
	}
}

// Request is one profile to create.
type Request struct {
	// Name is the name of the profile.
	Name string
	// Sent are the fields of the request.
	Sent wire.RawFields
	// Info describes the request for errors.
	Info apierror.Request
	// Post sends the request once.
	Post func(context.Context) (Response, error)
}

// Response is the response to a successful POST.
type Response struct {
	// Fields are the fields of its profile.
	Fields wire.RawFields
	// Date is when the server made the response, on its own clock. It is zero if the
	// server gave no usable time.
	Date time.Time
	// Elapsed is the time from when the request was sent until the response was complete.
	Elapsed time.Duration
}

// Result is the result of a create.
type Result struct {
	// Fields are the fields of the profile that the API has shown. They are nil if there
	// is no profile.
	Fields wire.RawFields
	// Ambiguous is the error of the last POST with an ambiguous outcome, or nil.
	Ambiguous error
	// Resends is the number of times that the POST was resent after an ambiguous outcome.
	Resends int
	// Recovered reports whether the profile was found in a list. Undecided reports whether
	// that profile may be older than the create, by the times of the server.
	Recovered, Undecided bool
	// Duplicates are the UUIDs of further profiles that ambiguous POSTs made. There are at
	// most as many as ambiguous POSTs.
	Duplicates []string
	// Possible are the UUIDs of further profiles that ambiguous POSTs may have made.
	Possible []string
}

// Create creates one profile. If the outcome of a POST is ambiguous, Create looks for the
// profile in the list. It resends the POST only if two lists do not show the profile. The
// search gets a grace period after ctx has ended. The error is an
// *apierror.AmbiguousCreateError if the outcome stays ambiguous.
func (c *Creator) Create(ctx context.Context, request Request) (Result, error) {
	unlock, err := c.names.lock(ctx, nameKey(request.Name))
	if err != nil {
		err = fmt.Errorf("another create of a profile named %q was still running: %w", request.Name, err)
		return Result{}, &apierror.TransportError{Request: request.Info, Err: err}
	}
	defer unlock()
	switch err := c.readBaseline(ctx, request.Sent); {
	case ctx.Err() != nil:
		return Result{}, &apierror.TransportError{Request: request.Info, Err: ctx.Err()}
	case err != nil:
		return Result{}, err
	}
	r := recovery{Creator: c, request: request}
	fields, err := r.run(ctx)
	result := Result{Fields: fields, Ambiguous: r.cause, Resends: r.resends, Recovered: r.recovered, Undecided: r.undecided}
	if err == nil {
		result.Duplicates, result.Possible = r.duplicates(ctx)
	}
	return result, err
}

// Exclude prevents creates from adopting a deleted profile. A list that lags may still
// show it.
func (c *Creator) Exclude(uuid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.owned, uuid)
	c.excluded[uuid] = true
}

// readBaseline lists the existing profiles once, before the first create. If the list
// fails, creates continue, because they need the baseline only after an ambiguous
// outcome. An error means that the credentials were rejected, that the login failed, or
// that ctx has ended.
func (c *Creator) readBaseline(ctx context.Context, sent wire.RawFields) error {
	select {
	case c.baselineLock <- struct{}{}:
		defer func() { <-c.baselineLock }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if c.triedBaseline() {
		return nil
	}
	list, err := c.list(ctx, sent, c.options.Baseline)
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // err says nothing about the API
	case apierror.IsCredentials(err):
		return err
	case err == nil && list.Incomplete() != nil: // a profile that it lacks would look new
		err = fmt.Errorf("the list is not complete: %w", list.Incomplete())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.baselineErr = err; err != nil {
		return nil
	}
	c.hasBaseline, c.baselineDate = true, list.Date
	return nil
}

// list calls read and stores which profiles the list shows.
func (c *Creator) list(ctx context.Context, sent wire.RawFields, read func(context.Context, wire.RawFields) (*pager.List, error)) (*pager.List, error) {
	list, err := read(ctx, sent)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listCount++
	for _, listed := range list.Profiles {
		if _, ok := c.firstList[listed.UUID]; !ok {
			c.firstList[listed.UUID] = c.listCount
		}
	}
	return list, nil
}

// lists returns the number of lists so far.
func (c *Creator) lists() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.listCount
}

// triedBaseline reports whether the baseline was read or its list failed.
func (c *Creator) triedBaseline() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hasBaseline || c.baselineErr != nil
}

// baselineResult returns when the server made the baseline, or why it could not be read.
func (c *Creator) baselineResult() (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.baselineDate, c.baselineErr
}

// isOwned reports whether another create returned a profile.
func (c *Creator) isOwned(uuid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.owned[uuid]
}

// ownedNow returns a copy of owned.
func (c *Creator) ownedNow() map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.owned)
}

// existed reports whether a list up to lastList showed a profile, or whether the profile
// is excluded.
func (c *Creator) existed(uuid string, lastList int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	number, isListed := c.firstList[uuid]
	return isListed && number <= lastList || c.excluded[uuid]
}

// own adds a profile to owned. It fails if the profile belongs to another resource.
func (c *Creator) own(uuid string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owned[uuid] {
		return errOwned(uuid)
	}
	c.owned[uuid] = true
	c.options.Adopt(uuid)
	return nil
}

func errOwned(uuid string) error {
	return fmt.Errorf("profile %s, which belongs to another resource of this provider configuration", uuid)
}
