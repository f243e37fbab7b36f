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

// settings are the values of the flags.
type settings struct {
	addr    string
	seed    string
	log     string
	quiet   bool
	version bool
	apiKeys []string // the values of -api-key
	api     emulator.Options
}

func flags(s *settings) *flag.FlagSet {
	f := flag.NewFlagSet("opentact-emulator", flag.ContinueOnError)
	f.SetOutput(io.Discard) // run prints the error
	f.StringVar(&s.addr, "addr", "127.0.0.1:8480", "listen on `host:port`; port 0 selects a free port")
	f.StringVar(&s.seed, "seed", "", "add the profiles in this JSON `file` at the start, see below")
	f.StringVar(&s.api.Token, "token", emulator.DefaultToken,
		"the `token` that the API accepts in X-Auth-Token;\nit also accepts tokens from a login")
	f.Func("api-key", "the API accepts the API key `KEY[=LIFETIME]` in Authorization: Bearer, see below", func(value string) error {
		s.apiKeys = append(s.apiKeys, value) // parse checks it, because an error of this function would show the key
		return nil
	})
	f.StringVar(&s.api.Email, "email", emulator.DefaultEmail, "the `email` for a login")
	f.StringVar(&s.api.Password, "password", emulator.DefaultPassword, "the `password` for a login")
	s.api.TokenLifetime = emulator.DefaultTokenLifetime
	f.Var((*emulator.Duration)(&s.api.TokenLifetime), "token-lifetime",
		"the lifetime of tokens from a login,\na `duration` in whole seconds")
	f.Var((*emulator.Duration)(&s.api.Latency), "latency", "wait this `duration` before each response, for example 50ms")
	f.Float64Var(&s.api.RequestsPerSecond, "requests-per-second", 0,
		"respond with 429 to requests above this `rate`; 0 means no limit")
	f.BoolVar(&s.api.Control, "control", false, "enable the control endpoint, see below")
	f.BoolVar(&s.quiet, "quiet", false, "print no requests on standard error")
	f.StringVar(&s.log, "log", logText, "the `format` of standard error: text or json, see below")
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
	s.api.APIKeys = make(map[string]time.Duration)
	for _, value := range s.apiKeys {
		key, lifetime, err := parseAPIKey(value)
		if err != nil {
			return settings{}, err
		}
		if _, ok := s.api.APIKeys[key]; ok {
			return settings{}, errors.New("two -api-key flags must not have the same key")
		}
		s.api.APIKeys[key] = lifetime
	}
	if err := s.validate(f); err != nil {
		return settings{}, err
	}
	return s, nil
}

// parseAPIKey parses a value of -api-key: a key, or a key and its lifetime. A key may end with equals signs (RFC 6750,
// section 2.1), so a value that ends with one has no lifetime. No error contains the key, which may be a real one.
func parseAPIKey(value string) (key string, lifetime time.Duration, err error) {
	key = value
	if i := strings.LastIndexByte(value, '='); i >= 0 && i < len(value)-1 {
		key = value[:i]
		if lifetime, err = time.ParseDuration(value[i+1:]); err != nil || lifetime <= 0 {
			return "", 0, errors.New("-api-key must be KEY or KEY=LIFETIME, and the lifetime must be a duration above 0, such as 1h")
		}
	}
	switch {
	case strings.Trim(key, "=") == "":
		return "", 0, errors.New("-api-key must not be empty")
	case strings.ContainsFunc(key, invisible):
		return "", 0, errors.New("-api-key must have only visible ASCII characters, because it is sent in an HTTP header")
	}
	return key, lifetime, nil
}

// validate rejects values that emulator.New would accept as defaults or report without the name of the flag.
func (s settings) validate(f *flag.FlagSet) error {
	switch {
	case f.NArg() > 0: // the error does not show the argument, because it may be a secret: -api-key KEY1 KEY2
		return errors.New("unexpected argument after the last flag: only flags are allowed, and each flag has at most one value")
	case s.log != logText && s.log != logJSON:
		return fmt.Errorf("-log must be text or json, got %q", s.log)
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
	return validateAddr(s.addr)
}

// invisible reports whether r is not a visible ASCII character.
func invisible(r rune) bool { return r <= ' ' || r > '~' }
