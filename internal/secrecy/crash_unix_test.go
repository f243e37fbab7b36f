// SPDX-License-Identifier: MPL-2.0

//go:build unix

package secrecy_test

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestAccCrash crashes the provider during a create. A provider that crashes prints the
// stacks of its goroutines, and Terraform prints them again. SIGQUIT does the same.
func TestAccCrash(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		way    string
		extend func(*lifecycle, *testing.T)
	}{
		"plain": {"API key", func(*lifecycle, *testing.T) {}}, "write-only": {"login", (*lifecycle).addWriteOnly},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLifecycle(t, c.way)
			c.extend(l, t)
			l.crash(t)
		})
	}
}

// startProvider starts the provider as under a debugger, and tells Terraform where it is.
func (l *lifecycle) startProvider(t *testing.T, stderr io.Writer) *exec.Cmd {
	t.Helper()
	provider := exec.CommandContext(t.Context(), acctest.Program(t), "-debug")
	provider.Env = append(slices.Concat(l.Command(t).Env, l.credentials), "GOTRACEBACK=all")
	provider.Stderr = stderr
	stdout, err := provider.StdoutPipe()
	if err = errors.Join(err, provider.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Process.Kill() })
	var reattach string
	lines := bufio.NewScanner(stdout)
	for reattach == "" && lines.Scan() {
		if _, quoted, ok := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS='"); ok {
			host := cmp.Or(os.Getenv("TF_ACC_PROVIDER_HOST"), "registry.terraform.io") // OpenTofu has its own
			reattach = strings.Replace(strings.TrimSuffix(quoted, "'"), "registry.terraform.io", host, 1)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	l.AddEnv(t, map[string]string{"TF_REATTACH_PROVIDERS": reattach})
	return provider
}

// signalDuring sends a signal to the provider while the API holds its first request with a method. The apply fails.
func (l *lifecycle) signalDuring(t *testing.T, provider *exec.Cmd, method string, signal os.Signal) {
	t.Helper()
	held := l.Inject(t, emulator.Rule{Method: method, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	defer held.Remove()
	go func() {
		err := held.AwaitHeld(t.Context(), 1)
		if err = errors.Join(err, provider.Process.Signal(signal)); err != nil {
			t.Error(err)
		}
	}()
	l.fails(t, inPrinted, "apply", "-auto-approve")
}

// crash crashes the provider during a create, and searches everything that it and Terraform print.
func (l *lifecycle) crash(t *testing.T) {
	t.Helper()
	var stderr bytes.Buffer
	provider := l.startProvider(t, &stderr)
	l.signalDuring(t, provider, http.MethodPost, syscall.SIGQUIT)
	if err := provider.Wait(); err == nil || !bytes.Contains(stderr.Bytes(), []byte("SIGQUIT: quit")) || !bytes.Contains(stderr.Bytes(), []byte("profileResource")) {
		t.Fatalf("the provider did not print its stacks: %v\n%s", err, stderr.Bytes())
	}
	texts := l.files(t)
	if !bytes.Contains(texts[inErrors], []byte("Error")) {
		t.Errorf("Terraform printed no error: %s", texts[inErrors])
	}
	search(t, l.secrets(), map[string][]byte{inCrash: slices.Concat(stderr.Bytes(), texts[inErrors], texts[inLogs])})
}
