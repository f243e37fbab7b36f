// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

func TestEnumerate(t *testing.T) {
	t.Parallel()
	var things []string
	for i := range 90_000 {
		things = append(things, fmt.Sprint(i))
	}
	for n, want := range map[int]string{0: "", 1: "0", 3: "0, 1, 2", 10: "0, 1, 2, 3, 4, 5, 6, 7, 8, 9", 90_000: "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 89990 more"} {
		if got := opentact.Enumerate(things[:n]); got != want {
			t.Errorf("of %d: %q", n, got)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a b": "a b", " a\t\n b ": "a b", "\x1b]0;title\x07\x1b[31mred\u202e": "]0;title [31mred", "a\xffb": "a b",
		strings.Repeat("é", 501): strings.Repeat("é", 500) + "…",
	} {
		if got := opentact.Clean(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
