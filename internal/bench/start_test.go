// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// TestStart_Allocations checks that our packages do almost nothing when the program starts,
// because Terraform starts the provider three times for a plan. One compiled regular
// expression is a hundred allocations.
func TestStart_Allocations(t *testing.T) {
	t.Parallel()
	command := exec.CommandContext(t.Context(), acctest.Program(t), "-version")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, trace)
	}
	line := regexp.MustCompile(`(?m)^init (\S+) .* (\d+) allocs$`)
	found := line.FindAllStringSubmatch(string(trace), -1)
	if len(found) < 10 { // the format of the trace may have changed
		t.Fatalf("can't read the trace: %s", trace)
	}
	for _, init := range found {
		allocations, _ := strconv.Atoi(init[2])
		if strings.Contains(init[1], "opentact") && allocations > 20 {
			t.Errorf("%s makes %d allocations at the start, want at most 20", init[1], allocations)
		}
	}
}

// TestProgram_Size checks the size of the program, which users download.
func TestProgram_Size(t *testing.T) { //nolint:paralleltest // other tests write to tables too
	info, err := os.Stat(acctest.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 20e6 {
		t.Errorf("the program has %s, want at most 20 MB", megabytes(info.Size()))
	}
	fmt.Fprintf(&tables, "The program has %s.\n", megabytes(info.Size()))
}
