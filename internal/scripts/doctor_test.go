// SPDX-License-Identifier: MPL-2.0

//go:build unix

package scripts_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// maxLines is the maximum number of lines that the doctor prints.
const maxLines = 15

// TestDoctor_Machines compares everything that the doctor prints. PATH stands for the directory of the programs.
func TestDoctor_Machines(t *testing.T) {
	t.Parallel()
	const anything = "#!/bin/sh\n"
	complete := map[string]string{
		"go": goWithInstaller("1.26.8"), "terraform": terraform("Terraform", "1.11.4"), "gcc": anything, "make": anything, "git": anything,
	}
	const (
		goRow    = "Go          1.26.8\n"
		ccRow    = "C compiler  gcc. The tests use the race detector.\n"
		tfRow    = "Terraform   1.11.4 (PATH/terraform)\n"
		optional = "make        PATH/make\ngit         PATH/git\n"
		failed   = "Something is missing: see above.\n"
	)
	for name, test := range map[string]struct {
		programs map[string]string // an empty one is missing
		env      []string
		status   int
		want     string
	}{
		"complete": {want: goRow + ccRow + tfRow + optional},
		"without Go": {
			programs: map[string]string{"go": ""}, status: 1,
			want: "Go          not found. Install Go 1.26 or later: https://go.dev/doc/install\n" + tfRow + optional + failed,
		},
		"old Go": {
			programs: map[string]string{"go": goWithInstaller("1.20.14")}, status: 1,
			want: "Go          1.20.14 is too old. Install Go 1.26 or later: https://go.dev/doc/install\n" + tfRow + optional + failed,
		},
		"Go that downloads the required version": {
			programs: map[string]string{"go": goWithInstaller("1.24.9")},
			want:     "Go          1.24.9. It downloads Go 1.26 (75 MB), unless it has done so before.\n" + ccRow + tfRow + optional,
		},
		"Go that must not download": {
			programs: map[string]string{"go": strings.Replace(goWithInstaller("1.24.9"), "echo auto", "echo local", 1)}, status: 1,
			want: "Go          1.24.9 is too old. Install Go 1.26 or later: https://go.dev/doc/install\n" +
				"            Or let Go 1.24.9 download it: export GOTOOLCHAIN=auto\n" + tfRow + optional + failed,
		},
		"Go that can't download": {
			// The doctor runs Go in the repository to download the required version.
			programs: map[string]string{"go": strings.Replace(goWithInstaller("1.24.9"), "case $1 in", "[ -f go.mod ] && echo 'go: no such host' >&2 && exit 1\ncase $1 in", 1)}, status: 1,
			want: "Go          1.24.9. It downloads Go 1.26 (75 MB), unless it has done so before.\n" +
				"            The download failed: go: no such host\n" +
				"            Connect to the internet, or install Go 1.26 or later and unset GOTOOLCHAIN: https://go.dev/doc/install\n" + tfRow + optional + failed,
		},
		"GOTOOLCHAIN that can't be downloaded": {
			programs: map[string]string{"go": strings.Replace(goWithInstaller("1.26.8"), "case $1 in", "[ -f go.mod ] && echo 'go: not available' >&2 && exit 1\ncase $1 in", 1)}, status: 1,
			want: goRow + "            The download failed: go: not available\n" +
				"            Connect to the internet, or install Go 1.26 or later and unset GOTOOLCHAIN: https://go.dev/doc/install\n" + tfRow + optional + failed,
		},
		"Go that does not work": {
			programs: map[string]string{"go": "#!/bin/sh\necho 'a long error' >&2\nexit 1\n"}, status: 1,
			want: "Go          PATH/go does not work. Run \"go version\" to see why, or install Go 1.26 or later: https://go.dev/doc/install\n" + tfRow + optional + failed,
		},
		"development version of Go": {
			programs: map[string]string{"go": strings.Replace(goWithInstaller(""), "echo go", "echo 'devel go1.27-0123abc Thu Nov 26'", 1)},
			want:     "Go          1.27-0123abc\n" + ccRow + tfRow + optional,
		},
		"without Terraform": {
			programs: map[string]string{"terraform": ""},
			want: goRow + ccRow + "Terraform   not found. OpenTofu is not found either. make demo, make try and make testacc install Terraform 1.11.4 into bin/.\n" +
				"            To install it now, run make terraform, or sh tools/terraform.sh install.\n" + optional,
		},
		"OpenTofu": {
			programs: map[string]string{"terraform": "", "tofu": terraform("OpenTofu", "1.12.6")},
			want:     goRow + ccRow + "OpenTofu    1.12.6 (PATH/tofu)\n" + optional,
		},
		"old Terraform": {
			programs: map[string]string{"terraform": terraform("Terraform", "1.4.7")}, status: 1,
			want: goRow + ccRow + "Terraform   1.4.7 (PATH/terraform) is too old. Install 1.5 or later, or set TF_ACC_TERRAFORM_PATH to another program.\n" + optional + failed,
		},
		"untested Terraform": {
			programs: map[string]string{"terraform": terraform("Terraform", "1.10.5")},
			want: goRow + ccRow + "Terraform   1.10.5 (PATH/terraform)\n" +
				"            The tests are made for Terraform 1.11 or later. Some of them may fail.\n" + optional,
		},
		"old OpenTofu": {
			programs: map[string]string{"terraform": terraform("OpenTofu", "1.5.0")}, status: 1,
			want: goRow + ccRow + "OpenTofu    1.5.0 (PATH/terraform) is too old. Install 1.6 or later, or set TF_ACC_TERRAFORM_PATH to another program.\n" + optional + failed,
		},
		"untested OpenTofu": {
			programs: map[string]string{"terraform": terraform("OpenTofu", "1.9.1")},
			want: goRow + ccRow + "OpenTofu    1.9.1 (PATH/terraform)\n" +
				"            The tests are made for OpenTofu 1.10 or later. Some of them may fail.\n" + optional,
		},
		"Terraform that does not work": {
			programs: map[string]string{"terraform": "#!/bin/sh\nexit 1\n"}, status: 1,
			want: goRow + ccRow + "Terraform   PATH/terraform does not work. Run \"PATH/terraform version\" to see why.\n" + optional + failed,
		},
		"Terraform that asks, and prints other lines": {
			programs: map[string]string{"terraform": "#!/bin/sh\nread -r line && exit 1\necho 'Update available!'\necho 'Terraform v1.11.4'\necho 'OpenTofu v1 is another program'\n"},
			want:     goRow + ccRow + tfRow + optional,
		},
		"wrong TF_ACC_TERRAFORM_PATH": {
			env: []string{"TF_ACC_TERRAFORM_PATH=/nonexistent/terraform"}, status: 1,
			want: goRow + ccRow + "Terraform   /nonexistent/terraform does not work. Run \"/nonexistent/terraform version\" to see why.\n" +
				"            The path comes from TF_ACC_TERRAFORM_PATH. Correct or unset this variable.\n" + optional + failed,
		},
		"without headers of the C library": {
			programs: map[string]string{"gcc": "#!/bin/sh\nread -r line\n[ \"$line\" != '#include <stdlib.h>' ]\n"},
			want: goRow + "C compiler  does not work, or cgo is off, or this platform has no race detector. The tests run without it.\n" +
				"            To use it, install gcc or clang with the headers of the C library, and unset CGO_ENABLED.\n" + tfRow + optional,
		},
		"without a C compiler": {
			programs: map[string]string{"gcc": ""},
			want: goRow + "C compiler  does not work, or cgo is off, or this platform has no race detector. The tests run without it.\n" +
				"            To use it, install gcc or clang with the headers of the C library, and unset CGO_ENABLED.\n" + tfRow + optional,
		},
		"Go without cgo or a race detector": {
			programs: map[string]string{"go": strings.Replace(goWithInstaller("1.26.8"), "exit 0", "exit 2", 1)},
			want: goRow + "C compiler  does not work, or cgo is off, or this platform has no race detector. The tests run without it.\n" +
				"            To use it, install gcc or clang with the headers of the C library, and unset CGO_ENABLED.\n" + tfRow + optional,
		},
		"without make and Git": {
			programs: map[string]string{"make": "", "git": ""},
			want: goRow + ccRow + tfRow + "make        not found. Use the scripts instead: sh tools/demo.sh runs the demo.\n" +
				"git         not found. make fmt, .ci/run and releases need it.\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.env = test.env
			for name, script := range complete {
				if replaced, ok := test.programs[name]; ok {
					script = replaced
				}
				if script != "" {
					m.install(t, name, script)
				}
			}
			if script, ok := test.programs["tofu"]; ok {
				m.install(t, "tofu", script)
			}
			stdout, stderr, status := m.run(t, "tools/doctor.sh")
			if status != test.status {
				t.Errorf("status %d", status)
			}
			want := test.want
			switch {
			case test.status != 0:
			case strings.Contains(want, "make terraform"):
				want += "This machine has everything else that the demo and the tests need.\n"
			default:
				want += "This machine has what the demo and the tests need.\n"
			}
			got := strings.ReplaceAll(stdout+stderr, m.path, "PATH")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
			if lines := strings.Count(got, "\n"); lines > maxLines {
				t.Errorf("%d lines, at most %d", lines, maxLines)
			}
			// It compiles and installs nothing.
			wantFiles(t, m.root, "go.mod", "tools")
			wantFiles(t, filepath.Join(m.root, "tools"), "doctor.sh", "lib.sh", "terraform.sh")
		})
	}
}
