// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"strings"
	"testing"
)

// Whoever can reach the emulator adds to its log. What is too much makes it forget what is oldest.
func TestLogForgets(t *testing.T) {
	t.Parallel()
	l := &requestLog{maxBytes: 10_000}
	body := []byte(strings.Repeat("x", 1000))
	var places []int
	for range 20 {
		places = append(places, l.add(Request{Method: "POST", Path: "/rest", Body: body}))
	}
	for i, place := range places {
		l.change(place, func(entry *Request) { entry.Status = i })
	}
	all := l.all()
	if len(all) != 8 || all[0].Status != 12 || all[7].Status != 19 {
		t.Errorf("%d entries, from %+v", len(all), all)
	}
	if l.size > l.maxBytes {
		t.Errorf("the log takes %d bytes", l.size)
	}
}
