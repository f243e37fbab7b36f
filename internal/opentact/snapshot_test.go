// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// limited is a kind with a number that may be kept in 32 bits, and has two names.
type limited struct {
	Named
	Limit Optional[float64] `json:"limit,omitzero"`
}

var limitedSpec = Spec[limited]{
	Name: "thing", Path: "things", OtherSpellings: map[string]string{"limit": "bound"}, Float32: []string{"limit"},
}

// library is an API of things 0 to 9. It counts what it is asked for.
type library struct {
	mu sync.Mutex
	// gets are the numbers of the things that were asked for one by one.
	gets  []int
	lists int
	notes []string
	// delay is how long a list takes, as long as it is waited for.
	delay time.Duration
	// list answers the nth list, where it is set, and other what is no GET.
	list  func(n int) *http.Response
	other func(*http.Request) *http.Response
}

// one is a thing as the library has it.
func one(i int) string { return oneWith(i, `"limit":5`) }

func oneWith(i int, more string) string {
	return fmt.Sprintf(`{"uuid":%q,"created_on":"c","modified_on":"m","name":"n%d",%s}`, uuidOfThing(i), i, more)
}

// answerTo wraps a payload.
func answerTo(payload string) *http.Response {
	return answerOf(200, `{"success":true,"payload":`+payload+`}`)
}

// listOf is a list of things, of all where none is given.
func listOf(things ...string) *http.Response {
	if things == nil {
		for i := range 10 {
			things = append(things, one(i))
		}
	}
	return answerTo("[" + strings.Join(things, ",") + "]")
}

func (l *library) answer(req *http.Request) (*http.Response, error) {
	name := path.Base(req.URL.Path)
	switch {
	case req.Method != http.MethodGet:
		return l.other(req), nil
	case name != "things":
		var i int
		_, _ = fmt.Sscanf(name, "%x-", &i)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.gets = append(l.gets, i)
		if i > 9 {
			return answerOf(404, `{"success":false,"message":"no such thing","status":404}`), nil
		}
		return answerTo(one(i)), nil
	}
	l.mu.Lock()
	l.lists++
	n := l.lists
	l.mu.Unlock()
	if err := sleep(req.Context(), l.delay); err != nil {
		return nil, err
	}
	if l.list == nil {
		return listOf(), nil
	}
	return l.list(n), nil
}

// open returns the things of a client of the library.
func (l *library) open(change ...func(*Config)) *Collection[limited] {
	note := func(c *Config) {
		c.Note = func(_ context.Context, text string) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.notes = append(l.notes, text)
		}
	}
	return CollectionOf(scripted(Credentials{Token: "t"}, l.answer, append(change, note)...), &limitedSpec)
}

// open3 is open after the reads that are always GETs.
func (l *library) open3(t *testing.T, change ...func(*Config)) *Collection[limited] {
	t.Helper()
	things := l.open(change...)
	for range plainReads {
		read(t, things, 0)
	}
	l.gets = nil
	return things
}

// as is a thing as it is known.
func as(i int, limit float64) Profile[limited] {
	return Profile[limited]{UUID: uuidOfThing(i), Fields: limited{Named: Named{Name: Value(fmt.Sprint("n", i))}, Limit: Value(limit)}}
}

// read reads things that are known, and expects each to be what is known of it.
func read(t *testing.T, things *Collection[limited], numbers ...int) {
	t.Helper()
	for _, i := range numbers {
		got, err := things.Get(t.Context(), as(i, 5))
		if err != nil || got.Fields != as(i, 5).Fields {
			t.Errorf("thing %d is %v, %v", i, got.Fields, err)
		}
	}
}

// want compares what was asked for since the last time.
func (l *library) want(t *testing.T, what string, lists int, gets ...int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.gets)
	if diff := cmp.Diff(gets, l.gets); diff != "" || l.lists != lists {
		t.Errorf("%s: %d lists, want %d; gets: %s", what, l.lists, lists, diff)
	}
	l.gets, l.lists = nil, 0
}

// wantNotes expects notes that contain texts, in their order, and no more.
func (l *library) wantNotes(t *testing.T, texts ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, text := range l.notes {
		if i >= len(texts) || !strings.Contains(text, texts[i]) {
			t.Errorf("noted: %s", text)
		}
	}
	if len(l.notes) < len(texts) {
		t.Errorf("not noted: %v", texts[len(l.notes):])
	}
}

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

// What a list cannot be believed about is read by itself, and the rest is not.
func TestListsAreBelievedAboutWhatIsKnownAlone(t *testing.T) {
	t.Parallel()
	whole := []string{one(0), one(1)}
	for name, test := range map[string]struct {
		third []string
		gets  []int
		note  string
	}{
		"whole":               {[]string{one(2)}, nil, ""},
		"missing":             {nil, []int{2}, ""},
		"twice":               {[]string{one(2), one(2)}, nil, ""},
		"twice, and not same": {[]string{one(2), oneWith(2, `"limit":6`)}, []int{2}, "1 of 3 profiles are not shown whole and 1 elements were skipped"},
		"a field missing":     {[]string{oneWith(2, `"x":1`)}, []int{2}, "1 of 3 profiles are not shown whole and 0 elements were skipped, so these profiles are read one by one: thing " + uuidOfThing(2) + " lacks a field"},
		"the name missing":    {[]string{strings.Replace(one(2), `"name"`, `"title"`, 1)}, []int{2}, "has no name"},
		"the time missing":    {[]string{strings.Replace(one(2), `"modified_on"`, `"touched_on"`, 1)}, []int{2}, "lacks a field"},
		"malformed":           {[]string{oneWith(2, `"limit":"5"`)}, []int{2}, "limit is not of this field's type"},
		"no uuid":             {[]string{`{"name":"n2"}`}, []int{2}, "0 of 2 profiles are not shown whole and 1 elements were skipped"},
		"no object":           {[]string{`17`, `null`, `[]`, `"x"`}, []int{2}, "0 of 2 profiles are not shown whole and 4 elements were skipped"},
		"another value":       {[]string{oneWith(2, `"limit":6`)}, []int{2}, ""},
		"a null":              {[]string{oneWith(2, `"limit":null`)}, []int{2}, ""},
		"another spelling":    {[]string{oneWith(2, `"bound":5`)}, nil, ""},
		"another writing":     {[]string{oneWith(2, `"limit":5.0e0`)}, nil, ""},
		"32 bits":             {[]string{oneWith(2, `"limit":5.0000001`)}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &library{list: func(int) *http.Response {
				return listOf(slices.Concat(whole, test.third)...)
			}}
			read(t, l.open3(t), 0, 1, 2)
			l.want(t, name, 1, test.gets...)
			if test.note == "" {
				l.wantNotes(t)
			} else {
				l.wantNotes(t, test.note)
			}
		})
	}
}

// Of what is imported nothing is known, and the list is as good as a GET.
func TestUnknownThingsAreTakenFromTheList(t *testing.T) {
	t.Parallel()
	l := &library{}
	things := l.open3(t)
	for _, known := range []Profile[limited]{
		{UUID: uuidOfThing(1)},
		{UUID: uuidOfThing(1), Fields: limited{Named: Named{Name: Null[string]()}, Limit: Null[float64]()}},
		{UUID: uuidOfThing(1), Fields: limited{Named: Named{Name: Value("n1")}}},
	} {
		got, err := things.Get(t.Context(), known)
		if want := as(1, 5); err != nil || got.Fields != want.Fields || got.CreatedOn != Value("c") {
			t.Errorf("got %v, %v", got, err)
		}
	}
	l.want(t, "imports", 1)
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
		}, 1, "not you"},
		"failing":    {0, func(int) *http.Response { return answerOf(502, "<html>") }, 3, "502"},
		"not a list": {0, func(int) *http.Response { return answerTo(`{"a":1}`) }, 1, "a list was expected"},
		"endless": {0, func(int) *http.Response {
			return answerTo(`{"total":9,"data":[` + one(1) + `]}`)
		}, 2, "repeats an earlier one"},
		"too large": {0, func(int) *http.Response {
			resp := listOf()
			resp.ContentLength = 300 << 20
			return resp
		}, 1, "larger than 268435456 bytes"},
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
				if name == "of no things" || name == "of pieces" {
					l.wantNotes(t, "are read one by one", test.note)
				} else {
					l.wantNotes(t, test.note)
				}
			})
		})
	}
}

// An empty list may be true. What it lacks is read, and its emptiness shows at
// least that base_url is right.
func TestEmptyListsAreLists(t *testing.T) {
	t.Parallel()
	l := &library{list: func(int) *http.Response { return listOf([]string{}...) }}
	things := l.open3(t)
	read(t, things, 1)
	for i := range 10 {
		if _, err := things.Get(t.Context(), as(10+i, 5)); !IsGone(err) {
			t.Error(err)
		}
	}
	l.want(t, "gone", 1, 1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)
	l.wantNotes(t)
}

// That a profile is gone is confirmed by one look at the collection for all, also
// where lists are of no use to reads.
func TestGoneIsConfirmedForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{}
		things := l.open()
		gone := func(numbers ...int) {
			t.Helper()
			for _, i := range numbers {
				if _, err := things.Get(t.Context(), as(i, 5)); !IsGone(err) {
					t.Error(err)
				}
			}
		}
		gone(11, 12, 13)
		l.want(t, "the first", 1, 11, 12, 13)
		l.list = func(int) *http.Response { return listOf(`1`) }
		gone(14, 15)
		l.want(t, "when the list is useless", 1, 14, 15)
		time.Sleep(maxAge + time.Second)
		gone(16, 17)
		l.want(t, "later", 1, 16, 17)
	})
}

// What this process writes, it reads by itself for good, and needs no list for it.
func TestWrittenThingsAreReadByThemselves(t *testing.T) {
	t.Parallel()
	l := &library{other: func(*http.Request) *http.Response { return answerTo(one(1)) }}
	things := l.open3(t)
	if _, err := things.Update(t.Context(), as(1, 4), as(1, 5).Fields); err != nil {
		t.Fatal(err)
	}
	read(t, things, 1, 1, 1, 1, 1)
	l.want(t, "after the write", 0, 1, 1, 1, 1, 1)
	read(t, things, 2, 1)
	l.want(t, "beside others", 1, 1)
	// One without a difference is a read, and not of the list.
	if _, err := things.Update(t.Context(), as(2, 5), as(2, 5).Fields); err != nil {
		t.Fatal(err)
	}
	l.want(t, "an update of nothing", 0, 2)
}

// A write that begins and ends while a read waits for the list counts.
func TestWriteDuringAList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{
			delay: 10 * time.Second,
			other: func(*http.Request) *http.Response { return answerTo(one(1)) },
		}
		things := l.open3(t)
		var working sync.WaitGroup
		working.Go(func() {
			if _, err := things.Get(t.Context(), Profile[limited]{UUID: uuidOfThing(1)}); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		if _, err := things.Update(t.Context(), as(1, 4), as(1, 5).Fields); err != nil {
			t.Error(err)
		}
		working.Wait()
		l.want(t, "a write meanwhile", 1, 1)
	})
}

// A list may show a thing that this process has created as it is not, or not yet.
func TestCreatedThingsAreReadByThemselves(t *testing.T) {
	t.Parallel()
	l := &library{
		list:  func(int) *http.Response { return listOf(one(1)) },
		other: func(*http.Request) *http.Response { return answerTo(one(9)) },
	}
	things := l.open3(t)
	if _, err := things.Create(t.Context(), as(9, 5).Fields); err != nil {
		t.Fatal(err)
	}
	l.want(t, "the create", 1) // which lists by itself, what was there before
	l.list = func(int) *http.Response { return listOf(oneWith(9, `"limit":1`)) }
	got, err := things.Get(t.Context(), Profile[limited]{UUID: uuidOfThing(9)})
	if err != nil || got.Fields != as(9, 5).Fields {
		t.Errorf("got %v, %v", got.Fields, err)
	}
	l.want(t, "the read", 0, 9)
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

// A list in pages is as old as its first page, and an element that is none counts.
func TestListInPagesAnswersReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{list: func(n int) *http.Response {
			time.Sleep(maxAge / 3)
			pages := [][]string{{one(0), `"x"`}, {`"x"`, one(1)}, {one(2)}}
			return answerTo(fmt.Sprintf(`{"total":5,"data":[%s]}`, strings.Join(pages[(n-1)%3], ",")))
		}}
		things := l.open3(t)
		read(t, things, 0, 1, 2)
		l.want(t, "three pages", 3)
		time.Sleep(time.Nanosecond)
		read(t, things, 0)
		l.want(t, "a moment later", 3)
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
		l.wantNotes(t, "0 of 49999 profiles are not shown whole and 1 elements were skipped")
	})
}
