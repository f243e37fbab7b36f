// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// TestGreeting_PastedIntoShell_ConfiguresProvider runs the lines of the greeting in a shell. The provider must accept the
// environment, which must have exactly one way to authenticate. The test sets the environment, so it is not parallel.
func TestGreeting_PastedIntoShell_ConfiguresProvider(t *testing.T) {
	const token, key, variables = "a-token", "a+key/of==", "TOKEN=a-token API_KEY=a+key/of=="
	for name, c := range map[string]struct {
		args []string
		want map[string]string // besides OPENTACT_BASE_URL
	}{
		"default":       {nil, map[string]string{"OPENTACT_TOKEN": "emulator-token"}},
		"token":         {[]string{"-token", token}, map[string]string{"OPENTACT_TOKEN": token}},
		"key":           {[]string{"-api-key", key}, map[string]string{"OPENTACT_API_KEY": key}},
		"token and key": {[]string{"-token", token, "-control", "-api-key", "other", "-api-key", key + "=1h"}, map[string]string{"OPENTACT_API_KEY": key}},
	} {
		// A user copies the indented lines. A script, such as tools/demo.sh, uses the lines with "export".
		for user, isCopied := range map[string]func(line string) bool{
			"person": func(line string) bool { return strings.HasPrefix(line, "  ") },
			"script": func(line string) bool { return strings.Contains(line, "export") },
		} {
			t.Run(name+", "+user, func(t *testing.T) {
				p := start(t, append([]string{"-addr", "127.0.0.1:0"}, c.args...)...)
				var script strings.Builder
				for _, line := range p.greeting {
					if isCopied(line) {
						script.WriteString(line + "\n")
					}
				}
				shell := exec.CommandContext(t.Context(), "sh", "-e", "-c", script.String()+script.String()+"env") // twice, as after a restart
				shell.Env = append(strings.Fields(variables), "PATH="+os.Getenv("PATH"))
				output, err := shell.CombinedOutput()
				if err != nil {
					t.Fatalf("%v: %s", err, output)
				}
				for _, variable := range []string{"TOKEN", "API_KEY", "EMAIL", "PASSWORD"} {
					t.Setenv("OPENTACT_"+variable, "") // counts as unset
				}
				got := make(map[string]string)
				for line := range strings.Lines(string(output)) {
					if variable, value, _ := strings.Cut(strings.TrimSpace(line), "="); strings.HasPrefix(variable, "OPENTACT_") {
						got[variable] = value
						t.Setenv(variable, value)
					}
				}
				c.want["OPENTACT_BASE_URL"] = p.url
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("environment (-want +got):\n%s", diff)
				}
				protocol := acctest.NewProtocol(t)
				acctest.NoDiagnostics(t, protocol.Configure(t, nil))
				_, diags := protocol.ReadDataSource(t, "opentact_messaging_profiles", nil)
				acctest.NoDiagnostics(t, diags)
			})
		}
	}
}
