// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// stallingProxy forwards connections to a server. It can stop forwarding without closing
// them.
type stallingProxy struct {
	address string
	conns   atomic.Int64

	mu       sync.Mutex
	halfOpen []*atomic.Bool
}

func newStallingProxy(t *testing.T, server string) *stallingProxy {
	t.Helper()
	p := new(stallingProxy)
	p.address = listen(t, nil, func(client net.Conn) {
		p.conns.Add(1)
		isHalfOpen := new(atomic.Bool)
		p.mu.Lock()
		p.halfOpen = append(p.halfOpen, isHalfOpen)
		p.mu.Unlock()
		upstream, err := new(net.Dialer).DialContext(t.Context(), "tcp", server)
		if err != nil {
			return
		}
		var forwarding sync.WaitGroup
		forward := func(to, from net.Conn) {
			defer func() { _ = to.Close() }()
			_, _ = io.Copy(halfOpenConn{to, isHalfOpen}, from)
		}
		forwarding.Go(func() { forward(upstream, client) })
		forwarding.Go(func() { forward(client, upstream) })
		forwarding.Wait()
	})
	return p
}

// makeHalfOpen makes all connections half-open.
func (p *stallingProxy) makeHalfOpen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, isHalfOpen := range p.halfOpen {
		isHalfOpen.Store(true)
	}
}

// halfOpenConn discards what is written to it while it is half-open.
type halfOpenConn struct {
	net.Conn
	isHalfOpen *atomic.Bool
}

func (c halfOpenConn) Write(p []byte) (int, error) {
	if c.isHalfOpen.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// TestClientDo_ProxyStalls_RetrySucceeds is about a real connection that becomes
// half-open. A POST on it is ambiguous, and the next request uses a new connection.
func TestClientDo_ProxyStalls_RetrySucceeds(t *testing.T) {
	t.Parallel()
	for method, attempts := range map[string]int{http.MethodGet: 2, http.MethodPost: 1} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server, base := startServer(t, https2, func(http.ResponseWriter, *http.Request) {})
			proxy := newStallingProxy(t, server.Listener.Addr().String())
			address := "https://" + proxy.address
			client := newClient(base, func(o *Options) { o.RequestTimeout = 3 * time.Second })
			if err := client.Do(t.Context(), newRequest(t, http.MethodGet, address)); err != nil {
				t.Fatal(err)
			}
			proxy.makeHalfOpen()
			r := newRequest(t, method, address)
			err := client.Do(t.Context(), r)
			if method == http.MethodPost {
				wantTransportError(t, err, apierror.Ambiguous, 1)
				err = client.Do(t.Context(), newRequest(t, http.MethodGet, address))
			}
			if err != nil || r.Info().Attempts != attempts || proxy.conns.Load() != 2 {
				t.Errorf("%d connections were made, %+v: %v", proxy.conns.Load(), r.Info(), err)
			}
		})
	}
}

// halfOpenNetwork is a network for a server of a test. Its connections can become half-open.
type halfOpenNetwork struct {
	*pipeNetwork
	mu sync.Mutex
	// conns are the connections of the client.
	conns []*closableConn
}

// closableConn records whether it is half-open or closed.
type closableConn struct {
	halfOpenConn
	isClosed atomic.Bool
}

func (c *closableConn) Close() error {
	c.isClosed.Store(true)
	return c.Conn.Close()
}

func (n *halfOpenNetwork) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := n.pipeNetwork.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	made := &closableConn{halfOpenConn: halfOpenConn{conn, new(atomic.Bool)}}
	n.conns = append(n.conns, made)
	return made, nil
}

// makeHalfOpen makes all connections half-open.
func (n *halfOpenNetwork) makeHalfOpen() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, conn := range n.conns {
		conn.isHalfOpen.Store(true)
	}
}

// count returns how many connections were made, and how many of them are closed.
func (n *halfOpenNetwork) count() (made, closed int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, conn := range n.conns {
		if conn.isClosed.Load() {
			closed++
		}
	}
	return len(n.conns), closed
}

// startHalfOpenServer starts a server on a network whose connections can become half-open.
// It works with fake time.
func startHalfOpenServer(t *testing.T, p protocol, handler http.HandlerFunc) (*halfOpenNetwork, string, *http.Transport) {
	t.Helper()
	network := &halfOpenNetwork{pipeNetwork: newPipeNetwork()}
	address, base := startServerOn(t, network.pipeNetwork, network.dial, p, handler)
	return network, address, base
}

// sendAll sends parallel requests and returns their errors.
func sendAll(t *testing.T, client *Client, requests ...*Request) []error {
	t.Helper()
	errs := make([]error, len(requests))
	var sending sync.WaitGroup
	for i, r := range requests {
		sending.Go(func() { errs[i] = client.Do(t.Context(), r) })
	}
	sending.Wait()
	return errs
}

// newRequests returns a number of GETs.
func newRequests(t *testing.T, number int, address string) []*Request {
	t.Helper()
	requests := make([]*Request, number)
	for i := range requests {
		requests[i] = newRequest(t, http.MethodGet, address)
	}
	return requests
}

// TestClientDo_HalfOpenConnections_RetrySucceeds is about several connections that all
// become half-open. One attempt fails, and the next one does not use them.
func TestClientDo_HalfOpenConnections_RetrySucceeds(t *testing.T) {
	t.Parallel()
	for _, p := range allProtocols {
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
			t.Run(string(p)+" "+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					network, address, base := startHalfOpenServer(t, p, func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) })
					client := newClient(base, func(o *Options) { o.MaxRetries = 5 })
					sendAll(t, client, newRequests(t, 5, address)...)
					before, _ := network.count()
					network.makeHalfOpen()
					r := newRequest(t, method, address)
					err := client.Do(t.Context(), r)
					if _, closed := network.count(); closed < before-1 { // Go closes the one that timed out
						t.Errorf("%d of %d connections are closed", closed, before)
					}
					time.Sleep(base.IdleConnTimeout + time.Second)
					if made, closed := network.count(); err != nil || r.Info().Attempts != 2 || made != before+1 || closed != made {
						t.Errorf("%d connections were made, %d before, %d are closed, %d attempts: %v", made, before, closed, r.Info().Attempts, err)
					}
				})
			})
		}
	}
}

// TestClientDo_ManyTimeouts_MakeOneTransport checks that requests which time out on one
// connection one after the other don't each make a new one.
func TestClientDo_ManyTimeouts_MakeOneTransport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network, address, base := startHalfOpenServer(t, https2, func(http.ResponseWriter, *http.Request) {})
		client := newClient(base, func(o *Options) { o.RequestsPerSecond = 1 })
		sendAll(t, client, newRequests(t, 1, address)...)
		network.makeHalfOpen()
		for _, err := range sendAll(t, client, newRequests(t, 20, address)...) {
			if err != nil {
				t.Error(err)
			}
		}
		if made, _ := network.count(); made != 2 {
			t.Errorf("%d connections were made, want 2", made)
		}
	})
}

// TestClientDo_SlowDial_RetryUsesItsConnection is about a connection that takes longer to
// make than request_timeout. Go goes on with it, so the next attempt can use it.
func TestClientDo_SlowDial_RetryUsesItsConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		address, base := startPipeServer(t, plainHTTP, func(http.ResponseWriter, *http.Request) {})
		dial := base.DialContext
		base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			time.Sleep(40 * time.Second)
			return dial(ctx, network, address)
		}
		client := newClient(base, func(o *Options) { o.RequestTimeout = 30 * time.Second })
		r := newRequest(t, http.MethodPost, address)
		if err := client.Do(t.Context(), r); err != nil || r.Info().Attempts != 2 {
			t.Errorf("got %v after %d attempts", err, r.Info().Attempts)
		}
		time.Sleep(time.Minute) // until the connection of the second attempt is made as well
	})
}

// TestClientDo_TimeoutOfAnother_DoesNotInterrupt checks that a request which shares a
// connection with one that timed out gets its response. The connection is closed then.
func TestClientDo_TimeoutOfAnother_DoesNotInterrupt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network, address, base := startHalfOpenServer(t, https2, func(_ http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/hangs":
				<-r.Context().Done()
			case "/slow":
				time.Sleep(20 * time.Second)
			}
		})
		client := newClient(base, once, func(o *Options) { o.RequestTimeout = 30 * time.Second })
		slow, done := newRequest(t, http.MethodPost, address+"/slow"), make(chan error)
		time.AfterFunc(20*time.Second, func() { done <- client.Do(t.Context(), slow) })
		err := client.Do(t.Context(), newRequest(t, http.MethodGet, address+"/hangs"))
		wantTransportError(t, err, apierror.Ambiguous, 1)
		if made, closed := network.count(); made != 1 || closed != 0 {
			t.Errorf("%d connections were made, %d are closed", made, closed)
		}
		sendAll(t, client, newRequest(t, http.MethodGet, address))
		if made, closed := network.count(); made != 2 || closed != 0 {
			t.Errorf("%d connections were made, %d are closed, while a request uses the first", made, closed)
		}
		if err := <-done; err != nil || slow.Info().Attempts != 1 {
			t.Errorf("got %v after %d attempts", err, slow.Info().Attempts)
		}
		time.Sleep(base.IdleConnTimeout + time.Second)
		if made, closed := network.count(); closed != made {
			t.Errorf("%d connections were made, %d are closed", made, closed)
		}
	})
}

// TestClientDo_Interrupted_KeepsConnection checks that the connection of a GET that the
// caller ends is used again. It need not be half-open.
func TestClientDo_Interrupted_KeepsConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network, address, base := startHalfOpenServer(t, https2, func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/hangs" {
				<-r.Context().Done()
			}
		})
		client := newClient(base)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := client.Do(ctx, newRequest(t, http.MethodGet, address+"/hangs")); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := client.Do(ctx, newRequest(t, http.MethodGet, address+"/hangs")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		sendAll(t, client, newRequests(t, 1, address)...)
		if made, _ := network.count(); made != 1 {
			t.Errorf("%d connections were made, want 1", made)
		}
		time.Sleep(base.IdleConnTimeout + time.Second)
	})
}

// TestHealthChecks_HalfOpenConnection_EndsBeforeTimeout checks that a ping finds out that a
// connection is half-open before the attempt times out.
func TestHealthChecks_HalfOpenConnection_EndsBeforeTimeout(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[time.Duration]time.Duration{
		time.Second: 750 * time.Millisecond, 16 * time.Second: 12 * time.Second, time.Minute: 15 * time.Second, time.Hour: 15 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			network, address, base := startHalfOpenServer(t, https2, func(http.ResponseWriter, *http.Request) {})
			base.HTTP2 = healthChecks(timeout)
			client := newClient(base, once, func(o *Options) { o.RequestTimeout = timeout })
			sendAll(t, client, newRequests(t, 1, address)...)
			network.makeHalfOpen()
			r := newRequest(t, http.MethodGet, address)
			err := client.Do(t.Context(), r)
			wantTransportError(t, err, apierror.Ambiguous, 1)
			if r.Elapsed() != want {
				t.Errorf("request_timeout %s: the attempt took %s, want %s: %v", timeout, r.Elapsed(), want, err)
			}
			if err := client.Do(t.Context(), newRequest(t, http.MethodGet, address)); err != nil {
				t.Error(err)
			}
		})
	}
	base, ok := New(Options{RequestTimeout: time.Minute}).options.Base.(*http.Transport)
	if !ok || base.HTTP2.SendPingTimeout != healthChecks(time.Minute).SendPingTimeout {
		t.Error("the transport of a client has no health checks")
	}
}

// TestClientDo_ServerClosesEarly_PostUsesNewConnection is about a server that closes each
// connection when the second request arrives. Only one request can be ambiguous, and none
// if a GET finds out first. Other methods go on using idle connections.
func TestClientDo_ServerClosesEarly_PostUsesNewConnection(t *testing.T) {
	t.Parallel()
	const get, post, patch = http.MethodGet, http.MethodPost, http.MethodPatch
	for name, test := range map[string]struct {
		methods   []string
		ambiguous int
		conns     int64
	}{
		"POSTs":                  {slices.Repeat([]string{post}, 20), 1, 19},
		"GETs first":             {append([]string{get, get}, slices.Repeat([]string{post}, 20)...), 0, 22},
		"PATCHes first":          {append([]string{patch, patch}, slices.Repeat([]string{post}, 20)...), 1, 22},
		"others keep connection": {[]string{get, get, post, get, post, patch}, 1, 6},
	} {
		for _, scheme := range []string{"http", "https"} {
			t.Run(scheme+" "+name, func(t *testing.T) {
				t.Parallel()
				server, base := startServer(t, https1, nil)
				var conns atomic.Int64
				config := server.TLS
				if scheme == "http" {
					config = nil
				}
				address := scheme + "://" + listen(t, config, func(conn net.Conn) {
					conns.Add(1)
					readRequest(conn)
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
					_, _ = io.ReadFull(conn, make([]byte, 1))
				})
				client := newClient(base)
				ambiguous := 0
				for _, method := range test.methods {
					r := newRequest(t, method, address)
					err := client.Do(t.Context(), r)
					if isAmbiguous := r.Info().EarlierAmbiguous || apierror.OutcomeOf(err) == apierror.Ambiguous; isAmbiguous {
						ambiguous++
					} else if err != nil {
						t.Error(err)
					}
				}
				if ambiguous != test.ambiguous || conns.Load() != test.conns {
					t.Errorf("%d requests were ambiguous, %d connections were made, want %d and %d", ambiguous, conns.Load(), test.ambiguous, test.conns)
				}
			})
		}
	}
}

// TestClientDo_OtherFailure_PostReusesConnection is about failures on a reused connection
// that don't mean that the server closes connections early.
func TestClientDo_OtherFailure_PostReusesConnection(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		protocol protocol
		fail     func(*http.Request)
		// conns is how many connections are made, with the one that fails.
		conns int
	}{
		"timeout":      {https1, func(r *http.Request) { <-r.Context().Done() }, 2},
		"HTTP/2 reset": {https2, func(*http.Request) { panic(http.ErrAbortHandler) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				network, address, base := startHalfOpenServer(t, test.protocol, func(_ http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					if r.URL.Path == "/fails" {
						test.fail(r)
					}
				})
				client := newClient(base)
				sendAll(t, client, newRequests(t, 1, address)...)
				err := client.Do(t.Context(), newRequest(t, http.MethodPost, address+"/fails"))
				wantTransportError(t, err, apierror.Ambiguous, 1)
				for range 5 {
					if err := client.Do(t.Context(), newRequest(t, http.MethodPost, address)); err != nil {
						t.Error(err)
					}
				}
				if made, _ := network.count(); made != test.conns {
					t.Errorf("%d connections were made, want %d", made, test.conns)
				}
				time.Sleep(time.Minute) // until both ends have closed the connections
			})
		})
	}
}
