// SPDX-License-Identifier: MPL-2.0

//go:build unix

package secrecy_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// A provider that panics shows all that its goroutines are at, and Terraform repeats
// it. A signal makes it do the same, in the middle of a create.
func TestAccCrash(t *testing.T) {
	t.Parallel()
	l := newLife(t, "by login")
	provider := exec.CommandContext(t.Context(), acctest.Program(t), "-debug")
	provider.Env = append(os.Environ(), "GOTRACEBACK=all")
	for name, value := range l.environment {
		provider.Env = append(provider.Env, name+"="+value)
	}
	var stderr lockedBuffer
	provider.Stderr = &stderr
	stdout, err := provider.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Process.Kill() })
	var reattach string
	lines := bufio.NewScanner(stdout)
	for reattach == "" && lines.Scan() {
		if _, quoted, ok := strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS='"); ok {
			reattach = strings.TrimSuffix(quoted, "'")
		}
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	l.AddEnv(t, map[string]string{"TF_REATTACH_PROVIDERS": reattach})

	var once sync.Once
	crash := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		once.Do(func() {
			if err := provider.Process.Signal(syscall.SIGQUIT); err != nil {
				t.Error(err)
			}
		})
		<-r.Context().Done()
	})
	l.wire.onCreate.Store(&crash)
	l.fails(t, inPrinted, "apply", "-auto-approve")
	if err := provider.Wait(); err == nil || !bytes.Contains(stderr.bytes(), []byte("SIGQUIT: quit")) || !bytes.Contains(stderr.bytes(), []byte("profileResource")) {
		t.Fatalf("it has not shown what it was at: %v\n%s", err, stderr.bytes())
	}
	if said := string(l.said[inErrors]); !strings.Contains(said, "Error") {
		t.Errorf("Terraform says nothing of it: %s", said)
	}
	texts := map[string][]byte{inCrash: append(stderr.bytes(), l.said[inErrors]...)}
	log, err := os.ReadFile(filepath.Join(l.Dir, "trace.log"))
	if err != nil {
		t.Fatal(err)
	}
	texts[inCrash] = append(texts[inCrash], log...)
	found.searched(inCrash, len(texts[inCrash]))
	for _, secret := range append(canaries(), l.wire.noted()...) {
		lookFor(t, secret, texts)
	}
}
