// SPDX-License-Identifier: MPL-2.0

package chaos_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// providerDir holds the provider's program, built once for all tests.
var providerDir string

// buildProvider builds the provider as `make build` does, and returns a function
// that removes it.
func buildProvider() (remove func(), err error) {
	if providerDir, err = os.MkdirTemp("", "opentact-chaos"); err != nil {
		return func() {}, err
	}
	program := filepath.Join(providerDir, "terraform-provider-opentact")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	command := exec.Command("go", "build", "-o", program, "github.com/opentact/terraform-provider-opentact")
	command.Stderr = os.Stderr
	return func() { _ = os.RemoveAll(providerDir) }, command.Run()
}

// workspace is a directory in which Terraform works against an emulator.
type workspace struct {
	*tfexec.Terraform
	env *acctest.Env
}

// newWorkspace writes a configuration. What the shell is configured with has no
// say in it.
func newWorkspace(t *testing.T, env *acctest.Env, config string) *workspace {
	t.Helper()
	dir := t.TempDir()
	cli := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"opentact/opentact\" = %q\n  }\n  direct {}\n}\n", providerDir)
	for name, text := range map[string]string{"main.tf": config, "cli.tfrc": cli} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if program == "" {
		var err error
		if program, err = exec.LookPath("terraform"); err != nil {
			t.Fatal(err)
		}
	}
	terraform, err := tfexec.NewTerraform(dir, program)
	if err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{"TF_CLI_CONFIG_FILE": filepath.Join(dir, "cli.tfrc"), "CHECKPOINT_DISABLE": "1"}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "OPENTACT_") && name != "CHECKPOINT_DISABLE" {
			variables[name] = value
		}
	}
	if err := terraform.SetEnv(variables); err != nil {
		t.Fatal(err)
	}
	return &workspace{Terraform: terraform, env: env}
}

// apply applies a generation of the configuration. What it prints goes to out.
func (w *workspace) apply(ctx context.Context, generation int, out io.Writer) error {
	w.SetStdout(out)
	defer w.SetStdout(io.Discard)
	return w.Apply(ctx, tfexec.Var(fmt.Sprint("generation=", generation)), tfexec.Parallelism(parallelism))
}

// changes tells whether a plan of a generation has any.
func (w *workspace) changes(ctx context.Context, generation int) (bool, error) {
	return w.Plan(ctx, tfexec.Var(fmt.Sprint("generation=", generation)), tfexec.Parallelism(parallelism))
}

// state returns the UUIDs in Terraform's state, and whether each is tainted.
func (w *workspace) state(ctx context.Context) (map[string]bool, error) {
	shown, err := w.Show(ctx)
	if err != nil {
		return nil, err
	}
	uuids := make(map[string]bool)
	if shown.Values == nil {
		return uuids, nil
	}
	for _, resource := range shown.Values.RootModule.Resources {
		uuid, _ := resource.AttributeValues["id"].(string)
		if _, twice := uuids[uuid]; twice || uuid == "" {
			return nil, fmt.Errorf("two resources are %q", uuid)
		}
		uuids[uuid] = resource.Tainted
	}
	return uuids, nil
}

// stored returns the UUIDs of the profiles that the API holds.
func (w *workspace) stored() map[string]bool {
	uuids := make(map[string]bool)
	for _, kind := range []emulator.Kind{emulator.MessagingProfile, emulator.OutboundVoiceProfile} {
		for _, profile := range w.env.Profiles(kind) {
			uuids[fmt.Sprint(profile["uuid"])] = true
		}
	}
	return uuids
}

// notice is a writer that tells when a text has passed.
type notice struct {
	text string
	seen chan struct{}
	done bool
}

func newNotice(text string) *notice { return &notice{text: text, seen: make(chan struct{})} }

// Write is given whole lines.
func (n *notice) Write(p []byte) (int, error) {
	if !n.done && strings.Contains(string(p), n.text) {
		n.done = true
		close(n.seen)
	}
	return len(p), nil
}
