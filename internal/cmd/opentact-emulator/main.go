// SPDX-License-Identifier: MPL-2.0

// Command opentact-emulator serves an emulated OpenTact Profile API on this machine. Use it to try the provider without an
// account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// shutdownTimeout is the time that requests in flight get to finish when the program stops.
const shutdownTimeout = 5 * time.Second

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run serves until ctx ends and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return write(stdout, manual())
	case err != nil:
		return printUsageError(stderr, err)
	case s.version:
		return write(stdout, fmt.Sprintln("opentact-emulator", version.Current()))
	}
	log := newLogger(stderr, s.log)
	if !s.quiet {
		s.api.OnRequest = log.request
	}
	api, err := emulator.New(s.api)
	if err != nil { // an invalid flag
		return printUsageError(stderr, err)
	}
	if err := seed(api, s.seed); err != nil {
		log.error(err)
		return exitError
	}
	if err := serve(ctx, s, api, stdout, log); err != nil {
		log.error(err)
		return exitError
	}
	return exitOK
}

// printUsageError prints an error of the command line, always as text.
func printUsageError(stderr io.Writer, err error) int {
	newLogger(stderr, logText).error(err)
	_ = write(stderr, "Run opentact-emulator -h for the manual.\n")
	return exitUsage
}

// seed adds the profiles of a file. An empty name means no file.
func seed(api *emulator.Emulator, file string) error {
	if file == "" {
		return nil
	}
	document, err := os.ReadFile(file) //nolint:gosec // the user chooses the file
	if err != nil {
		return fmt.Errorf("can't read the seed: %w", err)
	}
	if err := api.Seed(document); err != nil {
		return fmt.Errorf("invalid seed %s:\n%w", file, err)
	}
	return nil
}

// seedMessage returns a message that counts the profiles from the seed file.
func seedMessage(api *emulator.Emulator, file string) string {
	total, noun := 0, "profiles"
	var counts []string
	for _, kind := range emulator.Kinds() {
		if n := len(api.Profiles(kind)); n > 0 {
			total += n
			counts = append(counts, fmt.Sprintf("%d %s", n, kind))
		}
	}
	if total == 1 {
		noun = "profile"
	}
	message := fmt.Sprintf("loaded %d %s from %s", total, noun, file)
	if total > 0 {
		message += " (" + strings.Join(counts, ", ") + ")"
	}
	return message
}

// serve listens, prints the greeting, and serves requests until ctx ends.
func serve(ctx context.Context, s settings, api *emulator.Emulator, stdout io.Writer, log logger) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.addr)
	if err != nil {
		return listenError(s.addr, err)
	}
	if s.seed != "" {
		log.message(slog.LevelInfo, seedMessage(api, s.seed))
	}
	if !isLoopback(listener.Addr()) {
		log.message(slog.LevelWarn, fmt.Sprintf(exposedWarning, listener.Addr()))
	}
	if write(stdout, greeting(listener.Addr(), s.api)) != exitOK {
		return errors.Join(errors.New("can't write to standard output"), listener.Close())
	}
	context.AfterFunc(ctx, api.RemoveRules) // held requests would delay the shutdown
	var handler http.Handler = api
	if isLoopback(listener.Addr()) {
		handler = requireLocalHost(api)
	}
	return serveUntil(ctx, defaultTimeouts.newServer(ctx, handler, log), listener)
}

// serveUntil serves until ctx ends. Then it waits at most shutdownTimeout for requests in flight.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the server stopped: %w", err)
	case <-ctx.Done():
	}
	shutdownCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(shutdownCtx); err != nil {
		_ = server.Close() // all profiles are in memory, so nothing else is lost
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the server stopped: %w", err)
	}
	return nil
}

// write writes a text and returns the exit code.
func write(w io.Writer, text string) int {
	if _, err := io.WriteString(w, text); err != nil {
		return exitError
	}
	return exitOK
}
