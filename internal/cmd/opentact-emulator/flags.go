// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// settings are the values of the flags.
type settings struct {
	addr    string
	seed    string
	version bool
	api     emulator.Options
}

func flags(s *settings) *flag.FlagSet {
	f := flag.NewFlagSet("opentact-emulator", flag.ContinueOnError)
	f.SetOutput(io.Discard) // run prints the error
	f.StringVar(&s.addr, "addr", "127.0.0.1:8480", "listen on `host:port`; port 0 selects a free port")
	f.StringVar(&s.seed, "seed", "", "add the profiles in this JSON `file` at the start, see below")
	f.StringVar(&s.api.Token, "token", emulator.DefaultToken,
		"the `token` that the API accepts in X-Auth-Token; it also accepts tokens from a login")
	f.StringVar(&s.api.Email, "email", emulator.DefaultEmail, "the `email` for a login")
	f.StringVar(&s.api.Password, "password", emulator.DefaultPassword, "the `password` for a login")
	f.DurationVar(&s.api.TokenLifetime, "token-lifetime", emulator.DefaultTokenLifetime,
		"the lifetime of tokens from a login, a `duration` in whole seconds")
	f.DurationVar(&s.api.Latency, "latency", 0, "wait this `duration` before each response, for example 50ms")
	f.Float64Var(&s.api.RequestsPerSecond, "requests-per-second", 0,
		"respond with 429 to requests above this `rate`; 0 means no limit")
	f.BoolVar(&s.api.Control, "control", false, "enable the control endpoint, see below")
	f.BoolVar(&s.version, "version", false, "print version and commit, and exit")
	return f
}

// parse parses the arguments after the program's name. The error is flag.ErrHelp for -h.
func parse(args []string) (settings, error) {
	var s settings
	f := flags(&s)
	if err := f.Parse(args); err != nil {
		return settings{}, err
	}
	if err := s.validate(f); err != nil {
		return settings{}, err
	}
	return s, nil
}

// validate rejects values that emulator.New would accept as defaults or report without the name of the flag.
func (s settings) validate(f *flag.FlagSet) error {
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("unexpected argument %q: only flags are allowed", f.Arg(0))
	case s.api.Token == "":
		return errors.New("-token must not be empty")
	case strings.ContainsFunc(s.api.Token, invisible):
		return errors.New("-token must have only visible ASCII characters, because it is sent in an HTTP header")
	case s.api.Email == "":
		return errors.New("-email must not be empty")
	case s.api.Password == "":
		return errors.New("-password must not be empty")
	case s.api.TokenLifetime == 0:
		return errors.New("-token-lifetime must be whole seconds and at least 1s, got 0s")
	case s.api.Latency < 0:
		return fmt.Errorf("-latency must be at least 0, got %s", s.api.Latency)
	}
	return nil
}

// invisible reports whether r is not a visible ASCII character.
func invisible(r rune) bool { return r <= ' ' || r > '~' }
