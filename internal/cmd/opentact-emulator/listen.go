// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// validateAddr returns an error unless addr has the form host:port with a port from 0 to 65535. An empty host means all
// interfaces.
func validateAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("-addr must be host:port with a port from 0 to 65535, such as 127.0.0.1:8480 or [::1]:8480, got %q", addr)
	}
	return nil
}

// The error numbers that Windows returns. They differ from the constants of package syscall, such as syscall.EADDRINUSE.
const (
	errDeniedWindows       syscall.Errno = 10013 // WSAEACCES
	errInUseWindows        syscall.Errno = 10048 // WSAEADDRINUSE
	errNotAvailableWindows syscall.Errno = 10049 // WSAEADDRNOTAVAIL
)

// listenError returns an error that says why the emulator can't listen on a valid address, and what to try.
func listenError(addr string, err error) error {
	host, port, _ := net.SplitHostPort(addr)
	var notFound *net.DNSError
	reason, try := "", net.JoinHostPort("127.0.0.1", port)
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, errInUseWindows):
		reason, try = "address in use", net.JoinHostPort(host, "0")
	case errors.Is(err, syscall.EACCES), errors.Is(err, errDeniedWindows):
		reason, try = "permission denied", net.JoinHostPort(host, "0")
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, errNotAvailableWindows):
		reason = "this machine does not have this address"
	case errors.As(err, &notFound):
		reason = "host not found"
	default:
		return fmt.Errorf("can't listen on %s: %w", addr, err)
	}
	return fmt.Errorf("can't listen on %s: %s: try -addr %s", addr, reason, try)
}
