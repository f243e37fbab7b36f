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
//
// The fields of a POST whose answer was lost are noted here until the profile is
// found that it made, or it is known that it made none. Among equals it does not
// matter which POST made which profile: what counts is that there are not more
// profiles than such POSTs.
type lane struct {
	turn *semaphore.Weighted

	mu sync.Mutex
	// unsettled are the fields of each POST of which nobody knows what became.
	unsettled []members
	// waiting are the fields of each create that has lost an answer and has no
	// profile yet.
	waiting []members
}

func newLane() *lane { return &lane{turn: semaphore.NewWeighted(everyone)} }

// share lets a POST be sent. A search that waits goes first.
func (l *lane) share(ctx context.Context) error { return l.turn.Acquire(ctx, 1) }
func (l *lane) tryShare() bool                  { return l.turn.TryAcquire(1) }
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

// found notes that it is known what became of one of the POSTs that were lost.
func (l *lane) found(sent members) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsettled = without(l.unsettled, sent)
}

// beginWait and endWait are called by a create that has lost an answer, and that
// then has a profile or gives up.
func (l *lane) beginWait(sent members) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, sent)
}

func (l *lane) endWait(sent members) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = without(l.waiting, sent)
}

// spare is how many POSTs with these very fields are not accounted for by a
// create that still waits, and how many such creates there are.
func (l *lane) spare(sent members) (posts, waiting int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting = count(l.waiting, sent)
	return max(0, count(l.unsettled, sent)-waiting), waiting
}

// lostPosts returns the fields of each POST whose outcome is not known.
func (l *lane) lostPosts() []members {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.unsettled)
}

func count(all []members, sent members) (n int) {
	for _, other := range all {
		if sent.equal(other) {
			n++
		}
	}
	return n
}

// without takes one away.
func without(all []members, sent members) []members {
	if at := slices.IndexFunc(all, sent.equal); at >= 0 {
		return slices.Delete(all, at, at+1)
	}
	return all
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
