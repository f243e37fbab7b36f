// SPDX-License-Identifier: MPL-2.0

// Package opentact is a client of the OpenTact API's profiles. It promises that a
// profile is created exactly once, that it is not taken for deleted because of a
// failure, that rate limits hold, and that no error shows a secret. It knows nothing
// about Terraform.
//
// The API's document contradicts itself in places. The client is strict in what it
// sends and tolerant in the forms of response that it reads. A form that it does not
// know is an error, never a guess.
package opentact

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/auth"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/endpoint"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/transport"
)

// Config configures a client. Zero durations are not replaced by defaults.
type Config struct {
	// BaseURL is the API's address, as ParseBaseURL returns it.
	BaseURL *url.URL
	// Credentials authenticate the client.
	Credentials Credentials
	// UserAgent names the program and its version.
	UserAgent string
	// RequestTimeout bounds one attempt of a request, including its response.
	RequestTimeout time.Duration
	// MaxRetries is how often a request that failed may be sent again.
	MaxRetries int
	// RetryMaxWait bounds one wait between attempts, also one that Retry-After asks for.
	RetryMaxWait time.Duration
	// RequestsPerSecond limits all requests, including logins and retries. 0 means no
	// limit.
	RequestsPerSecond float64
	// Logger gets debug messages: one for each attempt, and why the client sends other
	// requests than usual. Nil means no log.
	Logger *slog.Logger
}

// Credentials are a token, or an e-mail address and a password to get one.
type Credentials struct {
	// Token is sent as X-Auth-Token.
	Token string
	// Email and Password log in if Token is empty.
	Email, Password string
	// Source says where the credentials come from. It is named if the API rejects them.
	Source string
}

// Client calls one API with one set of credentials. It is safe for concurrent use, and
// remembers what it learns about the API.
type Client struct {
	api endpoint.API
	// collections holds a *Collection[F] for each *Spec[F].
	collections sync.Map
}

// New returns a client. It makes no request.
func New(config Config) *Client { return newClient(config, nil) }

// newClient returns a client whose requests are sent by base, or by a transport made for
// it if base is nil.
func newClient(config Config, base http.RoundTripper) *Client {
	logger := cmp.Or(config.Logger, slog.New(slog.DiscardHandler))
	sender := &auth.Sender{
		BaseURL: config.BaseURL.String(), Source: config.Credentials.Source,
		Client: transport.New(transport.Options{
			UserAgent: config.UserAgent, RequestTimeout: config.RequestTimeout, MaxRetries: config.MaxRetries,
			RetryMaxWait: config.RetryMaxWait, RequestsPerSecond: config.RequestsPerSecond, Logger: logger, Base: base,
		}),
	}
	if config.Credentials.Token != "" {
		sender.Tokens = auth.Static(config.Credentials.Token)
	} else {
		sender.ByLogin = true
		sender.Tokens = &auth.Login{
			Client: sender.Client, BaseURL: config.BaseURL, Source: config.Credentials.Source,
			Email: config.Credentials.Email, Password: config.Credentials.Password,
		}
	}
	return &Client{api: endpoint.API{
		BaseURL: config.BaseURL, Do: sender.Do, Redactor: redact.New(sender.Tokens.Secrets), Logger: logger,
		RequestTimeout: config.RequestTimeout, RetryMaxWait: config.RetryMaxWait, MaxRetries: config.MaxRetries,
	}}
}

// Unusable returns a client whose operations all fail with err. It stands in for a
// client that can't be made yet, so that the reason is given where it matters.
func Unusable(err error) *Client {
	return &Client{api: endpoint.API{
		BaseURL: new(url.URL), Logger: slog.New(slog.DiscardHandler), Redactor: redact.New(),
		Do: func(context.Context, *transport.Request) error { return err },
	}}
}

// ValidateToken returns an error unless a token can be sent in a header. The error does
// not repeat the token.
func ValidateToken(token string) error { return auth.ValidateToken(token) }

// Clean makes a text from outside, such as the name of a profile, safe for a terminal
// and at most 500 characters long.
func Clean(text string) string { return redact.Clean(text) }

// Enumerate names the first ten items and says how many more there are.
func Enumerate(items []string) string { return redact.Enumerate(items) }
