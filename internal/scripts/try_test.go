// SPDX-License-Identifier: MPL-2.0

//go:build unix

package scripts_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oldState matches the name of a state that the script moved.
var oldState = regexp.MustCompile(`old-\d{8}-\d{6}\.tfstate`)

const (
	// goBuild is a go that compiles 45 packages and builds an emulator without an API.
	goBuild = `#!/bin/sh
[ "$1 $CGO_ENABLED" = 'build 0' ] || exit 1
[ -z "${GOOS:-}${GOARCH:-}" ] || exit 1
if [ "$EMULATOR" = broken ]; then
	echo 'main.go:1:1: expected package' >&2
	exit 1
fi
echo 'go: downloading example.com/module v1.0.0'
packages=0
while [ "$packages" -lt 45 ]; do
	packages=$((packages + 1))
	echo "package$packages"
done
mkdir -p bin
echo provider >bin/terraform-provider-opentact
printf '%s\n' '#!/bin/sh' "$EMULATOR" >bin/opentact-emulator
chmod 700 bin/opentact-emulator
`
	emulatorGreets = `printf '%s\n' "$@" >"$0.args"
echo "opentact-emulator is listening on http://127.0.0.1:4711/rest
Configure the provider:
  export OPENTACT_BASE_URL=http://127.0.0.1:4711/rest
  export OPENTACT_TOKEN=emulator-token
Press Ctrl-C to stop."`
	emulatorStarts = emulatorGreets + "\nexec sleep 60" // not longer, because a broken script may leave it running
	// emulatorStops fails after the script has used the greeting.
	emulatorStops = emulatorGreets + `
until [ -e "${0%/*}/try/env" ]; do sleep 0.01; done
echo "opentact-emulator: the server stopped" >&2
exit 1`
	emulatorFails = `echo "The manual"; echo "opentact-emulator: invalid seed" >&2; exit 1`
)

// newTrialMachine returns a machine for tools/try.sh. The path of its clone needs quotes in a shell and in Terraform.
func newTrialMachine(t *testing.T, emulator string) *machine {
	t.Helper()
	m := newMachine(t)
	clone := filepath.Join(filepath.Dir(m.root), `it's a \"clone"`)
	if err := os.Rename(m.root, clone); err != nil {
		t.Fatal(err)
	}
	m.root = clone
	m.link(t, "awk", "basename", "cat", "cmp", "cp", "date", "sleep")
	m.copy(t, "tools/try.sh", "examples/getting-started/main.tf")
	m.install(t, "go", goBuild)
	m.install(t, "terraform", terraform("Terraform", "1.11.4"))
	m.env = []string{"EMULATOR=" + emulator}
	return m
}

// try runs tools/try.sh until the emulator has started, calls started, and stops the script as Ctrl-C does. It returns
// the output of the script, which must leave no process behind.
func (m *machine) try(t *testing.T, started func(output string), args ...string) string {
	t.Helper()
	command := m.command(t, append([]string{"tools/try.sh"}, args...)...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	command.Stderr = &stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Wait() }) // started may end the test
	var output strings.Builder
	emulator := 0
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		output.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "Ctrl-C stops") {
			emulator, err = strconv.Atoi(strings.TrimSpace(m.read(t, "bin/try/emulator.pid")))
			if err != nil {
				t.Error(err)
			}
			started(output.String())
			if err := command.Process.Signal(syscall.SIGINT); err != nil {
				t.Error(err)
			}
		}
	}
	if err := command.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v\n%s%s", err, &output, &stderr)
	}
	if stderr.String() != "..\n" {
		t.Errorf("standard error is %q, want a dot for every 20 packages", &stderr)
	}
	if err := syscall.Kill(emulator, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the emulator, process %d, still runs: %v", emulator, err)
	}
	return output.String()
}

// paste runs the first command that the script prints, and then another one, in a new shell with additional variables.
func (m *machine) paste(t *testing.T, output, command string, env ...string) string {
	t.Helper()
	_, first, _ := strings.Cut(output, "\n  cd ")
	first, _, _ = strings.Cut(first, "\n")
	shell := exec.CommandContext(t.Context(), filepath.Join(m.path, "sh"), "-c", "cd "+first+" && "+command)
	shell.Env = append([]string{"PATH=" + m.path, "OPENTACT_API_KEY=of-an-account"}, env...)
	printed, err := shell.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", shell, err, printed)
	}
	return string(printed)
}

func TestTry_PrintedCommands_SetUpTerraform(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorStarts)
	dir := filepath.Join(m.root, "bin", "try")
	output := m.try(t, func(output string) {
		printed := m.paste(t, output, `echo "$PWD|$TF_CLI_CONFIG_FILE|$OPENTACT_BASE_URL|$OPENTACT_TOKEN|$OPENTACT_API_KEY|$PATH"`)
		if want := dir + "|" + filepath.Join(dir, "terraform.rc") + "|http://127.0.0.1:4711/rest|emulator-token||" + m.path + "\n"; printed != want {
			t.Errorf("the settings are\n%s, want\n%s", printed, want)
		}
	}, "-seed", "my profiles.json")
	for _, text := range []string{"This takes one to four minutes the first time", "\n  terraform init && terraform apply\n", "http://127.0.0.1:4711/\n"} {
		if !strings.Contains(output, text) {
			t.Errorf("the output lacks %q:\n%s", text, output)
		}
	}
	if strings.Contains(output, "TOKEN") {
		t.Errorf("the output asks for a token:\n%s", output)
	}
	if args := m.read(t, "bin/opentact-emulator.args"); args != "-addr\n127.0.0.1:0\n-control\n-seed\nmy profiles.json\n" {
		t.Errorf("the flags of the emulator are %q", args)
	}
	if m.read(t, "bin/try/main.tf") != m.read(t, "examples/getting-started/main.tf") {
		t.Error("main.tf is not the example")
	}
	const addresses = `["registry.terraform.io/opentact/opentact", "registry.opentofu.org/opentact/opentact"]`
	config := "provider_installation {\n  filesystem_mirror {\n    path    = " + strconv.Quote(filepath.Join(dir, "mirror")) + "\n    include = " + addresses +
		"\n  }\n  direct {\n    exclude = " + addresses + "\n  }\n}\n"
	if diff := cmp.Diff(config, m.read(t, "bin/try/terraform.rc")); diff != "" {
		t.Errorf("terraform.rc (-want +got):\n%s", diff)
	}
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		m.read(t, "bin/try/mirror/"+host+"/opentact/opentact/0.1.0/linux_amd64/terraform-provider-opentact_v0.1.0")
	}
	wantFiles(t, dir, "env", "main.tf", "mirror", "terraform.rc")
}

func TestTry_TerraformNotOnPath_SettingsAddIt(t *testing.T) {
	t.Parallel()
	for _, product := range []string{"terraform", "tofu"} {
		m := newTrialMachine(t, emulatorStarts)
		other := filepath.Join(m.root, "other's", product)
		write(t, other, terraform("Terraform", "1.11.4"))
		m.env = append(m.env, "TF_ACC_TERRAFORM_PATH="+other)
		output := m.try(t, func(output string) {
			if got := m.paste(t, output, "command -v "+product); got != other+"\n" {
				t.Errorf("%s is %q, want %q", product, got, other)
			}
		})
		if !strings.Contains(output, "\n  "+product+" init && "+product+" apply\n") {
			t.Error(output)
		}
	}
}

// Other projects of the user link to the provider in the cache. A build of make try has another checksum.
func TestTry_PluginCacheOfUser_IsNotUsed(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorStarts)
	m.try(t, func(output string) {
		if got := m.paste(t, output, `echo "$TF_PLUGIN_CACHE_DIR"`, "TF_PLUGIN_CACHE_DIR=/of/the/user"); got != "\n" {
			t.Errorf("the cache is %q", got)
		}
	})
}

func TestTry_OwnToken_AsksForVariable(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, strings.Replace(emulatorStarts, "=emulator-token", `=\"\$TOKEN\"`, 1))
	output := m.try(t, func(output string) {
		if got := m.paste(t, output, "echo \"$OPENTACT_TOKEN\"", "TOKEN=mine"); got != "mine\n" {
			t.Errorf("the token is %q, want the value of TOKEN", got)
		}
	})
	if !strings.Contains(output, " Set TOKEN to the value of -token.") {
		t.Error(output)
	}
}

func TestTry_SecondStart_KeepsWorkOfUser(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorStarts)
	m.try(t, func(string) {})
	files := map[string]string{
		"main.tf":                  "# mine\n",
		"terraform.tfstate":        `{"resources": [{"mode": "managed"}]}`,
		"terraform.tfstate.backup": "{}",
		".terraform.lock.hcl":      "# checksum of another build\n",
		"emulator.pid":             "99999999\n", // of a process that does not exist
	}
	for name, text := range files {
		write(t, filepath.Join(m.root, "bin", "try", name), text)
	}
	output := m.try(t, func(string) {})
	name := oldState.FindString(output)
	wantFiles(t, filepath.Join(m.root, "bin", "try"), "env", "main.tf", "mirror", name, "terraform.rc")
	if m.read(t, "bin/try/main.tf") != files["main.tf"] || m.read(t, "bin/try/"+name) != files["terraform.tfstate"] {
		t.Error("main.tf or the old state has changed")
	}
	for _, text := range []string{"Keeping your changes in bin/try/main.tf.\n", "Moved the state of the last one to bin/try/" + name + ".\n"} {
		if !strings.Contains(output, text) {
			t.Errorf("the output lacks %q:\n%s", text, output)
		}
	}
}

// OpenTofu can encrypt a state. Only a readable state shows that it has no resources.
func TestTry_OldState_KeptUnlessEmpty(t *testing.T) {
	t.Parallel()
	for state, isKept := range map[string]bool{
		`{"serial": 1, "meta": {}, "encrypted_data": "AA==", "encryption_version": "v0"}`: true,
		"{\n  \"version\": 4,\n  \"resources\": [],\n  \"check_results\": null\n}\n":      false,
		// An output can have this value too.
		"{\n  \"outputs\": {\n    \"resources\": []\n  },\n  \"resources\": [\n  ]\n}\n": true,
	} {
		m := newTrialMachine(t, emulatorStarts)
		write(t, filepath.Join(m.root, "bin/try/terraform.tfstate"), state)
		name := oldState.FindString(m.try(t, func(string) {}))
		if (name != "") != isKept || isKept && m.read(t, "bin/try/"+name) != state {
			t.Errorf("%s: moved to %q", state, name)
		}
	}
}

func TestTry_SecondEmulator_Rejected(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorStarts)
	m.try(t, func(string) {
		_, stderr, status := m.run(t, "tools/try.sh")
		if status != 1 || !strings.HasPrefix(stderr, "An emulator already uses bin/try/ (process ") {
			t.Errorf("status %d: %s", status, stderr)
		}
	})
}

// While this script builds, another one starts its emulator.
func TestTry_SecondEmulatorDuringBuild_Rejected(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorFails)
	m.install(t, "go", goBuild+"mkdir -p bin/try\necho "+strconv.Itoa(os.Getpid())+" >bin/try/emulator.pid\n")
	_, stderr, status := m.run(t, "tools/try.sh")
	if status != 1 || !strings.HasPrefix(stderr, "..\nAn emulator already uses bin/try/ (process ") {
		t.Errorf("status %d: %s", status, stderr)
	}
	wantFiles(t, filepath.Join(m.root, "bin", "try"), "emulator.pid")
}

func TestTry_EmulatorFails_ShowsWhy(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorFails)
	stdout, stderr, status := m.run(t, "tools/try.sh")
	if status != 1 || stderr != "..\nopentact-emulator: invalid seed\nThe manual\nThe emulator did not start. Its output is above.\n" || strings.Contains(stdout, "init") {
		t.Errorf("status %d: %s%s", status, stdout, stderr)
	}
}

func TestTry_EmulatorStops_ShowsWhy(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, emulatorStops)
	stdout, stderr, status := m.run(t, "tools/try.sh")
	if status != 1 || stderr != "..\nopentact-emulator: the server stopped\nThe emulator has stopped. Its error is above.\n" || !strings.Contains(stdout, "init") {
		t.Errorf("status %d: %s%s", status, stdout, stderr)
	}
}

func TestTry_BuildFails_ShowsWhy(t *testing.T) {
	t.Parallel()
	m := newTrialMachine(t, "broken")
	stdout, stderr, status := m.run(t, "tools/try.sh")
	if status != 1 || stderr != "main.go:1:1: expected package\n" || strings.Contains(stdout, "init") {
		t.Errorf("status %d: %s%s", status, stdout, stderr)
	}
}
