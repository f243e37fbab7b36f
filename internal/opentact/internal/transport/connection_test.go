// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// startPipeServer starts a server on a pipe network within a bubble of fake time.
func startPipeServer(t *testing.T, p protocol, handler http.HandlerFunc) (address string, base *http.Transport) {
	t.Helper()
	network := newPipeNetwork()
	return startServerOn(t, network, network.dial, p, handler)
}

// startServerOn starts a server on a listener. The base transport connects with dial.
func startServerOn(
	t *testing.T, listener net.Listener, dial func(context.Context, string, string) (net.Conn, error), p protocol, handler http.HandlerFunc,
) (address string, base *http.Transport) {
	t.Helper()
	server := newServer(p, listener, handler)
	base = newBaseTransport()
	base.DialContext = counted(dial)
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
	return server.URL, base
}

// TestOutcome_IdleConnectionClosed_IsNotSent is about an idle connection that breaks just
// when a POST gets it, before anything was written. With TLS, Go still writes an alert. The
// POST is retried on another connection and arrives once.
func TestOutcome_IdleConnectionClosed_IsNotSent(t *testing.T) {
	t.Parallel()
	for _, p := range []protocol{plainHTTP, https1} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(fmt.Sprint(p, " ", tls.VersionName(version)), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var posts atomic.Int64
					address, base := startPipeServer(t, p, func(_ http.ResponseWriter, r *http.Request) {
						if r.Method == http.MethodPost {
							posts.Add(1)
						}
					})
					base.TLSClientConfig.MaxVersion = version
					var mu sync.Mutex
					var conns []*writesConn
					dial := base.DialContext
					base.DialContext = counted(func(ctx context.Context, network, address string) (net.Conn, error) {
						conn, err := dial(ctx, network, address)
						mu.Lock()
						defer mu.Unlock()
						conns = append(conns, &writesConn{Conn: conn})
						return conns[len(conns)-1], err
					})
					client := newClient(base, patient)
					if err := client.Do(t.Context(), newRequest(t, http.MethodGet, address)); err != nil {
						t.Fatal(err)
					}
					var reused []bool
					ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
						reused = append(reused, info.Reused)
						if info.Reused {
							conns[0].writes.Store(0)
							_ = conns[0].SetReadDeadline(time.Now())
							synctest.Wait() // until Go has closed the connection
							if wrote := conns[0].writes.Load() > 0; wrote != (p == https1) {
								t.Errorf("an alert was written: %t", wrote)
							}
						}
					}})
					r := newRequest(t, http.MethodPost, address)
					if err := client.Do(ctx, r); err != nil {
						t.Error(err)
					}
					if info := r.Info(); info.Attempts != 2 || info.EarlierAmbiguous || posts.Load() != 1 || !slices.Equal(reused, []bool{true, false}) {
						t.Errorf("%d POSTs arrived, connections reused: %v, %+v", posts.Load(), reused, info)
					}
					time.Sleep(time.Minute) // until both ends have closed the connections
				})
			})
		}
	}
}

// writesConn counts the writes to a connection.
type writesConn struct {
	net.Conn
	writes atomic.Int64
}

func (c *writesConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// TestOutcome_TimeoutBeforeConnection_IsNotSent is about a connection that is never made.
func TestOutcome_TimeoutBeforeConnection_IsNotSent(t *testing.T) {
	t.Parallel()
	for name, dial := range map[string]func(context.Context, string, string) (net.Conn, error){
		"dial": func(context.Context, string, string) (net.Conn, error) {
			time.Sleep(time.Minute)
			return nil, errFake
		},
		"TLS handshake": func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				_, _ = io.Copy(io.Discard, server)
				_ = server.Close()
			}()
			return client, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				base := newBaseTransport()
				base.Proxy = nil // not that of the environment
				base.DialContext = counted(dial)
				defer time.Sleep(time.Minute) // until Go gives up the connections as well
				begin := time.Now()
				client := newClient(base, func(o *Options) { o.RequestTimeout = 5 * time.Second })
				err := client.Do(t.Context(), newRequest(t, http.MethodPost, "https://api.example/rest"))
				wantTransportError(t, err, apierror.NotSent, 3)
				wantText(t, err, "the request could not be sent: it took longer than request_timeout (5s)")
				if took := time.Since(begin).Truncate(time.Second); !errors.Is(err, context.DeadlineExceeded) || took != 15*time.Second {
					t.Errorf("got %v after %s", err, took)
				}
			})
		})
	}
}

// TestOutcome_TimeoutAfterConnection_IsAmbiguous is about a response that never comes or
// that never ends.
func TestOutcome_TimeoutAfterConnection_IsAmbiguous(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]string{"no response": "", "no end of the response": `{"success":`} {
		for _, p := range allProtocols {
			t.Run(string(p)+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var requests atomic.Int64
					address, base := startPipeServer(t, p, func(w http.ResponseWriter, r *http.Request) {
						_, _ = io.Copy(io.Discard, r.Body)
						requests.Add(1)
						if begin != "" {
							_, _ = io.WriteString(w, begin)
							_ = http.NewResponseController(w).Flush()
						}
						<-r.Context().Done() // until the client closes the connection
						panic(http.ErrAbortHandler)
					})
					client := newClient(base, func(o *Options) { o.RequestTimeout = 30 * time.Second })
					for method, attempts := range map[string]int{http.MethodGet: 3, http.MethodPost: 1} {
						requests.Store(0)
						started := time.Now()
						err := client.Do(t.Context(), newRequest(t, method, address))
						wantTransportError(t, err, apierror.Ambiguous, attempts)
						wantText(t, err, "no response: it took longer than request_timeout (30s)")
						took := time.Since(started).Truncate(time.Second)
						if !errors.Is(err, context.DeadlineExceeded) || took != time.Duration(attempts)*30*time.Second {
							t.Errorf("%s: got %v after %s", method, err, took)
						}
						if got := int(requests.Load()); got != attempts {
							t.Errorf("%s: the server got %d requests, want %d", method, got, attempts)
						}
					}
				})
			})
		}
	}
}

// TestClientDo_ContextDeadline_IsNotRequestTimeout checks that the error does not name
// request_timeout if a deadline of the caller ended the attempt.
func TestClientDo_ContextDeadline_IsNotRequestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := newFakeAPI(func(req *http.Request) (*http.Response, error) {
			_, _ = lost(req) // marks the request as sent
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := send(ctx, t, newClient(api), http.MethodGet)
		wantTransportError(t, err, apierror.Ambiguous, 1)
		wantText(t, err, "no response: context deadline exceeded")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// TestProxy_Silent is about a proxy that never responds to CONNECT.
func TestProxy_Silent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// interrupt is when the caller gives up.
		interrupt time.Duration
		text      string
		cause     error
		ofProxy   bool
	}{
		"timeout":     {time.Hour, "the proxy http://proxy.example:3128 did not open a connection: it took longer than request_timeout (20s)", context.DeadlineExceeded, true},
		"interrupted": {time.Second, "context canceled", context.Canceled, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				network := newPipeNetwork()
				go func() {
					conn, err := network.Accept()
					if err == nil {
						_, _ = io.Copy(io.Discard, conn)
						_ = conn.Close()
					}
				}()
				defer time.Sleep(time.Hour) // until Go gives up the connection as well
				base := throughProxy("http", "proxy.example:3128")
				base.DialContext = counted(network.dial)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(test.interrupt, cancel)
				client := newClient(base, once, func(o *Options) { o.RequestTimeout = 20 * time.Second })
				err := client.Do(ctx, newRequest(t, http.MethodGet, "https://api.example/rest"))
				wantTransportError(t, err, apierror.NotSent, 1)
				wantText(t, err, test.text)
				if _, ok := errors.AsType[*apierror.ProxyError](err); ok != test.ofProxy || !errors.Is(err, test.cause) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}
