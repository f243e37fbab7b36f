// SPDX-License-Identifier: MPL-2.0

//go:build unix

package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goTests is a go that lists packages, and writes its builds and tests to $CALLS. Like Go in a clone of another user, it
// lists none without -buildvcs=false. The flags of the user stay in GOFLAGS.
var goTests = strings.NewReplacer("\tGOTOOLCHAIN)", "\tGOFLAGS) echo -tags=x ;;\n\tGOTOOLCHAIN)", "\t;;\ntool)", `	[ "$GOFLAGS" = '-tags=x -buildvcs=false' ] || { echo 'error obtaining VCS status' >&2; exit 1; }
	printf '%s\n' example.com/m example.com/m/internal/chaos example.com/m/internal/x
	;;
build) echo "$@" >>"$CALLS"; exit 1 ;;
test)
	echo "$TF_ACC $TF_ACC_TERRAFORM_PATH $CHECKPOINT_DISABLE ${OPENTACT_TOKEN:-}${TF_VAR_name:-} $*" >>"$CALLS"
	echo "ok $#"
	;;
tool)`).Replace(goWithInstaller("1.26.8"))

// goFuzzTests lists packages with their directories. The fuzz tests are in internal/x.
var goFuzzTests = strings.Replace(goTests, "printf '%s\\n' example.com/m ", `printf '%s\n' "example.com/m/none $PWD/none" "example.com/m/internal/x $PWD/internal/x"; exit; : `, 1)

// make runs a target on the machine. It returns the output, the exit status, and the builds and tests of go.
func (m *machine) make(t *testing.T, target string) (output string, status int, calls string) {
	t.Helper()
	program, err := exec.LookPath("make")
	if err != nil {
		t.Skip("requires make")
	}
	for _, dir := range []string{"internal/bench", "internal/chaos", "internal/live", "internal/opentact"} {
		if err := os.MkdirAll(filepath.Join(m.root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	m.copy(t, "GNUmakefile", "tools/demo.sh", "tools/try.sh")
	write(t, filepath.Join(m.root, "calls"), "")
	command := exec.CommandContext(t.Context(), program, target)
	command.Dir = m.root
	command.Env = append([]string{"PATH=" + m.path, "CALLS=" + filepath.Join(m.root, "calls"), "OPENTACT_TOKEN=of-an-account", "TF_VAR_name=x"}, m.env...)
	printed, err := command.CombinedOutput()
	if err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return string(printed), command.ProcessState.ExitCode(), m.read(t, "calls")
}

// newMakeMachine returns a machine for make, with a C compiler and these programs.
func newMakeMachine(t *testing.T, programs map[string]string) *machine {
	t.Helper()
	m := newMachine(t)
	m.link(t, "awk", "cat", "date", "echo", "env")
	m.install(t, "gcc", "#!/bin/sh\n")
	for name, script := range programs {
		m.install(t, name, script)
	}
	return m
}

// All tests use the same Terraform. They run in two calls, because chaos runs without the race detector.
func TestMake_Testacc_RunsAllTestsWithOneTerraform(t *testing.T) {
	t.Parallel()
	m := newMakeMachine(t, map[string]string{"go": goTests, "tofu": terraform("OpenTofu", "1.12.6")})
	write(t, filepath.Join(m.root, "calls.date"), "0\n")
	m.replace(t, "date", `#!/bin/sh
read -r now <"$CALLS.date"; echo $((now + 119)) >"$CALLS.date"; echo $now
`)
	output, status, calls := m.make(t, "testacc")
	environment := "1 " + filepath.Join(m.path, "tofu") + " 1  "
	want := environment + "test -race -count=1 -cover -timeout 15m example.com/m example.com/m/internal/x\n" +
		environment + "test -count=1 -timeout 60m -seeds=1\n"
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
	var order []int
	for _, text := range []string{"This machine has what", "This takes five to six minutes", "ok 8\n", "All tests passed in 1 min 59 s.\n"} {
		order = append(order, strings.Index(output, text))
	}
	if status != 0 || order[0] < 0 || order[1] < order[0] || order[2] < order[1] || order[3] < order[2] {
		t.Errorf("status %d, the texts are at %d in\n%s", status, order, output)
	}
}

// A target that can't work says why, and starts no build and no test.
func TestMake_MissingProgram_SaysWhyBeforeBuild(t *testing.T) {
	t.Parallel()
	installed := map[string]string{"go": goTests, "terraform": terraform("Terraform", "1.11.4")}
	oldGo := map[string]string{"go": strings.Replace(goTests, "1.26.8", "1.20.14", 1), "terraform": installed["terraform"]}
	offline := map[string]string{"go": strings.Replace(goTests, "\ntool)", "\ntool) echo 'no such host' >&2; exit 1 ;;\nother)", 1)}
	noPackages := map[string]string{"go": strings.Replace(goTests, "\nlist)", "\nlist) echo 'go: no packages' >&2; exit 1 ;;\nother)", 1), "terraform": installed["terraform"]}
	for _, test := range []struct {
		programs       map[string]string
		targets, wants string
	}{
		{oldGo, "demo try testacc", "Something is missing: see above."},
		{offline, "demo try testacc testacc-live chaos bench", "The download needs the internet"},
		{noPackages, "testacc fuzz", "go: no packages"},
	} {
		for _, target := range strings.Fields(test.targets) {
			m := newMakeMachine(t, test.programs)
			m.env = []string{"TMPDIR=" + m.root, "HOME=" + m.root, "OPENTACT_TESTACC_LIVE=1"}
			output, status, calls := m.make(t, target)
			if status == 0 || calls != "" || strings.Count(output, test.wants) != 1 || strings.Count(output, "\n") > maxLines+5 {
				t.Errorf("make %s: status %d, calls %q\n%s", target, status, calls, output)
			}
		}
	}
}

// The path of the clone has a space.
func TestMake_Fuzz_RunsEachFuzzTest(t *testing.T) {
	t.Parallel()
	m := newMakeMachine(t, map[string]string{"go": goFuzzTests})
	write(t, filepath.Join(m.root, "internal/x/a_test.go"), "func FuzzA(f *testing.F) {}\n\nfunc FuzzB(f *testing.F) {}\n")
	write(t, filepath.Join(m.root, "internal/x/b_test.go"), "func FuzzC(f *testing.F) {}\n")
	output, status, calls := m.make(t, "fuzz")
	want := ""
	for _, test := range []string{"FuzzA", "FuzzB", "FuzzC"} {
		want += "  1  test example.com/m/internal/x -run ^$ -fuzz ^" + test + "$ -fuzztime 30s\n"
	}
	if diff := cmp.Diff(want, calls); status != 0 || diff != "" {
		t.Errorf("status %d, tests (-want +got):\n%s\n%s", status, diff, output)
	}
}

func TestMake_Clean_KeepsWorkOfUser(t *testing.T) {
	t.Parallel()
	m := newMakeMachine(t, map[string]string{"go": goTests})
	m.link(t, "find")
	for range 2 { // also without bin/ and dist/
		if output, status, _ := m.make(t, "clean"); status != 0 {
			t.Errorf("status %d\n%s", status, output)
		}
		for _, file := range []string{"bin/a program", "bin/terraform.x/log", "bin/try/terraform.tfstate", "dist/metadata.json", "program"} {
			write(t, filepath.Join(m.root, file), "")
		}
	}
	if output, status, _ := m.make(t, "clean"); status != 0 {
		t.Errorf("status %d\n%s", status, output)
	}
	wantFiles(t, filepath.Join(m.root, "bin"), "try")
	wantFiles(t, filepath.Join(m.root, "bin", "try"), "terraform.tfstate")
	wantFiles(t, m.root, "GNUmakefile", "bin", "calls", "go.mod", "internal", "program", "tools")
}

// The first failure ends each target. Those of chaos come last in testacc.
func TestMake_TestsFail_Fails(t *testing.T) {
	t.Parallel()
	for failing, targets := range map[string]string{"-count=1": "testacc testacc-live chaos soak bench", "-seeds=1": "testacc", "./...": "test", "-fuzz": "fuzz"} {
		program := strings.Replace(goFuzzTests, "\techo \"ok $#\"\n", "\tcase \" $* \" in *\" "+failing+" \"*) echo failed; exit 1 ;; esac\n", 1)
		for _, target := range strings.Fields(targets) {
			m := newMakeMachine(t, map[string]string{"go": program, "terraform": terraform("Terraform", "1.11.4")})
			m.env = []string{"OPENTACT_TESTACC_LIVE=1"}
			write(t, filepath.Join(m.root, "internal/x/a_test.go"), "func FuzzA(f *testing.F) {}\n\nfunc FuzzB(f *testing.F) {}\n")
			if output, status, _ := m.make(t, target); status == 0 || strings.Count(output, "failed\n") != 1 || strings.Contains(output, "All tests passed") {
				t.Errorf("make %s, where %s fails: status %d\n%s", target, failing, status, output)
			}
		}
	}
}

// Go run would end with an error after Ctrl-C.
func TestMake_Emulator_RunsBuiltProgram(t *testing.T) {
	t.Parallel()
	m := newMakeMachine(t, map[string]string{"go": "#!/bin/sh\n[ $1 = build ] || exit 1\n"})
	write(t, filepath.Join(m.root, "bin", "opentact-emulator"), "#!/bin/sh\necho started\n")
	if output, status, _ := m.make(t, "emulator"); status != 0 || output != "started\n" {
		t.Errorf("status %d\n%s", status, output)
	}
}

func TestMake_DoctorAndTerraform_RunScripts(t *testing.T) {
	t.Parallel()
	m := newMakeMachine(t, map[string]string{"go": goTests, "terraform": terraform("Terraform", "1.14.0")})
	if output, status, _ := m.make(t, "doctor"); status != 0 || !strings.HasPrefix(output, "Go          1.26.8\n") {
		t.Errorf("make doctor: status %d\n%s", status, output)
	}
	if output, status, _ := m.make(t, "terraform"); status != 0 || !strings.HasSuffix(output, "Terraform v1.11.4\non linux_amd64\n") {
		t.Errorf("make terraform: status %d\n%s", status, output)
	}
	wantFiles(t, filepath.Join(m.root, "bin"), "terraform")
}
