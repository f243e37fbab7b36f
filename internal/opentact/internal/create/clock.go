// SPDX-License-Identifier: MPL-2.0

package create

import (
	"sync"
	"time"
)

// clock compares the times of profiles (`created_on`) with the times of responses
// (`Date`). Both are times of the server, but an API may take them from two clocks, such
// as those of a database and of a web server. The skew is `created_on` minus `Date` at
// the same moment. It counts as small until a successful create shows it. The local clock
// is never used. A clock is safe for concurrent use.
type clock struct {
	mu sync.Mutex
	// learned reports whether a create has shown the skew. It is then between minSkew and
	// maxSkew. Several servers behind one address may have several skews.
	learned          bool
	minSkew, maxSkew time.Duration
}

// maxSpread is the maximum difference between the clocks of several servers behind one
// address. Responses may come from any of them.
const maxSpread = 10 * time.Second

// age says when a profile was created, compared with the second of a response.
type age int

const (
	// undecided means in the same second, or that the times can't be used.
	undecided age = iota
	older
	newer
)

// unknownSkew is how far `created_on` may be ahead of Date before a create has shown it.
const unknownSkew = 2 * time.Second

// skewLocked returns the bounds of the skew. The lower bound is zero if the times don't
// contradict that. The caller holds mu.
func (c *clock) skewLocked() (minSkew, maxSkew time.Duration) {
	switch {
	case !c.learned:
		return 0, unknownSkew
	case c.minSkew <= 0 && c.maxSkew >= 0:
		return 0, c.maxSkew
	default:
		return c.minSkew, c.maxSkew
	}
}

// isLearned reports whether a create has shown the skew.
func (c *clock) isLearned() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.learned
}

// compare returns the age of a profile, compared with the Date of a response. seen is the
// Date of a later response that shows the profile. If the profile seems to be created
// after that, the skew is not known yet.
func (c *clock) compare(createdOn string, date, seen time.Time) age {
	created, ok := parseCreated(createdOn)
	if !ok || date.IsZero() {
		return undecided
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	minSkew, maxSkew := c.skewLocked()
	earliest, latest := created.from.Add(-maxSkew), created.to.Add(-minSkew)
	switch {
	case !latest.After(date):
		return older
	case !seen.IsZero() && earliest.After(seen.Add(time.Second)):
		return undecided
	case !earliest.Before(date.Add(time.Second)):
		return newer
	default:
		return undecided
	}
}

// isBeforeRequest reports whether a profile seems to be created before a request was sent,
// according to the response that shows the profile. The clocks of several servers may
// differ, but only if the profile matches what was sent. mayBeSkew reports whether the
// reason may be a skew that is not known yet.
func (c *clock) isBeforeRequest(createdOn string, response Response, matches bool) (isBefore, mayBeSkew bool) {
	created, ok := parseCreated(createdOn)
	if !ok || response.Date.IsZero() {
		return false, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	spread := -min(c.minSkew, 0)
	if matches {
		spread += maxSpread
	}
	isBefore = !created.to.Add(spread).After(response.Date.Add(-response.Elapsed))
	return isBefore, isBefore && !c.learned && isPlausible(created.from.Sub(response.Date))
}

// isPlausible reports whether a skew may be that of a wrong clock, or of a time zone. Some
// APIs store local times as if they were UTC.
func isPlausible(skew time.Duration) bool {
	zone := skew.Round(15 * time.Minute)
	return skew.Abs() <= time.Hour || zone.Abs() <= 14*time.Hour && (skew-zone).Abs() <= 2*time.Minute
}

// learn takes the skew from the response to a create. The API created the profile between
// the start and the end of the request. Date is cut to whole seconds.
func (c *clock) learn(createdOn string, response Response) {
	created, ok := parseCreated(createdOn)
	if !ok || response.Date.IsZero() {
		return
	}
	minSkew, maxSkew := created.from.Sub(response.Date.Add(time.Second)), created.to.Sub(response.Date.Add(-response.Elapsed))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.learned {
		minSkew, maxSkew = min(minSkew, c.minSkew), max(maxSkew, c.maxSkew)
	}
	c.learned, c.minSkew, c.maxSkew = true, minSkew, maxSkew
}

// period is the time in which a profile was created.
type period struct{ from, to time.Time }

// parseCreated reads a `created_on`. A time in whole seconds may be cut, so the profile
// was created in that second.
func parseCreated(createdOn string) (period, bool) {
	created, err := time.Parse(time.RFC3339, createdOn)
	if err != nil {
		return period{}, false
	}
	if created.Nanosecond() == 0 {
		return period{created, created.Add(time.Second)}, true
	}
	return period{created, created}, true
}
