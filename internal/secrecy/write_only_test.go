// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// writeOnlyFile is the configuration of a profile whose webhooks are write-only.
const writeOnlyFile = `
variable "write_only" {
  type      = string
  ephemeral = true
}

resource "opentact_messaging_profile" "write_only" {
  name             = "write-only"
  callback_url_wo  = var.write_only
  callback_url2_wo = "` + writeOnlyWebhook2 + `"
  toll_free_weight = var.weight
}
`

// addWriteOnly adds a profile whose webhooks are write-only to the configuration.
func (l *lifecycle) addWriteOnly(t *testing.T) {
	t.Helper()
	l.RequireTerraform(t, ">= 1.11", "a write-only attribute")
	l.Write(t, map[string]string{"write_only.tf": writeOnlyFile})
	l.setWriteOnly(t, writeOnlyWebhook)
	l.canaries = append(l.canaries, writeOnlyCanaries...)
}

// setWriteOnly sets the ephemeral variable.
func (l *lifecycle) setWriteOnly(t *testing.T, value string) {
	t.Helper()
	l.AddEnv(t, map[string]string{"TF_VAR_write_only": value})
}

// replace changes the configuration of the profile whose webhooks are write-only.
func (l *lifecycle) replace(t *testing.T, oldnew ...string) {
	t.Helper()
	l.Write(t, map[string]string{"write_only.tf": strings.NewReplacer(oldnew...).Replace(writeOnlyFile)})
}

// TestAccSecrets_WriteOnly runs one lifecycle of a profile with plain and of one with write-only webhooks, and
// compares where their values are. The values of write-only attributes must be in the configuration alone.
func TestAccSecrets_WriteOnly(t *testing.T) {
	t.Parallel()
	l := newLifecycle(t, "token")
	l.addWriteOnly(t)
	l.must(t, inErrors, "validate")
	l.breakMethods(badResponses["an error with the encoded webhook"], http.MethodPost)
	l.fails(t, inPrinted, "apply", "-auto-approve")
	l.respond.Store(nil)
	l.must(t, inPrinted, "plan", "-out=create.tfplan")
	l.must(t, inPrinted, "show", "create.tfplan")
	l.showPlan(t, "create.tfplan")
	l.failSome(t)
	l.must(t, inErrors, "apply", "create.tfplan")
	l.must(t, inPrinted, "show", "-json")

	l.setWriteOnly(t, writeOnlyWebhook+"/new")
	l.must(t, inPrinted, "plan", "-out=update.tfplan", "-var", "weight=2")
	l.showPlan(t, "update.tfplan")
	l.failSome(t)
	l.must(t, inErrors, "apply", "update.tfplan")
	l.RemoveRules()
	l.changeByAnotherClient(t)
	l.storeDifferently(t)
	l.misconfigureWriteOnly(t)
	l.breakAPI(t)
	l.credentials = credentials["login"]
	l.must(t, inPrinted, "apply", "-auto-approve")

	l.credentials = credentials["API key"]
	l.replace(t, "callback_url2_wo =", "callback_url2_wo_version = 1\n  callback_url2_wo =")
	l.must(t, inPrinted, "apply", "-auto-approve")
	l.replace(t, "callback_url_wo ", "# callback_url_wo ", "callback_url2_wo", "# callback_url2_wo")
	l.must(t, inPrinted, "apply", "-auto-approve")
	l.replace(t)
	l.must(t, inPrinted, "apply", "-auto-approve")
	t.Run("query", l.query)
	l.breakMethods(badResponses["an error with the write-only webhook"], http.MethodDelete)
	l.fails(t, inPrinted, "destroy", "-auto-approve")
	l.respond.Store(nil)
	l.must(t, inPrinted, "destroy", "-auto-approve")

	texts := l.files(t)
	for place, want := range map[string]string{
		inLogs: "OpenTact API request", inState: `"written":"`, inBackup: `"written":"`, inPlans: "opentact_messaging_profile.write_only",
		inPrinted: "callback_url_wo of messaging profile", inErrors: "callback_url2 must not be set together with callback_url2_wo",
	} {
		if !bytes.Contains(texts[place], []byte(want)) {
			t.Errorf("the %s does not contain %q: does the test search there?", place, want)
		}
	}
	search(t, l.secrets(), texts)
	compare(t, l.secrets(), texts)
}

// changeByAnotherClient changes a write-only webhook as another client does. A refresh and a plan notice it.
func (l *lifecycle) changeByAnotherClient(t *testing.T) {
	t.Helper()
	for _, profile := range l.Profiles(emulator.MessagingProfile) {
		if profile["name"] == "write-only" {
			if err := l.Change(emulator.MessagingProfile, acctest.Values(profile).Text("uuid"), map[string]any{"callback_url": writeOnlyWebhook + "/other-client"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.must(t, inPrinted, "apply", "-refresh-only", "-auto-approve")
	l.must(t, inPrinted, "apply", "-auto-approve")
}

// storeDifferently lets the API store another value than the one it received. The update fails.
func (l *lifecycle) storeDifferently(t *testing.T) {
	t.Helper()
	l.breakMethods(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		body = bytes.ReplaceAll(body, []byte("https://user:"), []byte("https://USER:"))
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		l.forward(w, r)
	}, http.MethodPatch)
	l.setWriteOnly(t, writeOnlyWebhook+"/different")
	l.fails(t, inPrinted, "apply", "-auto-approve")
	l.respond.Store(nil)
	l.must(t, inPrinted, "apply", "-auto-approve")
}

// misconfigureWriteOnly sets write-only attributes to values that are not valid. Terraform prints the line that
// an error points at.
func (l *lifecycle) misconfigureWriteOnly(t *testing.T) {
	t.Helper()
	const set = "callback_url2_wo ="
	for _, change := range [][]string{
		{writeOnlyWebhook2, strings.Replace(writeOnlyWebhook2, "https", "ftp", 1)},
		{"var.write_only\n", `"https:///` + strings.TrimPrefix(writeOnlyWebhook, "https://") + "\"\n"},
		{set, "callback_url2 = \"" + writeOnlyWebhook2 + "\"\n  " + set},
		{set, "callback_url2_wo_version = 1.5\n  " + set},
		{"callback_url_wo ", "callback_url "}, // an ephemeral value in a plain attribute
	} {
		l.replace(t, change...)
		l.fails(t, inErrors, "plan", "-refresh=false")
	}
	l.replace(t)
	l.setWriteOnly(t, strings.Replace(writeOnlyWebhook, "https", "ftp", 1))
	l.fails(t, inErrors, "plan")
	l.fails(t, inErrors, "apply", "-auto-approve", "-refresh=false")
	l.setWriteOnly(t, writeOnlyWebhook)
}

// TestAccSecrets_WriteOnlyNotSupported_ErrorHasNoValue checks the error about a write-only attribute in Terraform
// before 1.11.
func TestAccSecrets_WriteOnlyNotSupported_ErrorHasNoValue(t *testing.T) {
	t.Parallel()
	l := newLifecycle(t, "token")
	l.RequireTerraform(t, "< 1.11", "a Terraform without write-only attributes")
	l.Write(t, map[string]string{"main.tf": strings.Replace(configuration, "callback_url2 ", "callback_url2_wo ", 1)})
	l.fails(t, inErrors, "validate")
	l.fails(t, inPrinted, "plan")
	texts := l.files(t)
	if want := "WriteOnly Attribute Not Allowed"; !bytes.Contains(texts[inErrors], []byte(want)) {
		t.Errorf("the diagnostics do not contain %q: %s", want, texts[inErrors])
	}
	const literal = "c4nary-of-the-second"
	for place, text := range texts {
		hits, around := canary{value: literal}.count(text)
		if isConfig := place == inConfig; hits > 0 != isConfig {
			t.Errorf("the webhook is in the %s %d times: …%s…", place, hits, around)
		}
	}
}
