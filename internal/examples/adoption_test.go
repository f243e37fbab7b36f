// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-exec/tfexec"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// adopted has the profiles of TestAccAdoption and their addresses. The emulator chooses the UUID of a profile without an id.
var adopted = []struct{ kind, id, name, address string }{
	{"messaging", "", "Prod Alerts!", "opentact_messaging_profile.prod_alerts"},
	{"outbound_voice", "", "prod-alerts", "opentact_outbound_voice_profile.prod_alerts"},
	{"messaging", "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31", "Support", "opentact_messaging_profile.support__3f1d7c2e"},
	{"messaging", "8c0e4f7a-2d65-4b19-8a3e-6f5d1b7c9e02", "Support", "opentact_messaging_profile.support__8c0e4f7a"},
	{"messaging", "a9b8c7d6-2d65-4b19-8a3e-6f5d1b7c9e02", "support?", "opentact_messaging_profile.support__a9b8c7d6"},
	{"messaging", "", "support__3f1d7c2e", "opentact_messaging_profile.support_3f1d7c2e"},
	{"outbound_voice", "8c0e4f7b-2d65-4b19-8a3e-6f5d1b7c9e02", "Night", "opentact_outbound_voice_profile.night__8c0e4f7b_2d65_4b19_8a3e_6f5d1b7c9e02"},
	{"outbound_voice", "8c0e4f7b-2d65-4b19-8a3e-6f5d1b7c9e03", "Night", "opentact_outbound_voice_profile.night__8c0e4f7b_2d65_4b19_8a3e_6f5d1b7c9e03"},
	{"messaging", "", "24/7", "opentact_messaging_profile.profile_24_7"},
	{"outbound_voice", "", "\U0001F680", "opentact_outbound_voice_profile.profile"},
	{"messaging", "", "line\nbreak\"\nEOT\n}\n", "opentact_messaging_profile.line_break_eot"},
	{"messaging", "", "${var.x} %{ if true }", "opentact_messaging_profile.var_x_if_true"},
	{"messaging", "", "Straße 日本", "opentact_messaging_profile.straße_日本"},
	{"outbound_voice", "", "हिन्दी", "opentact_outbound_voice_profile.हिन्दी"},
	{"messaging", "", "count", "opentact_messaging_profile.count"},
	{"messaging", "", "each", "opentact_messaging_profile.each"},
	{"messaging", "", "true", "opentact_messaging_profile.true"},
	{"outbound_voice", "", "for", "opentact_outbound_voice_profile.for"},
}

// TestAccAdoption follows the guide for import blocks. It imports profiles with names that are difficult in labels, and
// changes none.
func TestAccAdoption(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	seed, names := make(map[string][]map[string]string), make(map[string]string)
	for _, p := range adopted {
		fields := map[string]string{"name": p.name}
		if p.id != "" {
			fields["uuid"] = p.id
		}
		seed[p.kind], names[p.address] = append(seed[p.kind], fields), p.name
	}
	document, err := json.Marshal(seed)
	if err = errors.Join(err, env.Seed(document)); err != nil {
		t.Fatal(err)
	}
	w := workspaceFor(t, env, filepath.Join(root, "adopt", "main.tf"))
	checkRuns(t, w)
	blocks := w.Run(t, "output", "-raw", "import_blocks")
	ids := make(map[string]string) // by address
	for id, address := range parseImports(t, blocks) {
		ids[address] = id
	}

	// Terraform 1.16.3 has the fix, but builds of the main branch may lack it.
	w.SkipBug(t, "hashicorp/terraform#39144", `1\.16\.[0-2].*|1\.17\.0-(alpha20260729|alpha20260812|dev)`)
	w.Write(t, map[string]string{"imports.tf": blocks})
	if _, err := w.Plan(t.Context(), tfexec.GenerateConfigOut("profiles.tf")); err != nil {
		t.Fatal(err)
	}
	checkRuns(t, w)
	state, err := w.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	imported := make(map[string]string)
	for _, resource := range state.Values.RootModule.Resources {
		if resource.Mode == tfjson.ManagedResourceMode {
			imported[resource.Address] = fmt.Sprint(resource.AttributeValues["name"])
			if id := resource.AttributeValues["id"]; id != ids[resource.Address] {
				t.Errorf("%s has the id %s, want %s", resource.Address, id, ids[resource.Address])
			}
		}
	}
	if diff := cmp.Diff(names, imported); diff != "" {
		t.Errorf("names by address: %s", diff)
	}
	if writes := env.Writes(0); len(writes) > 0 {
		t.Errorf("the imports wrote: %q", writes)
	}
}

// importTarget matches the address in an import block.
var importTarget = regexp.MustCompile(`(?m)^ *to = (\w+)\.(\w+)$`)

// TestAccAdoption_ImportLoop runs the commands of the guide that import all profiles with terraform import. The
// configuration has a variable without a default: terraform import must not read its value from the input of the loop.
func TestAccAdoption_ImportLoop(t *testing.T) {
	t.Parallel()
	w, env := workspace(t, filepath.Join(root, "adopt", "main.tf"))
	if err := w.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	var resources strings.Builder
	for _, target := range importTarget.FindAllStringSubmatch(w.Run(t, "output", "-raw", "import_blocks"), -1) {
		fmt.Fprintf(&resources, "resource %q %q {\n  name = \"any\"\n}\n", target[1], target[2])
	}
	w.Write(t, map[string]string{"resources.tf": resources.String(), "variable.tf": "variable \"team\" {\n  type = string\n}\n"})

	// The guide calls Terraform by its name.
	bin := t.TempDir()
	if err := os.Symlink(w.ExecPath(), filepath.Join(bin, "terraform")); err != nil {
		t.Fatal(err)
	}
	run := func(script string, variables ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), "sh", "-c", script)
		command.Dir, command.Env = w.Dir, w.Command(t).Env
		command.Env = append(command.Env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		command.Env = append(command.Env, variables...)
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", script, err, output)
		}
		return string(output)
	}
	managed := func() int { return strings.Count(run(`terraform state list`), "_profile.") }

	var scripts []string
	for _, block := range blocks(pages(t)["guides/adopting-profiles"], "shell") {
		if strings.Contains(block, "profiles.txt") {
			scripts = append(scripts, block)
		}
	}
	if len(scripts) != 2 {
		t.Fatalf("the guide has %d commands with profiles.txt: %q", len(scripts), scripts)
	}

	run(scripts[0])
	profiles := content(t, filepath.Join(w.Dir, "profiles.txt"))
	if line := "opentact_messaging_profile.support_desk 3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31\n"; !strings.Contains(profiles, line) || strings.Count(profiles, "\n") != 6 {
		t.Errorf("profiles.txt contains\n%s", profiles)
	}
	if output := run(scripts[1]); strings.Count(output, "Not imported: ") != 6 || managed() != 0 {
		t.Errorf("without a value for the variable, %d profiles are managed and the loop prints\n%s", managed(), output)
	}
	if output := run(scripts[1], "TF_VAR_team=support"); strings.Contains(output, "Not imported: ") || managed() != 6 {
		t.Errorf("with a value for the variable, %d profiles are managed and the loop prints\n%s", managed(), output)
	}
	if writes := env.Writes(0); len(writes) > 0 {
		t.Errorf("the imports wrote: %q", writes)
	}
}
