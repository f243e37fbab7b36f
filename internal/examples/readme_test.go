// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// maxREADMELines keeps the README short enough to read before the first use.
const maxREADMELines = 120

// TestREADME_IsShortAndComplete checks the length of the README, and that it has what a new user looks for.
func TestREADME_IsShortAndComplete(t *testing.T) {
	t.Parallel()
	readme := content(t, "../../README.md")
	if n := strings.Count(readme, "\n"); n > maxREADMELines {
		t.Errorf("%d lines, want at most %d", n, maxREADMELines)
	}
	for _, part := range []string{
		"It is for teams ", "**Not released yet.**",
		"## 60-second start", "   make demo\n", "   make try\n",
		"## Requirements", "## What the provider promises",
		"## Versions", `version = "~> `,
		"https://registry.terraform.io/providers/opentact/opentact/latest", "https://search.opentofu.org/provider/opentact/opentact",
		"## Documentation", "## Support and maintainer", "/issues", "SECURITY.md", "LICENSE", "CONTRIBUTING.md",
	} {
		if !strings.Contains(readme, part) {
			t.Errorf("the README lacks %q", part)
		}
	}
}

// TestVersionPins_AreEqual checks that all pages pin the same version of the provider and of the emulator's image. make try
// builds the provider as this version.
func TestVersionPins_AreEqual(t *testing.T) {
	t.Parallel()
	pin := regexp.MustCompile(`(?:version = "~> |opentact-emulator:)(\d[\d.]*)`)
	want := ""
	for _, file := range []string{
		"examples/getting-started/main.tf", "examples/provider/provider.tf", "README.md",
		"docs/index.md", "docs/guides/getting-started.md", "docs/guides/testing-modules.md",
	} {
		found := pin.FindAllStringSubmatch(content(t, filepath.Join("../..", file)), -1)
		if len(found) == 0 {
			t.Errorf("%s pins no version", file)
		}
		for _, match := range found {
			if want == "" {
				want = match[1]
			}
			if match[1] != want {
				t.Errorf("%s pins version %s, want %s", file, match[1], want)
			}
		}
	}
}
