// SPDX-License-Identifier: MPL-2.0

package scripts_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMakefile_Targets_UseDoctorAndSelectedTerraform reads the recipes, because a machine may lack make.
func TestMakefile_Targets_UseDoctorAndSelectedTerraform(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	var doctor, terraform []string
	for rule := range strings.SplitSeq(string(text), "\n.PHONY: ") {
		target, rule, _ := strings.Cut(rule, "\n")
		if strings.HasPrefix(rule, target+": doctor ") {
			doctor = append(doctor, target)
		}
		if strings.Contains(rule, "\t@$(TERRAFORM); ") {
			terraform = append(terraform, target)
		}
	}
	if want := []string{"demo", "try", "testacc"}; !slices.Equal(doctor, want) {
		t.Errorf("the targets %q run the doctor first, want %q", doctor, want)
	}
	if want := []string{"testacc", "testacc-live", "chaos", "bench", "fmt"}; !slices.Equal(terraform, want) {
		t.Errorf("the targets %q use the same Terraform, want %q", terraform, want)
	}
}

// TestRunPatterns_MatchTests checks each -run of the Makefile, the scripts and CONTRIBUTING.md. go test succeeds if no
// test matches, such as after a new name.
func TestRunPatterns_MatchTests(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		source.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var tests []string
	for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllStringSubmatch(source.String(), -1) {
		tests = append(tests, found[1])
	}
	// A pattern such as '^$$' runs no test, on purpose. A slash separates the pattern of a subtest.
	run := regexp.MustCompile(`-run '?(\^?\w[^'\s/]*)`)
	for file, want := range map[string]int{"GNUmakefile": 3, "tools/release-check.sh": 1, "CONTRIBUTING.md": 3} {
		text, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Fatal(err)
		}
		found := run.FindAllStringSubmatch(string(text), -1)
		if len(found) != want {
			t.Errorf("%s has the patterns %q, want %d", file, found, want)
		}
		for _, match := range found {
			pattern := regexp.MustCompile(strings.ReplaceAll(match[1], "$$", "$")) // make removes one
			if !slices.ContainsFunc(tests, pattern.MatchString) {
				t.Errorf("%s: no test matches %s", file, pattern)
			}
		}
	}
}
