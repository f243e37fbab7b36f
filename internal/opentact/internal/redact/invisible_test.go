// SPDX-License-Identifier: MPL-2.0

package redact_test

import (
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

func TestCheckVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":               "",
		"aé📞-<>":         "",
		" a":             "got a space (U+0020) at position 1",
		"éa ":            "got a space (U+0020) at position 3",
		"a\tb":           "got a tab (U+0009) at position 2",
		"a\n":            "got a line break (U+000A) at position 2",
		"a\r\n":          "got a line break (U+000D) at position 2",
		"a\u00a0b":       "got a no-break space (U+00A0) at position 2",
		"a\u3000b":       "got a white-space character (U+3000) at position 2",
		"a\x00":          "got a control character (U+0000) at position 2",
		"a\x7f":          "got a control character (U+007F) at position 2",
		"\ufeffa":        "got a byte order mark (U+FEFF) at position 1",
		"ab\u200b c":     "got a zero-width space (U+200B) at position 3",
		"a\u2060b\u034f": "got a word joiner (U+2060) at position 2",
		"a\u202eb":       "got a bidirectional control character (U+202E) at position 2",
		"a\u034fb":       "got an invisible character (U+034F) at position 2",
	} {
		got := ""
		if err := redact.CheckVisible(text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
