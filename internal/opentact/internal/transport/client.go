// SPDX-License-Identifier: MPL-2.0

// Package transport sends requests to the API and retries them where that is safe. It
// does not know what a response means: the caller passes a function for that. It
// promises:
//   - Each attempt ends with exactly one outcome.
//   - A POST is retried only if the server did not act.
//   - No redirect is followed.
//   - Rate limits apply to all requests of a client.
package transport

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// Options configure a Client. Zero durations are not replaced by defaults.
type Options struct {
	// UserAgent is the value of the User-Agent header.
	UserAgent string
	// RequestTimeout bounds one attempt, including its response.
	RequestTimeout time.Duration
	// MaxRetries is the maximum number of retries of one request.
	MaxRetries int
	// RetryMaxWait bounds each wait between attempts, including one that Retry-After asks
	// for.
	RetryMaxWait time.Duration
	// RequestsPerSecond limits all requests together. 0 means no limit.
	RequestsPerSecond float64
	// Logger gets a debug message for each attempt. Nil disables logging.
	Logger *slog.Logger
	// Base sends the attempts. If it is nil, New makes a transport.
	Base http.RoundTripper
}

// Client sends requests. It is safe for concurrent use.
type Client struct {
	options Options
	http    retryablehttp.Client
}

// New returns a client. It makes no request.
func New(options Options) *Client {
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.Base == nil {
		base := newBaseTransport()
		base.HTTP2 = healthChecks(options.RequestTimeout)
		options.Base = base
	}
	var chain http.RoundTripper = attemptTransport{base: &renewableBase{current: options.Base}, timeout: options.RequestTimeout}
	chain = &freshnessTransport{next: chain}
	chain = logTransport{next: chain, logger: options.Logger}
	chain = newRateLimitTransport(chain, options.RequestsPerSecond, options.RetryMaxWait)
	return &Client{
		options: options,
		http: retryablehttp.Client{
			HTTPClient: &http.Client{
				Transport: chain,
				// Go would follow a redirect to any host, with the token, and turn a POST
				// into a GET.
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			},
			RetryWaitMin: MinWait,
			RetryWaitMax: options.RetryMaxWait,
			RetryMax:     options.MaxRetries,
			CheckRetry:   checkRetry,
			Backoff:      backoff,
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		},
	}
}

// Request is one request. It may be passed to Do again with other credentials. Attempts
// and ambiguous outcomes then count for both calls.
type Request struct {
	// Operation says what the request does, such as "read messaging profile".
	Operation string
	Method    string
	URL       *url.URL
	// Header holds the credentials. The client adds the other headers.
	Header http.Header
	// Body is JSON, or nil.
	Body []byte
	// SingleAttempt disables retries.
	SingleAttempt bool
	// Classify reads a response to its end. It returns the outcome of the request and,
	// unless that is Done, an error.
	Classify func(*http.Response) (apierror.Outcome, error)
	// Redactor removes secrets from errors and logs.
	Redactor *redact.Redactor

	exchange exchange
}

// Started returns when the last attempt was sent.
func (r *Request) Started() time.Time { return r.exchange.started }

// Elapsed returns how long the last attempt took, from when it was sent until its response
// was complete.
func (r *Request) Elapsed() time.Duration { return r.exchange.elapsed }

// Date returns when the server made the last response, on the server's clock, in whole
// seconds (RFC 9110, section 6.6.1). It is zero if there is no response or no valid Date,
// or if the response has an Age. Then it comes from a cache.
func (r *Request) Date() time.Time { return r.exchange.date }

// Stale returns why the last response is an old copy from a cache, or "".
func (r *Request) Stale() string { return r.exchange.stale }

// Info returns the description of the request for errors.
func (r *Request) Info() apierror.Request {
	x := &r.exchange
	return apierror.Request{
		Operation: r.Operation, Method: r.Method, URL: r.URL.String(), Attempts: x.attempts,
		Last: x.outcome, EarlierAmbiguous: x.earlierAmbiguous, AskedToWait: x.askedToWait,
	}
}

// Do sends a request and retries it as the retry policy allows. The error is nil if the
// outcome is Done. Otherwise it is an *apierror.APIError, an *apierror.ResponseError or
// an *apierror.TransportError. apierror.OutcomeOf returns the outcome of all attempts
// together.
func (c *Client) Do(ctx context.Context, r *Request) error {
	var body any // a nil []byte would be sent as an empty body
	if r.Body != nil {
		body = r.Body
	}
	x := &r.exchange
	req, err := retryablehttp.NewRequestWithContext(withRequest(ctx, r), r.Method, r.URL.String(), body)
	if err != nil {
		return err
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set("User-Agent", c.options.UserAgent)
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if resp != nil {
		_ = resp.Body.Close() // Classify has read it
	}
	switch {
	case err != nil && err == ctx.Err(): //nolint:errorlint // the retry loop returns it unwrapped if ctx ends between two attempts
		x.begin()
		x.err = err
	case x.outcome == apierror.Done:
		return nil
	case x.err == nil: // http.Client failed before any attempt
		x.err = err
	}
	return r.error()
}

// error returns the error of a request whose outcome is not Done.
func (r *Request) error() error {
	err := r.exchange.err
	if err != nil && !isConnectionError(err) {
		apierror.SetRequest(err, r.Info())
		return err
	}
	return &apierror.TransportError{Request: r.Info(), Err: r.Redactor.Error(plain(err, r.URL.Hostname()))}
}

func closeBody(body io.Closer) {
	if body != nil {
		_ = body.Close() // its error changes nothing
	}
}
