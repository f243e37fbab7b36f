// SPDX-License-Identifier: MPL-2.0

//go:build unix

package scripts_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A shell of the user may export these variables.
func TestTry_VariablesForOtherWork_Ignored(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorStarts)
	m.env = append(m.env, "GOOS=plan9", "GOARCH=mips", "TF_CLI_ARGS=-input=false", "TF_CLI_ARGS_version=-json")
	m.install(t, "terraform", "#!/bin/sh\n[ -z \"${TF_CLI_ARGS:-}${TF_CLI_ARGS_version:-}\" ] && echo 'Terraform v1.11.4' && echo 'on linux_amd64'\n")
	m.try(t, func(string) {
		m.read(t, "bin/try/mirror/registry.terraform.io/opentact/opentact/0.1.0/linux_amd64/terraform-provider-opentact_v0.1.0")
	})
	m.install(t, "go", goWithInstaller("1.26.0"))
	for _, script := range []string{"tools/doctor.sh", "tools/terraform.sh"} {
		if stdout, stderr, status := m.run(t, script); status != 0 || !strings.Contains(stdout, filepath.Join(m.path, "terraform")) {
			t.Errorf("%s: status %d: %s%s", script, status, stdout, stderr)
		}
	}
}

// The demo changes its directory. A failed build shows the arguments of go.
func TestDemo_RelativeTemporaryDirectory_BuildsWithAbsolutePath(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.link(t, "awk", "cat", "date", "env", "wc")
	m.copy(t, "tools/demo.sh")
	m.install(t, "terraform", terraform("Terraform", "1.11.4"))
	m.install(t, "go", "#!/bin/sh\necho \"$@\"\nexit 1\n")
	temporary := filepath.Join(m.root, "temporary")
	if err := os.Mkdir(temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	m.replace(t, "mktemp", "#!/bin/sh\nmkdir \"$TMPDIR/work\" && echo \"$TMPDIR/work\"\n") // that of macOS ignores TMPDIR
	m.env = []string{"TMPDIR=temporary", "HOME=" + m.root}
	_, stderr, status := m.run(t, "tools/demo.sh")
	if status != 1 || !strings.Contains(stderr, " -o "+temporary+"/work/bin/") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("the demo left %v: %v", left, err)
	}
}

// The demo removes its temporary directory at the end, but must not remove the current directory in its place.
func TestDemo_NoTemporaryDirectory_RemovesNothing(t *testing.T) {
	t.Parallel()
	m := newDemoMachine(t, map[string]string{"terraform": demoTerraform, "go": demoGo, "curl": demoCurl})
	m.replace(t, "mktemp", "#!/bin/sh\nexit 1\n")
	_, stderr, status := m.run(t, "tools/demo.sh")
	if status != 1 || stderr != "Can't create a temporary directory. Set TMPDIR to a directory that is writable.\n" {
		t.Errorf("status %d: %s", status, stderr)
	}
	wantFiles(t, m.root, "examples", "go.mod", "temporary files", "tools")
}

// TestScripts_TemporaryDirectoryBelowLink_Pass runs other tests with a temporary directory like that of macOS, where /var
// is a link. The scripts print the path without links.
func TestScripts_TemporaryDirectoryBelowLink_Pass(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	tests := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^(TestTerraform_Order|TestDemo_RelativeTemporaryDirectory_.*|TestTry_PrintedCommands_.*)$")
	tests.Env = append(os.Environ(), "TMPDIR="+link)
	if output, err := tests.CombinedOutput(); err != nil || strings.Count(string(output), "\n--- PASS: ") != 3 {
		t.Errorf("%v\n%s", err, output)
	}
}

// make demo | head closes the pipe while the emulator runs. Some shells don't run the trap for EXIT after SIGPIPE.
func TestDemo_PipeEndsEarly_LeavesNothing(t *testing.T) {
	t.Parallel()
	m := newDemoMachine(t, map[string]string{"terraform": demoTerraform, "go": demoGo, "curl": demoCurl})
	command := m.command(t, "tools/demo.sh")
	closePipe(t, command, "export OPENTACT_TOKEN=")
	if err := command.Wait(); err == nil {
		t.Error("the demo succeeded")
	}
	wantFiles(t, filepath.Join(m.root, "temporary files"), "emulator")
	if events := m.read(t, "temporary files/emulator"); events != "started\nstopped\n" {
		t.Errorf("events of the emulator: %q", events)
	}
}

// In make try | tee log, Ctrl-C ends tee too.
func TestTry_PipeEndsEarly_StopsEmulator(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorStarts)
	command := m.command(t, "tools/try.sh")
	closePipe(t, command, "Ctrl-C stops")
	emulator, err := strconv.Atoi(strings.TrimSpace(m.read(t, "bin/try/emulator.pid")))
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Process.Signal(syscall.SIGINT); err != nil {
		t.Error(err)
	}
	_ = command.Wait() // fails in shells that report the write to the pipe
	if err := syscall.Kill(emulator, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the emulator, process %d, still runs: %v", emulator, err)
	}
	wantFiles(t, filepath.Join(m.root, "bin", "try"), "env", "main.tf", "mirror", "terraform.rc")
}

// closePipe starts the command, and closes its standard output after a line that contains the text.
func closePipe(t *testing.T, command *exec.Cmd, text string) {
	t.Helper()
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	found := false
	for lines := bufio.NewScanner(stdout); !found && lines.Scan(); {
		found = strings.Contains(lines.Text(), text)
	}
	if err := stdout.Close(); err != nil || !found {
		t.Errorf("the output lacks %q: %v", text, err)
	}
}
