// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fenced matches a code block. It may be indented, as a part of a list item.
var fenced = regexp.MustCompile("(?ms)^( *)```([a-z]+)\n(.*?)^ *```$")

// blocks returns the code blocks of a page in these languages, without their indentation.
func blocks(page string, languages ...string) (all []string) {
	for _, found := range fenced.FindAllStringSubmatch(page, -1) {
		if slices.Contains(languages, found[2]) {
			all = append(all, regexp.MustCompile("(?m)^"+found[1]).ReplaceAllString(found[3], ""))
		}
	}
	return all
}

// commandStart matches what may come before a command: the beginning of the line, an operator, or a keyword.
const commandStart = `(?:^|[;&|({'"]|run:)\s*(?:(?:do|then|else)\s+)?`

var (
	continuation = regexp.MustCompile(`\\\n\s*`)
	comment      = regexp.MustCompile(`(?m)(^|\s)#.*$`)
	// loop matches the beginning of a loop that may have no end.
	loop = regexp.MustCompile(commandStart + `(?:until|while|for \(\(\s*;)`)
	// endless matches the beginning of a command that may have no end.
	endless = regexp.MustCompile(commandStart + `(?:wait\b|tail (?:-\w*[fF]|--follow)|sleep inf|docker wait)`)
	// input matches a loop that ends with its input.
	input   = regexp.MustCompile(`\bwhile (?:IFS=\S* )?read `)
	retries = regexp.MustCompile(`\bcurl .*--retry`)
	maximum = regexp.MustCompile(`--retry \d+ .*(?:-m|--max-time) \d+|(?:-m|--max-time) \d+ .*--retry \d+ `)
	timeout = regexp.MustCompile(`\btimeout \d+`)
)

// unlimitedWaits returns the lines of a script that may wait forever. A retry of curl needs a maximum number and a maximum
// time, because a program on the port may never respond. A loop needs the command timeout in its first line.
func unlimitedWaits(script string) (all []string) {
	script = comment.ReplaceAllString(continuation.ReplaceAllString(script, " "), "")
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		waits := endless.MatchString(line) || loop.MatchString(line) && !input.MatchString(line) ||
			retries.MatchString(line) && !maximum.MatchString(line)
		if waits && !timeout.MatchString(line) {
			all = append(all, line)
		}
	}
	return all
}

func TestUnlimitedWaits(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]int{
		"curl -fsS URL": 0,
		"curl --retry 10 --retry-connrefused --max-time 1 URL":     0,
		"curl -m 1 --retry 10 URL":                                 0,
		"curl --max-time 1 \\\n  --retry 10 URL":                   0,
		"curl --retry 10 \\\n  --retry-connrefused URL":            1,
		"curl --retry \"$n\" --max-time 1 URL":                     1,
		"until curl -fsS URL; do sleep 1; done":                    1,
		"until curl -fsS URL\ndo sleep 1; done":                    1,
		"emulator & until nc -z localhost 8480; do sleep 1; done":  1,
		"- run: while ! curl -fsS URL; do sleep 1; done":           1,
		"if x; then\n  while true; do sleep 1; done\nfi":           1,
		"for ((;;)); do curl -fsS URL && break; done":              1,
		"timeout 30 sh -c 'until curl -fsS URL; do sleep 1; done'": 0,
		"sh -c 'until curl -fsS URL; do sleep 1; done'":            1,
		"while read -r address id; do x; done < profiles.txt":      0,
		"while IFS= read -r line; do x; done < profiles.txt":       0,
		"for i in 1 2 3; do curl -fsS URL && break; sleep 1; done": 0,
		"# Wait until it responds:\necho 'not until it stops'":     0,
		"wait":                 1,
		"emulator & wait $!":   1,
		"tail -f emulator.log": 1,
		"docker wait emulator": 1,
		"if x; then wait; fi":  1,
		"echo wait":            0,
		"sleep infinity":       1,
	} {
		if got := unlimitedWaits(script); len(got) != want {
			t.Errorf("%q: %q, want %d", script, got, want)
		}
	}
}

// TestShellBlocks_CanBePasted checks that a shell block is safe to paste. A block that asks for input contains nothing
// else, because the shell would read the next line as the input. No block waits without a limit.
func TestShellBlocks_CanBePasted(t *testing.T) {
	t.Parallel()
	asks := regexp.MustCompile(`(?m)^read `)
	all := pages(t)
	for _, file := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md"} {
		all[file] = content(t, filepath.Join("../..", filepath.FromSlash(file)))
	}
	for page, text := range all {
		for _, block := range blocks(text, "shell", "sh", "bash", "console", "yaml") {
			if asks.MatchString(block) && strings.Count(strings.TrimSpace(block), "\n") > 0 {
				t.Errorf("%s: the shell reads the second line as the input of the first:\n%s", page, block)
			}
			for _, line := range unlimitedWaits(block) {
				t.Errorf("%s: this waits without a limit: %s", page, line)
			}
		}
	}
}

// The manual indents commands by two spaces.
func TestManualCommands_WaitsHaveLimit(t *testing.T) {
	t.Parallel()
	manual := continuation.ReplaceAllString(content(t, "../cmd/opentact-emulator/manual.go"), " ")
	commands := regexp.MustCompile(`(?m)^  \S.*$`).FindAllString(manual, -1)
	script := strings.Join(commands, "\n")
	if !strings.Contains(script, "--retry ") {
		t.Error("the manual has no wait")
	}
	for _, line := range unlimitedWaits(script) {
		t.Errorf("this waits without a limit: %s", line)
	}
}
