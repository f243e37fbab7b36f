// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"math"
	"slices"
	"time"
)

const (
	// unlimitedRate is the rate in requests per second from which on there is no limit.
	unlimitedRate = 200
	// minStep and maxStep bound the factor by which the limit changes.
	minStep, maxStep = 1.05, 2.0
	// minAccepted is how many requests the API must accept before the limit is raised.
	minAccepted = 2
)

// adaptiveLimit searches for the API's rate limit. The first 429 sets the limit to what
// the API accepted in the second before. From then on the limit is raised step by step.
// Each further 429 takes the last step back and makes the next one smaller and later, so
// the limit settles just below the API's. It is not safe for concurrent use.
type adaptiveLimit struct {
	// lowest is the lowest limit in requests per second.
	lowest float64
	// recent are the times at which the API accepted requests in the last second.
	recent []time.Time
	// rate is the limit in requests per second, or 0 before the first 429.
	rate float64
	// changed is when rate changed. accepted counts the requests that were sent and
	// accepted since.
	changed  time.Time
	accepted int
	// step is the factor of the next change. raised reports whether the last change was
	// a raise.
	step   float64
	raised bool
}

// limit returns the rate at which requests may be sent now.
func (l *adaptiveLimit) limit() float64 {
	if l.rate == 0 {
		return math.Inf(1)
	}
	return l.rate
}

// accept notes that the API accepted a request. The smaller the step, the longer the
// limit is kept before it is raised.
func (l *adaptiveLimit) accept(sent, now time.Time) {
	l.forget(now)
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

// throttle notes that the API throttled a request. Several requests may be throttled at
// once: those that were sent before the last change are not counted.
func (l *adaptiveLimit) throttle(sent, now time.Time) {
	switch {
	case l.rate == 0:
		l.forget(now)
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

// forget removes from recent what is not of the last second.
func (l *adaptiveLimit) forget(now time.Time) {
	l.recent = slices.DeleteFunc(l.recent, func(at time.Time) bool { return now.Sub(at) >= time.Second })
}
