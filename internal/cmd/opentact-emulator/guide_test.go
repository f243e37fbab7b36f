// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The command lines in the guide run the program or its image.
func TestGuide_CommandLines_AreValid(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../../docs/guides/testing-modules.md")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`\\\n *`).ReplaceAllString(string(guide), "")
	commands := regexp.MustCompile(`(?m)^ *(?:opentact-emulator|docker run)(?: .*)?$`).FindAllString(text, -1)
	if len(commands) < 8 {
		t.Errorf("only %q", commands)
	}
	for _, command := range commands {
		command, _, _ = strings.Cut(strings.TrimSuffix(command, " &"), " 2> ")
		checkArguments(t, strings.Fields(command))
	}
}
