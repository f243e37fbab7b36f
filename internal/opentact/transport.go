// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

// maxHeader bounds what is read of an answer before its body, in bytes. It is
// many times what servers and proxies send.
const maxHeader = 256 << 10

// newTransport is the bottom of the chain. It is cloned from Go's default, so
// that proxies and the system's certificates work as users expect. All connections
// are kept that Terraform's -parallelism leads to, within reason: they go to one host.
func newTransport() *http.Transport {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // replaced by somebody else in this process
		transport = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	}
	transport = transport.Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 100, 100
	transport.MaxResponseHeaderBytes = maxHeader
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	transport.Proxy = tunnel(transport.Proxy)
	return transport
}

// errProxy is about a proxy that cannot be used at all.
var errProxy = errors.New("HTTPS_PROXY holds no URL of a proxy")

// tunnel lets a proxy see of https what it needs to know, which is the host. Plain
// http, with its token, goes to this machine directly, whatever its name is written
// like: Go takes LOCALHOST for another. The error does not repeat what the proxy's
// URL is, with the proxy's password in it.
func tunnel(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(req *http.Request) (*url.URL, error) {
		if proxy == nil || req.URL.Scheme != "https" {
			return nil, nil //nolint:nilnil // no proxy, as http.Transport has it
		}
		via, err := proxy(req)
		if err != nil {
			return nil, &net.OpError{Op: opProxy, Net: "tcp", Err: errProxy}
		}
		return via, nil
	}
}

// opProxy is what Go calls the step of a connection that fails at a proxy.
const opProxy = "proxyconnect"

// attemptLink gives each attempt its own time, the reading of the answer
// included. An attempt to write does not end with the caller's context: torn
// in flight, nobody would know whether it happened.
type attemptLink struct {
	next    http.RoundTripper
	timeout time.Duration
}

func (l attemptLink) RoundTrip(req *http.Request) (*http.Response, error) {
	caller := req.Context()
	if err := caller.Err(); err != nil {
		closeBody(req.Body)
		return nil, err
	}
	c := callOf(caller)
	c.begin()
	ctx := caller
	if req.Method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, l.timeout, errTooLong)
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { c.left.Store(true) },
	})
	attempt := req.WithContext(traced)
	if req.Method != http.MethodGet {
		// With it Go's HTTP/2 transport sends a request again by itself, a POST
		// too, after a stream error that says nothing of what became of it.
		attempt.GetBody = nil
	}
	resp, err := l.next.RoundTrip(attempt)
	explain := func(err error) error { return l.explain(ctx, err) }
	if err != nil {
		defer cancel()
		return nil, explain(err)
	}
	resp.Body = &attemptBody{ReadCloser: resp.Body, explain: explain, cancel: cancel}
	return resp, nil
}

// explain says which setting ended an attempt that took too long.
func (l attemptLink) explain(attempt context.Context, err error) error {
	if errors.Is(context.Cause(attempt), errTooLong) {
		return fmt.Errorf("it took longer than request_timeout (%s): %w", l.timeout, context.DeadlineExceeded)
	}
	return err
}

// errTooLong ends an attempt, in distinction from a deadline of its caller.
var errTooLong = errors.New("the attempt took too long")

// attemptBody ends the attempt when its answer has been read.
type attemptBody struct {
	io.ReadCloser
	explain func(error) error
	cancel  context.CancelFunc
}

func (b *attemptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.explain(err)
	}
	return n, err
}

func (b *attemptBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

func closeBody(body io.Closer) {
	if body != nil {
		_ = body.Close() // nothing was read from it, so nothing can be lost
	}
}
