// SPDX-License-Identifier: MPL-2.0

//go:build unix

package secrecy_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Terraform loses private state, and the hashes in it, if the provider ends during an update.
func TestAccSecrets_WriteOnly_KilledUpdate_StateHasNoValue(t *testing.T) {
	t.Parallel()
	l := newLifecycle(t, "token")
	l.addWriteOnly(t)
	l.must(t, inPrinted, "apply", "-auto-approve")
	provider := l.startProvider(t, io.Discard)
	l.setWriteOnly(t, writeOnlyWebhook+"/new")
	l.signalDuring(t, provider, http.MethodPatch, syscall.SIGKILL)
	_ = provider.Wait()
	l.AddEnv(t, map[string]string{"TF_REATTACH_PROVIDERS": ""})
	l.must(t, inPrinted, "apply", "-refresh-only", "-auto-approve")
	state, err := os.ReadFile(filepath.Join(l.Dir, "terraform.tfstate"))
	if err != nil || strings.Contains(string(state), "c4nary-ephemeral") || strings.Contains(string(state), "c4nary-write-only") {
		t.Errorf("%v: the state contains the URL:\n%s", err, state)
	}
}
