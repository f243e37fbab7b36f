// SPDX-License-Identifier: MPL-2.0

package listcache_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// The settings of the caches under test.
const (
	maxWait = 40 * time.Second
	timeout = 5 * time.Minute
)

var shape = wire.Shape{Fields: []string{wire.UUID, wire.Name}}

func uuid(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// thing returns the JSON of a profile. Without a name it is not complete.
func thing(n int, name string) string {
	if name == "" {
		return fmt.Sprintf(`{"uuid":%q}`, uuid(n))
	}
	return fmt.Sprintf(`{"uuid":%q,"name":%q}`, uuid(n), name)
}

// listOf returns a list of items. A profile with the name "malformed" has an error.
func listOf(items ...string) (*pager.List, error) {
	p := pager.Pager{Shape: shape, Get: func(_ context.Context, _ url.Values, response *wire.Response) (pager.Origin, error) {
		body := io.NopCloser(strings.NewReader(`{"success":true,"payload":[` + strings.Join(items, ",") + `]}`))
		_, err := response.Classify(&http.Response{StatusCode: http.StatusOK, Body: body})
		return pager.Origin{Started: time.Now()}, err
	}}
	list, err := p.Read(context.Background())
	if err != nil {
		return nil, err
	}
	list.Unserved = list.Skipped
	for i := range list.Profiles {
		listed := &list.Profiles[i]
		listed.Decoded, listed.Partial = listed.Fields.Text(wire.Name), listed.Fields.Lacks(shape.Fields)
		if listed.Decoded == "malformed" {
			listed.Err = errors.New("the name is malformed")
		}
		if listed.Err != nil {
			list.Unserved.Add(listed.Err)
		}
		if listed.Partial {
			list.Unserved.Add(fmt.Errorf("thing %s lacks a field", listed.UUID))
		}
	}
	return list, nil
}

// fake is an API with a list of things, and the log.
type fake struct {
	slog.Handler
	// wait is how long a reading of the list takes.
	wait time.Duration
	// list ends the nth reading. If it is nil, the list shows the things 0 to 9.
	list func(n int) (*pager.List, error)

	mu       sync.Mutex
	readings int
	// singles reports for each read whether it was without retries.
	singles  []bool
	messages []string
}

func (f *fake) cache() *listcache.Cache {
	return listcache.New(listcache.Options{Kind: "things", Read: f.read, Timeout: timeout, MaxWait: maxWait, Logger: slog.New(f)})
}

// warmCache returns a cache after the first reads, which no list serves.
func (f *fake) warmCache(t *testing.T) *listcache.Cache {
	t.Helper()
	c := f.cache()
	for range listcache.SingleReads {
		if c.Find(t.Context(), uuid(0)) != nil {
			t.Error("a list served one of the first reads")
		}
	}
	return c
}

func (f *fake) read(ctx context.Context, single bool) (*pager.List, error) {
	f.mu.Lock()
	f.readings++
	f.singles = append(f.singles, single)
	n, wait := f.readings, f.wait
	f.mu.Unlock()
	started := time.Now()
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	read := f.list
	if read == nil {
		read = func(int) (*pager.List, error) {
			items := make([]string, 10)
			for i := range items {
				items[i] = thing(i, fmt.Sprint("n", i))
			}
			return listOf(items...)
		}
	}
	list, err := read(n)
	if list != nil {
		list.Started = started
	}
	return list, err
}

// Enabled and Handle are those of a slog.Handler.
func (f *fake) Enabled(context.Context, slog.Level) bool { return true }

func (f *fake) Handle(_ context.Context, record slog.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages = append(f.messages, record.Level.String()+" "+record.Message)
	return nil
}

// wantReadings compares how often the list was read since the last call.
func (f *fake) wantReadings(t *testing.T, when string, want int) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.readings != want {
		t.Errorf("%s: the list was read %d times, want %d", when, f.readings, want)
	}
	f.readings = 0
}

// wantSingles checks which reads since the last call were without retries.
func (f *fake) wantSingles(t *testing.T, when string, want ...bool) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Equal(f.singles, want) {
		t.Errorf("%s: reads without retries: %v, want %v", when, f.singles, want)
	}
	f.singles = nil
}

// wantLog compares the beginnings of all messages.
func (f *fake) wantLog(t *testing.T, want ...string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	got := slices.Clone(f.messages)
	for i := range min(len(got), len(want)) {
		got[i] = got[i][:min(len(got[i]), len(want[i]))]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// find reads things and checks which of them the list served.
func find(t *testing.T, c *listcache.Cache, want bool, numbers ...int) {
	t.Helper()
	for _, n := range numbers {
		listed := c.Find(t.Context(), uuid(n))
		switch {
		case listed == nil && want:
			t.Errorf("the list did not serve thing %d", n)
		case listed != nil && (!want || listed.UUID != uuid(n)):
			t.Errorf("the list served thing %s as thing %d", listed.UUID, n)
		}
	}
}

// together calls a function several times at once.
func together(times int, call func(n int)) {
	var working sync.WaitGroup
	for n := range times {
		working.Go(func() { call(n) })
	}
	working.Wait()
}
