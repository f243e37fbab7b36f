// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// Table returns a table in Markdown. All columns but the first are aligned to the right.
func Table(heads []string, rows [][]string) string {
	rule := slices.Repeat([]string{"---:"}, len(heads))
	rule[0] = "---"
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 1, ' ', 0)
	for _, row := range slices.Concat([][]string{heads, rule}, rows) {
		_, _ = fmt.Fprintf(w, "| %s\t|\n", strings.Join(row, "\t| "))
	}
	_ = w.Flush()
	return text.String()
}
