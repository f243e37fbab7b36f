// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// movedConfiguration is the configuration before the move from a plain attribute to a write-only one.
const movedConfiguration = `
terraform {
  required_providers {
    opentact = { source = "opentact/opentact" }
  }
}

variable "webhook" {
  type = string
}

resource "opentact_messaging_profile" "test" {
  name         = "test"
  callback_url = var.webhook
}
`

// moved replaces the plain attribute with the write-only one.
var moved = strings.NewReplacer("callback_url =", "callback_url_wo =", "type = string", "type = string\n  ephemeral = true")

// TestAccSecrets_MoveAndImport_ShowURLOnce checks the two exceptions: the state contains the URL of a webhook before
// the move from the plain attribute to the write-only one, and after an import. The next plan shows it.
func TestAccSecrets_MoveAndImport_ShowURLOnce(t *testing.T) {
	t.Parallel()
	l := newLifecycle(t, "token")
	l.RequireTerraform(t, ">= 1.11", "a write-only attribute")
	l.Write(t, map[string]string{"main.tf": movedConfiguration})
	places := []string{inPrinted, inPlans, inState, inBackup, inErrors, inLogs}
	var rows [][]string
	// finds checks which places contain the webhook after a step, and removes everything but the state.
	finds := func(step string, want ...string) {
		t.Helper()
		texts := l.files(t)
		row := []string{step}
		for _, place := range places {
			hits, around := canary{value: "c4nary-of-the-webhook"}.count(texts[place])
			if hits > 0 != slices.Contains(want, place) {
				t.Errorf("%s: the webhook is in the %s %d times: …%s…", step, place, hits, around)
			}
			row = append(row, fmt.Sprint(hits))
		}
		rows = append(rows, row)
		clear(l.output)
		for _, pattern := range []string{"*.log", "*.tfplan", "*.backup"} {
			files, _ := filepath.Glob(filepath.Join(l.Dir, pattern)) // the pattern is valid
			for _, file := range files {
				if err := os.Remove(file); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	l.must(t, inPrinted, "apply", "-auto-approve")
	finds("create with callback_url", inPrinted, inState)
	l.Write(t, map[string]string{"main.tf": moved.Replace(movedConfiguration)})
	l.must(t, inPrinted, "plan", "-out=move.tfplan")
	finds("plan the move to callback_url_wo", inPrinted, inPlans, inState)
	l.must(t, inPrinted, "apply", "-auto-approve")
	finds("apply the move", inPrinted, inBackup)
	l.AddEnv(t, map[string]string{"TF_VAR_webhook": webhook + "/rotated"})
	l.must(t, inPrinted, "apply", "-auto-approve")
	finds("rotate the webhook")

	id := fmt.Sprint(l.Profiles(emulator.MessagingProfile)[0]["uuid"])
	l.must(t, inPrinted, "state", "rm", "opentact_messaging_profile.test")
	l.must(t, inPrinted, "import", "opentact_messaging_profile.test", id)
	if acctest.IsOpenTofu() {
		finds("import", inState, inLogs) // see reimport
	} else {
		finds("import", inState)
	}
	l.must(t, inPrinted, "plan", "-out=move.tfplan")
	finds("plan after the import", inPrinted, inPlans, inState)
	l.must(t, inPrinted, "apply", "-auto-approve")
	finds("apply after the import", inPrinted, inBackup)
	l.must(t, inPrinted, "destroy", "-auto-approve")
	finds("destroy")
	fmt.Printf("The webhook found by %s:\n%s\n", t.Name(), acctest.Table(slices.Concat([]string{"step"}, places), rows))
}
