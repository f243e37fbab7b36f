// SPDX-License-Identifier: MPL-2.0

package apierror

import (
	"errors"
	"net"
	"syscall"
)

// errRefusedWindows is WSAECONNREFUSED of Windows, where syscall.ECONNREFUSED has another value.
// No other system has an error with this number.
const errRefusedWindows = syscall.Errno(10061)

// IsRefused reports whether a connection was refused: no program listens at the address, or
// a firewall rejects the connection.
func IsRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, errRefusedWindows)
}

// IsRefusedLoopback reports whether this machine refused a connection to itself. No program
// listens at the address then.
func IsRefusedLoopback(err error) bool {
	dial, ok := errors.AsType[*net.OpError](err)
	if !ok || !IsRefused(err) {
		return false
	}
	address, ok := dial.Addr.(*net.TCPAddr)
	return ok && address.IP.IsLoopback()
}
