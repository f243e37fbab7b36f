// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

func TestNewBaseTransport(t *testing.T) {
	t.Parallel()
	base := newBaseTransport()
	if base == http.DefaultTransport {
		t.Error("the transport is shared with the rest of the process")
	}
	if base.Proxy == nil {
		t.Error("the proxy of the environment is not used")
	}
	if base.TLSClientConfig.MinVersion != tls.VersionTLS12 {
		t.Error("TLS older than 1.2 is accepted")
	}
	if !base.ForceAttemptHTTP2 {
		t.Error("HTTP/2 is not tried")
	}
	if base.MaxIdleConnsPerHost < 100 || base.MaxIdleConns < 100 {
		t.Error("connections to the API are closed while they may be needed again")
	}
	if base.IdleConnTimeout <= 0 || base.IdleConnTimeout >= 5*time.Second {
		t.Errorf("connections are idle for up to %s, so the server may close them first", base.IdleConnTimeout)
	}
	conn, err := base.DialContext(t.Context(), "tcp", listen(t, nil, func(net.Conn) {}))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if _, ok := conn.(*countingConn); !ok {
		t.Errorf("the connections are %T and don't count what is written", conn)
	}
	if New(Options{}).options.Base == New(Options{}).options.Base {
		t.Error("two clients share a transport")
	}
}

// TestProxyForHTTPS checks that plain http, which only goes to this machine, uses no proxy.
func TestProxyForHTTPS(t *testing.T) {
	t.Parallel()
	proxy := &url.URL{Scheme: "http", Host: "proxy.example"}
	for address, want := range map[string]*url.URL{
		"https://api.example/rest": proxy, "https://127.0.0.1/rest": proxy,
		"http://127.0.0.1/rest": nil, "http://LOCALHOST/rest": nil,
	} {
		r := newRequest(t, http.MethodGet, address)
		req := (&http.Request{URL: r.URL}).WithContext(withRequest(t.Context(), r))
		if got, err := proxyForHTTPS(http.ProxyURL(proxy))(req); got != want || r.exchange.proxy != want || err != nil {
			t.Errorf("%s uses the proxy %v: %v", address, got, err)
		}
		if got, err := proxyForHTTPS(nil)(req); got != nil || err != nil {
			t.Errorf("%s uses the proxy %v although none is set: %v", address, got, err)
		}
	}
}

func TestBaseTransport_TLSVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[uint16]string{
		tls.VersionTLS11: "protocol version not supported", tls.VersionTLS12: "", tls.VersionTLS13: "",
	} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			server := newServer(https1, nil, func(http.ResponseWriter, *http.Request) {})
			server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
			server.StartTLS()
			base := newBaseTransport()
			trust(base, server)
			t.Cleanup(func() {
				base.CloseIdleConnections()
				server.Close()
			})
			err := newClient(base, once).Do(t.Context(), newRequest(t, http.MethodGet, server.URL))
			if want == "" && err != nil {
				t.Error(err)
			}
			if want != "" {
				wantTransportError(t, err, apierror.NotSent, 1)
				wantText(t, err, want)
			}
		})
	}
}

// TestBaseTransport_CertificateError checks that the error names the host of the
// certificate, and that there is only one attempt.
func TestBaseTransport_CertificateError(t *testing.T) {
	t.Parallel()
	server, trusting := startServer(t, https2, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		base    *http.Transport
		address string
		want    string
	}{
		"certificate of another host": {
			trusting, "https://localhost:" + port,
			"the certificate of localhost cannot be verified: tls: failed to verify certificate: x509: certificate is valid for",
		},
		"certificate of an unknown authority": {
			newBaseTransport(), server.URL,
			"the certificate of 127.0.0.1 cannot be verified: tls: failed to verify certificate: x509: certificate signed by unknown authority",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, method := range allMethods {
				err := newClient(test.base).Do(t.Context(), newRequest(t, method, test.address))
				wantTransportError(t, err, apierror.NotSent, 1)
				wantText(t, err, test.want)
				if _, ok := errors.AsType[*apierror.ProxyError](err); ok {
					t.Errorf("%s: there is no proxy: %v", method, err)
				}
			}
		})
	}
}

// TestAttemptTransport_ConnectionCloses_IsNotOfProxy is about an open connection through a
// proxy that closes before anything is written.
func TestAttemptTransport_ConnectionCloses_IsNotOfProxy(t *testing.T) {
	t.Parallel()
	api := newFakeAPI(func(req *http.Request) (*http.Response, error) {
		requestFrom(req.Context()).exchange.proxy = &url.URL{Scheme: "http", Host: "proxy.example"}
		httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{Conn: &countingConn{}, Reused: true})
		return nil, errFake
	})
	err := send(t.Context(), t, newClient(api, once), http.MethodPost)
	wantTransportError(t, err, apierror.NotSent, 1)
	if _, ok := errors.AsType[*apierror.ProxyError](err); ok {
		t.Errorf("the proxy had opened a tunnel, but the error is its: %v", err)
	}
}

// closedReader records whether it was closed.
type closedReader struct {
	io.Reader
	closed bool
}

func (r *closedReader) Close() error {
	r.closed = true
	return nil
}

// TestAttemptTransport_ClosesBodies checks that no connection stays open, even if Classify
// does not read the body to its end.
func TestAttemptTransport_ClosesBodies(t *testing.T) {
	t.Parallel()
	body := &closedReader{Reader: strings.NewReader("body")}
	api := newFakeAPI(func(*http.Request) (*http.Response, error) {
		resp := respond(200, "")
		resp.Body = body
		return resp, nil
	})
	r := newRequest(t, http.MethodGet, "https://api.example")
	r.Classify = func(*http.Response) (apierror.Outcome, error) { return apierror.Done, nil }
	if err := newClient(api).Do(t.Context(), r); err != nil || !body.closed {
		t.Errorf("closed is %t: %v", body.closed, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, transport := range map[string]http.RoundTripper{
		"rate limit": newRateLimitTransport(api, 0, 0), "attempt": attemptTransport{base: &renewableBase{current: api}, timeout: time.Minute},
	} {
		sent := &closedReader{Reader: strings.NewReader("{}")}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.example", sent)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, context.Canceled) || !sent.closed {
			t.Errorf("%s: closed is %t: %v", name, sent.closed, err)
		}
	}
}

// TestAttemptTransport_OnlyGetCanBeReplayed checks that Go's transport can't resend a
// write, because it can't get the body a second time.
func TestAttemptTransport_OnlyGetCanBeReplayed(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		api := newFakeAPI(notSent)
		req, err := http.NewRequestWithContext(t.Context(), method, "https://api.example", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := attemptTransport{base: &renewableBase{current: api}, timeout: time.Minute}.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		if got := api.requests[0].GetBody != nil; got != (method == http.MethodGet) {
			t.Errorf("%s: the body can be had again: %t", method, got)
		}
	}
}
