// SPDX-License-Identifier: MPL-2.0

package create

import (
	"fmt"
	"testing"
	"time"
)

// noon is the Date of most responses.
var noon = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// at returns a `created_on` that is some time after noon.
func at(offset time.Duration) string { return noon.Add(offset).Format(time.RFC3339Nano) }

// learned returns a clock that has seen creates with these differences between
// `created_on` and Date.
func learned(skews ...time.Duration) *clock {
	c := new(clock)
	for _, skew := range skews {
		c.learn(at(skew), Response{Date: noon, Elapsed: 50 * time.Millisecond})
	}
	return c
}

// TestClock_Compare is the table of profiles, compared with a response that was made at
// noon.
func TestClock_Compare(t *testing.T) {
	t.Parallel()
	const sec = time.Second
	none := time.Time{}
	for _, test := range []struct {
		name    string
		clock   *clock
		created string
		date    time.Time
		seen    time.Time
		want    age
	}{
		{"long before", new(clock), at(-6 * 365 * 24 * time.Hour), noon, none, older},
		{"the second before", new(clock), at(-sec), noon, none, older},
		{"a moment before", new(clock), at(-time.Millisecond), noon, none, older},
		{"the same second", new(clock), at(0), noon, none, undecided},
		{"the same second, not cut", new(clock), at(999 * time.Millisecond), noon, none, undecided},
		{"a second later, which may be skew", new(clock), at(sec), noon, none, undecided},
		{"nearly three seconds later", new(clock), at(2999 * time.Millisecond), noon, none, undecided},
		{"three seconds later", new(clock), at(3 * sec), noon, none, newer},
		{"another time zone", new(clock), noon.Add(-sec).In(time.FixedZone("", 3600)).Format(time.RFC3339), noon, none, older},
		{"no time", new(clock), "", noon, none, undecided},
		{"a time without a zone", new(clock), "2020-01-01 10:00:00", noon, none, undecided},
		{"a response without a Date", new(clock), at(-time.Hour), none, none, undecided},
		{"the list that shows it is a second earlier", new(clock), at(6 * sec), noon, noon.Add(5 * sec), newer},
		{"the list that shows it is three seconds earlier", new(clock), at(8 * sec), noon, noon.Add(5 * sec), newer},
		{"the list that shows it is four seconds earlier", new(clock), at(9 * sec), noon, noon.Add(5 * sec), undecided},

		{"equal clocks: the second before", learned(0), at(-sec), noon, none, older},
		{"equal clocks: two seconds later", learned(0), at(2 * sec), noon, none, undecided},
		{"equal clocks: three seconds later", learned(0), at(3 * sec), noon, none, newer},
		{"nearly equal clocks: three seconds later", learned(sec, -sec), at(3 * sec), noon, none, undecided},
		{"nearly equal clocks: four seconds later", learned(sec, -sec), at(4 * sec), noon, none, newer},
		{"behind or not: the second before", learned(-50 * time.Millisecond), at(-sec), noon, none, older},
		{"ahead or not: three seconds later", learned(sec), at(3 * sec), noon, none, undecided},
		{"ahead or not: four seconds later", learned(sec), at(4 * sec), noon, none, newer},
		{"behind by 2 s: a second before", learned(-2 * sec), at(-4 * sec), noon, none, older},
		{"behind by 2 s: at the same time", learned(-2 * sec), at(-2 * sec), noon, none, undecided},
		{"behind by 2 s: later", learned(-2 * sec), at(1 * sec), noon, none, newer},
		{"behind by 120 s: before", learned(-120 * sec), at(-122 * sec), noon, none, older},
		{"behind by 120 s: later", learned(-120 * sec), at(-110 * sec), noon, none, newer},
		{"ahead by 2 s: before", learned(2 * sec), at(0), noon, none, older},
		{"ahead by 2 s: at the same time", learned(2 * sec), at(2 * sec), noon, none, undecided},
		{"ahead by 2 s: later", learned(2 * sec), at(5 * sec), noon, none, newer},
		{"ahead by 120 s: before", learned(120 * sec), at(110 * sec), noon, none, older},
		{"ahead by 120 s: later", learned(120 * sec), at(130 * sec), noon, noon.Add(10 * sec), newer},
		{"two servers, one behind by 10 s: between both", learned(2*sec, -10*sec), at(-5 * sec), noon, none, older},
		{"two servers, both ahead: between both", learned(5*sec, 20*sec), at(10 * sec), noon, none, undecided},
		{"two servers, both ahead, in the other order: between both", learned(20*sec, 5*sec), at(10 * sec), noon, none, undecided},
	} {
		if got := test.clock.compare(test.created, test.date, test.seen); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

// TestClock_IsBeforeRequest is the table of profiles in the response to a POST. The
// response was made at noon, a second after the request was sent. The clocks of several
// servers may differ by ten seconds.
func TestClock_IsBeforeRequest(t *testing.T) {
	t.Parallel()
	const sec = time.Second
	for _, test := range []struct {
		name      string
		clock     *clock
		created   string
		date      time.Time
		want      bool
		mayBeSkew bool
		differs   bool
	}{
		{"at the same time", new(clock), at(0), noon, false, false, false},
		{"the first create, 11 s before", new(clock), at(-11 * sec), noon, false, false, false},
		{"the first create, 12 s before", new(clock), at(-12 * sec), noon, true, true, false},
		{"the first create, less than an hour before", new(clock), at(-50 * time.Minute), noon, true, true, false},
		{"the first create, later", new(clock), at(time.Hour), noon, false, false, false},
		{"the first create, an hour before", new(clock), at(-time.Hour), noon, true, true, false},
		{"the first create, five hours and a half before", new(clock), at(-5*time.Hour - 30*time.Minute - 120*sec), noon, true, true, false},
		{"the first create, five hours and a half and more than two minutes before", new(clock), at(-5*time.Hour - 30*time.Minute - 121*sec), noon, true, false, false},
		{"the first create, five hours and three quarters before", new(clock), at(-5*time.Hour - 45*time.Minute), noon, true, true, false},
		{"the first create, 14 hours before", new(clock), at(-14 * time.Hour), noon, true, true, false},
		{"the first create, an hour and five minutes before", new(clock), at(-65 * time.Minute), noon, true, false, false},
		{"the first create, 15 hours before", new(clock), at(-15 * time.Hour), noon, true, false, false},
		{"a later create, 11 s before", learned(0), at(-11 * sec), noon, false, false, false},
		{"a later create, 12 s before", learned(0), at(-12 * sec), noon, false, false, false},
		{"a later create, 13 s before", learned(0), at(-13 * sec), noon, true, false, false},
		{"a later create, an hour before", learned(0), at(-time.Hour), noon, true, false, false},
		{"a later create, behind by 120 s", learned(-120 * sec), at(-130 * sec), noon, false, false, false},
		{"a later create, behind by more than 120 s", learned(-120 * sec), at(-134 * sec), noon, true, false, false},
		{"a later create, at the same time, after one that seemed to be later", learned(60 * sec), at(0), noon, false, false, false},
		{"no time", learned(0), "", noon, false, false, false},
		{"no Date", learned(0), at(-time.Hour), time.Time{}, false, false, false},
		{"other values, the first create, 2 s before", new(clock), at(-2 * sec), noon, true, true, true},
		{"other values, a later create, in the second of the request", learned(0), at(-sec), noon, false, false, true},
		{"other values, a later create, 3 s before", learned(0), at(-3 * sec), noon, true, false, true},
	} {
		isBefore, mayBeSkew := test.clock.isBeforeRequest(test.created, Response{Date: test.date, Elapsed: sec}, !test.differs)
		if isBefore != test.want || mayBeSkew != test.mayBeSkew {
			t.Errorf("%s: got %t, %t", test.name, isBefore, mayBeSkew)
		}
	}
}

func TestClock_Learn_IgnoresUnusableTimes(t *testing.T) {
	t.Parallel()
	c := new(clock)
	c.learn("yesterday", Response{Date: noon})
	c.learn(at(time.Hour), Response{})
	if minSkew, maxSkew := c.skewLocked(); c.learned || minSkew != 0 || maxSkew != unknownSkew {
		t.Errorf("the skew is between %s and %s", minSkew, maxSkew)
	}
}

// A slow response leaves open when the profile was created.
func TestClock_Learn_SlowResponse_WidensSkew(t *testing.T) {
	t.Parallel()
	c := new(clock)
	c.learn(at(time.Minute), Response{Date: noon, Elapsed: 30 * time.Second})
	minSkew, maxSkew := c.skewLocked()
	if got, want := fmt.Sprint(minSkew, " to ", maxSkew), "59s to 1m31s"; got != want {
		t.Errorf("the skew is from %s, want %s", got, want)
	}
}
