// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// A refresh of a thousand profiles would be a thousand requests. So the first
// reads of a kind are made one by one, and from then on one list answers them all.
// It is believed only about profiles that it shows whole, and as they are known
// already: what it lacks, or shows otherwise, is read by itself. A list that lags
// behind makes no profile look gone or changed.

// plainReads is how many reads of a kind come before a list. A plan of two or
// three profiles needs none.
const plainReads = 3

// snapshots is what the reads of a kind share.
type snapshots[F Fields] struct {
	// turn lets one goroutine list while the others wait, each as long as its own
	// context allows.
	turn *semaphore.Weighted

	mu     sync.Mutex
	latest *snapshot[F]
	// reads counts those that a list might have answered.
	reads int
	// off tells that no list answers reads any more.
	off bool
	// written holds the uuids of profiles that this process has written, or is
	// about to. They are always read by themselves.
	written map[string]bool
	// writes counts the writes that have ended.
	writes int
	// failures counts the lists that could not be read, and failure is how the last
	// one failed.
	failures int
	failure  error
	// found is when the collection was last seen to be there.
	found time.Time
}

func newSnapshots[F Fields]() snapshots[F] {
	return snapshots[F]{turn: semaphore.NewWeighted(1), written: make(map[string]bool)}
}

// glance returns a profile as a list shows it, if one may answer for the profile.
func (c *Collection[F]) glance(ctx context.Context, known Profile[F]) (profile Profile[F], ok bool) {
	if !isUUID(known.UUID) || !c.snapshots.wanted(known.UUID) {
		return profile, false
	}
	s := c.serving(ctx)
	if s == nil || c.snapshots.hasWritten(known.UUID) { // while the list was waited for
		return profile, false
	}
	return s.confirm(known)
}

// serving returns the list that answers reads. There is none where it is of no use:
// that is found out once.
func (c *Collection[F]) serving(ctx context.Context) *snapshot[F] {
	if s, off := c.snapshots.current(); s != nil || off {
		return s
	}
	// One timeout is for an answer, and the rest for what the API may ask to wait.
	bounded, cancel := context.WithTimeout(ctx, c.client.config.RequestTimeout+c.client.config.RetryMaxWait)
	defer cancel()
	err := c.snapshots.turn.Acquire(bounded, 1)
	if err == nil {
		defer c.snapshots.turn.Release(1)
		if s, off := c.snapshots.current(); s != nil || off { // somebody else has listed meanwhile
			return s
		}
		var s *snapshot[F]
		if s, err = c.take(bounded); err == nil {
			err = s.useless()
		}
		if err == nil {
			return s
		}
	}
	if ctx.Err() == nil && c.snapshots.turnOff() {
		c.client.note(ctx, fmt.Sprintf("The list of %ss is of no use, so profiles are read one by one from now on: %s", c.spec.Name, noteworthy(err)))
	}
	return nil
}

// noteworthy is what a log may say of a list's error. The text of an answer may repeat
// the webhook of any profile, and nobody knows all of them here.
func noteworthy(err error) string {
	if status := statusOf(err); status != 0 {
		return fmt.Sprintf("the answer, with status %d, is no list that can be used", status)
	}
	return err.Error()
}

// upToDate returns a list that was begun after the writes that have ended, and is
// not too old unless it was begun after this call.
func (c *Collection[F]) upToDate(ctx context.Context) (*snapshot[F], error) {
	asked, writes := time.Now(), c.snapshots.endedWrites()
	s, failures, _ := c.snapshots.since(asked, writes)
	if s != nil {
		return s, nil
	}
	if err := c.snapshots.turn.Acquire(ctx, 1); err != nil {
		return nil, &TransportError{Exchange: c.newListCall().exchange(), Err: err}
	}
	defer c.snapshots.turn.Release(1)
	// Whoever listed meanwhile did it for all who waited, also where it failed.
	s, again, err := c.snapshots.since(asked, writes)
	switch {
	case s != nil:
		return s, nil
	case again > failures:
		return nil, err
	default:
		return c.take(ctx)
	}
}

// take asks for the list. Whoever calls it has the turn.
func (c *Collection[F]) take(ctx context.Context) (*snapshot[F], error) {
	ended := c.snapshots.endedWrites()
	l, err := c.list(ctx)
	if err != nil {
		if ctx.Err() == nil { // whose end says nothing of the list
			c.snapshots.fail(err)
		}
		return nil, err
	}
	c.snapshots.setFound()
	s := newSnapshot(l, ended)
	c.snapshots.keep(s)
	if s.useless() == nil && s.omitted.count > 0 {
		c.client.note(ctx, fmt.Sprintf("What the list of %ss does not show is read one by one: %s", c.spec.Name, &s.omitted))
	}
	return s, nil
}

// wanted counts a read, and tells whether a list may answer it.
func (s *snapshots[F]) wanted(uuid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.off || s.written[uuid] {
		return false
	}
	s.reads++
	return s.reads > plainReads
}

// since returns the latest list if it was begun after a number of writes, and is not
// too old or was begun after a time; how many lists have failed, and how the last one
// did.
func (s *snapshots[F]) since(asked time.Time, writes int) (latest *snapshot[F], failures int, failure error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.latest; l != nil && l.writes >= writes && (l.isFresh() || !l.begun.Before(asked)) {
		latest = l
	}
	return latest, s.failures, s.failure
}

// current returns the latest list if it is not too old, and whether lists are off.
func (s *snapshots[F]) current() (latest *snapshot[F], off bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latest != nil && s.latest.isFresh() {
		latest = s.latest
	}
	return latest, s.off
}

func (s *snapshots[F]) keep(latest *snapshot[F]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest = latest
}

// setFound notes that there is a collection, and wasFound tells whether there was one a
// moment ago.
func (s *snapshots[F]) setFound() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found = time.Now()
}

func (s *snapshots[F]) wasFound() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Since(s.found) <= maxAge
}

func (s *snapshots[F]) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures, s.failure = s.failures+1, err
}

// turnOff tells whether it was on.
func (s *snapshots[F]) turnOff() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := !s.off
	s.off = true
	return was
}

// setWritten is called before a profile is written, and once it is created.
func (s *snapshots[F]) setWritten(uuid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written[uuid] = true
}

// hasWritten tells whether this process has written a profile, or is about to.
func (s *snapshots[F]) hasWritten(uuid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written[uuid]
}

// countWrite is called after a write.
func (s *snapshots[F]) countWrite() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
}

// endedWrites returns how many writes have ended.
func (s *snapshots[F]) endedWrites() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}
