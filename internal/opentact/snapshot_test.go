// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

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
		"twice, and not same": {[]string{one(2), oneWith(2, `"limit":6`)}, []int{2}, "1 elements show no whole profile: two different profiles have the uuid"},
		"a field missing":     {[]string{oneWith(2, `"x":1`)}, []int{2}, "What the list of things does not show is read one by one: 1 elements show no whole profile: thing " + uuidOfThing(2) + " lacks a field"},
		"the name missing":    {[]string{strings.Replace(one(2), `"name"`, `"title"`, 1)}, []int{2}, "has no name"},
		"the time missing":    {[]string{strings.Replace(one(2), `"modified_on"`, `"touched_on"`, 1)}, []int{2}, "lacks a field"},
		"malformed":           {[]string{oneWith(2, `"limit":"5"`)}, []int{2}, "limit is not of this field's type"},
		"no uuid":             {[]string{`{"name":"n2"}`}, []int{2}, "1 elements show no whole profile: the profile has no uuid"},
		"no object":           {[]string{`17`, `null`, `[]`, `"x"`}, []int{2}, "4 elements show no whole profile: a profile was expected, found a single JSON value; "},
		"another value":       {[]string{oneWith(2, `"limit":6`)}, []int{2}, ""},
		"a null":              {[]string{oneWith(2, `"limit":null`)}, []int{2}, ""},
		"another time":        {[]string{strings.Replace(one(2), `"modified_on":"m"`, `"modified_on":"l"`, 1)}, []int{2}, ""},
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

// So it is with one whose create lost its answer, and that was found in the list.
func TestFoundThingsAreReadByThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &library{
			list:  func(int) *http.Response { return listOf(one(1)) },
			other: func(*http.Request) *http.Response { return answerOf(502, "<html>") },
		}
		things := l.open3(t)
		read(t, things, 1)
		l.list = func(n int) *http.Response {
			if n == 2 {
				return listOf(one(1)) // what there was before the create
			}
			return listOf(one(1), one(9))
		}
		made, err := things.Create(t.Context(), as(9, 5).Fields)
		if err != nil || made.UUID != uuidOfThing(9) {
			t.Fatalf("made %v, %v", made, err)
		}
		l.gets = nil
		time.Sleep(maxAge + time.Second) // the next list has it too
		read(t, things, 1, 9)
		if !slices.Equal(l.gets, []int{9}) {
			t.Errorf("gets: %v", l.gets)
		}
	})
}
