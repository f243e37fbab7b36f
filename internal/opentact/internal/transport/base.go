// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// maxHeader is the maximum size of a response header in bytes. Servers and proxies send
// far less.
const maxHeader = 256 << 10

// idleTimeout is when an idle connection is closed. Common servers close it after five
// seconds or more. A request that is sent just then would be ambiguous.
const idleTimeout = 4 * time.Second

// newBaseTransport returns a transport like Go's default, so proxies and the system's
// certificates work as users expect. It keeps up to 100 idle connections to the API,
// because Terraform sends requests in parallel.
func newBaseTransport() *http.Transport {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // replaced by another package of this process
		transport = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	}
	transport = transport.Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 100, 100
	transport.IdleConnTimeout = idleTimeout
	transport.MaxResponseHeaderBytes = maxHeader
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	transport.Proxy = proxyForHTTPS(transport.Proxy)
	transport.OnProxyConnectResponse = checkConnect
	dial := transport.DialContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	transport.DialContext = counted(dial)
	return transport
}

// proxyForHTTPS uses a proxy only for https, where the proxy sees the host and port, but
// not the token. Plain http goes directly to a loopback address. Go's default is not
// enough, because it would send a request for LOCALHOST through the proxy.
func proxyForHTTPS(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(req *http.Request) (*url.URL, error) {
		if proxy == nil || req.URL.Scheme != "https" {
			return nil, nil //nolint:nilnil // no proxy, by the contract of http.Transport
		}
		via, err := proxy(req)
		if err != nil || isUnparsed(via) { // the text of err may contain the proxy's password
			return nil, &apierror.ProxyError{Err: errProxyURL}
		}
		requestFrom(req.Context()).exchange.proxy = via
		return via, nil
	}
}

// isUnparsed reports whether Go could not parse the URL of a proxy, for example because of a # in
// its password. Go then adds http:// in front of the URL, so its scheme becomes the host.
func isUnparsed(via *url.URL) bool {
	return via != nil && strings.HasSuffix(via.Host, ":") && strings.HasPrefix(via.Path, "//")
}

// addressOf returns the scheme, host and port of a proxy, without user name and password.
func addressOf(proxy *url.URL) string { return proxy.Scheme + "://" + proxy.Host }

// checkConnect is called with the response of a proxy to CONNECT.
func checkConnect(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return &apierror.ProxyError{Address: addressOf(proxy), Status: resp.StatusCode}
	}
	return nil
}

// errNotHTTP means that a proxy did not respond to CONNECT in HTTP. It replaces Go's
// error, which quotes the response.
var errNotHTTP = errors.New("it did not respond in HTTP")

// proxyFailure converts the error of an attempt without a connection into a ProxyError.
// It returns err unchanged if there is no proxy, or if the proxy has opened a connection
// to the API.
func proxyFailure(proxy *url.URL, sent *sentTracker, err error) error {
	if _, ok := errors.AsType[*apierror.ProxyError](err); ok || proxy == nil || sent.isTunnelled(proxy) {
		return err
	}
	_, isNetwork := errors.AsType[net.Error](err)
	if !isNetwork && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = errNotHTTP
	}
	return &apierror.ProxyError{Address: addressOf(proxy), Err: plain(err, "the proxy")}
}
