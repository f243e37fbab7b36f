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

// Workspace is a directory in which Terraform works with the provider as a
// program of its own. It is for what terraform-plugin-testing cannot do.
type Workspace struct {
	*tfexec.Terraform
	// Dir is the directory.
	Dir string

	variables map[string]string // of Terraform's environment
}

// programs are built where they are needed first, as they are released, into a
// directory that is there for as long as Main runs.
var programs struct {
	dir                string
	provider, emulator func() (string, error)
}

// Program returns the path of the provider.
func Program(t testing.TB) string {
	t.Helper()
	return built(t, programs.provider)
}

// EmulatorProgram returns the path of the emulator.
func EmulatorProgram(t testing.TB) string {
	t.Helper()
	return built(t, programs.emulator)
}

func built(t testing.TB, build func() (string, error)) string {
	t.Helper()
	if build == nil {
		t.Fatal("the package's TestMain does not call acctest.Main")
	}
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// build returns the path of a program once it has been built.
func build(name, path string) (string, error) {
	program := filepath.Join(programs.dir, name)
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	command := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, path) //nolint:gosec // into the tests' own directory
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s cannot be built: %w\n%s", path, err, said)
	}
	return program, nil
}

// Main runs the tests of a package, without what the shell says of proxies, and
// removes what they have built. TestMain is to exit with what it returns.
func Main(m *testing.M) int {
	for _, variable := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
		_ = os.Unsetenv(variable)
		_ = os.Unsetenv(strings.ToLower(variable))
	}
	var err error
	if programs.dir, err = os.MkdirTemp("", "opentact"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(programs.dir) }()
	const module = "github.com/opentact/terraform-provider-opentact"
	programs.provider = sync.OnceValues(func() (string, error) { return build("terraform-provider-opentact", module) })
	programs.emulator = sync.OnceValues(func() (string, error) { return build("opentact-emulator", module+"/internal/cmd/opentact-emulator") })
	return m.Run()
}

// NewWorkspace writes files, by their names, for Terraform to work with. What the
// shell is configured with has no say in it. Without TF_ACC the test is skipped.
func NewWorkspace(t testing.TB, files map[string]string) *Workspace {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("needs Terraform: set TF_ACC=1, as make testacc does")
	}
	w := &Workspace{Dir: t.TempDir()}
	w.Write(t, files)
	w.Write(t, map[string]string{
		"cli.tfrc": fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"opentact/opentact\" = %q\n  }\n  direct {}\n}\n", filepath.Dir(Program(t))),
	})
	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if terraform == "" {
		var err error
		if terraform, err = exec.LookPath("terraform"); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if w.Terraform, err = tfexec.NewTerraform(w.Dir, terraform); err != nil {
		t.Fatal(err)
	}
	w.variables = map[string]string{"TF_CLI_CONFIG_FILE": filepath.Join(w.Dir, "cli.tfrc"), "CHECKPOINT_DISABLE": "1"}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "OPENTACT_") && name != "CHECKPOINT_DISABLE" {
			w.variables[name] = value
		}
	}
	w.AddEnv(t, nil)
	return w
}

// AddEnv adds variables to Terraform's environment. Those that tfexec wants to set
// itself are for Command and Run alone.
func (w *Workspace) AddEnv(t testing.TB, variables map[string]string) {
	t.Helper()
	maps.Copy(w.variables, variables)
	allowed := maps.Clone(w.variables)
	maps.DeleteFunc(allowed, func(name, _ string) bool { return len(tfexec.ProhibitedEnv(map[string]string{name: ""})) > 0 })
	if err := w.SetEnv(allowed); err != nil {
		t.Fatal(err)
	}
}

// RequireTerraform skips a test that the Terraform at hand cannot run. Versions is a constraint
// such as ">= 1.14", of what.
func (w *Workspace) RequireTerraform(t testing.TB, constraint, feature string) {
	t.Helper()
	installed, _, err := w.Version(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if !version.MustConstraints(version.NewConstraint(constraint)).Check(installed.Core()) {
		t.Skipf("%s requires Terraform %s, found %s", feature, constraint, installed)
	}
}

// Command is Terraform with arguments, for what tfexec does not have.
func (w *Workspace) Command(t testing.TB, args ...string) *exec.Cmd {
	command := exec.CommandContext(t.Context(), w.ExecPath(), args...) //nolint:gosec // Terraform, in the tests' own directory
	command.Dir = w.Dir
	for name, value := range w.variables {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}

// Run runs a command that has to succeed, and returns what it prints.
func (w *Workspace) Run(t testing.TB, args ...string) string {
	t.Helper()
	said, err := w.Command(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return string(said)
}

// Write writes files into the directory, in the place of those of the same name.
func (w *Workspace) Write(t testing.TB, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(w.Dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}
