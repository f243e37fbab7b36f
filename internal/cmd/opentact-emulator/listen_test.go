// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestValidateAddr(t *testing.T) {
	t.Parallel()
	for _, valid := range []string{"127.0.0.1:8480", ":0", "[::1]:8480", "localhost:65535", "[fe80::1%eth0]:1"} {
		if err := validateAddr(valid); err != nil {
			t.Errorf("%s: %v", valid, err)
		}
	}
	for _, invalid := range []string{
		"", "127.0.0.1", "8480", "localhost:", "127.0.0.1:65536", "127.0.0.1:70000", "127.0.0.1:-1", "127.0.0.1:http", "::1:8480",
		"http://127.0.0.1:8480", "http://localhost", "127.0.0.1:8480/rest", "127.0.0.1:8480 ",
	} {
		want := fmt.Sprintf("-addr must be host:port with a port from 0 to 65535, such as 127.0.0.1:8480 or [::1]:8480, got %q", invalid)
		if err := validateAddr(invalid); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", invalid, err, want)
		}
	}
}

// On Windows, errors have other numbers than syscall.EADDRINUSE and so on.
func TestListenError(t *testing.T) {
	t.Parallel()
	bind := func(number syscall.Errno) error {
		return &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", number)}
	}
	for _, c := range []struct {
		addr string
		err  error
		want string
	}{
		{"127.0.0.1:8480", bind(syscall.EADDRINUSE), "can't listen on 127.0.0.1:8480: address in use: try -addr 127.0.0.1:0"},
		{"[::1]:8480", bind(errInUseWindows), "can't listen on [::1]:8480: address in use: try -addr [::1]:0"},
		{":80", bind(syscall.EACCES), "can't listen on :80: permission denied: try -addr :0"},
		{"0.0.0.0:80", bind(errDeniedWindows), "can't listen on 0.0.0.0:80: permission denied: try -addr 0.0.0.0:0"},
		{"192.0.2.1:8480", bind(syscall.EADDRNOTAVAIL), "can't listen on 192.0.2.1:8480: this machine does not have this address: try -addr 127.0.0.1:8480"},
		{"192.0.2.1:80", bind(errNotAvailableWindows), "can't listen on 192.0.2.1:80: this machine does not have this address: try -addr 127.0.0.1:80"},
		{"x.example:8480", &net.OpError{Op: "listen", Err: &net.DNSError{Name: "x.example"}}, "can't listen on x.example:8480: host not found: try -addr 127.0.0.1:8480"},
		{"127.0.0.1:1", errors.New("out of sockets"), "can't listen on 127.0.0.1:1: out of sockets"},
	} {
		if got := listenError(c.addr, c.err).Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// The program fails before it says that it loaded the seed.
func TestRun_AddressInUse_SuggestsFreePort(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0")
	want := fmt.Sprintf("opentact-emulator: can't listen on %s: address in use: try -addr 127.0.0.1:0\n", hostOf(p.url))
	code, stderr := runFails(t, "-addr", hostOf(p.url), "-seed", seedFile(t, `{"messaging": [{"name": "x"}]}`))
	if code != exitError || stderr != want {
		t.Errorf("exit code %d, %q, want %q", code, stderr, want)
	}
}

func TestRun_AddressOfAnotherMachine_SuggestsLoopback(t *testing.T) {
	t.Parallel()
	code, stderr := runFails(t, "-addr", "192.0.2.1:0") // RFC 5737: for documentation
	if code != exitError || !strings.HasSuffix(stderr, "this machine does not have this address: try -addr 127.0.0.1:0\n") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// runFails runs the program, which must print nothing to standard output.
func runFails(t *testing.T, args ...string) (code int, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	if out.Len() > 0 {
		t.Errorf("standard output: %s", &out)
	}
	return code, err.String()
}
