// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"fmt"
	"slices"
	"strings"
)

// trace describes the case and what happened.
func (s *simulation) trace() string {
	var b strings.Builder
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format+"\n", args...) }
	line("API: %s", nonZero(fmt.Sprintf("%+v", s.simServer)))
	line("client: request_timeout %s, retry_max_wait %s, max_retries %d", s.RequestTimeout, s.RetryMaxWait, s.MaxRetries)
	for i, p := range s.Before {
		line("p%d: %s, made %s before", i, p.Fields, p.Age)
	}
	i := 0
	for n, p := range s.Processes {
		line("process %d: start %s%s%s", n, p.Start, map[bool]string{true: " after the one before"}[p.After], map[bool]string{true: ", plans"}[p.Plans])
		for _, op := range p.Ops {
			line("  %s %d: %s", op.What, i, nonZero(fmt.Sprintf("%+v", op)))
			i++
		}
	}
	b.WriteString(strings.Join(s.events, "\n"))
	b.WriteString("\nat the end:")
	for _, p := range s.all() {
		v, exists := p.version(farFuture)
		_, _ = fmt.Fprintf(&b, " %v: %s, maker %d, exists %v;", p, v.simFields, p.maker, exists)
	}
	return b.String()
}

// nonZero leaves out the fields without a value from the text of a struct.
func nonZero(text string) string {
	words := strings.Fields(strings.Trim(text, "{}"))
	return strings.Join(slices.DeleteFunc(words, func(word string) bool {
		_, value, found := strings.Cut(word, ":")
		return found && slices.Contains([]string{"", "0", "0s", "[]", "false"}, value)
	}), " ")
}
