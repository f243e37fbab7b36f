// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// createdOn matches the time at which a profile was created.
var createdOn = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z`)

// words returns text with single spaces and without times. Terraform breaks lines at the width of the terminal.
func words(text string) string {
	return strings.Join(strings.Fields(createdOn.ReplaceAllString(text, "TIME")), " ")
}

// TestAccReliabilityGuide_Warnings checks that Terraform prints the warnings that the guide quotes, and that the guide's
// import block adopts the profile, before and after an apply that creates an equal one. The configuration is that of the
// guide Getting started. examples/seed.json contains a profile with the same values.
func TestAccReliabilityGuide_Warnings(t *testing.T) {
	t.Parallel()
	all := pages(t)
	warnings := blocks(all["guides/reliability"], "text")
	if len(warnings) != 2 {
		t.Fatalf("the guide quotes %d warnings: %q", len(warnings), warnings)
	}
	adopt := blockWith(t, "terraform", "import {\n  to ")
	w, env := workspace(t)
	// main.tf already has required_providers.
	w.Write(t, map[string]string{"main.tf": blocks(all["guides/getting-started"], "terraform")[0], "requirement.tf": ""})
	wantWarning := func(warning string) {
		t.Helper()
		if output := w.Run(t, "plan", "-no-color"); !strings.Contains(words(output), words(warning)) {
			t.Errorf("the plan does not print this:\n%s\nbut this:\n%s", warning, output)
		}
	}
	wantImport := func(want string) {
		t.Helper()
		w.Write(t, map[string]string{"adopt.tf": adopt})
		if output := w.Run(t, "plan", "-no-color"); !strings.Contains(output, want) || strings.Contains(output, "may exist already") {
			t.Errorf("with the import block, the plan prints\n%s", output)
		}
	}
	wantWarning(warnings[0])
	wantImport("Plan: 1 to import, 1 to add")

	w.Write(t, map[string]string{"adopt.tf": ""})
	w.Run(t, "apply", "-no-color", "-auto-approve")
	for _, command := range []string{"terraform state show ", "terraform state rm "} {
		w.Run(t, strings.Fields(blockWith(t, "shell", command))[1:]...)
	}
	wantImport("Plan: 1 to import, 0 to add")
	w.Run(t, "apply", "-no-color", "-auto-approve")

	if err := env.Remove(emulator.MessagingProfile, "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"); err != nil {
		t.Fatal(err)
	}
	wantWarning(warnings[1])
}

// TestAccReliabilityGuide_ImportsManyOrphans checks that the guide's import block with for_each adopts all orphans and
// ignores the address in the state.
func TestAccReliabilityGuide_ImportsManyOrphans(t *testing.T) {
	t.Parallel()
	w, env := workspace(t)
	w.RequireTerraform(t, ">= 1.7", "for_each in an import block")
	w.Write(t, map[string]string{"main.tf": `
variable "desks" {
  type = set(string)
}

resource "opentact_messaging_profile" "desk" {
  for_each = var.desks
  name     = each.key
}
`})
	w.Run(t, "apply", "-no-color", "-auto-approve", `-var=desks=["managed"]`)
	for _, name := range []string{"orphan 1", "orphan 2", "of another configuration"} {
		if _, err := env.Add(emulator.MessagingProfile, map[string]any{"name": name}); err != nil {
			t.Fatal(err)
		}
	}
	w.Write(t, map[string]string{"adopt.tf": blockWith(t, "terraform", "import {\n  for_each ")})
	output := w.Run(t, "plan", "-no-color", `-var=desks=["managed", "orphan 1", "orphan 2"]`)
	if !strings.Contains(output, "Plan: 2 to import, 0 to add, 0 to change, 0 to destroy.") || strings.Contains(output, "may exist already") {
		t.Errorf("the plan prints\n%s", output)
	}
}

// blockWith returns the first block of the guide that contains text.
func blockWith(t *testing.T, language, text string) string {
	t.Helper()
	for _, block := range blocks(pages(t)["guides/reliability"], language) {
		if strings.Contains(block, text) {
			return block
		}
	}
	t.Fatalf("the guide has no %s block with %q", language, text)
	return ""
}
