// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// What cannot be had here: Go reads the proxy's address once for each program,
// and other systems have other errors.
func TestNextOnTransport(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for _, test := range []struct {
		err  error
		want string
	}{
		{&opentact.ProxyError{Host: "proxy.example", Err: dial(os.NewSyscallError("connect", syscall.ECONNREFUSED))}, "Check the proxy's address"},
		{&opentact.ProxyError{Host: "proxy.example", Status: 407}, "user name and password in HTTPS_PROXY"},
		{dial(os.NewSyscallError("connectex", syscall.Errno(10061))), "nothing listens there"}, // Windows
		{dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), "that it can be reached from here"},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "does not speak TLS"},
		{errors.New("something else"), "that it can be reached from here"},
	} {
		if got := next(operation{}, &opentact.TransportError{Err: test.err}); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", test.err, got)
		}
	}
	if got := next(operation{}, errors.New("no messaging profile is named a")); got != "" {
		t.Errorf("there is no advice on what has nothing to do with the API: %s", got)
	}
}
