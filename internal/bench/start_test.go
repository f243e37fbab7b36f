// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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

// TestProgram_Size checks the size of the program, which users download. It also measures the
// time that the program needs to start.
func TestProgram_Size(t *testing.T) { //nolint:paralleltest // other tests would change the results
	info, err := os.Stat(acctest.Program(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 20e6 {
		t.Errorf("the program has %s, want at most 20 MB", megabytes(info.Size()))
	}
	table("The program", []string{"figure", "value"}, [][]string{
		{"size in a release", megabytes(info.Size())},
		{"time until the handshake", fmt.Sprintf("%.0f ms", float64(handshake(t))/float64(time.Millisecond))},
	})
}

// handshake returns the median time from the start of the program until it prints the line
// that Terraform waits for.
func handshake(t *testing.T) time.Duration {
	t.Helper()
	var times []time.Duration
	for range 9 {
		ctx, cancel := context.WithCancel(t.Context())
		command := exec.CommandContext(ctx, acctest.Program(t))
		// Without this variable of Terraform, the program prints a message for users.
		command.Env = append(os.Environ(), "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6",
			"TMPDIR="+t.TempDir()) // the program creates a socket there
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		times = append(times, time.Since(start))
		cancel()
		_ = command.Wait() // cancel killed it
	}
	slices.Sort(times)
	return times[len(times)/2]
}
