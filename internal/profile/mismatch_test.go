// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// TestResource_StoredDifferently_SaysHowValuesDiffer is about values that look alike.
func TestResource_StoredDifferently_SaysHowValuesDiffer(t *testing.T) {
	t.Parallel()
	const showsBoth = "`terraform plan` shows both values, unless they come from a sensitive variable or a write-only attribute."
	for name, test := range map[string]struct {
		attribute, sent, stored string // stored is JSON
		want                    string
	}{
		"runs of spaces": {"name", "a  b", `"a b"`,
			`name was sent as "a  b" and came back as "a b" (they differ only in white space)`},
		"no-break space": {"name", "a\u00a0b", `"a b"`,
			`name was sent as "a<U+00A0>b" and came back as "a b" (they differ only in white space)`},
		"zero-width space": {"name", "a\u200bb", `"ab"`,
			`name was sent as "a<U+200B>b" and came back as "ab" (they differ only in invisible characters)`},
		"upper case": {"name", "Support", `"support"`,
			`name was sent as "Support" and came back as "support" (they differ only in upper and lower case)`},
		"host of a webhook": {"callback_url", "https://Hooks.example/s3cret", `"https://hooks.example/s3cret"`,
			`callback_url was sent as a sensitive value of 28 characters and came back as a sensitive value of 28 characters ` +
				`(they differ only in upper and lower case of the host)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := profileJSON(`,"` + test.attribute + `":` + test.stored)
			p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					respond(w, http.StatusOK, stored)
					return
				}
				respond(w, http.StatusOK, `{"success":true,"payload":[]}`)
			})
			config := acctest.Values{"name": "a", test.attribute: test.sent}
			planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
			acctest.NoDiagnostics(t, diags)
			_, diags = p.Apply(t, messagingProfile, acctest.State{}, planned, config)
			attribute := test.attribute
			if attribute == "callback_url" { // Terraform would print the line of a sensitive value
				attribute = ""
			}
			acctest.WantError(t, diags, attribute, test.want, showsBoth)
			if text := acctest.Describe(diags); strings.Contains(text, "s3cret") || strings.Contains(text, "ooks.example") {
				t.Errorf("the error shows the webhook: %s", text)
			}
		})
	}
}
