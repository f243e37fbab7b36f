// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const exposedWarning = `other machines may reach %s. The emulator uses plain HTTP. Its token, API keys
and password don't protect the page at /. In a container, publish the port on 127.0.0.1 only.`

// greeting returns the text for standard output: the URL, and shell commands that configure the provider. It does not
// contain the values of -token and -api-key, which may be real. The commands have no comments, because zsh rejects them at a
// prompt.
func greeting(addr net.Addr, api emulator.Options) string {
	base := localURL(addr, emulator.BasePath)
	token, hint := emulator.DefaultToken, ""
	if api.Token != token {
		token, hint = `"$TOKEN"`, " (TOKEN is the value of -token)" //nolint:gosec // a shell variable, not a token
	}
	key := ""
	if len(api.APIKeys) > 0 {
		// One line, so that scripts can use all lines with "export".
		key = `Or, instead of the token (API_KEY is a key of -api-key):
  unset OPENTACT_TOKEN; export OPENTACT_API_KEY="$API_KEY"
`
	}
	page := ""
	if isLoopback(addr) || isWildcard(addr) { // the page accepts only loopback hosts in its URL
		page = fmt.Sprintf("Profiles and requests, in a browser: %s\n", localURL(addr, "/"))
	}
	control := ""
	if api.Control {
		control = fmt.Sprintf("Control endpoint: %s\n", localURL(addr, emulator.ControlPath))
	}
	return fmt.Sprintf(`opentact-emulator is listening on %s
Configure the provider%s:
  export OPENTACT_BASE_URL=%s
  export OPENTACT_TOKEN=%s
%s%s%sPress Ctrl-C to stop.
`, base, hint, shellQuote(base), token, key, page, control)
}

// localURL returns the URL of a path for clients on this machine.
func localURL(addr net.Addr, path string) string {
	host := addr.String()
	if isWildcard(addr) { // clients can't connect to it
		_, port, _ := net.SplitHostPort(host)
		host = net.JoinHostPort("127.0.0.1", port)
	}
	return (&url.URL{Scheme: "http", Host: host, Path: path}).String()
}

// isLoopback reports whether only this machine can reach the address.
func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// isWildcard reports whether the address means all interfaces.
func isWildcard(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsUnspecified()
}

// shellQuote quotes a word for a shell, if necessary.
func shellQuote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:%+=@,", r)
	}
	if !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
