// SPDX-License-Identifier: MPL-2.0

//go:build unix

package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
