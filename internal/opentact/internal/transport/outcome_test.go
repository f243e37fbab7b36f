// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// readRequest reads one request and its body.
func readRequest(conn net.Conn) {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err == nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
}

// TestOutcome_NoResponse is the table of outcomes of attempts without a response. The
// client retries each GET. It resends a POST only if nothing was sent.
func TestOutcome_NoResponse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scheme string
		serve  func(net.Conn)
		want   apierror.Outcome
		text   string
	}{
		"server reads the request and closes": {
			"http", readRequest, apierror.Ambiguous, "no response: the connection was closed before the response was complete",
		},
		"server does not speak HTTP": {"http", func(conn net.Conn) {
			readRequest(conn)
			_, _ = io.WriteString(conn, "hello\r\n\r\n")
		}, apierror.Ambiguous, "no response: "},
		"header breaks off": {"http", func(conn net.Conn) {
			readRequest(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Le")
		}, apierror.Ambiguous, "no response: "},
		"body breaks off": {"http", func(conn net.Conn) {
			readRequest(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
		}, apierror.Ambiguous, "the connection was closed before the response was complete"},
		"header is too large": {"http", func(conn net.Conn) {
			readRequest(conn)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
			_, _ = io.WriteString(conn, strings.Repeat("x", maxHeader+8192)+"\r\nContent-Length: 0\r\n\r\n")
		}, apierror.Ambiguous, "no response: "},
		"server closes before the TLS handshake": {
			"https", func(net.Conn) {}, apierror.NotSent, "the request could not be sent: ",
		},
		"server does not speak TLS": {"https", func(conn net.Conn) {
			_, _ = io.WriteString(conn, "hello, and this is no TLS handshake\r\n")
			_, _ = io.Copy(io.Discard, conn)
		}, apierror.NotSent, "the request could not be sent: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := test.scheme + "://" + listen(t, nil, test.serve)
			for method, attempts := range map[string]int{http.MethodGet: 3, http.MethodPost: 1} {
				if test.want == apierror.NotSent {
					attempts = 3
				}
				err := newClient(nil).Do(t.Context(), newRequest(t, method, address))
				wantTransportError(t, err, test.want, attempts)
				wantText(t, err, test.text)
			}
		})
	}
}

// A loopback address at which nothing listens is tried once.
func TestOutcome_NothingListensOnLoopback_IsNotRetried(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		err := newClient(nil).Do(t.Context(), newRequest(t, method, "http://"+closedAddress(t)))
		wantTransportError(t, err, apierror.NotSent, 1)
		wantText(t, err, "the request could not be sent: ")
	}
}

// Another host may be starting, so a refused connection to it is retried.
func TestOutcome_HostRefusesConnection_IsRetried(t *testing.T) {
	t.Parallel()
	base := newBaseTransport()
	base.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}, Err: syscall.ECONNREFUSED}
	}
	for _, method := range allMethods {
		err := newClient(base).Do(t.Context(), newRequest(t, method, "http://api.example"))
		wantTransportError(t, err, apierror.NotSent, 3)
		wantText(t, err, "the request could not be sent: ")
	}
}

// recordingConn records whether anything was written.
type recordingConn struct {
	net.Conn
	written *atomic.Int64
}

func (c recordingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n))
	return n, err
}

// TestOutcome_ServerClosesAtOnce is about a server that closes each connection before it
// reads. Whether something was written first is a race. The outcome follows it.
func TestOutcome_ServerClosesAtOnce(t *testing.T) {
	t.Parallel()
	address := "http://" + listen(t, nil, func(net.Conn) {})
	for range 50 {
		var written atomic.Int64
		base := newBaseTransport()
		base.DialContext = counted(func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return recordingConn{conn, &written}, err
		})
		err := newClient(base, once).Do(t.Context(), newRequest(t, http.MethodPost, address))
		want := apierror.NotSent
		if written.Load() > 0 {
			want = apierror.Ambiguous
		}
		wantTransportError(t, err, want, 1)
	}
}

// brokenConn fails after a number of bytes was written.
type brokenConn struct {
	net.Conn
	left int
}

func (c *brokenConn) Write(p []byte) (int, error) {
	n, _ := c.Conn.Write(p[:min(c.left, len(p))])
	c.left -= n
	return n, errFake
}

// TestOutcome_WriteFails checks that a single byte makes a request ambiguous.
func TestOutcome_WriteFails(t *testing.T) {
	t.Parallel()
	address := "http://" + listen(t, nil, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	for bytes, want := range map[int]apierror.Outcome{0: apierror.NotSent, 1: apierror.Ambiguous, 50: apierror.Ambiguous} {
		base := newBaseTransport()
		base.DialContext = counted(func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return &brokenConn{conn, bytes}, err
		})
		for _, method := range []string{http.MethodPost, http.MethodDelete} {
			err := newClient(base, once).Do(t.Context(), newRequest(t, method, address))
			wantTransportError(t, err, want, 1)
		}
	}
}

// TestOutcome_UncountedConnection_IsAmbiguous is about a base transport whose connections
// don't count bytes. The client assumes the worst.
func TestOutcome_UncountedConnection_IsAmbiguous(t *testing.T) {
	t.Parallel()
	address := "http://" + listen(t, nil, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	base := newBaseTransport()
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &brokenConn{conn, 0}, err
	}
	err := newClient(base).Do(t.Context(), newRequest(t, http.MethodPost, address))
	wantTransportError(t, err, apierror.Ambiguous, 1)
}

// TestOutcome_HandlerAborts checks over each protocol that a POST whose response never
// comes reaches the server once, and that a PATCH is retried.
func TestOutcome_HandlerAborts(t *testing.T) {
	t.Parallel()
	for _, p := range allProtocols {
		for method, attempts := range map[string]int{http.MethodPost: 1, http.MethodPatch: 3, http.MethodDelete: 3} {
			t.Run(string(p)+" "+method, func(t *testing.T) {
				t.Parallel()
				var requests atomic.Int64
				server, base := startServer(t, p, func(_ http.ResponseWriter, r *http.Request) {
					if isHTTP2 := r.ProtoMajor == 2; isHTTP2 != (p == https2) {
						t.Errorf("the protocol is %s", r.Proto)
					}
					_, _ = io.Copy(io.Discard, r.Body)
					requests.Add(1)
					panic(http.ErrAbortHandler)
				})
				err := newClient(base).Do(t.Context(), newRequest(t, method, server.URL))
				wantTransportError(t, err, apierror.Ambiguous, attempts)
				if got := int(requests.Load()); got != attempts {
					t.Errorf("the server got %d requests, want %d", got, attempts)
				}
			})
		}
	}
}

// TestOutcome_HandshakeFails_IsNotSent is about a client certificate that the server
// requires, in TLS 1.2, where the handshake says so.
func TestOutcome_HandshakeFails_IsNotSent(t *testing.T) {
	t.Parallel()
	server := newServer(https2, nil, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	base := newBaseTransport()
	trust(base, server)
	err := newClient(base).Do(t.Context(), newRequest(t, http.MethodPost, server.URL))
	wantTransportError(t, err, apierror.NotSent, 3)
	if _, ok := errors.AsType[*apierror.ProxyError](err); ok {
		t.Errorf("there is no proxy: %v", err)
	}
}
