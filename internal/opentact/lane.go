// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"
)

// everyone is the weight of a whole lane. It is more than there can be requests.
const everyone = 1 << 30

// lane is where the creates of one name keep out of each other's way: POSTs run
// side by side, but while one is looked for that was lost none is under way, or
// the profile of a sibling could be taken for it. Creates of other names cannot
// be mistaken for it, and do not wait.
type lane struct {
	turn *semaphore.Weighted

	mu sync.Mutex
	// unsettled are the fields of each POST of which nobody knows what became.
	unsettled []members
	// searching counts the creates that look for a profile.
	searching int
}

func newLane() *lane { return &lane{turn: semaphore.NewWeighted(everyone)} }

// share lets a POST be sent. A search that waits goes first.
func (l *lane) share(ctx context.Context) error { return l.turn.Acquire(ctx, 1) }
func (l *lane) unshare()                        { l.turn.Release(1) }

// own lets a search begin once no POST is under way, and keeps new ones out.
func (l *lane) own(ctx context.Context) error { return l.turn.Acquire(ctx, everyone) }
func (l *lane) disown()                       { l.turn.Release(everyone) }

// lost notes a POST whose outcome is not known.
func (l *lane) lost(sent members) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsettled = append(l.unsettled, sent)
}

// found notes that a profile has been found for a POST that was lost.
func (l *lane) found(sent members) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.IndexFunc(l.unsettled, sent.equal); at >= 0 {
		l.unsettled = slices.Delete(l.unsettled, at, at+1)
	}
}

// countLost counts the POSTs with these very fields whose outcome is not known.
func (l *lane) countLost(sent members) (n int) {
	for _, other := range l.lostPosts() {
		if sent.equal(other) {
			n++
		}
	}
	return n
}

// lostPosts returns the fields of each POST whose outcome is not known.
func (l *lane) lostPosts() []members {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.unsettled)
}

// beginSearch and endSearch are called by a create that has lost an answer.
func (l *lane) beginSearch() { l.count(1) }
func (l *lane) endSearch()   { l.count(-1) }

func (l *lane) count(change int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.searching += change
}

// othersSearching is how many creates beside the caller's look for a profile.
func (l *lane) othersSearching() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.searching - 1
}

// laneLink holds a POST back while another of its name is looked for.
type laneLink struct{ next http.RoundTripper }

func (l laneLink) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := callOf(req.Context()).enter(req.Context()); err != nil {
		closeBody(req.Body)
		return nil, err
	}
	return l.next.RoundTrip(req)
}
