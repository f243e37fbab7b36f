// SPDX-License-Identifier: MPL-2.0

package create_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

func TestCreator_TwoNames_RunInParallelUnlessEqual(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		names    [2]string
		oneByOne bool
	}{
		"equal":      {[2]string{"a", "a"}, true},
		"normalised": {[2]string{"Caf\u00e9  1", "cafe\u0301 1"}, true},
		"different":  {[2]string{"a", "b"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{posts: []exchange{makes(1).taking(10 * time.Second), makes(2).taking(10 * time.Second)}, lists: []exchange{lists()}}
				c := s.creator()
				start := time.Now()
				var working sync.WaitGroup
				for _, name := range test.names {
					working.Go(func() {
						if _, err := s.create(t.Context(), c, fmt.Sprintf(`{"name":%q}`, name)); err != nil {
							t.Error(err)
						}
					})
				}
				working.Wait()
				want := 10 * time.Second
				if test.oneByOne {
					want *= 2
				}
				if took := time.Since(start); took != want {
					t.Errorf("the creates took %s, want %s", took, want)
				}
			})
		})
	}
}

// The lock covers the recovery too, so that a create can't find the profile of another
// one that is not known to own it yet.
func TestCreator_SameName_WaitsForRecovery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{lost, makes(2)}, lists: []exchange{lists(), lists(), lists(seven(1))}}
		c := s.creator()
		var working sync.WaitGroup
		working.Go(func() {
			got, err := s.create(t.Context(), c, sentSeven)
			wantUUID(t, got, err, uuid(1))
		})
		synctest.Wait()
		working.Go(func() {
			got, err := s.create(t.Context(), c, sentSeven)
			wantUUID(t, got, err, uuid(2))
		})
		synctest.Wait()
		s.wantRequests(t, 1, 2)
		working.Wait()
		s.wantRequests(t, 2, 3)
	})
}

func TestCreator_WaitForName_EndsWithContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{posts: []exchange{makes(1).taking(10 * time.Second), makes(2)}, lists: []exchange{lists()}}
		c := s.creator()
		var working sync.WaitGroup
		working.Go(func() {
			got, err := s.create(t.Context(), c, sentSeven)
			wantUUID(t, got, err, uuid(1))
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := s.create(ctx, c, `{"name":"A"}`)
		if !errors.Is(err, context.DeadlineExceeded) || apierror.OutcomeOf(err) != apierror.NotSent || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		if want := `another create of a profile named "A" was still running`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
		s.wantRequests(t, 1, 1)
		// The create that gave up does not block later ones.
		got, err := s.create(t.Context(), c, sentSeven)
		wantUUID(t, got, err, uuid(2))
		working.Wait()
	})
}
