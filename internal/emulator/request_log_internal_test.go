// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"strings"
	"testing"
)

func TestRequestLog_TooLarge_DropsOldest(t *testing.T) {
	t.Parallel()
	l := &requestLog{maxBytes: 10_000}
	body := []byte(strings.Repeat("x", 1000))
	var entries []*logEntry
	for range 20 {
		entries = append(entries, &logEntry{Request: Request{Method: "POST", Path: "/rest", Body: body}})
		l.add(entries[len(entries)-1])
	}
	for i, entry := range entries {
		l.change(entry, func(entry *logEntry) { entry.Status = i })
	}
	all := l.all()
	if len(all) != 8 || all[0].Status != 12 || all[7].Status != 19 {
		t.Errorf("%d entries, from %+v", len(all), all)
	}
	if l.size > l.maxBytes {
		t.Errorf("the log takes %d bytes", l.size)
	}
	l.reset()
	if len(l.entries) != 0 || l.size != 0 {
		t.Errorf("after a reset, the log has %d entries of %d bytes", len(l.entries), l.size)
	}
}
