// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"net/http"
	"testing"
	"time"
)

func TestBackoffIsJitteredAndBounded(t *testing.T) {
	t.Parallel()
	const shortest, longest = 500 * time.Millisecond, 4 * time.Second
	for attempt, ceiling := range []time.Duration{shortest, 2 * shortest, 4 * shortest, longest, longest, longest} {
		highest := time.Duration(0)
		for range 2000 {
			wait := backoff(shortest, longest, attempt, nil)
			if wait < 0 || wait >= ceiling {
				t.Fatalf("attempt %d: waited %s, the ceiling is %s", attempt, wait, ceiling)
			}
			highest = max(highest, wait)
		}
		if highest < ceiling/2 {
			t.Errorf("attempt %d: of 2000 waits the longest is %s, far from the ceiling %s", attempt, highest, ceiling)
		}
	}
	for _, attempt := range []int{40, 63, 64, 1_000_000} { // past what a duration can hold
		highest := time.Duration(0)
		for range 200 {
			highest = max(highest, backoff(shortest, longest, attempt, &http.Response{}))
		}
		if highest >= longest || highest < longest/2 {
			t.Errorf("attempt %d: of 200 waits the longest is %s, and may be up to %s", attempt, highest, longest)
		}
	}
	if wait := backoff(shortest, 0, 3, nil); wait != 0 {
		t.Errorf("waited %s with no time allowed", wait)
	}
}

func TestBackoffHonoursRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]struct {
		wait time.Duration
		ok   bool
	}{
		"0":                             {0, true},
		"7":                             {7 * time.Second, true},
		"-1":                            {},
		"1.5":                           {},
		"4294967295":                    {4294967295 * time.Second, true},
		"99999999999999999999":          {4294967295 * time.Second, true}, // the caller caps it
		"soon":                          {},
		"":                              {},
		"Fri, 02 Jan 2026 03:04:15 GMT": {10 * time.Second, true},
		"Fri, 02 Jan 2026 03:04:00 GMT": {0, true},
	} {
		if wait, ok := parseRetryAfter(header, now); wait != want.wait || ok != want.ok {
			t.Errorf("%q: got %s, %t, want %s, %t", header, wait, ok, want.wait, want.ok)
		}
	}
	resp := &http.Response{Header: http.Header{"Retry-After": {"3600"}}}
	if wait := backoff(time.Second, time.Minute, 0, resp); wait != time.Minute {
		t.Errorf("an hour was asked for and a minute allowed, waited %s", wait)
	}
	resp.Header.Set("Retry-After", "2")
	if wait := backoff(time.Second, time.Minute, 0, resp); wait != 2*time.Second {
		t.Errorf("two seconds were asked for, waited %s", wait)
	}
}
