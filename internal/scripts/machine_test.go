// SPDX-License-Identifier: MPL-2.0

//go:build unix

package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// machine is a directory with the scripts, and a PATH with only the programs of the test.
type machine struct {
	root string // a copy of tools/ and go.mod
	path string
	env  []string
}

// newMachine returns a machine with the programs that each POSIX system has.
func newMachine(t *testing.T) *machine {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir()) // the temporary directory of macOS is below a link, and scripts print the path without links
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{root: filepath.Join(dir, "a clone"), path: filepath.Join(dir, "path")}
	for _, dir := range []string{filepath.Join(m.root, "tools"), m.path} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	m.link(t, "chmod", "cut", "dirname", "grep", "mkdir", "mktemp", "mv", "rm", "sed", "sh", "tail")
	m.copy(t, "go.mod", "tools/doctor.sh", "tools/lib.sh", "tools/terraform.sh")
	return m
}

// link adds programs of this machine to the PATH.
func (m *machine) link(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(m.path, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// copy copies files of the repository to the root.
func (m *machine) copy(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(m.root, file), string(text))
	}
}

// install adds a program to the PATH.
func (m *machine) install(t *testing.T, name, script string) {
	t.Helper()
	write(t, filepath.Join(m.path, name), script)
}

// replace replaces a program of this machine on the PATH.
func (m *machine) replace(t *testing.T, name, script string) {
	t.Helper()
	remove(t, filepath.Join(m.path, name)) // the link
	m.install(t, name, script)
}

// command returns a command that runs a script of tools/ with sh. With CDPATH, cd prints the directory. If the test ends
// before the script, the script gets SIGTERM, so that it stops its emulator.
func (m *machine) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(m.path, "sh"), args...)
	command.Dir = m.root
	command.Env = append([]string{"PATH=" + m.path, "CDPATH=."}, m.env...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	return command
}

// run runs a script of tools/ until it ends.
func (m *machine) run(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	command := m.command(t, args...)
	command.Stdin = strings.NewReader("input\n")
	var output, problems strings.Builder
	command.Stdout, command.Stderr = &output, &problems
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return output.String(), problems.String(), command.ProcessState.ExitCode()
}

// read returns the text of a file below the root.
func (m *machine) read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(m.root, file))
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// write writes a file that can be executed.
func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// wantFiles checks the files in a directory.
func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s contains %q, want %q", dir, got, want)
	}
}

// terraform returns a program that prints a version like Terraform or OpenTofu.
func terraform(product, version string) string {
	return "#!/bin/sh\n[ \"$1 $CHECKPOINT_DISABLE\" = 'version 1' ] && echo '" + product + " v" + version + "' && echo 'on linux_amd64'\n"
}
