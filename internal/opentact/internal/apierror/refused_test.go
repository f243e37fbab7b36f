// SPDX-License-Identifier: MPL-2.0

package apierror_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

func TestIsRefused(t *testing.T) {
	t.Parallel()
	dial := func(ip string, errno syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.ParseIP(ip), Port: 80}, Err: os.NewSyscallError("connect", errno)}
	}
	const windows = syscall.Errno(10061)
	for _, test := range []struct {
		name              string
		err               error
		refused, loopback bool
	}{
		{"no error", nil, false, false},
		{"another error", errors.New("reset"), false, false},
		{"127.0.0.1", dial("127.0.0.1", syscall.ECONNREFUSED), true, true},
		{"127.1.2.3", dial("127.1.2.3", syscall.ECONNREFUSED), true, true},
		{"::1", dial("::1", syscall.ECONNREFUSED), true, true},
		{"::1 on Windows", dial("::1", windows), true, true},
		{"an error inside of another", fmt.Errorf("read: %w", dial("127.0.0.1", syscall.ECONNREFUSED)), true, true},
		{"another host", dial("192.0.2.1", syscall.ECONNREFUSED), true, false},
		{"another host on Windows", dial("192.0.2.1", windows), true, false},
		{"no route", dial("127.0.0.1", syscall.EHOSTUNREACH), false, false},
		{"no dial", os.NewSyscallError("connect", syscall.ECONNREFUSED), true, false},
		{"no address", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true, false},
	} {
		if got := apierror.IsRefused(test.err); got != test.refused {
			t.Errorf("%s: refused is %t, want %t", test.name, got, test.refused)
		}
		if got := apierror.IsRefusedLoopback(test.err); got != test.loopback {
			t.Errorf("%s: refused by a loopback address is %t, want %t", test.name, got, test.loopback)
		}
	}
}
