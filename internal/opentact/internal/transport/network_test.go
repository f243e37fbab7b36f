// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// pipeNetwork is a listener without a network. It works with fake time.
type pipeNetwork struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeNetwork() *pipeNetwork {
	return &pipeNetwork{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (n *pipeNetwork) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case n.conns <- server:
		return client, nil
	case <-n.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *pipeNetwork) Accept() (net.Conn, error) {
	select {
	case conn := <-n.conns:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *pipeNetwork) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr returns an address for which the certificate of httptest is valid.
func (n *pipeNetwork) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

// protocol is the protocol of a server of a test.
type protocol string

const (
	plainHTTP protocol = "http"
	https1    protocol = "https, HTTP/1.1"
	https2    protocol = "https, HTTP/2"
)

var allProtocols = []protocol{plainHTTP, https1, https2}

// newServer returns a server that has not been started. A nil listener means one on
// loopback.
func newServer(p protocol, listener net.Listener, handler http.HandlerFunc) *httptest.Server {
	server := httptest.NewUnstartedServer(handler)
	if listener != nil {
		_ = server.Listener.Close()
		server.Listener = listener
	}
	server.EnableHTTP2 = p == https2
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	return server
}

// startServer starts a server and returns a base transport that trusts it. Both end with
// the test.
func startServer(t *testing.T, p protocol, handler http.HandlerFunc) (*httptest.Server, *http.Transport) {
	t.Helper()
	server := newServer(p, nil, handler)
	base := newBaseTransport()
	if p == plainHTTP {
		server.Start()
	} else {
		server.StartTLS()
		trust(base, server)
	}
	t.Cleanup(func() {
		base.CloseIdleConnections()
		server.Close()
	})
	return server, base
}

// trust makes a transport trust the certificate of a server.
func trust(base *http.Transport, server *httptest.Server) {
	base.TLSClientConfig.RootCAs = x509.NewCertPool()
	base.TLSClientConfig.RootCAs.AddCert(server.Certificate())
}

// listen accepts connections on loopback, passes each to a function, and closes it when
// the function returns or the test ends. It returns the address.
func listen(t *testing.T, config *tls.Config, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if config != nil {
		listener = tls.NewListener(listener, config)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			serving.Go(func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		cancel()
		serving.Wait()
	})
	return address
}

// closedAddress returns an address at which nothing listens. A connection keeps its port
// in use, so that no other test gets it.
func closedAddress(t *testing.T) string {
	t.Helper()
	conn, err := net.Dial("tcp", listen(t, nil, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().String()
}
