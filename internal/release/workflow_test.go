// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// permissions are the permissions of GITHUB_TOKEN in a workflow or a job.
type permissions map[string]string

// workflow is the part of a workflow that the tests check.
type workflow struct {
	On          any
	Permissions *permissions
	Concurrency struct {
		Group            string
		CancelInProgress any `yaml:"cancel-in-progress"`
	}
	Jobs map[string]job
}

type job struct {
	Needs, Environment string
	If                 any
	Continue           any `yaml:"continue-on-error"`
	Permissions        permissions
	Strategy           struct{ Matrix map[string][]string }
	Steps              []step
}

type step struct {
	ID, Uses, Run string
	With, Env     map[string]any
	If            any
	Continue      any `yaml:"continue-on-error"`
}

// runs returns the commands of the job.
func (j job) runs() (commands []string) {
	for _, s := range j.Steps {
		if s.Run != "" {
			commands = append(commands, s.Run)
		}
	}
	return commands
}

// action returns the name of the action that the step uses, without its version.
func (s step) action() string {
	name, _, _ := strings.Cut(s.Uses, "@")
	return name
}

func readWorkflow(t *testing.T, name string) (w workflow) {
	t.Helper()
	if err := yaml.Unmarshal(readFile(t, filepath.Join("../../.github/workflows", name)), &w); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return w
}

// pinned matches an action at a commit, with the version of the commit. A tag can be moved to
// other code.
var pinned = regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

// TestWorkflows checks that workflows use pinned actions and have exactly the permissions that
// they need. No step can read the token of the workflow, run code from the name of a tag or a
// branch, or use a build cache of another workflow in a release.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	read := permissions{"contents": "read"}
	// want are the permissions of each job. The job "" is the default of the workflow.
	want := map[string]map[string]permissions{
		"nightly.yml": {"": read},
		"test.yml":    {"": read},
		"release.yml": {
			"":     {},
			"test": read,
			"release": {
				"contents":     "write", // to create the release
				"packages":     "write", // to push the container image
				"id-token":     "write", // to sign the attestations
				"attestations": "write", // to store the attestations
			},
		},
	}
	got := map[string]map[string]permissions{}
	files, err := filepath.Glob("../../.github/workflows/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for line := range strings.Lines(string(readFile(t, file))) {
			if _, action, uses := strings.Cut(strings.TrimSpace(line), "uses: "); uses && !pinned.MatchString(action) {
				t.Errorf("%s: %s is not pinned", file, action)
			}
		}
		name := filepath.Base(file)
		w := readWorkflow(t, name)
		got[name] = map[string]permissions{}
		if w.Permissions != nil { // otherwise GitHub gives the default of the repository
			got[name][""] = *w.Permissions
		}
		for id, j := range w.Jobs {
			if j.Permissions != nil {
				got[name][id] = j.Permissions
			}
			for _, s := range j.Steps {
				switch action := s.action(); {
				case action == "actions/checkout" && s.With["persist-credentials"] != false:
					t.Errorf("%s: %s keeps the token in .git/config", name, id) // the default
				case name == "release.yml" && (action == "actions/setup-go" && s.With["cache"] != false || strings.HasPrefix(action, "actions/cache")):
					t.Errorf("%s: %s uses a build cache", name, id) // the default of setup-go
				case strings.Contains(strings.ReplaceAll(s.Run, "${{ matrix.", ""), "${{"):
					t.Errorf("%s: %s has an expression in a command: a tag or a branch may contain shell code", name, id)
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
}
