// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"net/url"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// exchange is the state of a request during its attempts. Hooks get it through the
// context, because the retry library passes no request to them after a failed attempt.
type exchange struct {
	attempts int
	started  time.Time
	// outcome, err and status belong to the last attempt. The status is 0 if there was no
	// complete response.
	outcome apierror.Outcome
	err     error
	status  int
	// bytes is the number of bytes that were read from the response's body.
	bytes int64
	// elapsed, date and stale belong to the last attempt, like outcome.
	elapsed time.Duration
	date    time.Time
	stale   string

	earlierAmbiguous bool
	askedToWait      time.Duration

	// proxy is the proxy of the last attempt.
	proxy *url.URL
}

// begin resets the fields that belong to one attempt. Until the attempt is sent, its
// outcome is NotSent.
func (x *exchange) begin() {
	x.earlierAmbiguous = x.earlierAmbiguous || x.outcome == apierror.Ambiguous
	x.outcome, x.err, x.status, x.bytes, x.askedToWait, x.proxy = apierror.NotSent, nil, 0, 0, 0, nil
	x.elapsed, x.date, x.stale = 0, time.Time{}, ""
}

// fail ends an attempt without a complete response.
func (x *exchange) fail(outcome apierror.Outcome, err error) error {
	x.outcome, x.err, x.status = outcome, err, 0
	return err
}

type requestKey struct{}

func withRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// requestFrom returns the request stored in ctx.
func requestFrom(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{URL: new(url.URL)} // the caller is not Client
}
