// SPDX-License-Identifier: MPL-2.0

package bench_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// watchMemory looks at the processes of a program until the function is called that
// it returns: what one of them had resident at the most, in bytes. Linux alone
// tells, in /proc, also of what was before a look; elsewhere it is 0.
func watchMemory(program string) (stop func() int64) {
	done, most := make(chan struct{}), make(chan int64)
	go func() {
		var peak int64
		for {
			peak = max(peak, residentPeak(program))
			select {
			case <-done:
				most <- peak
				return
			case <-time.After(25 * time.Millisecond):
			}
		}
	}()
	return func() int64 { close(done); return <-most }
}

// residentPeak is the largest of the processes that run a program.
func residentPeak(program string) (peak int64) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != program {
			continue
		}
		status, err := os.ReadFile(filepath.Join(filepath.Dir(link), "status"))
		if err != nil {
			continue // it has ended meanwhile
		}
		var kilobytes int64
		if _, rest, ok := bytes.Cut(status, []byte("VmHWM:")); ok {
			_, _ = fmt.Sscan(string(rest), &kilobytes)
		}
		peak = max(peak, kilobytes<<10)
	}
	return peak
}
