// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestAccGettingStartedGuide_Steps follows the guide, and checks the outputs and the requests that its tables describe.
func TestAccGettingStartedGuide_Steps(t *testing.T) {
	t.Parallel()
	guide := pages(t)["guides/getting-started"]
	config := content(t, filepath.Join(root, "getting-started", "main.tf"))
	if found := blocks(guide, "terraform"); len(found) != 1 || found[0] != config {
		t.Fatalf("the guide contains %q, want only examples/getting-started/main.tf", found)
	}
	if !slices.Contains(blocks(guide, "shell"), "make try\n") {
		t.Error("the guide does not use make try")
	}
	env := acctest.New(t, emulator.Options{})
	w := workspaceFor(t, env, filepath.Join(root, "getting-started", "main.tf"))
	seen := 0
	// step runs a command. It checks that the output contains each text, and that the emulator received these requests.
	step := func(command string, texts, requests []string) {
		t.Helper()
		output := words(w.Run(t, strings.Fields(command)...))
		for _, text := range texts {
			if !strings.Contains(output, words(text)) {
				t.Errorf("terraform %s does not print %q, but\n%s", command, text, output)
			}
		}
		counts := make(map[string]int)
		for _, request := range env.Requests()[seen:] {
			seen++
			counts[request.Method+" "+strings.Join(strings.Split(request.Path, "/")[:4], "/")]++
		}
		want := make(map[string]int)
		for _, request := range requests {
			want[request+" /rest/profile/messaging"]++
			want[request+" /rest/profile/outbound_voice"]++
		}
		if diff := cmp.Diff(want, counts); requests != nil && diff != "" {
			t.Errorf("requests of terraform %s (-want +got):\n%s", command, diff)
		}
	}
	// change replaces a line of main.tf, and applies the new configuration.
	change := func(line, replacement string, texts ...string) {
		t.Helper()
		if !strings.Contains(config, line) {
			t.Fatalf("the configuration lacks %q", line)
		}
		config = strings.Replace(config, line, replacement, 1)
		w.Write(t, map[string]string{"main.tf": config})
		step("apply -no-color -auto-approve", texts, nil)
	}

	for _, text := range []string{"Plan: 2 to add, 0 to change, 0 to destroy.", "Apply complete! Resources: 2 added, 0 changed, 0 destroyed."} {
		if !strings.Contains(guide, text) {
			t.Errorf("the guide does not say %q", text)
		}
	}
	step("plan -no-color -out=saved", []string{"Plan: 2 to add, 0 to change, 0 to destroy.", "(known after apply)"}, []string{"GET"})
	step("apply -no-color saved", []string{"Apply complete! Resources: 2 added, 0 changed, 0 destroyed.", `"messaging" =`}, []string{"GET", "POST"})
	step("plan -no-color", []string{"No changes."}, []string{"GET"})

	change("  channel_limit     = 10\n", "  channel_limit     = 20\n", "channel_limit = 10 -> 20", `-> (known after apply)`, "0 to add, 1 to change")
	change("  callback_url  = \"https://sms.example.com/inbound\"\n", "", `callback_url = "https://sms.example.com/inbound" -> (known after apply)`, "is unset")
	change("  sticky_sender = true\n", "", "No changes.", `Warning: sticky_sender of messaging profile "Support desk" keeps its value`)
	step("destroy -no-color -auto-approve", []string{"Resources: 2 destroyed."}, nil)
	checkProfiles(t, env, 0)
}
