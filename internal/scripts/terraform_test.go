// SPDX-License-Identifier: MPL-2.0

//go:build unix

package scripts_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const find = "tools/terraform.sh"

// TestTerraform_Order removes one program after the other.
func TestTerraform_Order(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	configured := filepath.Join(m.root, "my terraform")
	m.env = []string{"TF_ACC_TERRAFORM_PATH=" + configured}
	m.install(t, "terraform", terraform("Terraform", "1.11.4"))
	m.install(t, "tofu", terraform("OpenTofu", "1.12.0"))
	m.install(t, "go", goWithInstaller("1.26.0"))
	installed := filepath.Join(m.root, "bin", "terraform")
	write(t, installed, terraform("Terraform", "1.11.4"))

	want := func(path string) {
		t.Helper()
		if stdout, stderr, status := m.run(t, find); status != 0 || stdout != path+"\n" || stderr != "" {
			t.Errorf("status %d, path %q, want %q; %s", status, stdout, path, stderr)
		}
	}
	want(configured)
	m.env = []string{"TF_ACC_TERRAFORM_PATH=my terraform"}
	want(configured) // tests run in other directories
	m.env = []string{"PATH=../path"}
	want(m.root + "/../path/terraform")
	m.env = nil
	want(filepath.Join(m.path, "terraform"))
	remove(t, filepath.Join(m.path, "terraform"))
	want(filepath.Join(m.path, "tofu"))
	remove(t, filepath.Join(m.path, "tofu"))
	want(installed)
	remove(t, installed)
	if stdout, stderr, status := m.run(t, find); status != 0 || stdout != installed+"\n" || stderr != "Installing Terraform 1.11.4 into bin/. The program has about 90 MB.\n" {
		t.Errorf("status %d, path %q; %s", status, stdout, stderr)
	}
	want(installed)
}

func TestTerraform_Install_ReplacesProgram(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.install(t, "terraform", terraform("Terraform", "1.14.0")) // install ignores it
	m.install(t, "go", goWithInstaller("1.26.0"))
	write(t, filepath.Join(m.root, "bin", "terraform"), "broken")
	m.env = []string{"HTTPS_PROXY=http://proxy.example.com:3128"}
	stdout, stderr, status := m.run(t, find, "install")
	if status != 0 || stdout != "Terraform v1.11.4\non linux_amd64\n" {
		t.Errorf("status %d: %s%s", status, stdout, stderr)
	}
	wantFiles(t, filepath.Join(m.root, "bin"), "terraform")
	if installed := m.read(t, "bin/terraform"); !strings.HasSuffix(installed, "# from http://proxy.example.com:3128\n") {
		t.Errorf("the installer doesn't use the proxy: %s", installed)
	}
}

// TestTerraform_NoInternet_SaysNextStep runs an installer that fails like hc-install.
func TestTerraform_NoInternet_SaysNextStep(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.install(t, "go", "#!/bin/sh\n[ \"$1\" = env ] && exit\necho 'hc-install: will install'\necho 'failed to install terraform@1.11.4: no such host' >&2\nexit 1\n")
	stdout, stderr, status := m.run(t, find)
	want := `Installing Terraform 1.11.4 into bin/. The program has about 90 MB.
failed to install terraform@1.11.4: no such host
Can't install Terraform 1.11.4. The download needs the internet: if there is a proxy, set HTTPS_PROXY.
Or install Terraform or OpenTofu yourself. Then put it on the PATH, or set TF_ACC_TERRAFORM_PATH to its path.
`
	if status != 1 || stdout != "" || stderr != want {
		t.Errorf("status %d, path %q, got\n%s", status, stdout, stderr)
	}
	wantFiles(t, filepath.Join(m.root, "bin"))
}

// TestTerraform_DirectoryNotWritable_SaysNextStep uses a file as bin/, because root can write everywhere.
func TestTerraform_DirectoryNotWritable_SaysNextStep(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.install(t, "go", goWithInstaller("1.26.0"))
	write(t, filepath.Join(m.root, "bin"), "")
	stdout, stderr, status := m.run(t, find)
	if status != 1 || stdout != "" || !strings.Contains(stderr, "\nCan't write to bin/. Make it writable.\nOr install Terraform or OpenTofu yourself. ") {
		t.Errorf("status %d, path %q, got\n%s", status, stdout, stderr)
	}
}

// TestTerraform_PinnedVersion_IsThatOfWorkflows checks that the workflows run the checks with the version that the script
// installs.
func TestTerraform_PinnedVersion_IsThatOfWorkflows(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"test.yml", "nightly.yml", "release.yml"} {
		text, err := os.ReadFile(filepath.Join("../../.github/workflows", file))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "terraform_version: 1.11.4\n") {
			t.Errorf("%s does not use Terraform 1.11.4", file)
		}
	}
}

// goWithInstaller returns a Go whose hc-install writes Terraform, and a comment with the proxy, to the directory after -path.
func goWithInstaller(version string) string {
	return `#!/bin/sh
case $1 in
env)
	case $2 in
	GOVERSION) [ "$GOTOOLCHAIN" = local ] || [ -f go.mod ] && echo go` + version + ` ;;
	GOTOOLCHAIN) echo auto ;;
	CC) echo gcc ;;
	esac
	;;
list)
	[ "$2 $3" != '-race errors' ] || exit 0
	;;
tool)
	[ "$CGO_ENABLED $TMPDIR" = "0 $8" ] || exit 1
	[ "$2 $3 $4 $5 $6 $7 $9" = "-modfile=tools/hc-install/go.mod hc-install install -version 1.11.4 -path terraform" ] || exit 1
	printf '#!/bin/sh\necho Terraform v1.11.4\necho on linux_amd64\n# from %s\n' "${HTTPS_PROXY:-}" >"$8/terraform"
	chmod 700 "$8/terraform"
	;;
esac
`
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}
