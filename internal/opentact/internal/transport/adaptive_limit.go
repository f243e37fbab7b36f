// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"math"
	"slices"
	"time"
)

const (
	// unlimitedRate is the rate in requests per second at which the limit is removed.
	unlimitedRate = 200
	// minRate is the lowest limit in requests per second. If the API accepts nothing at all,
	// the requests must still fail after some time.
	minRate = 0.2
	// minStep and maxStep bound the factor by which the limit changes.
	minStep, maxStep = 1.05, 2.0
	// minAccepted is the minimum number of accepted requests before the limit is raised.
	minAccepted = 2
)

// adaptiveLimit searches for the API's rate limit. The first throttled response (429, or
// 503 with Retry-After) sets the limit to the number of requests that the API accepted in
// the last second. Then the limit is raised step by step. A throttled response after a
// raise undoes the raise, and makes the next one smaller and later. So the limit settles
// just below the API's. Several decreases in a row become larger, because the API accepts
// less than before. adaptiveLimit is not safe for concurrent use.
type adaptiveLimit struct {
	// lowest is the lowest limit in requests per second.
	lowest float64
	// recent are the times at which the API accepted requests in the last second.
	recent []time.Time
	// rate is the limit in requests per second, or 0 without a limit.
	rate float64
	// changed is when rate changed. accepted counts the accepted requests that were sent
	// after that.
	changed  time.Time
	accepted int
	// step is the factor of the next change. raised reports whether the last change was
	// a raise.
	step   float64
	raised bool
}

// limit returns the current limit in requests per second. It is infinite if there is no
// limit.
func (l *adaptiveLimit) limit() float64 {
	if l.rate == 0 {
		return math.Inf(1)
	}
	return l.rate
}

// accept counts a request that the API accepted, and raises the limit when it is time. A
// smaller step means a longer time before the raise.
func (l *adaptiveLimit) accept(sent, now time.Time) {
	l.prune(now)
	l.recent = append(l.recent, now)
	if l.rate == 0 || !sent.After(l.changed) {
		return
	}
	l.accepted++
	wait := time.Duration(float64(time.Second) / (l.step - 1))
	switch {
	case l.accepted < minAccepted || now.Sub(l.changed) < wait:
	case l.rate*l.step >= unlimitedRate:
		l.rate = 0
	default:
		l.change(l.rate*l.step, l.step, now)
		l.raised = true
	}
}

// throttle lowers the limit after the API throttled a request. The API may throttle
// several requests at once, so requests that were sent before the last change are
// ignored.
func (l *adaptiveLimit) throttle(sent, now time.Time) {
	switch {
	case l.rate == 0:
		l.prune(now)
		l.change(max(1, float64(len(l.recent))), maxStep, now)
	case !sent.After(l.changed):
		return
	case l.raised:
		l.change(l.rate/l.step, max(minStep, math.Sqrt(l.step)), now)
	default: // the API accepts less than before
		l.change(l.rate/l.step, min(maxStep, l.step*l.step), now)
	}
	l.raised = false
}

func (l *adaptiveLimit) change(rate, step float64, now time.Time) {
	l.rate, l.step, l.changed, l.accepted = max(l.lowest, rate), step, now, 0
}

// prune removes the times before the last second from recent.
func (l *adaptiveLimit) prune(now time.Time) {
	l.recent = slices.DeleteFunc(l.recent, func(at time.Time) bool { return now.Sub(at) >= time.Second })
}
