// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

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
	managed := func() int { return strings.Count(run(`terraform state list`), "_profile.profile_") }

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
	if line := "opentact_messaging_profile.profile_0 3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31\n"; !strings.Contains(profiles, line) || strings.Count(profiles, "\n") != 6 {
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
