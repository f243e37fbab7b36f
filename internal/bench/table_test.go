// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// report gathers tables in Markdown.
type report struct {
	mu   sync.Mutex
	text strings.Builder
}

// table adds one: a line that says what it shows, the heads of its columns, and its
// rows.
func (r *report) table(title string, heads []string, rows [][]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := func(cells []string) { fmt.Fprintf(&r.text, "| %s |\n", strings.Join(cells, " | ")) }
	rule := make([]string, len(heads))
	for i := range rule {
		rule[i] = "---:"
	}
	rule[0] = "---"
	fmt.Fprintf(&r.text, "%s:\n\n", title)
	line(heads)
	line(rule)
	for _, row := range rows {
		line(row)
	}
	r.text.WriteString("\n")
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func ratio(of, to time.Duration) string { return fmt.Sprintf("%.2f", float64(of)/float64(to)) }

// megabytes are millions of bytes, as the sizes of downloads are given.
func megabytes(n int64) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
