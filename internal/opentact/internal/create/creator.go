// SPDX-License-Identifier: MPL-2.0

// Package create creates each profile exactly once, although the API has no
// idempotency keys and responses get lost. It promises that a POST is only sent again
// if lists show that the one before made no profile, that a profile which existed
// before or belongs to another resource of this process is never adopted, and that an
// outcome which stays unknown is an error with the candidates. It does not know how
// requests are sent and what the fields mean: the caller passes functions for that.
package create

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Options configure a Creator.
type Options struct {
	// List reads the list of the kind, as new as the API has it. Errors must not show
	// sensitive values of the fields that were sent.
	List func(ctx context.Context, sent wire.RawFields) (*wire.List, error)
	// Get reads one profile.
	Get func(ctx context.Context, uuid string, sent wire.RawFields) (wire.RawFields, error)
	// Same reports whether two values of a field are the same for the API.
	Same func(field string, a, b json.RawMessage) bool
	// Show renders a field of a profile for people.
	Show func(field string, of wire.RawFields, sent ...wire.RawFields) string
	// Adopt is called with each profile that a create gets.
	Adopt func(uuid string)
	// RequestTimeout, MaxRetries and RetryMaxWait are those of requests.
	RequestTimeout, RetryMaxWait time.Duration
	MaxRetries                   int
	// MaxWait returns the upper bound of the wait before a retry, counted from 0.
	MaxWait func(retry int) time.Duration
}

// Creator creates the profiles of one kind. It is safe for concurrent use.
type Creator struct {
	options Options
	// names holds a lock for each name. Creates of one name run one after the other, so
	// that a create which looks for its profile can't find that of another one.
	names locks
	// listing is held by the create that reads the baseline.
	listing chan struct{}

	mu sync.Mutex
	// baseline holds the UUIDs that existed before the first create of this process. It
	// is nil if they could not be read, for the reason in baselineErr.
	baseline    map[string]bool
	baselineErr error
	// owned holds the UUIDs of this process's resources.
	owned map[string]bool
	// excluded holds the UUIDs that no create may adopt: deleted ones, which a list may
	// still show, and duplicates.
	excluded map[string]bool
}

// New returns a Creator that has created nothing.
func New(options Options) *Creator {
	return &Creator{options: options, listing: make(chan struct{}, 1), owned: make(map[string]bool), excluded: make(map[string]bool)}
}

// Request is one profile to create.
type Request struct {
	// Name is the name of the profile.
	Name string
	// Sent are the fields of the request.
	Sent wire.RawFields
	// Info describes the request for errors.
	Info apierror.Request
	// Post sends the request once and returns the profile of the response.
	Post func(context.Context) (wire.RawFields, error)
}

// Result is how a create ended.
type Result struct {
	// Fields are those of the profile, as far as the API has shown them. They are nil
	// if there is none.
	Fields wire.RawFields
	// Ambiguous is the error of the last POST with an ambiguous outcome, or nil.
	Ambiguous error
	// Resends is how often the POST was sent again after an ambiguous outcome.
	Resends int
	// Duplicates are profiles that ambiguous POSTs have made besides this one.
	Duplicates []string
}

// Create creates one profile. If the outcome of a POST is ambiguous, Create looks for
// the profile in the list, and sends the POST again only if two lists do not show it.
// It looks also after ctx has ended, for a bounded time. The error is an
// *apierror.AmbiguousCreateError if the outcome stays unknown.
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
	result := Result{Fields: fields, Ambiguous: r.cause, Resends: r.resends}
	if err == nil {
		result.Duplicates = r.duplicates(ctx)
	}
	return result, err
}

// Exclude says that a profile was deleted. A list that lags may still show it.
func (c *Creator) Exclude(uuid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.owned, uuid)
	c.excluded[uuid] = true
}

// readBaseline lists the existing profiles once, before the first create. If the list
// fails, creates go on: the baseline is needed only after an ambiguous outcome. An
// error means that the credentials were rejected, or that ctx has ended.
func (c *Creator) readBaseline(ctx context.Context, sent wire.RawFields) error {
	select {
	case c.listing <- struct{}{}:
		defer func() { <-c.listing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if c.hasBaseline() {
		return nil
	}
	list, err := c.options.List(ctx, sent)
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // this says nothing about the API
	case apierror.IsCredentials(err):
		return err
	case err == nil && list.Incomplete() != nil: // what it lacks would look new
		err = fmt.Errorf("the list is not complete: %w", list.Incomplete())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.baselineErr = err; err != nil {
		return nil
	}
	c.baseline = make(map[string]bool, len(list.Profiles))
	for _, listed := range list.Profiles {
		c.baseline[listed.UUID] = true
	}
	return nil
}

// hasBaseline reports whether the baseline was read, or could not be.
func (c *Creator) hasBaseline() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.baseline != nil || c.baselineErr != nil
}

// unreadable returns why there is no baseline.
func (c *Creator) unreadable() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.baselineErr
}

// isNew reports whether a create of this process may have made a profile. Without a
// baseline, any profile may be new.
func (c *Creator) isNew(uuid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.baseline[uuid] && !c.excluded[uuid]
}

// ownedNow returns the UUIDs of this process's resources.
func (c *Creator) ownedNow() map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.owned)
}

// own gives a profile to a create. It fails if the profile belongs to another resource
// or existed before all creates.
func (c *Creator) own(uuid string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.owned[uuid]:
		return fmt.Errorf("profile %s, which belongs to another resource", uuid)
	case c.baseline[uuid], c.excluded[uuid]:
		return fmt.Errorf("profile %s, which existed before", uuid)
	}
	c.owned[uuid] = true
	c.options.Adopt(uuid)
	return nil
}
