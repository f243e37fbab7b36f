// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWorkflows_MatrixHasNoGaps checks that the tests run with each minor version of Terraform
// and OpenTofu from the oldest supported one on, and with the latest version. The README and the
// index page name the same versions.
func TestWorkflows_MatrixHasNoGaps(t *testing.T) {
	t.Parallel()
	jobs := readWorkflow(t, "test.yml").Jobs
	terraform := minors(t, jobs["terraform"].Strategy.Matrix["terraform"], 11)
	opentofu := minors(t, jobs["opentofu"].Strategy.Matrix["opentofu"], 10)
	names := make([]string, 0, len(opentofu))
	for _, minor := range opentofu {
		names = append(names, fmt.Sprintf("1.%d", minor))
	}
	want := fmt.Sprintf("The provider is tested with Terraform 1.11 to 1.%d and the latest version, and with OpenTofu %s and the latest version.",
		terraform[len(terraform)-1], strings.Join(names, ", "))
	for _, page := range []string{"../../README.md", "../../templates/index.md.tmpl"} {
		sentence := regexp.MustCompile(`The provider is tested with .*\.`).FindString(string(readFile(t, page)))
		if sentence != want {
			t.Errorf("%s says %q, want %q", page, sentence, want)
		}
	}
}

// TestWorkflows_EachVersion_RunsDemoAndTests checks that the jobs of the matrix install its
// version, and run the demo and all tests with it.
func TestWorkflows_EachVersion_RunsDemoAndTests(t *testing.T) {
	t.Parallel()
	jobs := readWorkflow(t, "test.yml").Jobs
	for _, test := range []struct {
		job, action, input string
		runs               []string
	}{
		{"terraform", "hashicorp/setup-terraform", "terraform_version", []string{"terraform version", "make demo", "make testacc"}},
		{"opentofu", "opentofu/setup-opentofu", "tofu_version", []string{
			"tofu version", `echo "TF_ACC_TERRAFORM_PATH=$(command -v tofu)" >> "$GITHUB_ENV"`, "make demo", "make testacc",
		}},
	} {
		j := jobs[test.job]
		if diff := cmp.Diff(test.runs, j.runs()); diff != "" {
			t.Errorf("commands of the job %s (-want +got):\n%s", test.job, diff)
		}
		if !slices.ContainsFunc(j.Steps, func(s step) bool {
			return s.action() == test.action && s.With[test.input] == "${{ matrix."+test.job+" }}"
		}) {
			t.Errorf("the job %s does not install the version of the matrix", test.job)
		}
	}
}

// TestWorkflows_Checks_RunAndCanFail checks which commands the other jobs run. No job can ignore an error or be skipped,
// except the one for pull requests.
func TestWorkflows_Checks_RunAndCanFail(t *testing.T) {
	t.Parallel()
	checks, nightly := readWorkflow(t, "test.yml").Jobs, readWorkflow(t, "nightly.yml").Jobs
	for name, values := range map[string]struct{ want, got []string }{
		"check":           {[]string{"make build", ".ci/run"}, checks["check"].runs()},
		"vulnerabilities": {[]string{"make vulnerabilities"}, checks["vulnerabilities"].runs()},
		"platforms":       {[]string{"go test ./..."}, checks["platforms"].runs()},
		"systems":         {[]string{"macos-latest", "windows-latest"}, checks["platforms"].Strategy.Matrix["os"]},
		"nightly":         {[]string{"make ${{ matrix.target }}"}, nightly["long"].runs()},
		"nightly targets": {[]string{"soak DURATION=40m", "chaos SEEDS=10", "fuzz FUZZTIME=5m", "bench", "release-check"}, nightly["long"].Strategy.Matrix["target"]},
	} {
		if diff := cmp.Diff(values.want, values.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if condition := checks["dependencies"].If; condition != "github.event_name == 'pull_request'" {
		t.Errorf("the job dependencies runs only if %v", condition)
	}
	for _, jobs := range []map[string]job{checks, nightly} {
		for id, j := range jobs {
			for _, s := range append(j.Steps, step{If: j.If, Continue: j.Continue}) {
				if s.If != nil && id != "dependencies" || s.Continue != nil {
					t.Errorf("%s: a job or step has a condition or ignores an error: %v %v %s%s", id, s.If, s.Continue, s.Uses, s.Run)
				}
			}
		}
	}
}

// minors returns the minor versions in a matrix such as ["1.11.*", "1.12.*", latest].
func minors(t *testing.T, versions []string, first int) []int {
	t.Helper()
	if len(versions) < 2 || versions[len(versions)-1] != "latest" {
		t.Fatalf("the matrix %q doesn't end with latest", versions)
	}
	var list []int
	for i, version := range versions[:len(versions)-1] {
		minor, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(version, "1."), ".*"))
		if err != nil || minor != first+i {
			t.Fatalf("the matrix has %s, want 1.%d.*", version, first+i)
		}
		list = append(list, minor)
	}
	return list
}

// TestWorkflows_NewestPatchOfGo checks that all jobs use the newest patch version of the minor
// version in go.mod, and that no tool needs a later one. With go-version-file, setup-go would
// install exactly the version in go.mod. Its standard library has known vulnerabilities, and
// setup-go also forbids Go to download a later version for a tool.
func TestWorkflows_NewestPatchOfGo(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Glob("../../tools/*/go.mod")
	if err != nil || len(modules) == 0 {
		t.Fatalf("%d modules, %v", len(modules), err)
	}
	minor := goMinor(t, "../../go.mod")
	for _, module := range modules {
		if got := goMinor(t, module); got != minor {
			t.Errorf("%s needs Go %s, want %s", module, got, minor)
		}
	}
	for _, name := range []string{"nightly.yml", "release.yml", "test.yml"} {
		for id, j := range readWorkflow(t, name).Jobs {
			for _, s := range j.Steps {
				if s.action() != "actions/setup-go" {
					continue
				}
				if s.With["go-version"] != minor+".x" || s.With["check-latest"] != true || s.With["go-version-file"] != nil {
					t.Errorf("%s: %s sets up Go with %v, want go-version %s.x and check-latest", name, id, s.With, minor)
				}
			}
		}
	}
}

// goMinor returns the minor version of Go that a go.mod file requires, such as 1.26.
func goMinor(t *testing.T, file string) string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(readFile(t, file))
	if match == nil {
		t.Fatalf("%s has no version of Go", file)
	}
	return string(match[1])
}

// TestDependabot_AllModules checks that Dependabot updates each module and the actions.
func TestDependabot_AllModules(t *testing.T) {
	t.Parallel()
	text := string(readFile(t, "../../.github/dependabot.yml"))
	for _, want := range []string{"package-ecosystem: gomod\n    directory: /\n", `package-ecosystem: gomod` + "\n" + `    directories: ["/tools/*"]` + "\n", "package-ecosystem: github-actions\n    directory: /\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("dependabot.yml lacks %q", want)
		}
	}
}
