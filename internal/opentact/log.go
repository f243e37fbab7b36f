// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// Attempt is what may be known of one attempt outside the client: an allow-list,
// so that a header, a body or a field that is added one day stays hidden.
type Attempt struct {
	Method string
	Path   string
	// Number counts the attempts of one call from 1.
	Number int
	// Status is the HTTP status, or 0 where no answer came.
	Status int
	// Duration runs from the attempt's start to the end of its answer.
	Duration time.Duration
	// Bytes is the length of the answer's body as far as it was read.
	Bytes int64
	// RequestID is the answer's X-Request-Id.
	RequestID string
	// Err is why no whole answer came.
	Err error
}

// logLink tells of each attempt once its answer has been read.
type logLink struct {
	next http.RoundTripper
	log  func(context.Context, Attempt)
	logs func(context.Context) bool
}

func (l logLink) RoundTrip(req *http.Request) (*http.Response, error) {
	if l.log == nil || l.logs != nil && !l.logs(req.Context()) {
		return l.next.RoundTrip(req)
	}
	start := time.Now()
	resp, err := l.next.RoundTrip(req)
	c := callOf(req.Context())
	attempt := Attempt{
		Method: req.Method,
		Path:   req.URL.Path,
		Number: int(c.attempts.Load()),
		Err:    err,
	}
	done := func() {
		attempt.Duration = time.Since(start)
		attempt.Err = c.safe(attempt.Err) // which may quote a header of the answer
		l.log(req.Context(), attempt)
	}
	if err != nil {
		done()
		return nil, err
	}
	attempt.Status = resp.StatusCode
	attempt.RequestID = c.requestID(resp)
	resp.Body = &loggedBody{ReadCloser: resp.Body, attempt: &attempt, done: done}
	return resp, nil
}

// loggedBody tells of its attempt when it is closed.
type loggedBody struct {
	io.ReadCloser
	attempt *Attempt
	done    func()
}

func (b *loggedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.attempt.Bytes += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		b.attempt.Err = err
	}
	return n, err
}

func (b *loggedBody) Close() error {
	if b.done != nil {
		b.done()
		b.done = nil
	}
	return b.ReadCloser.Close()
}
