// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// attemptTransport runs one attempt: it sends the request, has the response read, and
// notes the outcome. An attempt that may write does not end with the caller's context:
// torn in flight, its outcome would be ambiguous.
type attemptTransport struct {
	next    http.RoundTripper
	timeout time.Duration
}

// errTimeout ends an attempt, as opposed to a deadline of the caller.
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
	ctx := caller
	if req.Method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.timeout, errTimeout)
	defer cancel()
	var sent sentTracker
	attempt := req.WithContext(httptrace.WithClientTrace(ctx, sent.trace()))
	if req.Method != http.MethodGet {
		// With it Go's HTTP/2 transport resends a request by itself, also a POST, after a
		// stream error that does not say whether the server acted.
		attempt.GetBody = nil
	}
	resp, err := t.next.RoundTrip(attempt)
	if err != nil {
		err = t.explain(ctx, err)
		switch {
		case sent.isSent():
			return nil, x.fail(apierror.Ambiguous, err)
		case !sent.isConnected():
			err = proxyFailure(x.proxy, &sent, err)
		}
		return nil, x.fail(apierror.NotSent, err)
	}
	body := &countedBody{ReadCloser: resp.Body}
	defer closeBody(body)
	resp.Body = body
	x.outcome, x.err = r.Classify(resp)
	x.status, x.bytes = resp.StatusCode, body.bytes
	resp.Body = http.NoBody
	if isLost(x.err) {
		return nil, x.fail(x.outcome, t.explain(ctx, x.err))
	}
	return resp, nil
}

// isLost reports whether the error of Classify is one of the connection.
func isLost(err error) bool {
	_, isAPI := errors.AsType[*apierror.APIError](err)
	_, isResponse := errors.AsType[*apierror.ResponseError](err)
	return err != nil && !isAPI && !isResponse
}

// explain says which setting ended an attempt that took too long.
func (t attemptTransport) explain(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errTimeout) {
		return fmt.Errorf("it took longer than request_timeout (%s): %w", t.timeout, context.DeadlineExceeded)
	}
	return err
}

// plain says in words what Go says by the end of a file, and whose certificate Go does
// not trust.
func plain(err error, host string) error {
	if _, ok := errors.AsType[*apierror.ProxyError](err); ok {
		return err
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

// countedBody counts what is read of a body.
type countedBody struct {
	io.ReadCloser
	bytes int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes += int64(n)
	return n, err
}
