// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
)

// countingConn counts the bytes that are written to a connection, except those of a TLS
// alert.
type countingConn struct {
	net.Conn
	written atomic.Int64
}

func (c *countingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if !isAlert(p) {
		c.written.Add(int64(n))
	}
	return n, err
}

// isAlert reports whether p is a TLS record that holds nothing but an alert. Go writes one
// when it closes a connection, so it says nothing about a request. In TLS 1.3, an alert
// looks like other records (RFC 8446, section 5.2), but no other has its length: two bytes,
// their type and a tag of 16 bytes.
func isAlert(p []byte) bool {
	const header, alert, applicationData = 5, 21, 23
	return len(p) > 0 && p[0] == alert || len(p) == header+2+1+16 && p[0] == applicationData
}

// counted wraps dial so that its connections count the written bytes.
func counted(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &countingConn{Conn: conn}, nil
	}
}

// sentTracker finds out whether any byte of an attempt was written to a connection. Go
// may try several connections for one attempt.
type sentTracker struct {
	mu sync.Mutex
	// connected reports whether the request got a connection. sent reports whether bytes
	// were written to an earlier connection or to an HTTP/2 connection.
	connected, sent bool
	// conn is the connection of an HTTP/1.1 request. It is nil for HTTP/2, where many
	// requests share a connection. before is the number of bytes that were written to
	// conn before this request.
	conn   *countingConn
	before int64
	// uncounted reports whether the request got a connection that does not count bytes.
	uncounted bool
	// handshakes is the number of TLS handshakes that began.
	handshakes int
	// isReused reports whether the last connection is an HTTP/1.1 connection that an earlier
	// request used. lostReused reports whether such a connection was lost before it.
	isReused, lostReused bool
}

// trace returns the hooks that update the tracker.
func (s *sentTracker) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		TLSHandshakeStart: s.startHandshake, GotConn: s.gotConn,
		WroteHeaderField: func(string, []string) { s.wroteHeader() },
	}
}

func (s *sentTracker) startHandshake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handshakes++
}

func (s *sentTracker) gotConn(info httptrace.GotConnInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connected, s.sent = true, s.sentLocked()
	s.lostReused = s.lostReused || s.isReused
	s.conn, s.before, s.uncounted, s.isReused = nil, 0, false, info.Reused
	conn := info.Conn
	for {
		secure, ok := conn.(*tls.Conn)
		if !ok {
			break
		}
		if secure.ConnectionState().NegotiatedProtocol == "h2" {
			s.isReused = false // HTTP/2 says which requests it has not processed
			return             // wroteHeader sets sent
		}
		conn = secure.NetConn()
	}
	if counting, ok := conn.(*countingConn); ok {
		s.conn, s.before = counting, counting.written.Load()
		return
	}
	s.uncounted = true
}

// wroteHeader is called before a field of the header is written. It counts only for HTTP/2,
// whose writer may finish after the attempt has timed out. The header of an HTTP/1.1
// request may still be in a buffer.
func (s *sentTracker) wroteHeader() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = s.sent || s.conn == nil
}

// isTunnelled reports whether the proxy opened a connection to the API, so that the TLS
// handshake with the API began. An https proxy has a TLS handshake of its own before
// that.
func (s *sentTracker) isTunnelled(proxy *url.URL) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if proxy.Scheme == "https" {
		return s.handshakes > 1
	}
	return s.handshakes > 0
}

// isConnected reports whether the request got a connection.
func (s *sentTracker) isConnected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected
}

// hasLostReused reports whether the attempt lost an HTTP/1.1 connection that an earlier
// request used. If the attempt failed, its last connection counts as lost.
func (s *sentTracker) hasLostReused(isFailed bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lostReused || isFailed && s.isReused
}

// isSent reports whether the server may have received a part of the request.
func (s *sentTracker) isSent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sentLocked()
}

// sentLocked is isSent for callers that hold mu.
func (s *sentTracker) sentLocked() bool {
	return s.sent || s.uncounted || s.conn != nil && s.conn.written.Load() != s.before
}
