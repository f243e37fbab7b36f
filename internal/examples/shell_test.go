// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"regexp"
	"strings"
	"testing"
)

// fenced matches a code block. It may be indented, as a part of a list item.
var fenced = regexp.MustCompile("(?ms)^( *)```([a-z]+)\n(.*?)^ *```$")

// blocks returns the code blocks of a page in a language, without their indentation.
func blocks(page, language string) (all []string) {
	for _, found := range fenced.FindAllStringSubmatch(page, -1) {
		if found[2] == language {
			all = append(all, regexp.MustCompile("(?m)^"+found[1]).ReplaceAllString(found[3], ""))
		}
	}
	return all
}

// TestShellBlocks_CanBePasted checks that a shell block is safe to paste. A block that asks for input contains nothing
// else, because the shell would read the next line as the input. No block waits without a limit.
func TestShellBlocks_CanBePasted(t *testing.T) {
	t.Parallel()
	asks := regexp.MustCompile(`(?m)^read `)
	for page, text := range pages(t) {
		for _, block := range append(blocks(text, "shell"), blocks(text, "yaml")...) {
			if asks.MatchString(block) && strings.Count(strings.TrimSpace(block), "\n") > 0 {
				t.Errorf("%s: the shell reads the second line as the input of the first:\n%s", page, block)
			}
			if strings.Contains(block, "until curl") {
				t.Errorf("%s: the loop has no limit:\n%s", page, block)
			}
		}
	}
}
