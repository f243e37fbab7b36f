// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const exposedWarning = `Warning: other machines can reach %s. The emulator uses plain HTTP.
Only its token, its API keys and its password protect it.
`

// greeting returns the text for standard output: the URL, and shell commands that configure the provider. It does not
// contain the values of -token and -api-key, which may be real.
func greeting(addr net.Addr, api emulator.Options) string {
	base := localURL(addr, emulator.BasePath)
	token := emulator.DefaultToken
	if api.Token != token {
		token = `"$TOKEN" # the value of -token` //nolint:gosec // a shell variable, not a token
	}
	key := ""
	if len(api.APIKeys) > 0 {
		// One line, so that scripts can use all lines with "export".
		key = `Or, instead of the token:
  unset OPENTACT_TOKEN; export OPENTACT_API_KEY="$API_KEY" # a key of -api-key
`
	}
	control := ""
	if api.Control {
		control = fmt.Sprintf("Control endpoint: %s\n", localURL(addr, emulator.ControlPath))
	}
	return fmt.Sprintf(`opentact-emulator is listening on %s
Configure the provider:
  export OPENTACT_BASE_URL=%s
  export OPENTACT_TOKEN=%s
%s%sPress Ctrl-C to stop.
`, base, shellQuote(base), token, key, control)
}

// localURL returns the URL of a path for clients on this machine.
func localURL(addr net.Addr, path string) string {
	host := addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		// Clients can't connect to a wildcard address.
		host = net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
	}
	return (&url.URL{Scheme: "http", Host: host, Path: path}).String()
}

// isLoopback reports whether only this machine can reach the address.
func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
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

// requestLog prints one line per request. log.Logger keeps the lines of concurrent requests apart.
type requestLog struct{ logger *log.Logger }

func newRequestLog(w io.Writer) requestLog {
	return requestLog{log.New(w, "", 0)}
}

// print prints no header, query or body, because they may contain credentials. The path is percent-encoded, so it can't
// contain a line break.
func (l requestLog) print(r emulator.Request) {
	fault := ""
	if r.Fault != "" {
		fault = " " + string(r.Fault)
	}
	l.logger.Printf("%s %s %s %d %s%s", time.Now().UTC().Format(time.RFC3339), r.Method, r.Path, r.Status,
		r.Duration.Round(time.Microsecond), fault)
}
