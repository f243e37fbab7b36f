// SPDX-License-Identifier: MPL-2.0

package messagingprofile_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// attributes are the attributes with a callback URL.
var attributes = []string{"callback_url", "callback_url2", "callback_url_wo", "callback_url2_wo"}

const rule = "must be an absolute http or https URL of 10 to 255 characters, got "

// Each error says which attribute is invalid, and why. It shows neither the URL, which may contain
// credentials, nor the line of the configuration.
func TestCallbackURL_Invalid_IsRejectedWithoutValue(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	const noScheme, noHost, badPort = "text that doesn't start with http:// or https://", "a URL without a host", "a port that is not from 1 to 65535"
	const badURL, badLabel = "text that is not a valid URL; use urlencode() for a password in it", "a host that starts with a dot or has two dots in a row"
	for _, test := range []struct{ url, want string }{
		// form
		{"ftp://user:s3cret@a.example", noScheme},
		{"user:s3cret@a.example/", noScheme},
		{"/s3cret/s3cret", noScheme},
		{"https:///s3cret", noHost},
		{"https:s3cret.example", noHost},
		{"https://:8080/s3cret", noHost},
		{"https://./s3cret", noHost},
		{"https://user:s3cret@", noHost},
		{"https://a.example:0/s3cret", badPort},
		{"https://a.example:65536/s3cret", badPort},
		{"https://a.example:s3cret/", badURL},
		{"https://[::1/s3cret", badURL},
		{"https://a.example/%zz/s3cret", badURL},
		{"s3cret", "6 characters"},
		{"https://" + strings.Repeat("s3cret", 50), "308 characters"},
		// doubled schemes
		{"https://https://a.example/s3cret", "a second scheme at position 9"},
		{"http://HTTPS://a.example/s3cret", "a second scheme at position 8"},
		{"https://http:/a.example/s3cret", "a second scheme at position 9"},
		{"https://https:?s3cret", "a second scheme at position 9"},
		{"https://https//a.example/s3cret", "a second scheme at position 9"},
		{"https://wss://a.example/s3cret", "a second scheme at position 9"},
		{"https://user:s3cret@https://a.example", "a second scheme at position 21"},
		// hosts
		{"https://a..example/s3cret", badLabel},
		{"https://.a.example/s3cret", badLabel},
		{"https://a.example../s3cret", badLabel},
		{"https://a\u3002.example/s3cret", badLabel},
		{"https://user:s3cret@a..example", badLabel},
		{"https://a,b.example/s3cret", `',' (U+002C) in the host at position 10`},
		{"https://user:s3cret@a.example,b.example", `',' (U+002C) in the host at position 30`},
		{"https://\u00fc,b.example/s3cret", `',' (U+002C) in the host at position 10`},
		{"https://a.example:80:80/s3cret", badURL},
		{"https://,a.example/s3cret", `',' (U+002C) in the host at position 9`},
		{"https://a;b.example/s3cret", `';' (U+003B) in the host at position 10`},
		// white space, control characters and invisible characters
		{" https://a.example/s3cret", "a space (U+0020) at position 1"},
		{"https://a.example/s3cret ", "a space (U+0020) at position 25"},
		{"https://a.example/\u00e9 s3cret", "a space (U+0020) at position 20"},
		{"https://a.example/s3cret\n", "a line break (U+000A) at position 25"},
		{"https://a.example/s3cret\r\n", "a line break (U+000D) at position 25"},
		{"https://a.example/\ts3cret", "a tab (U+0009) at position 19"},
		{"https://s3cret\x00.example", "a control character (U+0000) at position 15"},
		{"https://a.example/\u0085s3cret", "a white-space character (U+0085) at position 19"},
		{"https://a.example/\u00a0s3cret", "a no-break space (U+00A0) at position 19"},
		{"https://a.example/\u3000s3cret", "a white-space character (U+3000) at position 19"},
		{"https://a.example/\u2028s3cret", "a white-space character (U+2028) at position 19"},
		{"https://a\u00ad.example/s3cret", "a soft hyphen (U+00AD) at position 10"},
		{"https://a\u200b.example/s3cret", "a zero-width space (U+200B) at position 10"},
		{"https://a\u200c.example/s3cret", "a zero-width non-joiner (U+200C) at position 10"},
		{"https://a\u200d.example/s3cret", "a zero-width joiner (U+200D) at position 10"},
		{"https://a.example/\u200es3cret", "a left-to-right mark (U+200E) at position 19"},
		{"https://a.example/\u200fs3cret", "a right-to-left mark (U+200F) at position 19"},
		{"https://a.example/\u202es3cret", "a bidirectional control character (U+202E) at position 19"},
		{"https://a.example/\u2066s3cret", "a bidirectional control character (U+2066) at position 19"},
		{"https://a.example/\u2060s3cret", "a word joiner (U+2060) at position 19"},
		{"\ufeffhttps://a.example/s3cret", "a byte order mark (U+FEFF) at position 1"},
		{"https://a.example/\ufe0fs3cret", "an invisible character (U+FE0F) at position 19"},
		{"https://a.example/\u3164s3cret", "an invisible character (U+3164) at position 19"},
		{"https://a.example/\U000e0041s3cret", "an invisible character (U+E0041) at position 19"},
	} {
		for _, attribute := range attributes {
			diags := p.ValidateResource(t, "opentact_messaging_profile", acctest.Values{"name": "a", attribute: test.url})
			acctest.WantError(t, diags, "", "Invalid Attribute Value: "+attribute+" "+rule+test.want+".")
			if strings.Contains(acctest.Describe(diags), "s3cret") {
				t.Errorf("the error shows the URL: %s", acctest.Describe(diags))
			}
		}
	}
}

func TestCallbackURL_Valid_IsAccepted(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, url := range []any{
		"http://a.bc", "HTTPS://a.example", "https://user:pass@a.example:8443/x?y=z#f", "https://a.example:65535", "https://a.example:/",
		"https://a.example.", "https://a.example.:8443/x", "https://localhost/x", "https://my_host-1.example/x",
		"https://[::1]/x", "https://[2001:db8::1]:8443/x", "https://192.0.2.1/x",
		"https://m\u00fcnchen.example/", "https://xn--mnchen-3ya.example/", "https://m%C3%BCnchen.example/", "https://\u4f8b\u3048\u3002\u30c6\u30b9\u30c8/", "https://\u2603.example/",
		"https://a.example//x", "https://a.example/x,y;z?to=https://b.example//c..d", "https://a.example/%20%00", "https://u,v:p..q@a.example/",
		acctest.Unknown, nil,
	} {
		for _, attribute := range attributes {
			acctest.NoDiagnostics(t, p.ValidateResource(t, "opentact_messaging_profile", acctest.Values{"name": "a", attribute: url}))
		}
	}
}

// No error of a write shows a part of a callback URL, or the line of the configuration.
func TestCallbackURL_ErrorOfWrite_IsRedacted(t *testing.T) {
	t.Parallel()
	const url = "https://a.example/hook/key-s3cret-0123"
	for _, attribute := range attributes {
		field := strings.TrimSuffix(attribute, "_wo")
		for name, test := range map[string]struct{ response, want string }{
			"a key in the message": {
				`{"success":false,"message":"no response to key-s3cret-0123"}`,
				"no response to (the value of " + field + ")"},
			"a key in the message of the field": {
				`{"success":false,"fields":{"params.` + field + `":{"message":"no response to key-s3cret-0123"}}}`,
				"The API reports an error in " + field + `: "no response to (the value of ` + field + `)".`},
			"another value stored": {
				`{"success":true,"payload":{"uuid":"0a0a0a0a-0000-4000-8000-00000000000a","name":"a","` + field + `":"` + url + `/s3cret"}}`,
				field + " was sent as a sensitive value of 38 characters and came back as a sensitive value of 45 characters"},
		} {
			p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
				response := `{"success":true,"payload":[]}`
				if r.Method == http.MethodPost {
					response = test.response
				}
				_, _ = io.WriteString(w, response)
			})
			config := acctest.Values{"name": "a", attribute: url}
			planned, diags := p.Plan(t, "opentact_messaging_profile", acctest.State{}, config)
			acctest.NoDiagnostics(t, diags)
			_, diags = p.Apply(t, "opentact_messaging_profile", acctest.State{}, planned, config)
			acctest.WantError(t, diags, "", test.want)
			if text := acctest.Describe(diags); strings.Contains(text, "s3cret") {
				t.Errorf("%s of %s: the error shows the URL: %s", name, attribute, text)
			}
		}
	}
}
