// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// TestNextStep_TransportError is about errors that a test can't provoke on each system.
func TestNextStep_TransportError(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	refused := func(ip string) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.ParseIP(ip)}, Err: syscall.ECONNREFUSED}
	}
	for _, test := range []struct {
		err  error
		want string
	}{
		{dial(os.NewSyscallError("connectex", syscall.Errno(10061))), "or a firewall rejects the connection"}, // Windows
		{refused("127.0.0.1"), "To use the emulator, start it"},
		{refused("::1"), "To use the emulator, start it"},
		{refused("192.0.2.1"), "or a firewall rejects the connection. " + checkBaseURL + "."},
		{dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), "that this machine can reach it"},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "does not use TLS"},
		{errors.New("something else"), "that this machine can reach it"},
	} {
		if got := nextStep(operation{}, &opentact.TransportError{Err: test.err}); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", test.err, got)
		}
	}
	if got := nextStep(operation{}, errors.New("no messaging profile is named a")); got != "" {
		t.Errorf("there is a next step for an error that no request led to: %s", got)
	}
}

func TestNextStep_LoginError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		want string
	}{
		{&opentact.APIError{Status: http.StatusForbidden}, "does not allow the login"},
		{&opentact.APIError{Status: http.StatusInternalServerError}, "may recover"},
		{&opentact.TransportError{Err: context.DeadlineExceeded}, "request_timeout"},
	} {
		if got := nextStep(operation{}, &opentact.LoginError{Err: test.err}); !strings.Contains(got, test.want) {
			t.Errorf("%v: %s", test.err, got)
		}
	}
}

func TestNextStep_ListChanged(t *testing.T) {
	t.Parallel()
	err := &opentact.ListChangedError{Operation: "list messaging profiles", Err: errors.New("it changed while it was read, 5 times in a row")}
	if got := nextStep(operation{verb: verbList}, err); !strings.HasSuffix(got, "Run Terraform again.") {
		t.Errorf("next step: %q", got)
	}
}

// Go reads the address of a proxy once for each process, so these errors are made here.
// TestProxy_NoTunnel of package transport gets them from proxies.
func TestNextStep_ProxyError(t *testing.T) {
	t.Parallel()
	const address = "http://proxy.example:3128"
	const checkAddress = "Check that the address in HTTPS_PROXY is the address of an HTTP proxy"
	const checkReachable = checkAddress + ", and that this machine can reach it."
	const notReached = "The proxy can't reach the API's host. Check base_url or OPENTACT_BASE_URL (the default is https://api.opentact.org/rest), and ask the administrator of the proxy."
	status := func(status int) error { return &opentact.ProxyError{Address: address, Status: status} }
	failed := func(err error) error { return &opentact.ProxyError{Address: address, Err: err} }
	for _, test := range []struct {
		err  error
		want string
	}{
		{&opentact.ProxyError{Err: errors.New("HTTPS_PROXY is not the URL of a proxy")}, "Set HTTPS_PROXY to the URL of an HTTP proxy, such as http://proxy.example:3128, or unset it. " +
			"Percent-encode special characters in the user name and the password."},
		{status(407), "Check the user name and the password in HTTPS_PROXY."},
		{status(403), "The proxy forbids connections to the API's host. Ask the administrator of the proxy to allow the host, or add the host to NO_PROXY."},
		{status(502), notReached},
		{status(503), notReached},
		{status(504), notReached},
		{status(302), checkAddress + "."},
		{failed(errors.New("the connection was closed before the response was complete")), checkReachable},
		{failed(errors.New("it did not respond in HTTP")), checkReachable},
		{failed(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}), checkReachable},
		{failed(&net.DNSError{Err: "no such host"}), checkReachable},
		{failed(context.DeadlineExceeded), checkReachable},
		{failed(&tls.CertificateVerificationError{Err: errors.New("unknown authority")}), "This machine must trust the certificate of the proxy."},
		{failed(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), "The proxy does not use TLS. Start the address in HTTPS_PROXY with http://."},
		{&opentact.ProxyError{Address: "socks5://proxy.example:1080", Err: errors.New("the connection was closed before the response was complete")},
			"Check that the address in HTTPS_PROXY is the address of a SOCKS5 proxy, and that this machine can reach it."},
	} {
		if got := nextStep(operation{}, &opentact.TransportError{Err: test.err}); got != test.want {
			t.Errorf("%v:\ngot  %s\nwant %s", test.err, got, test.want)
		}
	}
}
