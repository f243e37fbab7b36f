// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// thing is a profile of the kind plain, named "a".
func thing(n int) string {
	return fmt.Sprintf(`{"uuid":%q,"created_on":"c","modified_on":"m","name":"a"}`, uuidOfThing(n))
}

func uuidOfThing(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// silent lets every request through.
func silent(*http.Request, int) (*http.Response, error) { return nil, nil }

// What several creates that are alike have lost is settled by the last of them.
// Those before it leave it as many profiles as there are creates that wait.
func TestSurplusAmongSiblings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{before: silent}
		things := CollectionOf(scripted(Credentials{Token: "t"}, api.answer), &plain)
		if err := things.creates.begin(t.Context(), things.listAny); err != nil {
			t.Fatal(err)
		}
		sent := members{"name": []byte(`"a"`)}
		s := &search[Named]{Collection: things, lane: things.creates.lane("a"), write: write{sent: sent}, cause: errors.New("lost")}
		want := func(step string, lost int, uuids ...string) {
			t.Helper()
			if diff := cmp.Diff(uuids, s.surplus(t.Context())); diff != "" || count(s.lane.lostPosts(), sent) != lost {
				t.Errorf("%s: %d POSTs are lost, want %d: %s", step, count(s.lane.lostPosts(), sent), lost, diff)
			}
		}
		for range 3 {
			s.lane.lost(sent)
		}
		s.lane.beginWait(sent)
		api.profiles = []string{thing(1)}
		want("one is left to the sibling", 3)
		api.profiles = []string{thing(1), thing(2)}
		want("one is more than the sibling needs", 3, uuidOfThing(2))
		s.lane.endWait(sent)
		if err := things.creates.claim(uuidOfThing(9)); err != nil {
			t.Error(err)
		}
		want("the list lacks what was made before, and says nothing", 3)
		things.creates.retire(uuidOfThing(9))
		want("nobody waits any more", 0, uuidOfThing(1))
		want("all is settled", 0)
	})
}

// What is deleted while a list is read is not missed in it.
func TestDeletedDuringTheList(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{before: silent}
	things := CollectionOf(scripted(Credentials{Token: "t"}, api.answer), &plain)
	if err := things.creates.claim(uuidOfThing(1)); err != nil {
		t.Fatal(err)
	}
	api.before = func(*http.Request, int) (*http.Response, error) {
		things.creates.retire(uuidOfThing(1))
		return nil, nil
	}
	s := &search[Named]{Collection: things, lane: things.creates.lane("a"), write: write{sent: members{"name": []byte(`"a"`)}}}
	if seen, err := s.sight(t.Context()); err != nil || len(seen.missing) > 0 {
		t.Errorf("%v is missing: %v", seen.missing, err)
	}
}

// Names that an API may take for one are looked for in one lane.
func TestLanesOfNames(t *testing.T) {
	t.Parallel()
	c := newCreates()
	if c.lane("Support  desk") != c.lane(" support desk ") || c.lane("a") == c.lane("b") {
		t.Error("lanes are told apart by something else than what an API keeps of a name")
	}
}

// TestTimeOfASearch is how long is waited between two lists, all in all.
func TestTimeOfASearch(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lose func(*http.Request) error
		want time.Duration
	}{
		// Three POSTs, and after each a wait that doubles.
		"an answer that is cut": {func(*http.Request) error { return io.ErrUnexpectedEOF }, 3500 * time.Millisecond},
		// One POST that lasts for its timeout, and as long a wait.
		"a time-out": {func(req *http.Request) error { <-req.Context().Done(); return req.Context().Err() }, 2 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			api := &fakeAPI{before: func(req *http.Request, _ int) (*http.Response, error) {
				if req.Method == http.MethodPost {
					return nil, test.lose(req)
				}
				return nil, nil
			}}
			client := scripted(Credentials{Token: "t"}, api.answer, func(c *Config) { c.RetryMaxWait = time.Minute })
			begin := time.Now()
			_, err := CollectionOf(client, &plain).Create(t.Context(), Named{Name: Value("a")})
			if !isType[*UnknownOutcomeError](err) || time.Since(begin) != test.want {
				t.Errorf("%s: after %s: %v", name, time.Since(begin), err)
			}
		})
	}
}

// A first list that was interrupted says nothing, and is asked for again.
func TestFirstListThatWasInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{}
		api.before = func(req *http.Request, posts int) (*http.Response, error) {
			switch {
			case req.Method == http.MethodPost && posts == 1:
				api.store(req)
				return nil, io.ErrUnexpectedEOF
			case req.Method == http.MethodGet && time.Now().Minute() == 0: // a bubble's clock begins at midnight
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			return nil, nil
		}
		things := CollectionOf(scripted(Credentials{Token: "t"}, api.answer), &plain)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := things.Create(ctx, Named{Name: Value("a")}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(2 * time.Minute)
		made, err := things.Create(t.Context(), Named{Name: Value("a")})
		if err != nil || made.Lost == nil {
			t.Errorf("got %+v, %v", made, err)
		}
	})
}
