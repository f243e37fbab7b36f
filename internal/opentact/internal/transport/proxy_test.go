// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// proxyPassword and proxyWord must not be in any error: the password of the proxy's URL,
// and what the proxy sends.
const proxyPassword, proxyWord = "s3cret-of-the-proxy", "w0rd-of-the-proxy"

// throughProxy returns a base transport that uses a proxy with a password.
func throughProxy(scheme, host string) *http.Transport {
	base := newBaseTransport()
	base.Proxy = proxyForHTTPS(http.ProxyURL(&url.URL{Scheme: scheme, Host: host, User: url.UserPassword("user", proxyPassword)}))
	return base
}

// wantProxyError checks that a request was not sent because of a proxy.
func wantProxyError(t *testing.T, err error, attempts int, address string, status int) {
	t.Helper()
	wantTransportError(t, err, apierror.NotSent, attempts)
	proxyErr, ok := errors.AsType[*apierror.ProxyError](err)
	if !ok {
		t.Fatalf("got %v, want a ProxyError", err)
	}
	if proxyErr.Address != address || proxyErr.Status != status {
		t.Errorf("got %+v, want the address %q and the status %d", proxyErr, address, status)
	}
	for _, text := range []string{err.Error(), proxyErr.Error()} {
		if strings.Contains(text, proxyPassword) || strings.Contains(text, proxyWord) {
			t.Errorf("the password or a word of the proxy is in %q", text)
		}
	}
}

// TestProxy_NoTunnel is about a proxy that does not open a connection to the API.
func TestProxy_NoTunnel(t *testing.T) {
	t.Parallel()
	const page = "\r\nServer: " + proxyWord + "\r\nContent-Length: 17\r\n\r\n" + proxyWord
	for name, test := range map[string]struct {
		response string
		attempts int
		status   int
		want     string
	}{
		"407":                   {"HTTP/1.1 407 " + proxyWord + page, 1, 407, "rejected the connection with status 407"},
		"403":                   {"HTTP/1.1 403 " + proxyWord + page, 3, 403, "rejected the connection with status 403"},
		"502":                   {"HTTP/1.1 502 " + proxyWord + page, 3, 502, "rejected the connection with status 502"},
		"302":                   {"HTTP/1.1 302 " + proxyWord + "\r\nLocation: https://" + proxyWord + page, 3, 302, "rejected the connection with status 302"},
		"201":                   {"HTTP/1.1 201 " + proxyWord + page, 3, 201, "rejected the connection with status 201"},
		"no response":           {"", 3, 0, "did not open a connection: the connection was closed before the response was complete"},
		"response breaks off":   {"HTTP/1.1 200 OK\r\n", 3, 0, "did not open a connection: the connection was closed before the response was complete"},
		"not HTTP":              {proxyWord + "\r\n\r\n", 3, 0, "did not open a connection: it did not respond in HTTP"},
		"malformed status":      {"HTTP/1.1 " + proxyWord + "\r\n\r\n", 3, 0, "did not open a connection: it did not respond in HTTP"},
		"malformed header":      {"HTTP/1.1 200 OK\r\n" + proxyWord + "\r\n\r\n", 3, 0, "did not open a connection: it did not respond in HTTP"},
		"malformed body length": {"HTTP/1.1 403 No\r\nContent-Length: " + proxyWord + "\r\n\r\n", 3, 0, "did not open a connection: it did not respond in HTTP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := listen(t, nil, func(conn net.Conn) {
				if req, err := http.ReadRequest(bufio.NewReader(conn)); err != nil || req.Method != http.MethodConnect {
					t.Errorf("the proxy got %+v, %v", req, err)
				}
				_, _ = io.WriteString(conn, test.response)
			})
			err := newClient(throughProxy("http", host)).Do(t.Context(), newRequest(t, http.MethodPost, "https://api.example/rest"))
			wantProxyError(t, err, test.attempts, "http://"+host, test.status)
			wantText(t, err, "the request could not be sent: the proxy http://"+host+" "+test.want)
		})
	}
}

func TestProxy_NothingListens(t *testing.T) {
	t.Parallel()
	host := closedAddress(t)
	err := newClient(throughProxy("http", host)).Do(t.Context(), newRequest(t, http.MethodPost, "https://api.example/rest"))
	wantProxyError(t, err, 3, "http://"+host, 0)
	wantText(t, err, "the proxy http://"+host+" did not open a connection: ")
}

func TestProxy_InvalidURL(t *testing.T) {
	t.Parallel()
	base := newBaseTransport()
	base.Proxy = proxyForHTTPS(func(*http.Request) (*url.URL, error) {
		return nil, fmt.Errorf("parse \"http://user:%s%%zz@proxy.example\": %w", proxyPassword, errFake)
	})
	err := newClient(base).Do(t.Context(), newRequest(t, http.MethodPost, "https://api.example/rest"))
	wantProxyError(t, err, 1, "", 0)
	wantText(t, err, "the request could not be sent: HTTPS_PROXY is not the URL of a proxy")
}

// Go tries an invalid URL again with http:// in front of it. The first three URLs need an escaped
// character in their password.
func TestProxy_UnparsedURL(t *testing.T) {
	t.Parallel()
	for _, unparsed := range []string{
		"http://user:" + proxyPassword + "#@proxy.example:3128", "http://user:" + proxyPassword + "/@proxy.example:3128",
		"https://user:" + proxyPassword + " @proxy.example:3128", "socks5://proxy.example:port",
	} {
		via, err := url.Parse("http://" + unparsed)
		if err != nil {
			t.Fatal(err)
		}
		base := newBaseTransport()
		base.Proxy = proxyForHTTPS(http.ProxyURL(via))
		err = newClient(base).Do(t.Context(), newRequest(t, http.MethodPost, "https://api.example/rest"))
		wantProxyError(t, err, 1, "", 0)
		wantText(t, err, "the request could not be sent: HTTPS_PROXY is not the URL of a proxy")
	}
}

// connectProxy is an HTTP proxy that opens a tunnel to a server, whatever the client asks
// for.
func connectProxy(target string) func(net.Conn) {
	return func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		if _, err := http.ReadRequest(reader); err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		tunnel(conn, target)
	}
}

// socksProxy is a SOCKS5 proxy (RFC 1928) that opens a tunnel to a server, or, without
// one, says that the host cannot be reached.
func socksProxy(target string) func(net.Conn) {
	return func(conn net.Conn) {
		greeting := make([]byte, 2)
		_, _ = io.ReadFull(conn, greeting)
		_, _ = io.CopyN(io.Discard, conn, int64(greeting[1]))
		_, _ = conn.Write([]byte{5, 0})
		_, _ = io.CopyN(io.Discard, conn, 10) // a request for an IPv4 address
		if target == "" {
			_, _ = conn.Write([]byte{5, 4, 0, 1, 0, 0, 0, 0, 0, 0})
			return
		}
		_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		tunnel(conn, target)
	}
}

// tunnel copies in both directions until both ends are closed.
func tunnel(conn net.Conn, target string) {
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	var copying sync.WaitGroup
	copying.Go(func() {
		_, _ = io.Copy(server, conn)
		_ = server.Close()
	})
	_, _ = io.Copy(conn, server)
	_ = conn.Close()
	copying.Wait()
}

// TestProxy_Tunnel checks that behind a working tunnel an error is the API's. Otherwise
// it is the proxy's.
func TestProxy_Tunnel(t *testing.T) {
	t.Parallel()
	server, trusting := startServer(t, https2, func(http.ResponseWriter, *http.Request) {})
	api := server.Listener.Addr().String()
	speakHTTP := func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 1)) // Go discards what comes before
		_, _ = io.WriteString(conn, "HTTP/1.0 400 Bad Request\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn) // without it the response may be lost
	}
	noTLS := listen(t, nil, speakHTTP)
	certificate := &tls.Config{Certificates: server.TLS.Certificates}
	for name, test := range map[string]struct {
		scheme  string
		proxy   func(net.Conn)
		trusted bool
		// ofProxy reports whether the error is the proxy's.
		ofProxy  bool
		attempts int
		want     string
	}{
		"http, API trusted":           {"http", connectProxy(api), true, false, 1, ""},
		"http, API not trusted":       {"http", connectProxy(api), false, false, 1, "the certificate of 127.0.0.1 cannot be verified"},
		"http, API speaks no TLS":     {"http", connectProxy(noTLS), true, false, 3, "the request could not be sent: tls: "},
		"socks5, API trusted":         {"socks5", socksProxy(api), true, false, 1, ""},
		"socks5, API not trusted":     {"socks5", socksProxy(api), false, false, 1, "the certificate of 127.0.0.1 cannot be verified"},
		"socks5, API not reached":     {"socks5", socksProxy(""), true, true, 3, "host unreachable"},
		"https, both trusted":         {"https", connectProxy(api), true, false, 1, ""},
		"https, proxy not trusted":    {"https", connectProxy(api), false, true, 1, "the certificate of the proxy cannot be verified"},
		"https, API speaks no TLS":    {"https", connectProxy(noTLS), true, false, 3, "the request could not be sent: tls: "},
		"https, proxy speaks no TLS":  {"plain", speakHTTP, true, true, 3, "did not open a connection: "},
		"https, proxy closes at once": {"https", func(net.Conn) {}, true, true, 3, "did not open a connection: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scheme, config := test.scheme, (*tls.Config)(nil)
			switch scheme {
			case "https":
				config = certificate
			case "plain":
				scheme = "https"
			}
			host := listen(t, config, test.proxy)
			base := throughProxy(scheme, host)
			t.Cleanup(base.CloseIdleConnections)
			if test.trusted {
				base.TLSClientConfig.RootCAs = trusting.TLSClientConfig.RootCAs
			}
			r := newRequest(t, http.MethodPost, server.URL)
			err := newClient(base).Do(t.Context(), r)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantText(t, err, test.want)
			if test.ofProxy {
				wantProxyError(t, err, test.attempts, scheme+"://"+host, 0)
				return
			}
			wantTransportError(t, err, apierror.NotSent, test.attempts)
			if _, ok := errors.AsType[*apierror.ProxyError](err); ok {
				t.Errorf("the proxy opened a tunnel, but the error is its: %v", err)
			}
		})
	}
}
