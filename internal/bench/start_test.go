// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// Terraform starts the provider three times for a plan. None of our packages works when
// it is loaded: not so much as a regular expression is compiled, which is a hundred
// allocations.
func TestStartsWithoutWork(t *testing.T) {
	t.Parallel()
	command := exec.CommandContext(t.Context(), acctest.Program(t), "-version")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, trace)
	}
	line := regexp.MustCompile(`(?m)^init (\S+) .* (\d+) allocs$`)
	found := line.FindAllStringSubmatch(string(trace), -1)
	if len(found) < 10 { // or Go writes it otherwise by now
		t.Fatalf("the trace is unreadable: %s", trace)
	}
	for _, init := range found {
		allocations, _ := strconv.Atoi(init[2])
		if strings.Contains(init[1], "opentact") && allocations > 20 {
			t.Errorf("%s makes %d allocations", init[1], allocations)
		}
	}
}

// mostBytes is how large the program may be that is downloaded.
const mostBytes = 20_000_000

func TestProgramIsSmall(t *testing.T) {
	t.Parallel()
	info, err := os.Stat(acctest.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > mostBytes {
		t.Errorf("it has %s", megabytes(info.Size()))
	}
}
