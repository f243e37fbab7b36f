// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
)

// interruptedAfter returns a context that ends after some time.
func interruptedAfter(t *testing.T, wait time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(wait, cancel)
	return ctx
}

// timedOut is a POST that the API does not respond to.
var timedOut = fails(lostTo(context.DeadlineExceeded)).taking(requestTimeout)

// hanging is a request that ends only with its context.
var hanging = lists().taking(24 * time.Hour)

func TestCreator_Interrupted(t *testing.T) {
	t.Parallel()
	withoutName := shows(profile(1, `"weight":7`))
	old := createdOn(1, -5*3600) // as if the API stored local times
	for name, test := range map[string]struct {
		posts, lists []exchange
		get          exchange
		after        time.Duration
		want         time.Duration
		wantUUID     string
		wantReason   string
		// wantCandidates are those of the error.
		wantCandidates []apierror.Candidate
	}{
		"during a POST whose response arrives": {posts: []exchange{shows(seven(1)).taking(10 * time.Second)},
			after: time.Second, want: 10 * time.Second, wantUUID: uuid(1)},
		"during a POST whose response shows no name": {posts: []exchange{withoutName.taking(10 * time.Second)}, get: shows(seven(1)).taking(20 * time.Second),
			after: time.Second, want: 30 * time.Second, wantUUID: uuid(1)},
		"during a POST whose profile can't be read": {posts: []exchange{withoutName.taking(10 * time.Second)}, get: shows(seven(1)).taking(time.Hour),
			after: time.Second, want: 10*time.Second + requestTimeout, wantReason: "no new profile has this name, and the provider does not resend a request after such a response",
			wantCandidates: []apierror.Candidate{{UUID: uuid(1), Doubts: []string{"it could not be read: " + lostTo(context.Canceled).Error()}}}},
		"during a POST whose response is lost": {posts: []exchange{lost.taking(10 * time.Second)}, lists: []exchange{lists(), lists(seven(1)).taking(20 * time.Second)},
			after: time.Second, want: 30 * time.Second, wantUUID: uuid(1)},
		"during a POST whose response seems old": {posts: []exchange{shows(old).taking(10 * time.Second)}, lists: []exchange{lists(), lists(old).taking(20 * time.Second)},
			after: time.Second, want: 30 * time.Second, wantUUID: uuid(1)},
		"during a POST whose response seems old, and lists hang": {posts: []exchange{shows(old).taking(10 * time.Second)}, lists: []exchange{lists(), hanging},
			after: time.Second, want: 10*time.Second + 2*(requestTimeout+retryMaxWait), wantReason: "the list could not be read",
			wantCandidates: []apierror.Candidate{{UUID: uuid(1), Doubts: []string{"its created_on (2026-11-25T07:00:00Z) is before the request (2026-11-25T12:00:10Z)"}}}},
		"during a POST that made nothing": {posts: []exchange{lost.taking(10 * time.Second)},
			after: time.Second, want: 10 * time.Second, wantReason: "no new profile has this name, and it was interrupted before it could look again"},
		"during a POST that times out, and lists hang": {posts: []exchange{timedOut}, lists: []exchange{lists(), hanging},
			after: 10 * time.Second, want: requestTimeout + requestTimeout + retryMaxWait, wantReason: "the list could not be read"},
		"while the list is read": {posts: []exchange{lost}, lists: []exchange{lists(), hanging},
			after: 10 * time.Second, want: 10*time.Second + requestTimeout + retryMaxWait, wantReason: "the list could not be read"},
		"before the second list": {posts: []exchange{timedOut},
			after: requestTimeout + time.Second, want: requestTimeout + time.Second, wantReason: "it was interrupted before it could look again"},
		"while the second list is read": {posts: []exchange{lost}, lists: []exchange{lists(), lists(), lists(seven(1)).taking(20 * time.Second)},
			after: 2 * time.Second, want: 21 * time.Second, wantUUID: uuid(1)},
		"before the POST is sent again": {posts: []exchange{lost}, lists: []exchange{lists(), lists(), lists().taking(10 * time.Second), lists(seven(1)).taking(5 * time.Second)},
			after: 2 * time.Second, want: 16 * time.Second, wantUUID: uuid(1)},
		"before the POST is sent again, and lists show nothing": {posts: []exchange{lost}, lists: []exchange{lists(), lists(), lists().taking(10 * time.Second), lists()},
			after: 2 * time.Second, want: 11 * time.Second, wantReason: "no new profile has this name, and the request that followed failed: create thing"},
		"before it looks for duplicates": {posts: []exchange{lost, shows(seven(1)).taking(10 * time.Second)}, lists: []exchange{lists(), lists(), lists(), hanging},
			after: 2 * time.Second, want: 11*time.Second + requestTimeout + retryMaxWait, wantUUID: uuid(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if test.lists == nil {
					test.lists = []exchange{lists()}
				}
				s := &script{posts: test.posts, lists: test.lists, gets: map[string]exchange{uuid(1): test.get}}
				start := time.Now()
				got, err := s.create(interruptedAfter(t, test.after), s.creator(), sentSeven)
				if took := time.Since(start); took != test.want {
					t.Errorf("it took %s, want %s", took, test.want)
				}
				if test.wantReason != "" {
					wantAmbiguous(t, err, test.wantReason, test.wantCandidates...)
				} else {
					wantUUID(t, got, err, test.wantUUID)
				}
			})
		})
	}
}

// The API acts while the client looks for the profile.
func TestCreator_InterruptedAndTimedOut_FindsLateProfile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{timedOut}, lists: []exchange{lists(), lists(seven(1)).taking(2 * time.Second)}}
		got, err := s.create(interruptedAfter(t, time.Second), s.creator(), sentSeven)
		wantUUID(t, got, err, uuid(1))
		if !errors.Is(got.Ambiguous, context.DeadlineExceeded) {
			t.Errorf("the result says %v", got.Ambiguous)
		}
	})
}

// A POST that was throttled and then interrupted has made nothing.
func TestCreator_InterruptedBeforeSending_IsNotAmbiguous(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{fails(notSent(context.Canceled)).taking(time.Second)}, lists: []exchange{lists()}}
		_, err := s.create(interruptedAfter(t, time.Second), s.creator(), sentSeven)
		if !errors.Is(err, context.Canceled) || apierror.OutcomeOf(err) != apierror.NotSent {
			t.Errorf("got %v", err)
		}
		s.wantRequests(t, 1, 1)
	})
}

// The waits between two lists add up to a known time.
func TestCreator_Recovery_WaitsBetweenLists(t *testing.T) {
	t.Parallel()
	shortWaits := func(o *create.Options) { o.MaxWait = func(int) time.Duration { return 100 * time.Millisecond } }
	for name, test := range map[string]struct {
		posts   []exchange
		listed  exchange
		options []func(*create.Options)
		want    time.Duration
	}{
		"three POSTs, and a wait after each that doubles":                      {[]exchange{lost}, lists(), nil, 7 * time.Second},
		"one POST that times out, and as long a wait":                          {[]exchange{timedOut}, lists(), nil, 2 * requestTimeout},
		"a second POST that is rejected, and a wait after it":                  {[]exchange{lost, fails(rejected(http.StatusConflict, "it exists"))}, lists(), nil, 3 * time.Second},
		"a second POST that succeeds, and a wait after it too":                 {[]exchange{lost, shows(seven(1))}, lists(), nil, 3 * time.Second},
		"short waits, and two seconds from the first POST at least":            {[]exchange{lost, shows(seven(1))}, lists(), []func(*create.Options){shortWaits}, 2 * time.Second},
		"short waits, and a second before one of the same second is confirmed": {[]exchange{lost}, lists(createdOn(1, 10)), []func(*create.Options){shortWaits}, time.Second},
		"lists that show an old profile, and waits that double":                {[]exchange{lost}, lists(createdOn(1, 9)), nil, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: test.posts, lists: []exchange{lists(), test.listed}}
				start := time.Now()
				_, err := s.create(t.Context(), s.creator(test.options...), sentSeven)
				if took := time.Since(start); took != test.want {
					t.Errorf("it took %s, want %s: %v", took, test.want, err)
				}
			})
		})
	}
}

func TestWithGracePeriod(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		interrupted, cancelled time.Duration
		want                   time.Duration
	}{
		"ends after the grace period":                   {interrupted: time.Second, cancelled: time.Hour, want: time.Minute + time.Second},
		"ends when it is cancelled":                     {interrupted: time.Hour, cancelled: time.Minute, want: time.Minute},
		"ends when it is cancelled in the grace period": {interrupted: time.Second, cancelled: 2 * time.Second, want: 2 * time.Second},
		"begins with an ended context":                  {cancelled: time.Hour, want: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				ctx, cancel := create.WithGracePeriod(interruptedAfter(t, test.interrupted), time.Minute)
				defer cancel()
				time.AfterFunc(test.cancelled, cancel)
				<-ctx.Done()
				if took := time.Since(start); took != test.want {
					t.Errorf("the context ended after %s, want %s", took, test.want)
				}
			})
		})
	}
}
