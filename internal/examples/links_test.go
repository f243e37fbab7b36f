// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const registry = "https://registry.terraform.io/providers/opentact/opentact/latest/docs/"

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.*)$`)
	namedAnchor  = regexp.MustCompile(`<a id="([^"]+)">`)
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors returns the anchors in a page: those of its headings, and those that have a name.
func anchors(text string) map[string]bool {
	all := make(map[string]bool)
	for _, found := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		all[strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-")] = true
	}
	for _, found := range namedAnchor.FindAllStringSubmatch(text, -1) {
		all[found[1]] = true
	}
	return all
}

// TestMarkdownLinks_TargetsExist checks the links between the files of the repository: relative links, links to pages of
// the Registry, and anchors of headings.
func TestMarkdownLinks_TargetsExist(t *testing.T) {
	t.Parallel()
	files := []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md", "internal/emulator/CONTRACT.md"}
	for page := range pages(t) {
		files = append(files, "docs/"+page+".md")
	}
	repository := os.DirFS("../..")
	for _, file := range files {
		text := content(t, filepath.Join("../..", filepath.FromSlash(file)))
		for _, found := range markdownLink.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			switch {
			case target+"/" == registry:
				target = "docs/index.md"
			case strings.HasPrefix(target, registry):
				target = "docs/" + strings.TrimPrefix(target, registry) + ".md"
			case strings.Contains(target, ":"):
				continue // another site
			case target == "":
				target = file
			default:
				target = path.Join(path.Dir(file), target)
			}
			if _, err := fs.Stat(repository, target); err != nil {
				t.Errorf("%s links to %s: %v", file, found[1], errors.Unwrap(err))
				continue
			}
			if anchor != "" && !anchors(content(t, filepath.Join("../..", filepath.FromSlash(target))))[anchor] {
				t.Errorf("%s links to %s: %s has no such anchor", file, found[1], target)
			}
		}
	}
}
