// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// settings are what the command line says.
type settings struct {
	addr    string
	token   string
	latency time.Duration
}

func flags(s *settings) *flag.FlagSet {
	f := flag.NewFlagSet("opentact-emulator", flag.ContinueOnError)
	f.SetOutput(io.Discard) // run prints the errors, once
	f.StringVar(&s.addr, "addr", "127.0.0.1:8480", "listen on this `host:port`; port 0 picks a free one")
	f.StringVar(&s.token, "token", emulator.DefaultToken, "the `value` that the X-Auth-Token header must carry")
	f.DurationVar(&s.latency, "latency", 0, "wait this `duration` before every answer, for example 50ms")
	return f
}

// parse reads the command line, without the program's name. The error is flag.ErrHelp where the manual is asked for.
func parse(args []string) (settings, error) {
	var s settings
	f := flags(&s)
	if err := f.Parse(args); err != nil {
		return settings{}, err
	}
	switch {
	case f.NArg() > 0:
		return settings{}, fmt.Errorf("unexpected argument %q: there are only flags", f.Arg(0))
	case s.token == "":
		return settings{}, errors.New("-token must not be empty")
	case strings.ContainsFunc(s.token, invisible):
		return settings{}, errors.New("-token must consist of visible ASCII characters, because it travels in a header")
	case s.latency < 0:
		return settings{}, fmt.Errorf("-latency must not be negative, it is %s", s.latency)
	}
	return s, nil
}

func invisible(r rune) bool { return r <= ' ' || r > '~' }

// manual is what -h prints.
func manual() string {
	var b strings.Builder
	b.WriteString(`opentact-emulator serves an emulated OpenTact Profile API on this machine.

It keeps messaging profiles and outbound voice profiles, holds every request to the
written contract, and answers as the API is documented to. Use it to try the
provider, or a configuration, without an account and without cost.

Usage:
  opentact-emulator [flags]

Flags:
`)
	f := flags(new(settings))
	f.SetOutput(&b)
	f.PrintDefaults()
	b.WriteString(`
Examples:
  opentact-emulator
  opentact-emulator -addr 127.0.0.1:0 -latency 50ms

To change a profile behind Terraform's back, and see the next plan repair it:
  curl -X PATCH -H 'X-Auth-Token: emulator-token' -H 'Content-Type: application/json' \
    -d '{"sticky_sender":true}' http://127.0.0.1:8480/rest/profile/messaging/UUID

State is kept in memory only: it is empty at the start and gone at the end. So is the
log of requests, which grows as long as the program runs.

What the emulator does although the real API is not known to do it:
  - A field that a create does not mention gets a default that was made up: false, a
    weight of 1, "wav", record_calls and audio_track_type of 0, and null for the rest.
  - Fields that the contract does not have are refused, not ignored.
  - An error about a field always names it, under "fields".
  - Paths that do not exist are answered with 404 and the API's JSON error.
  - A uuid that is not written like one is refused with 400, not answered with 404.
  - Bodies over 1 MiB are refused with 413, other methods with 405.
  - Every answer has an X-Request-Id header.
  - The token never expires, and there is no login, rate limit or https.

Standard error has one line for each request: time, method, path, status, duration.
Ctrl-C stops the program; requests in flight get 5 seconds to finish.
`)
	return b.String()
}
