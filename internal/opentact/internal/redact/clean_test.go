// SPDX-License-Identifier: MPL-2.0

package redact_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "",
		"a b":                            "a b",
		" a\t\r\n b ":                    "a b",
		"\x1b]0;title\x07\x1b[31mred":    "]0;title [31mred",
		"a\u202eb\u200bc\ufeffd\u009be":  "a b c d e",
		"a\xffb":                         "a b",
		"a\ufffdb":                       "a b",
		strings.Repeat("é", 500):         strings.Repeat("é", 500),
		strings.Repeat("é", 501):         strings.Repeat("é", 500) + "…",
		strings.Repeat(" ", 1000) + "a ": "a",
	} {
		if got := redact.Clean(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text   string
		length int
		want   string
	}{
		{"", 0, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc…"},
		{"ééé", 3, "ééé"},
		{"éééé", 3, "ééé…"},
	} {
		if got := redact.Shorten(test.text, test.length); got != test.want {
			t.Errorf("%q to %d: got %q, want %q", test.text, test.length, got, test.want)
		}
	}
}

func TestEnumerate(t *testing.T) {
	t.Parallel()
	items := make([]string, 90_000)
	for i := range items {
		items[i] = fmt.Sprint(i)
	}
	for n, want := range map[int]string{
		0: "", 1: "0", 3: "0, 1, 2", 10: "0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
		11: "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1 more", 90_000: "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 89990 more",
	} {
		if got := redact.Enumerate(items[:n]); got != want {
			t.Errorf("%d items: got %q, want %q", n, got, want)
		}
	}
}
