// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"crypto/tls"
	"io"
	"net"
	"net/http/httptrace"
	"strings"
	"testing"
)

// newCountedConn returns a connection whose other end discards everything.
func newCountedConn(t *testing.T) *countingConn {
	t.Helper()
	client, server := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, server) }()
	t.Cleanup(func() {
		_ = client.Close()
		_ = server.Close()
	})
	return &countingConn{Conn: client}
}

// newTLSConn returns a TLS connection with a protocol, on top of one that counts bytes.
func newTLSConn(t *testing.T, p protocol, next string) *tls.Conn {
	t.Helper()
	server, base := startServer(t, p, nil)
	client, serverEnd := net.Pipe()
	config := base.TLSClientConfig.Clone()
	config.ServerName, config.NextProtos = "example.com", []string{next}
	conn := tls.Client(&countingConn{Conn: client}, config)
	go func() {
		secure := tls.Server(serverEnd, server.TLS)
		_, _ = io.Copy(io.Discard, secure)
	}()
	t.Cleanup(func() {
		_ = client.Close()
		_ = serverEnd.Close()
	})
	if err := conn.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return conn
}

func write(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := io.WriteString(conn, "x"); err != nil {
		t.Error(err)
	}
}

// TestSentTracker is about which events mean that something of a request was sent.
func TestSentTracker(t *testing.T) {
	t.Parallel()
	first, second, idle := newCountedConn(t), newCountedConn(t), newCountedConn(t)
	write(t, idle) // an earlier request
	uncounted, _ := net.Pipe()
	secure1, secure2 := newTLSConn(t, https1, "http/1.1"), newTLSConn(t, https2, "h2")
	for _, test := range []struct {
		name string
		// run returns what the tracker is told.
		run  func(trace *httptrace.ClientTrace)
		want bool
	}{
		{"nothing", func(*httptrace.ClientTrace) {}, false},
		{"a connection", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: newCountedConn(t)})
		}, false},
		{"a connection with earlier requests", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: idle, Reused: true})
		}, false},
		{"a header in the buffer of a connection", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: newCountedConn(t)})
			trace.WroteHeaderField("a", nil)
		}, false},
		{"a byte on a connection", func(trace *httptrace.ClientTrace) {
			conn := newCountedConn(t)
			trace.GotConn(httptrace.GotConnInfo{Conn: conn})
			write(t, conn)
		}, true},
		{"a byte on the first of two connections", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: first})
			write(t, first)
			trace.GotConn(httptrace.GotConnInfo{Conn: second})
		}, true},
		{"a connection that is not counted", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: uncounted})
		}, true},
		{"a TLS connection after its handshake", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: secure1})
		}, false},
		{"a byte on a TLS connection", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: secure1})
			write(t, secure1)
		}, true},
		{"a byte of another request on an HTTP/2 connection", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: secure2})
			write(t, secure2)
		}, false},
		{"a header on an HTTP/2 connection", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: secure2})
			trace.WroteHeaderField("a", nil)
		}, true},
		{"a header on the first of two HTTP/2 connections", func(trace *httptrace.ClientTrace) {
			trace.GotConn(httptrace.GotConnInfo{Conn: secure2})
			trace.WroteHeaderField("a", nil)
			trace.GotConn(httptrace.GotConnInfo{Conn: secure2})
		}, true},
	} {
		var tracker sentTracker
		test.run(tracker.trace())
		if got := tracker.isSent(); got != test.want {
			t.Errorf("%s: sent is %t", test.name, got)
		}
	}
}

// TestSentTracker_HasLostReused is about the connections of one attempt. Each one replaces
// the one before, which the server had closed.
func TestSentTracker_HasLostReused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		reused   []bool
		isFailed bool
		want     bool
	}{
		{"a new one", []bool{false}, false, false},
		{"a new one fails", []bool{false}, true, false},
		{"a reused one", []bool{true}, false, false},
		{"a reused one fails", []bool{true}, true, true},
		{"a new one after a reused one", []bool{true, false}, false, true},
		{"two new ones after a reused one", []bool{true, false, false}, false, true},
	} {
		var tracker sentTracker
		for _, reused := range test.reused {
			tracker.gotConn(httptrace.GotConnInfo{Conn: newCountedConn(t), Reused: reused})
		}
		if got := tracker.hasLostReused(test.isFailed); got != test.want {
			t.Errorf("%s: lost is %t", test.name, got)
		}
	}
}

// TestIsAlert is the table of writes to a connection.
func TestIsAlert(t *testing.T) {
	t.Parallel()
	const tls13 = 24 // the length of an alert in TLS 1.3
	for _, test := range []struct {
		name  string
		write string
		want  bool
	}{
		{"nothing", "", false},
		{"an alert", "\x15\x03\x03\x00\x02\x01\x00", true},
		{"an alert of TLS 1.3", "\x17" + strings.Repeat("x", tls13-1), true},
		{"a shorter record", "\x17" + strings.Repeat("x", tls13-2), false},
		{"a longer record", "\x17" + strings.Repeat("x", tls13), false},
		{"a handshake", "\x16" + strings.Repeat("x", tls13-1), false},
		{"plain text of the same length", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", false},
	} {
		if got := isAlert([]byte(test.write)); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}
