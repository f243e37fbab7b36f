// SPDX-License-Identifier: MPL-2.0

//go:build unix

package secrecy_test

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// Terraform loses private state, and the hashes in it, if the provider ends during an update.
func TestAccSecrets_WriteOnly_KilledUpdate_StateHasNoValue(t *testing.T) {
	t.Parallel()
	l := newLifecycle(t, "token")
	l.addWriteOnly(t)
	l.must(t, inPrinted, "apply", "-auto-approve")
	provider := exec.CommandContext(t.Context(), acctest.Program(t), "-debug")
	provider.Env = slices.Concat(l.Command(t).Env, l.credentials)
	stdout, err := provider.StdoutPipe()
	if err = errors.Join(err, provider.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Process.Kill() })
	var reattach string
	lines := bufio.NewScanner(stdout)
	for reattach == "" && lines.Scan() {
		if _, quoted, ok := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS='"); ok {
			host := cmp.Or(os.Getenv("TF_ACC_PROVIDER_HOST"), "registry.terraform.io")
			reattach = strings.Replace(strings.TrimSuffix(quoted, "'"), "registry.terraform.io", host, 1)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	l.AddEnv(t, map[string]string{"TF_REATTACH_PROVIDERS": reattach})
	l.setWriteOnly(t, writeOnlyWebhook+"/new")
	held := l.Inject(t, emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	go func() {
		err := held.AwaitHeld(t.Context(), 1)
		if err = errors.Join(err, provider.Process.Signal(syscall.SIGKILL)); err != nil {
			t.Error(err)
		}
	}()
	l.fails(t, inPrinted, "apply", "-auto-approve")
	_ = provider.Wait()
	held.Remove()
	l.AddEnv(t, map[string]string{"TF_REATTACH_PROVIDERS": ""})
	l.must(t, inPrinted, "apply", "-refresh-only", "-auto-approve")
	state, err := os.ReadFile(filepath.Join(l.Dir, "terraform.tfstate"))
	if err != nil || strings.Contains(string(state), "c4nary-ephemeral") || strings.Contains(string(state), "c4nary-write-only") {
		t.Errorf("%v: the state contains the URL:\n%s", err, state)
	}
}
