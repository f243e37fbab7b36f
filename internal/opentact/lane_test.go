// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// POSTs share a lane, a search has it for itself, and whoever waits gives up with
// its context.
func TestLane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLane()
		enter := func(way func(context.Context) error) error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return way(ctx)
		}
		if err := errors.Join(enter(l.share), enter(l.share)); err != nil {
			t.Error(err)
		}
		if err := enter(l.own); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a search began among POSTs: %v", err)
		}
		l.unshare()
		l.unshare()
		if err := enter(l.own); err != nil {
			t.Error(err)
		}
		for _, way := range []func(context.Context) error{l.share, l.own} {
			if err := enter(way); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a search was not left alone: %v", err)
			}
		}
		l.disown()
		if err := enter(l.share); err != nil {
			t.Error(err)
		}
	})
}

// POSTs are spare that none of the creates which still wait can be waiting for.
func TestSparePosts(t *testing.T) {
	t.Parallel()
	l := newLane()
	seven, three := members{"weight": json.RawMessage("7")}, members{"weight": json.RawMessage("3")}
	want := func(posts, waiting int) {
		t.Helper()
		if p, w := l.spare(seven); p != posts || w != waiting {
			t.Errorf("%d spare and %d waiting, want %d and %d", p, w, posts, waiting)
		}
	}
	l.found(seven) // of which there is none
	want(0, 0)
	l.beginWait(seven)
	l.beginWait(three)
	l.lost(three)
	want(0, 1)
	l.lost(seven)
	want(0, 1)
	l.lost(seven)
	want(1, 1)
	l.endWait(seven)
	want(2, 0)
	l.found(seven)
	want(1, 0)
}

// fakeAPI makes profiles. What it is told by a rule of the test comes first.
type fakeAPI struct {
	mu       sync.Mutex
	profiles []string
	posts    []time.Time
	// before may answer in its place, or return neither.
	before func(req *http.Request, posts int) (*http.Response, error)
}

func (a *fakeAPI) answer(req *http.Request) (*http.Response, error) {
	a.mu.Lock()
	if req.Method == http.MethodPost {
		a.posts = append(a.posts, time.Now())
	}
	posts := len(a.posts)
	a.mu.Unlock()
	if resp, err := a.before(req, posts); resp != nil || err != nil {
		return resp, err
	}
	if req.Method == http.MethodPost {
		return answerOf(201, `{"success":true,"payload":`+a.store(req)+`}`), nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return answerOf(200, `{"success":true,"payload":[`+strings.Join(a.profiles, ",")+`]}`), nil
}

// store makes the profile that a POST is for.
func (a *fakeAPI) store(req *http.Request) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, _ := io.ReadAll(req.Body)
	profile := fmt.Sprintf(`{"uuid":"%08x-0000-4000-8000-000000000000","created_on":"c","modified_on":"m",%s`, len(a.profiles), body[1:])
	a.profiles = append(a.profiles, profile)
	return profile
}

var plain = Spec[Named]{Name: "thing", Path: "things"}

// createAll makes things of one name at once.
func createAll(t *testing.T, client *Client, n int) {
	t.Helper()
	var working sync.WaitGroup
	for range n {
		working.Go(func() {
			if _, err := CollectionOf(client, &plain).Create(t.Context(), Named{Name: Value("a")}); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
}

// Those who waited in a lane while one was looked for do not then leave it all at
// once: the limit of requests holds behind the lane too.
func TestLaneDoesNotBurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{before: func(req *http.Request, posts int) (*http.Response, error) {
			switch {
			case req.Method == http.MethodPost && posts == 1:
				return nil, io.ErrUnexpectedEOF
			case req.Method == http.MethodGet:
				time.Sleep(1500 * time.Millisecond)
			}
			return nil, nil
		}}
		client := scripted(Credentials{Token: "t"}, api.answer, func(c *Config) { c.RequestsPerSecond = 10 })
		createAll(t, client, 12)
		for i := 1; i < len(api.posts); i++ {
			if between := api.posts[i].Sub(api.posts[i-1]); between < 99*time.Millisecond {
				t.Errorf("POSTs %d and %d are %s apart, and ten a second are allowed", i, i+1, between)
			}
		}
	})
}

// Nor do they while the API wants silence.
func TestLaneKeepsAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var silence time.Time
		api := &fakeAPI{before: func(req *http.Request, posts int) (*http.Response, error) {
			switch {
			case req.Method == http.MethodPost && posts == 1:
				return nil, io.ErrUnexpectedEOF
			case req.Method == http.MethodGet && posts > 0 && silence.IsZero():
				time.Sleep(time.Second)
				silence = time.Now().Add(20 * time.Second)
				return answerOf(429, "{}", "Retry-After", "20"), nil
			case time.Now().Before(silence):
				t.Errorf("%s was sent %s before the silence was over", req.Method, time.Until(silence))
			}
			return nil, nil
		}}
		client := scripted(Credentials{Token: "t"}, api.answer, func(c *Config) { c.RetryMaxWait = time.Minute })
		createAll(t, client, 5)
	})
}

// A POST that certainly did not happen, and waits to be sent again, keeps nobody
// from a search.
func TestRefusedPostLeavesTheLane(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{}
		api.before = func(req *http.Request, posts int) (*http.Response, error) {
			switch {
			case req.Method == http.MethodPost && posts == 1:
				api.store(req)
				time.Sleep(time.Second) // until the other has been refused
				return nil, io.ErrUnexpectedEOF
			case req.Method == http.MethodPost:
				return answerOf(429, "{}"), nil
			}
			return nil, nil
		}
		client := scripted(Credentials{Token: "t"}, api.answer, func(c *Config) { c.MaxRetries, c.RetryMaxWait = 100, time.Minute })
		begin := time.Now()
		var working sync.WaitGroup
		for range 2 {
			working.Go(func() {
				made, err := CollectionOf(client, &plain).Create(t.Context(), Named{Name: Value("a")})
				if err == nil && (made.Lost == nil || time.Since(begin) > time.Minute) {
					t.Errorf("the one that was lost was found after %s", time.Since(begin))
				}
			})
		}
		working.Wait()
		if time.Since(begin) < 10*time.Minute {
			t.Errorf("the other one gave up after %s", time.Since(begin))
		}
	})
}

// A search that finds no end on its own has one: two timeouts and the longest wait
// after an interrupt, beside the timeout of the POST.
func TestInterruptedSearchIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{before: func(req *http.Request, posts int) (*http.Response, error) {
			if posts > 0 { // neither the create nor the list after it is answered
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			return nil, nil
		}}
		client := scripted(Credentials{Token: "t"}, api.answer)
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, interrupt)
		begin := time.Now()
		_, err := CollectionOf(client, &plain).Create(ctx, Named{Name: Value("a")})
		if !isType[*UnknownOutcomeError](err) || time.Since(begin) != 3*time.Minute+time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
	})
}

// Who waits for somebody else's first list gives up with its context.
func TestWaitForTheFirstListEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeAPI{before: func(req *http.Request, _ int) (*http.Response, error) {
			if req.Method == http.MethodGet {
				time.Sleep(10 * time.Second)
			}
			return nil, nil
		}}
		client := scripted(Credentials{Token: "t"}, api.answer)
		var working sync.WaitGroup
		working.Go(func() { createAll(t, client, 1) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		_, err := CollectionOf(client, &plain).Create(ctx, Named{Name: Value("b")})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		working.Wait()
	})
}

// A login that failed does not count as a list that could not be read.
func TestFailedLoginDoesNotSpoilTheFirstList(t *testing.T) {
	t.Parallel()
	logins := 0
	api := &fakeAPI{}
	api.before = func(req *http.Request, posts int) (*http.Response, error) {
		switch {
		case isLogin(req):
			if logins++; logins == 1 {
				return answerOf(500, "oops"), nil
			}
			return loginAnswer("a-good-token"), nil
		case req.Method == http.MethodPost && posts == 1:
			api.store(req)
			return nil, io.ErrUnexpectedEOF
		}
		return nil, nil
	}
	client := scripted(byPassword(), api.answer, func(c *Config) { c.MaxRetries = 0 })
	things := CollectionOf(client, &plain)
	if _, err := things.Create(t.Context(), Named{Name: Value("a")}); !isType[*LoginError](err) {
		t.Errorf("got %v", err)
	}
	made, err := things.Create(t.Context(), Named{Name: Value("a")})
	if err != nil || made.Lost == nil {
		t.Errorf("got %+v, %v", made, err)
	}
}

// What the API refused for its token has not happened, also if it is interrupted
// before it is sent again.
func TestInterruptedAfterARefusedToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		logins := 0
		api := &fakeAPI{before: func(req *http.Request, _ int) (*http.Response, error) {
			switch {
			case isLogin(req):
				if logins++; logins == 2 {
					time.AfterFunc(time.Second, interrupt)
				}
				return loginAnswer(fmt.Sprint("a-good-token-", logins)), nil
			case req.Method == http.MethodPost:
				return answerOf(401, `{"success":false,"message":"Expired"}`), nil
			}
			return nil, nil
		}}
		client := scripted(byPassword(), api.answer, func(c *Config) { c.RequestsPerSecond = 0.1 })
		_, err := CollectionOf(client, &plain).Create(ctx, Named{Name: Value("a")})
		if !errors.Is(err, context.Canceled) || isType[*UnknownOutcomeError](err) || len(api.posts) != 1 {
			t.Errorf("after %d POSTs: %v", len(api.posts), err)
		}
	})
}
