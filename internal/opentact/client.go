// SPDX-License-Identifier: MPL-2.0

// Package opentact is a client for the profiles of the OpenTact API. It knows nothing
// about Terraform. It promises:
//   - A create makes exactly one profile. If the client can't be sure of that, the result
//     or the error says so.
//   - A profile counts as not found only if the API itself says so.
//   - Rate limits apply to all requests of a client.
//   - No error shows a secret.
//
// The API's document contradicts itself in places. The client is strict about the
// requests that it sends. It accepts several forms of a response. An unknown form is an
// error, never a guess.
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
	// BaseURL is the base URL of the API, as ParseBaseURL returns it.
	BaseURL *url.URL
	// Credentials authenticate the client.
	Credentials Credentials
	// UserAgent is the User-Agent header. It names the program and its version.
	UserAgent string
	// RequestTimeout bounds one attempt, including its response.
	RequestTimeout time.Duration
	// MaxRetries is the maximum number of retries of one request.
	MaxRetries int
	// RetryMaxWait bounds each wait between attempts, including one that Retry-After asks
	// for.
	RetryMaxWait time.Duration
	// RequestsPerSecond limits all requests, including logins and retries. 0 means no
	// limit.
	RequestsPerSecond float64
	// Logger gets debug messages: one for each attempt, and the reasons why the client
	// reads profiles one by one. Nil disables logging.
	Logger *slog.Logger
}

// Credentials are one of these: a token, an API key, or an e-mail address and a password
// that the client logs in with.
type Credentials struct {
	// Token is sent as X-Auth-Token. The client can't renew it.
	Token string
	// APIKey is sent as Authorization: Bearer. The client can't renew it.
	APIKey string
	// Email and Password log in. The client renews the token of the login.
	Email, Password string
	// Source says where the credentials come from. Errors name it if the API rejects
	// them.
	Source string
}

// Client calls one API with one set of credentials. It is safe for concurrent use. It
// stores what it learns about the API, such as aliases in use.
type Client struct {
	api    endpoint.API
	source string
	// collections holds a *Collection[F] for each *Spec[F].
	collections sync.Map
}

// New returns a client. It makes no request.
func New(config Config) *Client { return newClient(config, nil) }

// newClient returns a client that sends its requests through base. If base is nil, the
// client makes its own transport.
func newClient(config Config, base http.RoundTripper) *Client {
	logger := cmp.Or(config.Logger, slog.New(slog.DiscardHandler))
	sender := &auth.Sender{
		BaseURL: config.BaseURL.String(), Source: config.Credentials.Source,
		Client: transport.New(transport.Options{
			UserAgent: config.UserAgent, RequestTimeout: config.RequestTimeout, MaxRetries: config.MaxRetries,
			RetryMaxWait: config.RetryMaxWait, RequestsPerSecond: config.RequestsPerSecond, Logger: logger, Base: base,
		}),
	}
	switch credentials := config.Credentials; {
	case credentials.Token != "":
		sender.Tokens = auth.Static(credentials.Token)
	case credentials.APIKey != "":
		sender.Tokens = auth.APIKey(credentials.APIKey)
	default:
		sender.Tokens = &auth.Login{
			Client: sender.Client, BaseURL: config.BaseURL, Source: credentials.Source,
			Email: credentials.Email, Password: credentials.Password,
		}
	}
	return &Client{source: config.Credentials.Source, api: endpoint.API{
		BaseURL: config.BaseURL, Do: sender.Do, Redactor: redact.New(sender.Tokens.Secrets), Logger: logger,
		RequestTimeout: config.RequestTimeout, RetryMaxWait: config.RetryMaxWait, MaxRetries: config.MaxRetries,
	}}
}

// CredentialsSource returns where the credentials come from, without the credentials.
func (c *Client) CredentialsSource() string { return c.source }

// Unusable returns a client whose operations all fail with err. It replaces a client that
// can't be made yet. The caller gets the reason from its first operation.
func Unusable(err error) *Client {
	return &Client{api: endpoint.API{
		BaseURL: new(url.URL), Logger: slog.New(slog.DiscardHandler), Redactor: redact.New(),
		RequestTimeout: time.Minute, // not reached, because Do returns at once
		Do:             func(context.Context, *transport.Request) error { return err },
	}}
}

// ValidateToken returns an error unless a token or API key can be sent in a header. The
// error begins with "got" and describes the token without quoting it.
func ValidateToken(token string) error { return auth.ValidateToken(token) }

// Clean returns text, such as the name of a profile, in a form that is safe for a
// terminal. It shortens the text to 500 characters.
func Clean(text string) string { return redact.Clean(text) }

// Enumerate joins the first ten items and says how many more there are.
func Enumerate(items []string) string { return redact.Enumerate(items) }
