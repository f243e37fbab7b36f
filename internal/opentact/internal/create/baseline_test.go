// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

func TestCreator_Baseline_IsReadOnce(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]exchange{
		"read":         lists(),
		"rejected":     fails(rejected(http.StatusForbidden, "no lists")),
		"may not list": fails(&apierror.CredentialsError{Accepted: true, Err: rejected(http.StatusUnauthorized, "no lists")}),
		"lost":         fails(lostTo(io.ErrUnexpectedEOF)),
		"not complete": lists(`"x"`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{posts: []exchange{makes(1), makes(2), makes(3)}, lists: []exchange{first}}
			c := s.creator()
			for i := range 3 {
				got, err := s.create(t.Context(), c, sentSeven)
				wantUUID(t, got, err, uuid(i+1))
			}
			s.wantRequests(t, 3, 1)
		})
	}
}

// Creates that start together need one baseline, and it is read before their POSTs.
func TestCreator_Baseline_ConcurrentCreatesShareIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{makes(1), makes(2), makes(3)}, lists: []exchange{lists().taking(10 * time.Second)}}
		c := s.creator()
		var working sync.WaitGroup
		for i := range 3 {
			working.Go(func() {
				if _, err := s.create(t.Context(), c, fmt.Sprintf(`{"name":"%d"}`, i)); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(9 * time.Second)
		s.wantRequests(t, 0, 1)
		working.Wait()
		s.wantRequests(t, 3, 1)
	})
}

func TestCreator_BaselineFailed_ReportsCandidates(t *testing.T) {
	t.Parallel()
	const unknown = "the list before the first create could not be read: "
	for name, test := range map[string]struct {
		first, second exchange
		reason        string
		candidates    []apierror.Candidate
	}{
		"a profile matches": {fails(rejected(http.StatusForbidden, "no lists yet")), lists(seven(1)),
			"it is not known which profiles are new, because " + unknown + "create thing", []apierror.Candidate{{UUID: uuid(1)}}},
		"no profile has the name": {fails(rejected(http.StatusForbidden, "no lists yet")), lists(), "no new profile has this name, and " + unknown + "create thing", nil},
		"credentials were accepted before": {fails(&apierror.CredentialsError{Accepted: true, Err: rejected(http.StatusUnauthorized, "no lists yet")}), lists(seven(1)),
			"it is not known which profiles are new, because " + unknown, []apierror.Candidate{{UUID: uuid(1)}}},
		"the baseline is not complete": {lists(`"x"`), lists(`"x"`, seven(1)),
			"it is not known which profiles are new, because " + unknown + "the list is not complete: 1 item", []apierror.Candidate{{UUID: uuid(1)}}},
		"the baseline changed while it was read": {changing, lists(),
			unknown + "the list is not complete: it changed while it was read", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: []exchange{lost}, lists: []exchange{test.first, test.second}}
				_, err := s.create(t.Context(), s.creator(), sentSeven)
				wantAmbiguous(t, err, test.reason, test.candidates...)
				s.wantRequests(t, 1, 3-len(test.candidates))
			})
		})
	}
}

// A list may grow while it is read. The profiles that the baseline shows existed before the POST.
func TestCreator_BaselineGrows_IsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		growing := inPages(`{"total":2,"data":[`+seven(2)+`]}`, `{"total":3,"data":[`+seven(3)+`]}`, `{"total":3,"data":[`+seven(4)+`]}`)
		s := &script{posts: []exchange{lost}, lists: []exchange{growing, lists(seven(2), seven(3), seven(4), seven(1))}}
		got, err := s.create(t.Context(), s.creator(), sentSeven)
		wantUUID(t, got, err, uuid(1))
	})
}

func TestCreator_BaselineFailed_ExcludedProfileIsNoCandidate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{lost}, lists: []exchange{fails(rejected(http.StatusForbidden, "no lists yet")), lists(seven(1), seven(2))}}
		c := s.creator()
		c.Exclude(uuid(1))
		_, err := s.create(t.Context(), c, sentSeven)
		wantAmbiguous(t, err, "it is not known which profiles are new", apierror.Candidate{UUID: uuid(2)})
	})
}

// If the API rejects the list because of the credentials, the create sends no POST. The next
// create reads the baseline again.
func TestCreator_BaselineCredentialsRejected_EndsCreate(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{
		"rejected":     &apierror.CredentialsError{Err: rejected(http.StatusUnauthorized, "who?")},
		"login failed": &apierror.LoginError{Err: errors.New("no response")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: []exchange{lost}, lists: []exchange{fails(want), lists(seven(2)), lists(seven(2), seven(1))}}
				c := s.creator()
				if _, err := s.create(t.Context(), c, sentSeven); !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
				s.wantRequests(t, 0, 1)
				got, err := s.create(t.Context(), c, sentSeven)
				wantUUID(t, got, err, uuid(1))
			})
		})
	}
}

func TestCreator_BaselineInterrupted_IsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{lost}, lists: []exchange{hanging, lists(seven(2)), lists(seven(2), seven(1))}}
		c := s.creator()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.create(ctx, c, sentSeven); !errors.Is(err, context.DeadlineExceeded) || apierror.OutcomeOf(err) != apierror.NotSent {
			t.Errorf("got %v", err)
		}
		s.wantRequests(t, 0, 1)
		got, err := s.create(t.Context(), c, sentSeven)
		wantUUID(t, got, err, uuid(1))
	})
}

func TestCreator_ContextEnded_SendsNothing(t *testing.T) {
	t.Parallel()
	s := &script{posts: []exchange{makes(1)}, lists: []exchange{lists()}}
	c := s.creator()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // the result must not be random
		_, err := s.create(ctx, c, sentSeven)
		if err == nil || err.Error() != notSent(context.Canceled).Error() {
			t.Errorf("got %v", err)
		}
	}
	s.wantRequests(t, 0, 0)
	got, err := s.create(t.Context(), c, sentSeven)
	wantUUID(t, got, err, uuid(1))
	s.wantRequests(t, 1, 1)
}

// While one create reads the baseline, another create waits for it. The wait ends with the
// context of the waiting create.
func TestCreator_WaitForBaseline_EndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{makes(1)}, lists: []exchange{lists().taking(10 * time.Second)}}
		c := s.creator()
		var working sync.WaitGroup
		working.Go(func() {
			if _, err := s.create(t.Context(), c, sentSeven); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := s.create(ctx, c, `{"name":"b"}`)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		working.Wait()
		s.wantRequests(t, 1, 1)
	})
}

// A response that describes an excluded profile can't be about a new one.
func TestCreator_ResponseDescribesExcludedProfile_IsAmbiguous(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{makes(1)}, lists: []exchange{lists()}}
		c := s.creator(noResends)
		c.Exclude(uuid(1))
		_, err := s.create(t.Context(), c, sentSeven)
		wantAmbiguous(t, err, "no new profile has this name")
	})
}
