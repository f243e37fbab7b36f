// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// pinned is an action at a commit, with the version that the commit is of: a tag can be moved to other code.
var pinned = regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+(\.\d+)*$`)

// TestWorkflows expects workflows to run what is pinned, and to be allowed as little as they need.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d workflows: %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if _, action, uses := strings.Cut(strings.TrimSpace(line), "uses: "); uses && !pinned.MatchString(action) {
				t.Errorf("%s: %s is not pinned", file, action)
			}
			if strings.Contains(line, "write") && !strings.HasPrefix(strings.TrimSpace(line), "contents: write # to create the release") {
				t.Errorf("%s: more than is needed: %s", file, line)
			}
		}
		if allowed := strings.Split(string(text), "\npermissions:"); len(allowed) != 2 || !strings.HasPrefix(allowed[1], " {}\n") && !strings.HasPrefix(allowed[1], "\n  contents: read\n\n") {
			t.Errorf("%s does not say at the top that it may read alone", file)
		}
	}
}

// step is a step of a workflow's job.
type step struct {
	Uses string
	With map[string]any
}

// steps returns the steps of all jobs of a workflow that use an action.
func steps(t *testing.T, file, action string) (found []step) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct{ Steps []step }
	}
	if err := yaml.Unmarshal(text, &workflow); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if strings.HasPrefix(step.Uses, action+"@") {
				found = append(found, step)
			}
		}
	}
	return found
}

// By default, a checkout leaves the token of the workflow in .git/config, where each
// later step can read it.
func TestWorkflows_CheckoutsKeepNoCredentials(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	checkouts := 0
	for _, file := range files {
		for _, checkout := range steps(t, file, "actions/checkout") {
			checkouts++
			if checkout.With["persist-credentials"] != false {
				t.Errorf("%s: a checkout has persist-credentials: %v", file, checkout.With["persist-credentials"])
			}
		}
	}
	if checkouts < len(files) {
		t.Errorf("%d checkouts in %d workflows", checkouts, len(files))
	}
}

// A cache may hold what a workflow with fewer rights has built. By default, setup-go uses
// one.
func TestReleaseWorkflow_HasNoBuildCache(t *testing.T) {
	t.Parallel()
	const file = "../../.github/workflows/release.yml"
	setups := steps(t, file, "actions/setup-go")
	for _, setup := range setups {
		if setup.With["cache"] != false {
			t.Errorf("setup-go has cache: %v", setup.With["cache"])
		}
	}
	if len(setups) == 0 || len(steps(t, file, "actions/cache")) > 0 || len(steps(t, file, "actions/cache/restore")) > 0 {
		t.Errorf("%d steps set Go up, and others may use a cache", len(setups))
	}
}
