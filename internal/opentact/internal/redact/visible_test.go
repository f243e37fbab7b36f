// SPDX-License-Identifier: MPL-2.0

package redact_test

import (
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       "",
		" a  b ":                 " a  b ",
		"a\u00a0b":               "a<U+00A0>b",
		"a\u3000b":               "a<U+3000>b",
		"a\u200bb\ufeff":         "a<U+200B>b<U+FEFF>",
		"a\u034fb\u3164\ufe0f":   "a<U+034F>b<U+3164><U+FE0F>",
		"\x1b[31mred\r\n\t":      "<U+001B>[31mred<U+000D><U+000A><U+0009>",
		"a\u202eb\u009bc":        "a<U+202E>b<U+009B>c",
		"a\xff\ufffd":            "a<U+FFFD><U+FFFD>",
		"é 📞 <U+00A0>":           "é 📞 <U+00A0>",
		strings.Repeat("é", 501): strings.Repeat("é", 500) + "…",
	} {
		if got := redact.Visible(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestRedactor_Visible(t *testing.T) {
	t.Parallel()
	redactor := redact.New(func() []redact.Secret {
		return []redact.Secret{{Value: "pass\u00a0word-s3cret", Replacement: "(the password)"}}
	})
	for text, want := range map[string]string{
		"":                                   "",
		"a  b\u00a0c":                        "a  b<U+00A0>c",
		"e\u0301":                            "é",
		"is pass\u00a0word-s3cret\u200b":     "is (the password)<U+200B>",
		"https://hook.example/s3cret  twice": "https://hook.example  twice",
	} {
		if got := redactor.Visible(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
