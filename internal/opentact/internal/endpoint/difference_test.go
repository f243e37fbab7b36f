// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"encoding/json"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

func TestDifference(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ a, b, want string }{
		"two spaces":                 {"a  b", "a b", "only in white space"},
		"no-break space":             {"a\u00a0b", "a b", "only in white space"},
		"space at the end":           {"a ", "a", "only in white space"},
		"line break":                 {"a\nb", "a b", "only in white space"},
		"case":                       {"Support", "support", "only in upper and lower case"},
		"case of ß":                  {"STRASSE ß", "strasse SS", ""},
		"case of a sigma":            {"ΟΔΟΣ", "οδος", "only in upper and lower case"},
		"zero-width space":           {"a\u200bb", "ab", "only in invisible characters"},
		"variation selector":         {"☎\ufe0f", "☎", "only in invisible characters"},
		"case and white space":       {"A  b", "a B", "only in white space and in upper and lower case"},
		"white space and zero width": {"a \u200b b", "a b", "only in white space and in invisible characters"},
		"case and zero width":        {"A\u200b", "a", "only in upper and lower case and in invisible characters"},
		"all":                        {"A \u200b", "a", "only in white space and in upper and lower case and in invisible characters"},
		"host":                       {"https://A.example/Hook", "https://a.example/Hook", "only in upper and lower case of the host"},
		"path":                       {"https://a.example/Hook", "https://a.example/hook", "only in upper and lower case"},
		"host and path":              {"https://A.example/Hook", "https://a.example/hook", "only in upper and lower case"},
		"white space in the host":    {"https://a\u3000.example", "https://a.example", "only in white space"},
		"zero width in the host":     {"https://A\u200b.example", "https://a.example", "only in upper and lower case and in invisible characters"},
		"scheme":                     {"HTTPS://a.example", "https://a.example", "only in upper and lower case"},
		"long s in the scheme":       {"httpſ://a.example", "https://a.example", "only in upper and lower case"},
		"not a URL":                  {"%zz", "%ZZ", "only in upper and lower case"},
		"other text":                 {"a", "b", ""},
		"slash at the end":           {"https://a.example", "https://a.example/", ""},
		"equal":                      {"a", "a", ""},
	} {
		a, errA := wire.Marshal(test.a)
		b, errB := wire.Marshal(test.b)
		if got := difference(a, b); got != test.want || errA != nil || errB != nil {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
		if got := difference(b, a); got != test.want {
			t.Errorf("%s, swapped: got %q, want %q", name, got, test.want)
		}
	}
	for _, raw := range []string{``, `null`, `5`, `{}`} {
		space := json.RawMessage(`" "`)
		if got := difference(json.RawMessage(raw), space) + difference(space, json.RawMessage(raw)); got != "" {
			t.Errorf("%s: got %q", raw, got)
		}
	}
}
