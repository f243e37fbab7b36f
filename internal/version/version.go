// SPDX-License-Identifier: MPL-2.0

// Package version describes the build of a program.
package version

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"strings"
)

// number and commit are set by a release build with -ldflags. For other builds, Go stores
// the version and the commit in the program.
var number, commit string

// Build is one build of this module.
type Build struct {
	// Number is a semantic version without a v, or "dev" for a build without a version.
	Number string
	// Commit is the first 12 characters of the commit hash, or "unknown".
	Commit string
}

// Current returns the build of the running program.
func Current() Build {
	var built debug.BuildInfo
	if info, ok := debug.ReadBuildInfo(); ok {
		built = *info
	}
	return current(number, commit, built)
}

func current(number, commit string, built debug.BuildInfo) Build {
	for _, setting := range built.Settings {
		if setting.Key == "vcs.revision" {
			commit = cmp.Or(commit, setting.Value)
		}
	}
	if built.Main.Version != "(devel)" { // without version control, and in tests
		number = cmp.Or(number, strings.TrimPrefix(built.Main.Version, "v"))
	}
	return Build{
		Number: cmp.Or(number, "dev"),
		Commit: cmp.Or(commit[:min(len(commit), 12)], "unknown"),
	}
}

func (b Build) String() string { return fmt.Sprintf("%s (%s)", b.Number, b.Commit) }
