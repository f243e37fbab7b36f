// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
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
		if err := things.creates.begin(t.Context(), func(ctx context.Context) ([]members, error) { return things.listAny(ctx) }); err != nil {
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

// stuck is an API that has a POST wait for longer than its client does.
func stuck(req *http.Request, _ int) (*http.Response, error) {
	if req.Method != http.MethodPost {
		return nil, nil
	}
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
}

// A request that took too long is not sent again: the API may be working on it.
// Where it is interrupted besides, it is looked for once.
func TestSlowCreateIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for reason, after := range map[string]time.Duration{
		"no new profile has this name yet, and the API may still be working on it":                      time.Hour,
		"no new profile has this name yet, and it was interrupted, so that it was looked for only once": time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			api := &fakeAPI{before: stuck}
			ctx, interrupt := context.WithCancel(t.Context())
			time.AfterFunc(after, interrupt)
			_, err := CollectionOf(scripted(Credentials{Token: "t"}, api.answer), &plain).Create(ctx, Named{Name: Value("a")})
			unknown, ok := errors.AsType[*UnknownOutcomeError](err)
			if !ok || unknown.Reason != reason || len(api.posts) != 1 {
				t.Errorf("after %d POSTs: %v", len(api.posts), err)
			}
			if err != nil && !strings.Contains(err.Error(), "it took longer than request_timeout (1m0s)") {
				t.Errorf("the error does not say which setting ended it: %v", err)
			}
		})
	}
}

// The client gives up its POST and is interrupted, and the API carries the POST
// out while the client looks for what it made.
func TestInterruptedCreateWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{}
		api.before = func(req *http.Request, posts int) (*http.Response, error) {
			if req.Method == http.MethodPost {
				copied := req.Clone(t.Context())
				time.AfterFunc(61*time.Second, func() { api.store(copied) })
			} else if posts > 0 {
				time.Sleep(2 * time.Second)
			}
			return stuck(req, posts)
		}
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, interrupt)
		made, err := CollectionOf(scripted(Credentials{Token: "t"}, api.answer), &plain).Create(ctx, Named{Name: Value("a")})
		if err != nil || made.UUID != uuidOfThing(0) || made.Lost == nil {
			t.Errorf("got %+v, %v", made, err)
		}
	})
}

// While a create looks for its profile, others can know that it waits for one.
func TestSearchIsKnownToSiblings(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{}
	client := scripted(Credentials{Token: "t"}, api.answer)
	things := CollectionOf(client, &plain)
	waiting := -1
	api.before = func(req *http.Request, posts int) (*http.Response, error) {
		switch {
		case req.Method == http.MethodPost:
			api.store(req)
			return nil, io.ErrUnexpectedEOF
		case posts > 0:
			_, waiting = things.creates.lane("a").spare(members{"name": []byte(`"a"`)})
		}
		return nil, nil
	}
	if _, err := things.Create(t.Context(), Named{Name: Value("a")}); err != nil || waiting != 1 {
		t.Errorf("%d creates wait: %v", waiting, err)
	}
	if _, after := things.creates.lane("a").spare(members{"name": []byte(`"a"`)}); after != 0 {
		t.Errorf("%d creates still wait", after)
	}
}

// A POST that is the first to be sent after a pause, and one that is looked for
// under the same name, do not wait for each other.
func TestProbeAndSearchDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{}
		api.before = func(req *http.Request, posts int) (*http.Response, error) {
			switch {
			case req.Method != http.MethodPost:
				return nil, nil
			case posts == 1:
				api.store(req)
				time.Sleep(8 * time.Second) // until the other has been refused for the second time
				return nil, io.ErrUnexpectedEOF
			case posts <= 3:
				return answerOf(429, "{}", "Retry-After", "5"), nil
			}
			return nil, nil
		}
		client := scripted(Credentials{Token: "t"}, api.answer, func(c *Config) { c.RetryMaxWait = time.Minute })
		createAll(t, client, 2)
		if len(api.profiles) != 2 {
			t.Errorf("there are %v", api.profiles)
		}
	})
}

// A second look that ends with its caller is none.
func TestGoneIsNotBelievedWhenInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	client := scripted(Credentials{Token: "t"}, func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/rest/things" {
			interrupt()
			return nil, context.Canceled
		}
		return answerOf(404, `{"success":false,"message":"No such thing"}`), nil
	})
	_, err := CollectionOf(client, &plain).Get(ctx, Profile[Named]{UUID: uuidOfThing(1)})
	if err == nil || IsGone(err) {
		t.Errorf("got %v", err)
	}
}
