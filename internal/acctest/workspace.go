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

// programs is where the provider is built, for as long as Main runs.
var programs struct {
	build func() error
	dir   string
}

// Program returns the path of the provider as it is released, which is built the
// first time.
func Program(t testing.TB) string {
	t.Helper()
	if programs.build == nil {
		t.Fatal("the package's TestMain does not call acctest.Main")
	}
	if err := programs.build(); err != nil {
		t.Fatal(err)
	}
	return program()
}

func program() string {
	program := filepath.Join(programs.dir, "terraform-provider-opentact")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	return program
}

// build builds the provider into a directory of its own, as it is released.
func build() (err error) {
	if programs.dir, err = os.MkdirTemp("", "opentact-provider"); err != nil {
		return err
	}
	command := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program(), "github.com/opentact/terraform-provider-opentact") //nolint:gosec // into the tests' own directory
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("the provider cannot be built: %w\n%s", err, said)
	}
	return nil
}

// Main runs the tests of a package, without what the shell says of proxies, and
// removes what they have built. TestMain is to exit with what it returns.
func Main(m *testing.M) int {
	for _, variable := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
		_ = os.Unsetenv(variable)
		_ = os.Unsetenv(strings.ToLower(variable))
	}
	programs.build = sync.OnceValue(build)
	defer func() { _ = os.RemoveAll(programs.dir) }()
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
	w.Export(t, nil)
	return w
}

// Export adds variables to Terraform's environment.
func (w *Workspace) Export(t testing.TB, variables map[string]string) {
	t.Helper()
	maps.Copy(w.variables, variables)
	if err := w.SetEnv(w.variables); err != nil {
		t.Fatal(err)
	}
}

// Needs skips a test that the Terraform at hand cannot run. Versions is a constraint
// such as ">= 1.14", of what.
func (w *Workspace) Needs(t testing.TB, versions, what string) {
	t.Helper()
	have, _, err := w.Version(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	if !version.MustConstraints(version.NewConstraint(versions)).Check(have.Core()) {
		t.Skipf("%s needs Terraform %s, this is %s", what, versions, have)
	}
}

// Run runs a command that tfexec does not have, and returns what it prints.
func (w *Workspace) Run(t testing.TB, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), w.ExecPath(), args...) //nolint:gosec // Terraform, in the tests' own directory
	command.Dir = w.Dir
	for name, value := range w.variables {
		command.Env = append(command.Env, name+"="+value)
	}
	said, err := command.CombinedOutput()
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
