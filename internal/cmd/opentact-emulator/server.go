// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// maxHeader is the maximum size of a request header, in bytes.
const maxHeader = 64 << 10

// timeouts limit how long a slow client can hold a connection.
type timeouts struct {
	header   time.Duration // to read the header of a request
	request  time.Duration // to read a whole request
	response time.Duration // to write a response, from its first byte on
	idle     time.Duration // to wait for the next request on a connection
}

var defaultTimeouts = timeouts{header: 10 * time.Second, request: time.Minute, response: time.Minute, idle: 2 * time.Minute}

func (t timeouts) newServer(ctx context.Context, handler http.Handler, log logger) *http.Server {
	return &http.Server{
		Handler:           t.limitResponse(handler),
		ReadHeaderTimeout: t.header,
		ReadTimeout:       t.request,
		IdleTimeout:       t.idle,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.forServer(),
		// Requests end with ctx. Otherwise a request that waits for its latency would delay the shutdown.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
}

// limitResponse enforces t.response. http.Server.WriteTimeout begins at the request, so it would also end requests that
// the emulator delays or holds.
func (t timeouts) limitResponse(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&deadlineWriter{ResponseWriter: w, timeout: t.response}, r)
	})
}

// deadlineWriter sets the write deadline before the first byte of a response.
type deadlineWriter struct {
	http.ResponseWriter
	timeout time.Duration
	started bool
}

func (w *deadlineWriter) start() {
	if !w.started {
		w.started = true
		_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(w.timeout)) // net/http supports it
	}
}

func (w *deadlineWriter) WriteHeader(status int) {
	w.start()
	w.ResponseWriter.WriteHeader(status)
}

func (w *deadlineWriter) Write(p []byte) (int, error) {
	w.start()
	return w.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// requireLocalHost rejects requests whose Host header is not local. Otherwise, a website could use the well-known token:
// see emulator.IsLocalHost.
func requireLocalHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !emulator.IsLocalHost(r.Host) {
			http.Error(w, "The emulator listens on a loopback address. The Host header must be a loopback address or localhost.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
