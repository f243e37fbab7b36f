// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestProvider_APIKey_InvalidText lists the texts that can't be an API key, in the attribute and in the environment.
func TestProvider_APIKey_InvalidText(t *testing.T) {
	const rule = "must be an API key exactly as OpenTact issued it, without Bearer before it, "
	for _, test := range []struct{ name, text, want string }{
		{"blank", " ", rule + "got a space (U+0020) at position 1."},
		{"space at the end", secretKey + " ", rule + "got a space (U+0020) at position 11."},
		{"line break at the beginning", "\n" + secretKey, rule + "got a line break (U+000A) at position 1."},
		{"zero-width space", secretKey + "\u200b", rule + "got a zero-width space (U+200B) at position 11."},
		{"with the scheme", "Bearer " + secretKey, rule + "got a space (U+0020) at position 7."},
		{"too long", strings.Repeat("x", 32<<10+1), rule + "got more than 32768 bytes."},
	} {
		t.Run(test.name, func(t *testing.T) {
			for variable, value := range credentialEnvironment(nil) {
				t.Setenv(variable, value)
			}
			config := acctest.Values{"api_key": test.text}
			wantError(t, acctest.NewProtocol(t).ValidateProvider(t, config), "api_key", "Invalid Provider Configuration: api_key "+test.want)
			t.Setenv("OPENTACT_API_KEY", test.text)
			wantError(t, acctest.NewProtocol(t).Configure(t, nil), "api_key",
				"Invalid Provider Configuration: The environment variable OPENTACT_API_KEY "+test.want)
		})
	}
	// Only the attribute rejects these.
	for name, test := range map[string]struct{ text, want string }{
		"empty":        {"", "api_key must not be empty; remove it to use OPENTACT_API_KEY."},
		"line break":   {secretKey + "\n", "api_key " + rule + "got a line break (U+000A) at position 11."},
		"CR and LF":    {secretKey + "\r\n", "api_key " + rule + "got a line break (U+000D) at position 11."},
		"only a break": {"\n", "api_key " + rule + "got a line break (U+000A) at position 1."},
	} {
		t.Run("attribute, "+name, func(t *testing.T) {
			// The variable is not used: it may belong to another account.
			for variable, value := range credentialEnvironment(map[string]string{"API_KEY": secretKey}) {
				t.Setenv(variable, value)
			}
			config := acctest.Values{"api_key": test.text}
			wantError(t, acctest.NewProtocol(t).Configure(t, config), "api_key", "Invalid Provider Configuration: "+test.want)
		})
	}
}

// Files and secret stores add a line break to an API key. A variable with only a line break counts as unset.
func TestProvider_APIKey_LineBreakInEnvironment_IsRemoved(t *testing.T) {
	r := newRecorder(t)
	for _, end := range []string{"", "\n", "\r\n", "\n\n"} {
		t.Run(fmt.Sprintf("%q", end), func(t *testing.T) {
			for variable, value := range credentialEnvironment(map[string]string{"API_KEY": secretKey + end, "TOKEN": end}) {
				t.Setenv(variable, value)
			}
			p := acctest.NewProtocol(t)
			acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": r.URL}))
			before := len(r.since(0))
			_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
			acctest.NoDiagnostics(t, diags)
			if got := r.since(before); len(got) != 1 || got[0] != "GET /rest/profile/messaging Authorization: Bearer "+secretKey {
				t.Errorf("got %v", got)
			}
		})
	}
}

// The error of a 401 says where the API key comes from.
func TestProvider_APIKey_Rejected_ErrorNamesVariable(t *testing.T) {
	for variable, value := range credentialEnvironment(nil) {
		t.Setenv(variable, value)
	}
	t.Setenv("OPENTACT_API_KEY", secretKey)
	env := acctest.New(t, emulator.Options{APIKeys: map[string]time.Duration{secretKey: -time.Second}})
	p := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, p.Configure(t, acctest.Values{"base_url": env.URL}))
	_, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
	wantError(t, diags, "", "The API at "+env.URL+" rejected the API key from the environment variable OPENTACT_API_KEY: ")
}
