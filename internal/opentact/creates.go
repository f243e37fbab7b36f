// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	"golang.org/x/sync/semaphore"
)

// creates is what this process knows of the profiles of a kind that it makes.
type creates struct {
	// first lets one goroutine list the profiles there are, before any is created.
	first *semaphore.Weighted

	mu sync.Mutex
	// before holds the uuids there were at that time. It is nil where that list
	// could not be read, for the reason in unlisted.
	before   map[string]bool
	unlisted error
	// mine holds the uuids that belong to a resource of this process.
	mine  map[string]bool
	lanes map[string]*lane
}

func newCreates() *creates {
	return &creates{first: semaphore.NewWeighted(1), mine: make(map[string]bool), lanes: make(map[string]*lane)}
}

// begin lists the profiles there are, the first time that it is called. What is
// found later under a name that this process has sent may then be told from what
// had it before. Where the list cannot be read creates go on all the same: it is
// needed only if an answer is lost. The error says that no create would be let in.
func (c *creates) begin(ctx context.Context, list func(context.Context) ([]members, error)) error {
	if c.first.Acquire(ctx, 1) != nil {
		return nil // the POST will end for the same reason
	}
	defer c.first.Release(1)
	if c.listed() {
		return nil
	}
	all, err := list(ctx)
	switch {
	case ctx.Err() != nil:
		return nil // which says nothing of the API
	case isType[*CredentialsError](err) || isType[*LoginError](err):
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unlisted = err; err != nil {
		return nil
	}
	c.before = make(map[string]bool, len(all))
	for _, m := range all {
		c.before[uuidOf(m)] = true
	}
	return nil
}

// listed tells whether the first list is over, and unreadable how it failed.
func (c *creates) listed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.before != nil || c.unlisted != nil
}

func (c *creates) unreadable() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.unlisted
}

// isNew tells whether a create of this process may have made a profile. Where
// the first list could not be read any may be new.
func (c *creates) isNew(uuid string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.before[uuid]
}

// owned returns the uuids that belong to a resource of this process.
func (c *creates) owned() map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.mine)
}

// claim gives a profile to a resource of this process, so that no other takes it.
// It fails if the profile belongs to one, or is older than every create.
func (c *creates) claim(uuid string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.mine[uuid]:
		return fmt.Errorf("it is about profile %s, which belongs to another resource", uuid)
	case c.before[uuid]:
		return fmt.Errorf("it is about profile %s, which there was before", uuid)
	}
	c.mine[uuid] = true
	return nil
}

// retire makes sure that a profile is never taken for one that was lost: it was
// deleted, or is surplus. A list that lags may go on showing it.
func (c *creates) retire(uuid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.mine, uuid)
	if c.before != nil { // else nothing is ever taken
		c.before[uuid] = true
	}
}

// lane returns the one for a name, and for all that an API might make of it.
func (c *creates) lane(name string) *lane {
	c.mu.Lock()
	defer c.mu.Unlock()
	name = folded(name)
	if c.lanes[name] == nil {
		c.lanes[name] = newLane()
	}
	return c.lanes[name]
}

// folded is a name without what an API might not keep of it: case, and white
// space at its ends or in a row.
func folded(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}
