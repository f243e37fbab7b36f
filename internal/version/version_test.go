// SPDX-License-Identifier: MPL-2.0

package version

import (
	"runtime/debug"
	"testing"
)

func TestCurrent_Sources(t *testing.T) {
	t.Parallel()
	const revision = "7a548d7cbb5f0f8a2b3c4d5e6f708192a3b4c5d6"
	stamped := []debug.BuildSetting{{Key: "GOOS", Value: "linux"}, {Key: "vcs.revision", Value: revision}}
	for _, c := range []struct {
		name, number, commit string
		built                debug.BuildInfo
		want                 string
	}{
		{"released", "1.2.3", "0123456", debug.BuildInfo{Main: debug.Module{Version: "v9.9.9"}, Settings: stamped}, "1.2.3 (0123456)"},
		{"go build", "", "", debug.BuildInfo{Main: debug.Module{Version: "v1.2.4-0.20261124-7a548d7+dirty"}, Settings: stamped}, "1.2.4-0.20261124-7a548d7+dirty (7a548d7cbb5f)"},
		{"go install", "", "", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "1.2.3 (unknown)"},
		{"go test", "", "", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "dev (unknown)"},
		{"nothing known", "", "", debug.BuildInfo{}, "dev (unknown)"},
	} {
		if got := current(c.number, c.commit, c.built).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestCurrent checks that a test program, which has no version, has a build.
func TestCurrent(t *testing.T) {
	t.Parallel()
	if got := Current(); got.Number == "" || got.Commit == "" {
		t.Errorf("%+v", got)
	}
}
