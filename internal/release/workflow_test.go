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

// pinned matches an action at a commit, with the version of the commit. A tag can be moved to
// other code.
var pinned = regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+(\.\d+)*$`)

// TestWorkflows checks that workflows use pinned actions and have as few permissions as
// possible, and that no step can read the token of the workflow or use a build cache of another
// workflow in a release.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	type permissions map[string]string
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d workflows: %v", len(files), err)
	}
	for _, file := range files {
		text := readFile(t, file)
		for line := range strings.Lines(string(text)) {
			if _, action, uses := strings.Cut(strings.TrimSpace(line), "uses: "); uses && !pinned.MatchString(action) {
				t.Errorf("%s: %s is not pinned", file, action)
			}
		}
		var workflow struct {
			Permissions *permissions
			Jobs        map[string]struct {
				Permissions permissions
				Steps       []struct {
					Uses string
					With map[string]any
				}
			}
		}
		if err := yaml.Unmarshal(text, &workflow); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		isRelease := filepath.Base(file) == "release.yml"
		read, write := permissions{"contents": "read"}, permissions(nil)
		if isRelease {
			read, write = permissions{}, permissions{"contents": "write"} // to create the release
		}
		if diff := cmp.Diff(&read, workflow.Permissions); diff != "" {
			t.Errorf("%s: permissions (-want +got):\n%s", file, diff)
		}
		for name, job := range workflow.Jobs {
			if diff := cmp.Diff(write, job.Permissions); diff != "" {
				t.Errorf("%s: permissions of %s (-want +got):\n%s", file, name, diff)
			}
			for _, step := range job.Steps {
				action, _, _ := strings.Cut(step.Uses, "@")
				switch {
				case action == "actions/checkout" && step.With["persist-credentials"] != false:
					t.Errorf("%s: %s keeps the token in .git/config", file, name) // the default
				case isRelease && (action == "actions/setup-go" && step.With["cache"] != false || strings.HasPrefix(action, "actions/cache")):
					t.Errorf("%s: %s uses a build cache", file, name) // the default of setup-go
				}
			}
		}
	}
}
