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
	var numbers []int
	for range 20 {
		numbers = append(numbers, l.add(Request{Method: "POST", Path: "/rest", Body: body}))
	}
	for i, number := range numbers {
		l.change(number, func(entry *Request) { entry.Status = i })
	}
	all := l.all()
	if len(all) != 8 || all[0].Status != 12 || all[7].Status != 19 {
		t.Errorf("%d entries, from %+v", len(all), all)
	}
	if l.size > l.maxBytes {
		t.Errorf("the log takes %d bytes", l.size)
	}
}
