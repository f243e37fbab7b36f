// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// As in a container, the program has no temporary directory, no terminal and no variables of a user.
func TestMain_SIGTERMOrCtrlC_ExitsWithZero(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			program, err := os.Executable() // os.Args[0] may be relative to another directory
			if err != nil {
				t.Fatal(err)
			}
			process := exec.CommandContext(t.Context(), program, "-addr", "127.0.0.1:0")
			// With -cover, the test binary prints a warning if GOCOVERDIR is unset.
			process.Env = []string{runMain + "=1", "TMPDIR=/does/not/exist", "GOCOVERDIR=" + t.TempDir()}
			process.Dir = "/"
			var stderr bytes.Buffer
			process.Stderr = &stderr
			stdout, err := process.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := process.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(stdout)
			for lines.Scan() && lines.Text() != "Press Ctrl-C to stop." {
				t.Log(lines.Text())
			}
			if err := process.Process.Signal(signal); err != nil {
				t.Error(err)
			}
			if err := process.Wait(); err != nil || strings.TrimSpace(stderr.String()) != "" {
				t.Errorf("%v, standard error: %s", err, &stderr)
			}
		})
	}
}
