// SPDX-License-Identifier: MPL-2.0

//go:build unix

package scripts_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	// demoTerraform prints what Terraform prints in the demo, and adds its requests to the log of the emulator.
	demoTerraform = `#!/bin/sh
product='Terraform v1.11.4' host=registry.terraform.io
list='GET /rest/profile/messaging 200'
case $* in
version) printf '%s\n' "$product" 'on linux_amd64' ;;
init)
	[ -f "mirror/$host/opentact/opentact/0.0.1/linux_amd64/terraform-provider-opentact" ] || exit 3
	echo '{"channel_limit": 10}' >terraform.tfstate
	;;
'plan -out=create.tfplan')
	echo "$list 1ms" >>requests
	echo '  # opentact_messaging_profile.support will be created'
	exit 2
	;;
'apply create.tfplan')
	printf '%s 1ms\n' "$list" 'POST /rest/profile/messaging 201' "$list" 'GET /rest/profile/messaging/3f1d7c2e-5b0a 200' >>requests
	echo 'Apply complete!'
	;;
plan) echo 'No changes.' ;;
'plan -out=change.tfplan')
	echo '      ~ channel_limit = 10 -> 20'
	exit 2
	;;
'apply change.tfplan') echo 'Apply complete!' ;;
'output -raw channel_limit') echo "${TF_VAR_channel_limit:-10}" ;;
'output -raw long_code_weight') echo 7 ;;
'output -raw messaging_profile_id') echo 3f1d7c2e ;;
'state rm '* | import*3f1d7c2e) ;;
'state show '*) echo '    id = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"' ;;
'destroy -auto-approve') echo 'Destroy complete!' ;;
*) exit 3 ;;
esac
`
	// demoGo builds an emulator that writes to $EMULATOR when it starts and stops. The demo must set the variables of Go,
	// and use the platform of Terraform, not of Go.
	demoGo = `#!/bin/sh
case $1 in
env) case $2 in GOOS) echo plan9 ;; GOARCH) echo mips ;; esac ;;
build)
	[ "$6 $GOFLAGS" = "$TMPDIR/bin/  -modcacherw" ] && [ -w "$HOME" ] || exit 1
	mkdir -p "$6"
	echo >"$6terraform-provider-opentact"
	cat >"$6opentact-emulator" <<'EMULATOR'
#!/bin/sh
trap 'kill $!; echo stopped >>"$EMULATOR"; exit 0' TERM
echo started >>"$EMULATOR"
echo '  export OPENTACT_BASE_URL=http://127.0.0.1:4711/rest'
echo '  export OPENTACT_TOKEN=emulator-token'
sleep 60 &
wait
EMULATOR
	chmod 700 "$6opentact-emulator"
	;;
esac
`
	demoCurl = `#!/bin/sh
echo '{"payload":[{"method":"PATCH","path":"/x","body":"{\"channel_limit\":20}"}]}'
`
)

// newDemoMachine returns a machine for tools/demo.sh. Its variables must not change the result.
func newDemoMachine(t *testing.T, programs map[string]string) *machine {
	t.Helper()
	m := newMachine(t)
	m.link(t, "awk", "cat", "cp", "date", "env", "sleep")
	m.copy(t, "tools/demo.sh", "examples/quickstart/main.tf")
	for name, script := range programs {
		m.install(t, name, script)
	}
	write(t, filepath.Join(m.root, "temporary files", "emulator"), "")
	m.env = []string{
		"TMPDIR=" + filepath.Join(m.root, "temporary files"), "EMULATOR=" + filepath.Join(m.root, "temporary files", "emulator"),
		"OPENTACT_API_KEY=of-an-account", "TF_VAR_channel_limit=5",
	}
	return m
}

// TestDemo_UnexpectedResult_Fails replaces a text in a program. The demo must find the difference, and leave no files and
// no process.
func TestDemo_UnexpectedResult_Fails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ program, old, replacement, want string }{
		"Terraform does not start": {"terraform", "version)", "version) exit 1 ;; other)", "terraform does not work. Run sh tools/doctor.sh to see why.\n"},
		"build fails":              {"go", "build)", "build) echo 'main.go:1:1: expected package'; exit 1 ;; other)", "main.go:1:1: expected package\n\nThe demo failed.\n"},
		"emulator does not start":  {"go", "trap", "echo 'no port' >&2; exit 1; trap", "The emulator did not start. The output:\nno port\n"},
		"emulator stops with 1":    {"go", "exit 0", "exit 1", "The emulator did not stop without an error."},
		"status of Terraform":      {"terraform", "exit 2", "exit 0", "The exit status of the last command is 0, expected 2."},
		"no resource in the plan":  {"terraform", "will be created", "is unknown", `No line of the output matches "^  # opentact_.* will be created".`},
		"value of an output":       {"terraform", "echo 7", "echo 1", "The value of long_code_weight must be 7."},
		"second plan":              {"terraform", "'No changes.'", "'1 to add.'", `No line of the output matches "^No changes".`},
		"value after the change":   {"terraform", "${TF_VAR_channel_limit:-10}", "10", "The value of channel_limit must be 20."},
		"PATCH with two fields":    {"curl", `20}`, `20,\"max_rate\":1}`, "The PATCH must send channel_limit alone."},
		"import":                   {"terraform", "| import*3f1d7c2e", "", "The exit status of the last command is 3, expected 0."},
		"token in the state":       {"terraform", `"channel_limit": 10`, `"token": "emulator-token"`, "The exit status of the last command is 0, expected 1."},
		"no list before the POST":  {"terraform", `"$list" 'POST`, `'POST`, "A list must come before the create."},
		"more requests":            {"terraform", `"$list" 'GET`, `"$list" "$list" 'GET`, "There must be five requests."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			programs := map[string]string{"terraform": demoTerraform, "go": demoGo, "curl": demoCurl}
			script := programs[test.program]
			if programs[test.program] = strings.Replace(script, test.old, test.replacement, 1); programs[test.program] == script {
				t.Fatalf("%s lacks %q", test.program, test.old)
			}
			m := newDemoMachine(t, programs)
			stdout, stderr, status := m.run(t, "tools/demo.sh")
			if status != 1 || !strings.Contains(stderr, test.want) {
				t.Errorf("status %d, want %q, got\n%s%s", status, test.want, stdout, stderr)
			}
			wantFiles(t, filepath.Join(m.root, "temporary files"), "emulator")
			if events := m.read(t, "temporary files/emulator"); events != "" && events != "started\nstopped\n" {
				t.Errorf("events of the emulator: %q", events)
			}
		})
	}
}

func TestDemo_Programs(t *testing.T) {
	t.Parallel()
	tofu := strings.Replace(demoTerraform, "product='Terraform v1.11.4' host=registry.terraform.io", "product='OpenTofu v1.12.0' host=registry.opentofu.org", 1)
	for name, test := range map[string]struct {
		programs map[string]string
		env      string
		want     []string
	}{
		"Terraform":    {map[string]string{"terraform": demoTerraform, "curl": demoCurl}, "", []string{"$ terraform destroy", `    id = "3f1d7c2e..."`}},
		"OpenTofu":     {map[string]string{"tofu": tofu, "curl": demoCurl}, "", []string{"$ tofu destroy"}},
		"configured":   {map[string]string{"../other/tofu": tofu, "curl": demoCurl}, "TF_ACC_TERRAFORM_PATH=../other/tofu", []string{"$ tofu destroy"}},
		"without curl": {map[string]string{"terraform": demoTerraform}, "", []string{"The demo uses curl to show the body of the PATCH. It is not on the PATH."}},
		"verbose":      {map[string]string{"terraform": demoTerraform, "curl": demoCurl}, "VERBOSE=1", []string{`    id = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"`, "The whole log:"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.programs["go"] = demoGo
			m := newDemoMachine(t, test.programs)
			m.env = append(m.env, test.env)
			stdout, stderr, status := m.run(t, "tools/demo.sh")
			if status != 0 || stderr != "" || strings.Contains(stdout, "\x1b") {
				t.Errorf("status %d: %q\n%s", status, stdout, stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("the output lacks %q:\n%s", want, stdout)
				}
			}
			if name == "Terraform" {
				checkSteps(t, stdout)
			}
			wantFiles(t, filepath.Join(m.root, "temporary files"), "emulator")
		})
	}
}

// checkSteps checks the form of the demo: each step has a title, a command, lines of its output and a sentence. The demo
// says how long it takes, what the user has seen, and what comes next.
func checkSteps(t *testing.T, output string) {
	t.Helper()
	head, rest, _ := strings.Cut(output, "\n== ")
	if !strings.Contains(head, "It takes one to four minutes the first time") {
		t.Errorf("the demo begins with %q", head)
	}
	steps := strings.Split(rest, "\n== ")
	if len(steps) < 9 {
		t.Fatalf("%d steps", len(steps))
	}
	saw, next := steps[len(steps)-2], steps[len(steps)-1]
	for _, step := range steps[:len(steps)-2] {
		for part, pattern := range map[string]string{
			"title": `^\d\. \w.*\n`, "command": `\n(\$ .*|.* sent:)\n`, "output": `\n    \S`, "sentence": `(?m)^[A-Z].*\.$`,
		} {
			if !regexp.MustCompile(pattern).MatchString(step) {
				t.Errorf("a step has no %s:\n%s", part, step)
			}
		}
	}
	if !regexp.MustCompile(`^What you saw\n(- .*\.\n){4}$`).MatchString(saw) {
		t.Errorf("the summary is %q", saw)
	}
	if !regexp.MustCompile(`^What next\n(- .*\n){3}\nThe demo took \d+ seconds. All results were as expected.\n$`).MatchString(next) {
		t.Errorf("the end is %q", next)
	}
}

// TestRecording_Demo_IsEscaped records a demo whose Terraform prints characters of XML. The awk of macOS is original-awk in
// Debian.
func TestRecording_Demo_IsEscaped(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"awk", "original-awk", "mawk", "gawk"} {
		if awk, err := exec.LookPath(name); err == nil || name == "awk" {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				testRecording(t, awk)
			})
		}
	}
}

func testRecording(t *testing.T, awk string) {
	t.Helper()
	m := newDemoMachine(t, map[string]string{"terraform": strings.ReplaceAll(demoTerraform, "Apply complete!", "Apply complete! <a> & b"), "go": demoGo, "curl": demoCurl})
	m.link(t, "tr", "wc")
	m.copy(t, "tools/recording.sh")
	m.replace(t, "awk", "#!/bin/sh\nexec '"+awk+"' \"$@\"\n")
	if stdout, stderr, status := m.run(t, "tools/recording.sh"); status != 0 || !strings.HasPrefix(stdout, "Wrote examples/quickstart/demo.svg (") {
		t.Fatalf("status %d: %s%s", status, stdout, stderr)
	}
	var text strings.Builder
	for decoder := xml.NewDecoder(strings.NewReader(m.read(t, "examples/quickstart/demo.svg"))); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := token.(xml.CharData); ok {
			text.Write(data)
		}
	}
	for _, want := range []string{"2. Create one profile of each kind", "$ terraform init", "Apply complete! <a> & b", "All results were as expected."} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the recording lacks %q", want)
		}
	}
	wantFiles(t, filepath.Join(m.root, "temporary files"), "emulator")
}
