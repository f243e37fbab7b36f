// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

var quick = flag.Bool("quick", false, "tmp")

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(acctest.Main(m))
}

func TestTables(t *testing.T) {
	for _, n := range []int{1000} {
		for _, a := range []api{
			{},
			{name: "0 ms"},
			{name: "50 ms", options: emulator.Options{Latency: 50 * time.Millisecond}},
		} {
			for _, verb := range []string{refresh} {
				j := &job{T: t, api: a, verb: verb, objects: n}
				j.run()
				j.run()
				for _, s := range j.samples {
					t.Log(n, verb, a.name, s.wall, s.calls, s.peak>>20)
				}
			}
		}
	}
}
