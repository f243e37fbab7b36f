// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestManyReadsAreOneList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{delay: time.Second}
		things := l.open()
		read(t, things, 1, 2, 3)
		l.want(t, "the first reads", 0, 1, 2, 3)
		var working sync.WaitGroup
		for i := range 1000 {
			working.Go(func() { read(t, things, i%10) })
		}
		working.Wait()
		l.want(t, "a thousand more", 1)
		time.Sleep(maxAge - time.Second)
		read(t, things, 1)
		l.want(t, "half a minute later", 0)
		time.Sleep(time.Nanosecond)
		read(t, things, 1, 2)
		l.want(t, "and a moment", 1)
		l.wantNotes(t)
	})
}

// A list that is of no use is asked for once.
func TestUselessListsTurnThemselvesOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		delay time.Duration
		list  func(int) *http.Response
		lists int
		note  string
	}{
		"refused": {0, func(int) *http.Response {
			return answerOf(403, `{"success":false,"message":"not you"}`)
		}, 1, "with status 403"},
		"failing":    {0, func(int) *http.Response { return answerOf(502, "<html>") }, 3, "with status 502"},
		"not a list": {0, func(int) *http.Response { return answerTo(`{"a":1}`) }, 1, "with status 200"},
		"endless": {0, func(int) *http.Response {
			return answerTo(`{"total":9,"data":[` + one(1) + `]}`)
		}, 2, "with status 200"},
		"too large": {0, func(int) *http.Response {
			resp := listOf()
			resp.ContentLength = 300 << 20
			return resp
		}, 1, "with status 200"},
		"of no things": {0, func(int) *http.Response { return listOf(`1`, `2`) }, 1, "a profile was expected"},
		"of pieces":    {0, func(int) *http.Response { return listOf(oneWith(1, `"x":1`)) }, 1, "lacks a field"},
		"late":         {maxAge + 1, nil, 1, "it took longer than 30s"},
		"never":        {time.Hour, nil, 2, "context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &library{delay: test.delay, list: test.list}
				things := l.open3(t, func(c *Config) { c.RequestTimeout = time.Minute })
				begin := time.Now()
				var working sync.WaitGroup
				for i := 1; i <= 3; i++ {
					working.Go(func() { read(t, things, i) })
				}
				working.Wait()
				if waited := time.Since(begin); waited > time.Minute+time.Second { // and RetryMaxWait
					t.Errorf("it was waited for %s", waited)
				}
				l.want(t, name, test.lists, 1, 2, 3)
				l.wantNotes(t, test.note)
				if strings.Contains(l.notes[0], "not you") {
					t.Errorf("the API's own words, which may hold a webhook, are noted: %s", l.notes[0])
				}
			})
		})
	}
}

// Whoever asks for the list may give up. The next one asks again.
func TestInterruptedListIsAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{delay: 10 * time.Second}
		things := l.open3(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var working sync.WaitGroup
		working.Go(func() {
			if _, err := things.Get(ctx, as(1, 5)); ctx.Err() == nil || err == nil {
				t.Errorf("it was not given up: %v", err)
			}
		})
		working.Go(func() {
			time.Sleep(time.Millisecond) // after the first
			read(t, things, 2)
			if _, err := things.List(t.Context()); err != nil {
				t.Error(err)
			}
		})
		working.Wait()
		l.want(t, "two lists", 2)
		l.wantNotes(t)
	})
}

// Reads of all things share a list too, unless something was written since.
func TestListsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{
			delay: time.Second,
			other: func(*http.Request) *http.Response { return answerTo(one(1)) },
		}
		things := l.open3(t)
		list := func(n int) {
			var working sync.WaitGroup
			for range n {
				working.Go(func() {
					all, err := things.List(t.Context())
					if err != nil || len(all) != 10 {
						t.Errorf("got %v, %v", all, err)
					}
					clear(all) // which nobody else sees
				})
			}
			working.Wait()
		}
		list(20)
		l.want(t, "all at once", 1)
		read(t, things, 1, 2, 3)
		list(1)
		l.want(t, "soon after", 0)
		if _, err := things.Update(t.Context(), as(1, 4), as(1, 5).Fields); err != nil {
			t.Fatal(err)
		}
		list(20)
		l.want(t, "after a write", 1)
		time.Sleep(maxAge)
		list(20)
		l.want(t, "later", 1)
		time.Sleep(maxAge)
		l.delay = maxAge + time.Second
		list(20)
		l.want(t, "one that takes its time", 1)
	})
}

// A list that fails does so for all who wait for it, and for nobody else.
func TestFailureOfAListIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{list: func(n int) *http.Response {
			time.Sleep(time.Second)
			if n == 1 {
				return answerOf(403, `{"success":false,"message":"not you"}`)
			}
			return listOf()
		}}
		things := l.open()
		var working sync.WaitGroup
		for range 20 {
			working.Go(func() {
				if _, err := things.List(t.Context()); err == nil || !strings.Contains(err.Error(), "not you") {
					t.Error(err)
				}
			})
		}
		working.Wait()
		l.want(t, "all at once", 1)
		l.mu.Lock()
		l.lists = 1
		l.mu.Unlock()
		if _, err := things.List(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// An account may have far more profiles than the configuration.
func TestHugeList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // or the list would be too slow for a machine that is busy
		things := make([]string, 50_000)
		for i := range things {
			things[i] = one(i)
		}
		things[17] = `{"uuid":17}`
		l := &library{list: func(int) *http.Response { return listOf(things...) }}
		collection := l.open3(t)
		for i := 0; i < len(things); i += 50 {
			read(t, collection, i)
		}
		l.want(t, "a thousand of them", 1)
		l.wantNotes(t, "1 elements show no whole profile")
	})
}

// One who gives up while all wait for its list fails alone.
func TestInterruptedListFailsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{delay: 10 * time.Second}
		things := l.open()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var working sync.WaitGroup
		working.Go(func() {
			if _, err := things.List(ctx); err == nil {
				t.Error("it was not given up")
			}
		})
		time.Sleep(time.Millisecond)
		for range 5 {
			working.Go(func() {
				if _, err := things.List(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		working.Wait()
		l.want(t, "one for the others", 2)
	})
}
