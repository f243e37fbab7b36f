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

const exposedWarning = `Warning: %s can be reached from other machines. The emulator speaks plain http, and its
token and its password are all that protect it.
`

// greeting says where the emulator is and how to use it, in words that a shell understands. Whoever has chosen a token
// knows it, and may have taken a real one: that is not shown.
func greeting(addr net.Addr, api emulator.Options) string {
	base := localURL(addr, emulator.BasePath)
	token := emulator.DefaultToken
	if api.Token != token {
		token = `"$TOKEN" # the value of -token` //nolint:gosec // it says where to look, and not what there is
	}
	steering := ""
	if api.Control {
		steering = fmt.Sprintf("Steer it at %s\n", localURL(addr, emulator.ControlPath))
	}
	return fmt.Sprintf(`opentact-emulator is listening on %s
Point the provider at it:
  export OPENTACT_BASE_URL=%s
  export OPENTACT_TOKEN=%s
%sPress Ctrl-C to stop.
`, base, quoted(base), token, steering)
}

// localURL is where a client on this machine reaches a path.
func localURL(addr net.Addr, path string) string {
	host := addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		// A wildcard is an address to listen on, not one to connect to.
		host = net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
	}
	return (&url.URL{Scheme: "http", Host: host, Path: path}).String()
}

// onlyLocal reports whether no other machine can reach the address.
func onlyLocal(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// quoted is a word of a shell command. Most words need no quotes.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:%+=@,", r)
	}
	if !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// requestLog prints one line for each request. Requests are served at the same time, and log.Logger keeps their lines
// apart.
type requestLog struct{ lines *log.Logger }

func newRequestLog(w io.Writer) requestLog {
	return requestLog{log.New(w, "", 0)}
}

// print writes neither headers nor query nor body: any of them could hold a secret. The path is percent-encoded, so it
// cannot forge a line.
func (l requestLog) print(r emulator.Request) {
	fault := ""
	if r.Fault != "" {
		fault = " " + string(r.Fault)
	}
	l.lines.Printf("%s %s %s %d %s%s", time.Now().UTC().Format(time.RFC3339), r.Method, r.Path, r.Status,
		r.Duration.Round(time.Microsecond), fault)
}
