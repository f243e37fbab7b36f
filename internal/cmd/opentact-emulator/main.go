// SPDX-License-Identifier: MPL-2.0

// Command opentact-emulator serves an emulated OpenTact Profile API on this machine, to try the provider without an
// account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// shutdownBound is how long requests in flight may take once the program is told to stop.
const shutdownBound = 5 * time.Second

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

// run is the program: it serves until ctx ends and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return say(stdout, manual())
	case err != nil:
		return misused(stderr, err)
	case s.version:
		return say(stdout, fmt.Sprintln("opentact-emulator", version.Current()))
	}
	s.api.OnRequest = newRequestLog(stderr).print
	api, err := emulator.New(s.api)
	if err != nil { // the command line is all that can be wrong with it
		return misused(stderr, err)
	}
	if err := seed(api, s.seed); err != nil {
		complain(stderr, err)
		return exitError
	}
	if err := serve(ctx, s, api, stdout, stderr); err != nil {
		complain(stderr, err)
		return exitError
	}
	return exitOK
}

// misused complains about the command line.
func misused(stderr io.Writer, err error) int {
	complain(stderr, err)
	_ = say(stderr, "Run opentact-emulator -h for the manual.\n")
	return exitUsage
}

// seed adds the profiles of a file; of none if it has no name.
func seed(api *emulator.Emulator, file string) error {
	if file == "" {
		return nil
	}
	document, err := os.ReadFile(file) //nolint:gosec // whoever starts the program says which file
	if err != nil {
		return fmt.Errorf("cannot read the seed: %w", err)
	}
	if err := api.Seed(document); err != nil {
		return fmt.Errorf("%s cannot be used:\n%w", file, err)
	}
	return nil
}

// serve listens, says where, and answers requests until ctx ends.
func serve(ctx context.Context, s settings, api *emulator.Emulator, stdout, stderr io.Writer) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.addr)
	if err != nil {
		return fmt.Errorf("cannot listen: %w", err)
	}
	if !onlyLocal(listener.Addr()) {
		_ = say(stderr, fmt.Sprintf(exposedWarning, listener.Addr()))
	}
	if say(stdout, greeting(listener.Addr(), s.api)) != exitOK {
		return errors.Join(errors.New("cannot write to standard output"), listener.Close())
	}
	context.AfterFunc(ctx, api.RemoveRules) // requests that a rule holds would hold up the shutdown
	var handler http.Handler = api
	if onlyLocal(listener.Addr()) {
		handler = forThisMachine(api)
	}
	return serveUntil(ctx, patience.newServer(ctx, handler), listener)
}

// serveUntil serves until ctx ends, then lets the requests in flight finish, within a bound.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving ended: %w", err)
	case <-ctx.Done():
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownBound)
	defer cancel()
	if err := server.Shutdown(bounded); err != nil {
		_ = server.Close() // the state is in memory, so a request that is cut off loses nothing that would be kept
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving ended: %w", err)
	}
	return nil
}

// complain says what went wrong, under the program's name.
func complain(stderr io.Writer, err error) {
	_ = say(stderr, fmt.Sprintf("opentact-emulator: %v\n", err))
}

// say writes a text and returns the exit code that follows from it.
func say(w io.Writer, text string) int {
	if _, err := io.WriteString(w, text); err != nil {
		return exitError
	}
	return exitOK
}
