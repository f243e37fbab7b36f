// SPDX-License-Identifier: MPL-2.0

package messagingprofile_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// A callback URL may carry credentials: what is wrong with it is said without
// showing it, or the line of the configuration where it is.
func TestCallbackURLsAreValidatedWithoutBeingShown(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, test := range []struct{ url, want string }{
		{"ftp://user:s3cret@a.example", "does not begin with http:// or https://"},
		{"user:s3cret@a.example/", "does not begin with http:// or https://"},
		{"https:///s3cret", "names no host"},
		{"https://:8080/s3cret", "names no host"},
		{"https://a.example:0/s3cret", "its port is not one from 1 to 65535"},
		{"https://a.example:65536/s3cret", "its port is not one from 1 to 65535"},
		{"https://s3cret\x00.example", "cannot be read as a URL"},
		{"/s3cret/s3cret", "does not begin with http:// or https://"},
		{"s3cret", "it has 6 characters"},
		{"https://" + strings.Repeat("s3cret", 50), "it has 308 characters"},
	} {
		for _, attribute := range []string{"callback_url", "callback_url2"} {
			diags := p.ValidateResource(t, "opentact_messaging_profile", acctest.Values{"name": "a", attribute: test.url})
			acctest.WantError(t, diags, "", "Attribute "+attribute+":", "10 to 255 characters", test.want)
			if strings.Contains(acctest.Describe(diags), "s3cret") {
				t.Errorf("the URL is shown: %s", acctest.Describe(diags))
			}
		}
	}
}

func TestCallbackURLsThatAreAccepted(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, url := range []any{"http://a.bc", "HTTPS://a.example", "https://user:pass@a.example:8443/x?y=z#f", "https://[::1]/x", "https://a.example:65535", "https://a.example:/", acctest.Unknown, nil} {
		acctest.NoDiagnostics(t, p.ValidateResource(t, "opentact_messaging_profile", acctest.Values{"name": "a", "callback_url": url}))
	}
}

// Both callback URLs may hold credentials. No error of a write shows a part of one, or the
// line of the configuration where it is.
func TestCallbackURLs_Error_IsRedacted(t *testing.T) {
	t.Parallel()
	const url = "https://a.example/hook/key-s3cret-0123"
	for _, attribute := range []string{"callback_url", "callback_url2"} {
		for name, test := range map[string]struct{ answer, want string }{
			"a key in the message": {
				`{"success":false,"message":"no answer to key-s3cret-0123"}`,
				"no answer to (the value of " + attribute + ")"},
			"a key in the message of the field": {
				`{"success":false,"fields":{"params.` + attribute + `":{"message":"no answer to key-s3cret-0123"}}}`,
				"Attribute " + attribute + `: the API says "no answer to (the value of ` + attribute + `)".`},
			"another value stored": {
				`{"success":true,"payload":{"uuid":"0a0a0a0a-0000-4000-8000-00000000000a","name":"a","` + attribute + `":"` + url + `/s3cret"}}`,
				attribute + " was sent as a sensitive value of 38 characters and came back as a sensitive value of 45 characters"},
		} {
			p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
				answer := `{"success":true,"payload":[]}`
				if r.Method == http.MethodPost {
					answer = test.answer
				}
				_, _ = io.WriteString(w, answer)
			})
			config := acctest.Values{"name": "a", attribute: url}
			planned, diags := p.Plan(t, "opentact_messaging_profile", acctest.State{}, config)
			acctest.NoDiagnostics(t, diags)
			_, diags = p.Apply(t, "opentact_messaging_profile", acctest.State{}, planned, config)
			acctest.WantError(t, diags, "", test.want)
			if text := acctest.Describe(diags); strings.Contains(text, "s3cret") {
				t.Errorf("%s of %s: the URL is shown: %s", name, attribute, text)
			}
		}
	}
}
