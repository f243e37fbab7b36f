// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-exec/tfexec"
)

// Workspace is a directory in which Terraform runs with the built provider program.
// Use it for tests that terraform-plugin-testing can't do.
type Workspace struct {
	*tfexec.Terraform
	// Dir is the directory.
	Dir string

	env map[string]string
}

// program is the provider, built with the flags of a release when a test first needs it.
// Main sets it and removes its directory.
var program func() (string, error)

// Program returns the path of the built provider.
func Program(t testing.TB) string {
	t.Helper()
	if program == nil {
		t.Fatal("TestMain of this package must call acctest.Main")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// build builds the provider in a directory and returns the path of its program.
func build(dir string) (string, error) {
	path := filepath.Join(dir, "terraform-provider-opentact")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	command := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-trimpath", "-tags=grpcnotrace", "-ldflags=-s -w", "-o", path, "github.com/opentact/terraform-provider-opentact") //nolint:gosec // writes to a temporary directory
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, output)
	}
	return path, nil
}

// Main runs the tests of a package and returns their exit status. It selects Terraform,
// ignores the proxies of the environment, and removes the program that the tests built.
func Main(m *testing.M) int {
	if err := SelectTerraform(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for _, variable := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
		_ = os.Unsetenv(variable)
		_ = os.Unsetenv(strings.ToLower(variable))
	}
	dir, err := os.MkdirTemp("", "opentact")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = sync.OnceValues(func() (string, error) { return build(dir) })
	return m.Run()
}

// NewWorkspace writes files to a new directory and returns a Workspace for it. Terraform
// doesn't see the TF_ and OPENTACT_ variables of the shell. Without TF_ACC, NewWorkspace
// skips the test.
func NewWorkspace(t testing.TB, files map[string]string) *Workspace {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("requires Terraform: set TF_ACC=1 or run make testacc")
	}
	w := &Workspace{Dir: t.TempDir()}
	w.Write(t, files)
	w.Write(t, map[string]string{
		"cli.tfrc": fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"opentact/opentact\" = %q\n  }\n  direct {}\n}\n", filepath.Dir(Program(t))),
	})
	var err error
	if w.Terraform, err = tfexec.NewTerraform(w.Dir, os.Getenv(terraformPath)); err != nil {
		t.Fatal(err)
	}
	w.env = map[string]string{"TF_CLI_CONFIG_FILE": filepath.Join(w.Dir, "cli.tfrc"), "CHECKPOINT_DISABLE": "1"}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "OPENTACT_") && name != "CHECKPOINT_DISABLE" {
			w.env[name] = value
		}
	}
	w.AddEnv(t, nil)
	return w
}

// AddEnv adds variables to the environment of Terraform. Only Command and Run use
// variables that tfexec reserves for itself, such as TF_LOG.
func (w *Workspace) AddEnv(t testing.TB, variables map[string]string) {
	t.Helper()
	maps.Copy(w.env, variables)
	allowed := maps.Clone(w.env)
	maps.DeleteFunc(allowed, func(name, _ string) bool { return len(tfexec.ProhibitedEnv(map[string]string{name: ""})) > 0 })
	if err := w.SetEnv(allowed); err != nil {
		t.Fatal(err)
	}
}

// RequireTerraform skips the test unless the installed Terraform meets a constraint
// such as ">= 1.14". The skip names the feature that requires it.
func (w *Workspace) RequireTerraform(t testing.TB, constraint, feature string) {
	t.Helper()
	installed := w.installed(t)
	if !version.MustConstraints(version.NewConstraint(constraint)).Check(installed.Core()) {
		t.Skipf("%s requires Terraform %s, found %s", feature, constraint, installed)
	}
}

// installed returns the version of Terraform or OpenTofu.
func (w *Workspace) installed(t testing.TB) *version.Version {
	t.Helper()
	installed, _, err := w.Version(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	return installed
}

// Command returns a Terraform command. Use it for commands that tfexec lacks.
func (w *Workspace) Command(t testing.TB, args ...string) *exec.Cmd {
	command := exec.CommandContext(t.Context(), w.ExecPath(), args...) //nolint:gosec // Terraform in a temporary directory
	command.Dir = w.Dir
	for name, value := range w.env {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}

// Run runs a Terraform command, which must succeed, and returns its output.
func (w *Workspace) Run(t testing.TB, args ...string) string {
	t.Helper()
	output, err := w.Command(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return string(output)
}

// Write writes files to the directory and overwrites existing ones.
func (w *Workspace) Write(t testing.TB, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(w.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}
