// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
