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
	return Profile[limited]{UUID: uuidOfThing(i), CreatedOn: Value("c"), ModifiedOn: Value("m"), Fields: limited{Named: Named{Name: Value(fmt.Sprint("n", i))}, Limit: Value(limit)}}
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
