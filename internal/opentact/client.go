// SPDX-License-Identifier: MPL-2.0

// Package opentact is a client of the OpenTact API's profiles. It knows HTTP
// and JSON, and nothing of Terraform.
//
// The API's document contradicts itself in places; the client is strict in
// what it sends and tolerant, by rules that are written beside the code, in the
// forms of answer it takes. What fits no form is an error, never a guess.
package opentact

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// retryMinWait is the ceiling of the first wait before a request is sent again.
const retryMinWait = 500 * time.Millisecond

// Config is what a client needs to know. Its zero durations are not defaults.
type Config struct {
	// BaseURL is what ParseBaseURL returned.
	BaseURL *url.URL
	// Credentials let the client in.
	Credentials Credentials
	// UserAgent names the program and its version.
	UserAgent string
	// RequestTimeout bounds one attempt, from its start to the end of its answer.
	RequestTimeout time.Duration
	// MaxRetries is how often a request that failed may be sent again.
	MaxRetries int
	// RetryMaxWait bounds one wait between attempts, a Retry-After included.
	RetryMaxWait time.Duration
	// RequestsPerSecond is how many requests are sent in a second at the most,
	// logins and repetitions included. 0 is no limit.
	RequestsPerSecond float64
	// Log is told of each attempt. It may be nil.
	Log func(context.Context, Attempt)
	// Logs tells whether Log wants to be told, so that nothing is gathered for
	// nobody. It may be nil, and Log is always told then.
	Logs func(context.Context) bool
	// Note is told, in a sentence, what changes which requests are made. It may be nil.
	Note func(ctx context.Context, text string)
}

// Client calls one API with one set of credentials. It is made for use by many
// goroutines, and remembers for as long as it lives what it learns of the API.
type Client struct {
	config Config
	http   *retryablehttp.Client
	tokens tokens
	// unusable, where set, is the outcome of every call.
	unusable error
	// collections holds a *Collection[F] for each *Spec[F].
	collections sync.Map
}

// New returns a client. It makes no request.
func New(config Config) *Client { return newClient(config, newTransport()) }

// newClient returns a client whose requests end in a transport.
func newClient(config Config, transport http.RoundTripper) *Client {
	chain := http.RoundTripper(attemptLink{next: transport, timeout: config.RequestTimeout})
	chain = logLink{next: chain, log: config.Log, logs: config.Logs}
	chain = newPaceLink(chain, config)
	chain = laneLink{next: chain}
	c := &Client{
		config: config,
		http: &retryablehttp.Client{
			HTTPClient: &http.Client{
				Transport: chain,
				// Go would follow with the token, to any host, and turn a POST into a GET.
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			},
			RetryWaitMin: retryMinWait,
			RetryWaitMax: config.RetryMaxWait,
			RetryMax:     config.MaxRetries,
			CheckRetry:   checkRetry,
			Backoff:      backoff,
			ErrorHandler: retryablehttp.PassthroughErrorHandler,
		},
	}
	c.tokens = newTokens(c)
	return c
}

// Unusable returns a client all of whose calls fail with err. It stands in for
// one that cannot be made yet, so that the reason is given where it matters.
func Unusable(err error) *Client { return &Client{unusable: err} }

// do carries a call out, with another token where the API refuses the first.
// Neither that refusal nor a login that failed has carried anything out.
func (c *Client) do(ctx context.Context, call *call) (*answer, error) {
	if c.unusable != nil {
		return nil, c.unusable
	}
	for again := false; ; again = true {
		token, err := c.tokens.token(ctx)
		if err != nil && call.unclear {
			return nil, &TransportError{Exchange: call.exchange(), Err: err}
		}
		if err != nil {
			return nil, err
		}
		call.hide(token, hiddenToken) // which may have been replaced when there is an error
		call.left.Store(false)        // what was refused has not happened
		got, err := c.send(ctx, call, "X-Auth-Token", token)
		if again || !call.refusesToken(err) || !c.tokens.forget(token) {
			return got, c.explain(err, token)
		}
	}
}

// send sends a call as often as the retry policy allows. The credentials travel
// in one header.
func (c *Client) send(ctx context.Context, call *call, header, credentials string) (*answer, error) {
	var body any // a nil []byte would be sent as an empty body
	if call.body != nil {
		body = call.body
	}
	req, err := retryablehttp.NewRequestWithContext(withCall(ctx, call), call.method, call.url.String(), body)
	if err != nil {
		return nil, err
	}
	c.setHeaders(req.Header, call)
	req.Header.Set(header, credentials)

	var got *answer
	var last *http.Response
	read := func(resp *http.Response) (err error) {
		last = resp
		got, err = readAnswer(call, resp)
		return err
	}
	// The answer is read inside the attempt, or one that is cut short could not
	// be sent again.
	req.SetResponseHandler(read)
	defer call.endProbe()
	resp, err := c.http.Do(req)
	if resp != nil {
		defer closeBody(resp.Body)
	}
	if err == nil && resp != last {
		// The retries are used up, and the library has not had the last answer read.
		err = read(resp)
	}
	switch {
	case err == nil:
		return got, nil
	case isType[*AnswerError](err), isType[*APIError](err):
		return nil, err
	default:
		return nil, &TransportError{Exchange: call.exchange(), Sent: call.left.Load(), Err: call.safe(call.plainCause(err))}
	}
}

// note says what people would want to know who look for the reason of a request.
func (c *Client) note(ctx context.Context, text string) {
	if c.config.Note != nil {
		c.config.Note(ctx, c.newCall("", "").shown(text)) // the reasons in it may have been in an answer
	}
}

func (c *Client) setHeaders(header http.Header, call *call) {
	header.Set("Accept", "application/json")
	header.Set("User-Agent", c.config.UserAgent)
	if call.body != nil {
		header.Set("Content-Type", "application/json")
	}
}

// explain says of a 401 whose credentials were refused. The token is "" for
// those of a login.
func (c *Client) explain(err error, token string) error {
	if statusOf(err) != http.StatusUnauthorized {
		return err
	}
	return &CredentialsError{
		BaseURL: c.config.BaseURL.String(), Source: c.config.Credentials.Source, LoggedIn: token != "" && c.config.Credentials.Token == "",
		Expired: readValidity(token).expired(time.Now()), Err: err,
	}
}

// newCall describes a request below the base URL, for a path of elements as they are
// before they are escaped.
func (c *Client) newCall(operation, method string, path ...string) *call {
	escaped := make([]string, len(path))
	for i, element := range path {
		escaped[i] = url.PathEscape(element)
	}
	base := c.config.BaseURL
	if base == nil { // the client is unusable, and no request will be made
		base = new(url.URL)
	}
	made := &call{operation: operation, method: method, url: base.JoinPath(escaped...), limit: maxSingleAnswer}
	if c.tokens != nil {
		made.secrets = append(made.secrets, func() { c.tokens.hide(made) })
	}
	return made
}
