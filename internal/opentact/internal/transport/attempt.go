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
	"strings"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// attemptTransport runs one attempt. It sends the request, calls Classify to read the
// response, and stores the outcome in the exchange. An attempt of a write does not end
// with the caller's context, because its outcome would be ambiguous.
type attemptTransport struct {
	base    *renewableBase
	timeout time.Duration
}

// errTimeout is the cause of the end of an attempt after request_timeout. A deadline of
// the caller has another cause.
var errTimeout = errors.New("the attempt took too long")

func (t attemptTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	caller := req.Context()
	r := requestFrom(caller)
	x := &r.exchange
	if err := caller.Err(); err != nil {
		closeBody(req.Body)
		return nil, x.fail(apierror.NotSent, err)
	}
	x.attempts++
	x.started = time.Now()
	defer func() { x.elapsed = time.Since(x.started) }()
	ctx := caller
	if req.Method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.timeout, errTimeout)
	defer cancel()
	next := t.base.get(req.Method)
	var sent sentTracker
	defer func() {
		if errors.Is(context.Cause(ctx), errTimeout) && sent.isConnected() {
			t.base.renew(next)
		}
	}()
	attempt := req.WithContext(httptrace.WithClientTrace(ctx, sent.trace()))
	if req.Method != http.MethodGet {
		// With GetBody, Go's HTTP/2 transport itself resends a request, even a POST,
		// after a stream error. The stream error does not say whether the server acted.
		attempt.GetBody = nil
	}
	resp, err := next.RoundTrip(attempt)
	if sent.hasLostReused(err != nil && ctx.Err() == nil) {
		t.base.stopReuse()
	}
	if err != nil {
		return nil, t.fail(ctx, x, &sent, err)
	}
	return t.classify(ctx, r, resp)
}

// fail ends an attempt without a response. The outcome depends on whether any byte of the
// request was sent.
func (t attemptTransport) fail(ctx context.Context, x *exchange, sent *sentTracker, err error) error {
	err = t.explain(ctx, err)
	switch {
	case sent.isSent() && !isUnprocessed(err):
		return x.fail(apierror.Ambiguous, err)
	case !sent.isConnected():
		err = proxyFailure(x.proxy, sent, err)
	}
	return x.fail(apierror.NotSent, err)
}

// classify reads the response and stores its outcome in the exchange. The error is nil
// unless the connection failed while the response was read.
func (t attemptTransport) classify(ctx context.Context, r *Request, resp *http.Response) (*http.Response, error) {
	x := &r.exchange
	body := &countingBody{ReadCloser: resp.Body}
	defer closeBody(body)
	resp.Body = body
	x.outcome, x.err = r.Classify(resp)
	x.status, x.bytes = resp.StatusCode, body.bytes
	resp.Body = http.NoBody
	if isConnectionError(x.err) {
		err := x.fail(x.outcome, t.explain(ctx, x.err))
		if x.outcome == apierror.Throttled { // the header may hold a Retry-After
			return resp, nil
		}
		return nil, err
	}
	if rest := resp.ContentLength - body.bytes; rest > 0 && rest <= maxDrain {
		_, _ = io.CopyN(io.Discard, body, rest) // so that the connection can be reused
	}
	return resp, nil
}

// maxDrain is how many bytes are read of a body that Classify has not read to its end.
const maxDrain = 64 << 10

// isConnectionError reports whether an error of Classify comes from the connection.
func isConnectionError(err error) bool {
	_, isAPI := errors.AsType[*apierror.APIError](err)
	_, isResponse := errors.AsType[*apierror.ResponseError](err)
	return err != nil && !isAPI && !isResponse
}

// explain returns an error that names request_timeout if that ended the attempt. It
// replaces an error that quotes the response.
func (t attemptTransport) explain(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errTimeout) {
		return &plainError{fmt.Sprintf("it took longer than request_timeout (%s)", t.timeout), context.DeadlineExceeded}
	}
	if quotesResponse(err) {
		return &plainError{"the server sent data that is not valid HTTP", err}
	}
	return err
}

// quotesResponse reports whether an error of Go may repeat what the server sent. Go quotes
// a response that it can't parse, and the reason in a GOAWAY of HTTP/2.
func quotesResponse(err error) bool {
	_, isNetwork := errors.AsType[net.Error](err)
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, isProxy := errors.AsType[*apierror.ProxyError](err)
	return !isNetwork && !isCertificate && !isProxy && !isUnprocessed(err) && strings.Contains(err.Error(), `"`)
}

// isUnprocessed reports whether an error of Go's HTTP/2 transport means that the server did
// not process the request. The server says so with a GOAWAY before the request's stream, or
// with REFUSED_STREAM (RFC 9113, sections 6.8 and 8.7). These errors have no type.
func isUnprocessed(err error) bool {
	text := err.Error()
	return strings.HasPrefix(text, "http2: Transport: cannot retry err [") &&
		(strings.Contains(text, "GOAWAY") || strings.Contains(text, "REFUSED_STREAM"))
}

// plain replaces errors of Go with clearer ones: io.EOF, an error of HTTP/2, and a
// certificate error, to which it adds the host.
func plain(err error, host string) error {
	if _, ok := errors.AsType[*apierror.ProxyError](err); ok {
		return err
	}
	if isUnprocessed(err) {
		return &plainError{"the server did not process the request", err}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &plainError{"the connection was closed before the response was complete", err}
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &plainError{fmt.Sprintf("the certificate of %s cannot be verified: %v", host, err), err}
	}
	return err
}

type plainError struct {
	text string
	err  error
}

func (e *plainError) Error() string { return e.text }
func (e *plainError) Unwrap() error { return e.err }

// countingBody counts the bytes that are read from a body.
type countingBody struct {
	io.ReadCloser
	bytes int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes += int64(n)
	return n, err
}
