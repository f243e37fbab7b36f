// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net"
	"strings"
)

// IsLocalHost reports whether the value of a Host header is localhost or a loopback address, with or without a port. The
// emulator checks it to prevent DNS rebinding: a website could give its own name a loopback address, and then send
// requests to the emulator from a browser. Other programs can send any Host header.
func IsLocalHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.EqualFold(host, "localhost") || net.ParseIP(strings.Trim(host, "[]")).IsLoopback()
}
