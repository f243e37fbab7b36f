// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"
)

// maxHeader is the largest header of a request, in bytes.
const maxHeader = 64 << 10

// limits are how long a client may take, or it would hold a connection for ever.
type limits struct {
	// header is for the header of a request, request for all of it, and answer for taking the answer once that begins.
	header, request, answer time.Duration
	// idle is how long a connection may wait for its next request.
	idle time.Duration
}

var patience = limits{header: 10 * time.Second, request: time.Minute, answer: time.Minute, idle: 2 * time.Minute}

func (l limits) newServer(ctx context.Context, handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           l.answerInTime(handler),
		ReadHeaderTimeout: l.header,
		ReadTimeout:       l.request,
		IdleTimeout:       l.idle,
		MaxHeaderBytes:    maxHeader,
		// Requests end with the program: one that sits out its latency would hold up the shutdown.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
}

// answerInTime gives up a client that does not take its answer. The server's own timeout would run from the request on,
// and end what is delayed or held on purpose.
func (l limits) answerInTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&timedWriter{ResponseWriter: w, limit: l.answer}, r)
	})
}

// timedWriter sets the deadline of an answer when it begins.
type timedWriter struct {
	http.ResponseWriter
	limit time.Duration
	begun bool
}

func (w *timedWriter) begin() {
	if !w.begun {
		w.begun = true
		_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(w.limit)) // a connection has one
	}
}

func (w *timedWriter) WriteHeader(status int) {
	w.begin()
	w.ResponseWriter.WriteHeader(status)
}

func (w *timedWriter) Write(p []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// forThisMachine refuses what asks for another host than this machine. A page in a browser here can give a name of its
// own this machine's address, and would then be let in with the token that everybody knows.
func forThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if !strings.EqualFold(host, "localhost") && !net.ParseIP(strings.Trim(host, "[]")).IsLoopback() {
			http.Error(w, "The emulator listens on a loopback address, and answers to that or to localhost alone.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
