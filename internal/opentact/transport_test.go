// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	transport := newTransport()
	if transport == http.DefaultTransport {
		t.Error("the transport is shared with the rest of the process")
	}
	if transport.Proxy == nil {
		t.Error("proxies of the environment are not used")
	}
	if transport.TLSClientConfig.MinVersion != tls.VersionTLS12 {
		t.Error("TLS older than 1.2 is accepted")
	}
	if !transport.ForceAttemptHTTP2 {
		t.Error("HTTP/2 is not tried")
	}
}

// A proxy carries https alone, and the error about one that cannot be used does not
// show its password.
func TestTunnel(t *testing.T) {
	t.Parallel()
	proxy := &url.URL{Scheme: "http", Host: "proxy.example"}
	through := tunnel(http.ProxyURL(proxy))
	for address, want := range map[string]*url.URL{
		"https://api.example/rest": proxy, "https://127.0.0.1/rest": proxy,
		"http://127.0.0.1/rest": nil, "http://LOCALHOST/rest": nil,
	} {
		base, err := ParseBaseURL(address)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := through(&http.Request{URL: base}); got != want || err != nil {
			t.Errorf("%s goes through %v: %v", address, got, err)
		}
	}
	if got, err := tunnel(nil)(&http.Request{URL: &url.URL{Scheme: "https"}}); got != nil || err != nil {
		t.Errorf("without a proxy: %v, %v", got, err)
	}
	transport := newTransport()
	transport.Proxy = tunnel(func(*http.Request) (*url.URL, error) {
		return nil, errors.New(`parse "http://user:s3cret%zz@proxy.example"`)
	})
	client := newClient(Config{
		BaseURL: &url.URL{Scheme: "https", Host: "api.example"}, Credentials: Credentials{Token: "t"},
		RequestTimeout: time.Minute, MaxRetries: 2, RetryMaxWait: time.Minute,
	}, transport)
	err := fetch(t.Context(), client)
	if err == nil || !strings.Contains(err.Error(), "HTTPS_PROXY holds no URL of a proxy") || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "attempts") {
		t.Errorf("got %v", err)
	}
	if opErr, ok := errors.AsType[*net.OpError](err); !ok || opErr.Op != "proxyconnect" {
		t.Errorf("it is not told from other errors: %v", err)
	}
}

// secureAPI is a server that speaks TLS, and a client that trusts it.
func secureAPI(t *testing.T, config *tls.Config) (client *Client, name string) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"success":true,"payload":{}}`))
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	base, err := ParseBaseURL(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := newTransport()
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	return newClient(Config{BaseURL: base, Credentials: Credentials{Token: "t"}, RequestTimeout: time.Minute}, transport), base.Host
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	for version, want := range map[uint16]string{
		tls.VersionTLS11: "protocol version not supported", tls.VersionTLS12: "", tls.VersionTLS13: "",
	} {
		client, _ := secureAPI(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version})
		if err := fetch(t.Context(), client); err == nil != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

// A certificate that is of another host, or that nobody vouches for, is said to be
// what is wrong, and whose it is.
func TestCertificateErrors(t *testing.T) {
	t.Parallel()
	client, host := secureAPI(t, nil)
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		t.Fatal(err)
	}
	client.config.BaseURL = &url.URL{Scheme: "https", Host: net.JoinHostPort("localhost", port)}
	for name, test := range map[string]struct {
		client *Client
		want   string
	}{
		"of another host": {client, "the certificate of localhost cannot be verified: tls: failed to verify certificate: x509: certificate is valid for"},
		"of nobody": {
			New(Config{BaseURL: &url.URL{Scheme: "https", Host: host}, Credentials: Credentials{Token: "t"}, RequestTimeout: time.Minute}),
			"the certificate of 127.0.0.1 cannot be verified: tls: failed to verify certificate: x509: certificate signed by unknown authority",
		},
	} {
		if err := fetch(t.Context(), test.client); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Go's own error of a proxy that speaks TLS.
	ofProxy := &net.OpError{Op: "proxyconnect", Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}
	if err := client.newCall("test", http.MethodGet).plainCause(ofProxy); !strings.HasPrefix(err.Error(), "the certificate of the proxy ") {
		t.Errorf("of a proxy: %v", err)
	}
}

// What is a path's element stays one, whatever is in it.
func TestPathElementsAreEscaped(t *testing.T) {
	t.Parallel()
	base, err := ParseBaseURL("https://gateway.example/a%2Fb")
	if err != nil {
		t.Fatal(err)
	}
	client := New(Config{BaseURL: base})
	for element, want := range map[string]string{"auth": "auth", "a/b": "a%2Fb", "a?b#c": "a%3Fb%23c", "50%": "50%25", "é": "%C3%A9"} {
		if got := client.newCall("test", http.MethodGet, "x", element).url.String(); got != "https://gateway.example/a%2Fb/x/"+want {
			t.Errorf("%q becomes %s", element, got)
		}
	}
}

// roundTripper is a function as the next link of the chain.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Go's transport sends a request again behind the retry policy's back if it can
// have its body a second time.
func TestTransportCannotReplayWrites(t *testing.T) {
	t.Parallel()
	for method, replayable := range map[string]bool{
		http.MethodGet: true, http.MethodPost: false, http.MethodPatch: false, http.MethodDelete: false,
	} {
		link := attemptLink{timeout: time.Minute, next: roundTripper(func(req *http.Request) (*http.Response, error) {
			if got := req.GetBody != nil; got != replayable {
				t.Errorf("%s: the body can be had again: %t", method, got)
			}
			return nil, errors.New("enough")
		})}
		req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := link.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
			t.Error("no error")
		}
	}
}

// Only a 2xx is a success, and for a DELETE it needs no body.
func TestDeleteBelievesNoOtherStatus(t *testing.T) {
	t.Parallel()
	for status, believed := range map[int]bool{0: false, 101: false, 200: true, 204: true, 299: true, 300: false, 404: false, 500: false} {
		c := &call{method: http.MethodDelete, url: &url.URL{}, limit: maxSingleAnswer}
		_, err := readAnswer(c, &http.Response{
			StatusCode: status, Body: http.NoBody, Request: &http.Request{URL: &url.URL{}}, Header: http.Header{},
		})
		if (err == nil) != believed {
			t.Errorf("%d: %v", status, err)
		}
	}
}
