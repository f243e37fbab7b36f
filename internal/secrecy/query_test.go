// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestAccQuery looks for secrets in what terraform query leaves, which writes
// configuration. TestListed is its twin without Terraform.
func TestAccQuery(t *testing.T) {
	t.Parallel()
	for way := range credentials {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			l := newLife(t, way)
			l.RequireTerraform(t, ">= 1.14", "terraform query")
			l.must(t, inPrinted, "apply", "-auto-approve")
			l.Write(t, map[string]string{"all.tfquery.hcl": "list \"opentact_messaging_profile\" \"all\" {\n  provider = opentact\n}\n"})
			l.must(t, inErrors, "query", "-generate-config-out=generated.tf")
			l.must(t, inErrors, "query", "-json")
			answer := answers["an error that repeats it"]
			l.wire.instead.Store(&answer)
			l.fails(t, inErrors, "query")
			l.search(t, inPrinted, inState)
		})
	}
}

func TestListed(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Token: token, Email: email, Password: password})
	if _, err := env.Add(emulator.MessagingProfile, map[string]any{"name": "test", "callback_url": webhook, "callback_url2": webhook2}); err != nil {
		t.Fatal(err)
	}
	for way, config := range map[string]acctest.Values{"by token": {}, "by login": {"token": nil, "email": email, "password": password}} {
		var log bytes.Buffer
		ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
		p := env.Protocol(t, config).WithContext(ctx)
		listed, diags := p.List(t, "opentact_messaging_profile", nil, true, 10, 10)
		if acctest.NoDiagnostics(t, diags); len(listed) != 1 || listed[0].Resource["callback_url"] != webhook {
			t.Fatalf("%s: %v", way, listed)
		}
		env.Inject(t, emulator.Rule{Faults: []emulator.Fault{{Action: emulator.ActionPage, Status: http.StatusForbidden}}})
		_, diags = env.Protocol(t, config).WithContext(ctx).List(t, "opentact_messaging_profile", nil, true, 10, 10)
		if len(diags) == 0 {
			t.Errorf("%s: no error", way)
		}
		env.RemoveRules()
		texts := map[string][]byte{inLogs: log.Bytes(), inErrors: []byte(acctest.Describe(diags) + listed[0].DisplayName)}
		if bytes.Count(log.Bytes(), []byte("OpenTact API request")) < 2 || !bytes.Contains(log.Bytes(), []byte(`"@level":"trace"`)) {
			t.Errorf("%s: the log is not as talkative as it can be: %s", way, &log)
		}
		for _, secret := range append(canaries(), canary{name: "password of created_by", value: "emulator-fake-password"}, canary{name: "token of created_by", value: "emulator-fake-user-token"}) {
			lookFor(t, secret, texts)
		}
	}
}
