// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"net/http"
	"sync"
	"time"
)

// healthChecks returns how often HTTP/2 connections are checked by a ping. A load balancer
// may drop a connection without closing it (half-open). The check then closes the
// connection before request_timeout ends.
func healthChecks(requestTimeout time.Duration) *http.HTTP2Config {
	return &http.HTTP2Config{
		SendPingTimeout: min(10*time.Second, requestTimeout/2),
		PingTimeout:     min(5*time.Second, requestTimeout/4),
	}
}

// renewableBase holds the transports that send the attempts. After an attempt that timed
// out, new attempts use a new transport, because the old connections may be half-open.
// HTTP/1.1 has no health check, and in HTTP/2, a proxy may respond to it for a server that
// does not respond.
type renewableBase struct {
	mu      sync.Mutex
	current http.RoundTripper
	// single makes a connection for each request. It is nil until the server has closed a
	// connection before IdleConnTimeout.
	single http.RoundTripper
}

// get returns the transport for an attempt. If the server closes connections early, a POST
// gets a new connection. Its outcome would be ambiguous if the server closed a reused one.
func (b *renewableBase) get(method string) http.RoundTripper {
	b.mu.Lock()
	defer b.mu.Unlock()
	if method == http.MethodPost && b.single != nil {
		return b.single
	}
	return b.current
}

// stopReuse makes each further POST use a new connection.
func (b *renewableBase) stopReuse() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if current, ok := b.current.(*http.Transport); ok && b.single == nil {
		single := current.Clone()
		single.DisableKeepAlives = true
		b.single = single
	}
}

// renew replaces a transport, unless another attempt has already replaced it. Attempts that
// still use the old transport are not interrupted. Its connections are closed when they
// become idle, at the latest after IdleConnTimeout.
func (b *renewableBase) renew(used http.RoundTripper) {
	old, ok := used.(*http.Transport)
	if !ok { // the base of a test
		return
	}
	b.mu.Lock()
	if b.current == used {
		b.current = old.Clone() // a clone shares no connection
	}
	b.mu.Unlock()
	old.CloseIdleConnections()
}
