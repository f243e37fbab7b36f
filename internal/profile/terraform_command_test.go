// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// accountWorkspace returns a workspace whose provider gets its settings from the environment.
func accountWorkspace(t *testing.T, env *acctest.Env, body string) *acctest.Workspace {
	t.Helper()
	w := acctest.NewWorkspace(t, accountFiles(body))
	useAccount(t, w, env)
	return w
}

func accountFiles(body string) map[string]string {
	return map[string]string{"main.tf": "terraform {\n  required_providers {\n    opentact = { source = \"opentact/opentact\" }\n  }\n}\n\n" + body}
}

// useAccount makes the next commands use the credentials of an account.
func useAccount(t *testing.T, w *acctest.Workspace, env *acctest.Env) {
	t.Helper()
	w.AddEnv(t, map[string]string{"OPENTACT_BASE_URL": env.URL, "OPENTACT_TOKEN": env.Token})
}

func setDuplicateCheck(t *testing.T, w *acctest.Workspace, value string) {
	t.Helper()
	w.AddEnv(t, map[string]string{"OPENTACT_DUPLICATE_CHECK": value})
}

// commandResult is what a Terraform command prints.
type commandResult struct {
	command string
	failed  bool
	// diagnostics lack the warning about development overrides.
	diagnostics []acctest.PrintedDiagnostic
	// planned is the last summary of a plan.
	planned plannedChanges
}

type plannedChanges struct{ Add, Change, Remove int }

// runJSON runs terraform with -json. The command may fail.
func runJSON(t *testing.T, w *acctest.Workspace, command string, args ...string) commandResult {
	t.Helper()
	args = append([]string{command, "-json", "-input=false"}, args...)
	got := commandResult{command: strings.Join(args, " ")}
	output, err := w.Command(t, args...).Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		got.failed = true
	} else if err != nil {
		t.Fatal(err)
	}
	got.diagnostics = acctest.PrintedDiagnostics(t, output)
	for line := range bytes.Lines(output) {
		var message struct {
			Type    string
			Changes struct {
				plannedChanges
				Operation string
			}
		}
		if err := json.Unmarshal(line, &message); err != nil {
			t.Fatalf("%s: %v\n%s", got.command, err, output)
		}
		if message.Type == "change_summary" && message.Changes.Operation == "plan" {
			got.planned = message.Changes.plannedChanges
		}
	}
	return got
}

// wantClean checks that a command succeeded without a diagnostic.
func (r commandResult) wantClean(t *testing.T) {
	t.Helper()
	if r.failed || len(r.diagnostics) > 0 {
		t.Errorf("terraform %s: failed: %t, %v", r.command, r.failed, r.diagnostics)
	}
}

// wantDiagnostics checks that a command printed n diagnostics of a severity and no others, and
// that each contains some texts. The command must fail if there are errors.
func (r commandResult) wantDiagnostics(t *testing.T, n int, severity string, texts ...string) {
	t.Helper()
	if len(r.diagnostics) != n || r.failed != (severity == "error" && n > 0) {
		t.Errorf("terraform %s: failed: %t, %d diagnostics, want %d: %v", r.command, r.failed, len(r.diagnostics), n, r.diagnostics)
	}
	for _, d := range r.diagnostics {
		for _, text := range texts {
			if d.Severity != severity || !strings.Contains(d.String(), text) {
				t.Errorf("terraform %s: want %s with %q, got %s", r.command, severity, text, d)
			}
		}
	}
}

func readFile(t *testing.T, w *acctest.Workspace, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
