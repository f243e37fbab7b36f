// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
)

// call is one request as every link of the chain may need to know it. It
// travels in the request's context: the retry policy is shown no request when
// an attempt failed.
type call struct {
	operation string
	method    string
	url       *url.URL
	body      []byte
	// limit is how many bytes of the answer are read, and size how many were.
	limit, size int64
	// element takes the elements of an array payload, begun anew by each attempt.
	// Where the answer may be a page of a list, they may be inside of an object.
	element func(json.RawMessage) error
	pages   bool
	restart func()
	// hidden maps values that no error may show to what is shown in their place.
	// The API is free to repeat what it was sent.
	hidden map[string]hidden
	// secrets hide more of them, when there is something to conceal.
	secrets []func()

	// lane is where a POST waits while one like it is looked for.
	lane *lane
	// inLane tells that the call is counted there.
	inLane bool

	// probe, where set, lets the next request take the place of this one, which
	// is sent alone after a pause that the API asked for.
	probe func()
	// secret tells that a successful answer is one as a whole, and no part of it
	// may be shown.
	secret bool

	attempts atomic.Int64
	// status is that of the last answer that was read.
	status int
	// left tells that the attempt under way, or the last one, got a connection:
	// from then on the API may have seen the request.
	left atomic.Bool
	// unclear tells that an attempt was sent of which nobody knows what became.
	unclear bool
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf returns the call that a request's context belongs to.
func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return &call{}
	}
	return c
}

// begin notes the start of an attempt.
func (c *call) begin() {
	c.attempts.Add(1)
	c.left.Store(false)
	if c.restart != nil {
		c.restart()
	}
}

// enter makes a POST wait until nobody looks for one like it. From then until
// leave nobody will.
func (c *call) enter(ctx context.Context) error {
	if c.lane == nil || c.inLane {
		return nil
	}
	if !c.lane.tryShare() {
		c.endProbe() // or the search could not list what it waits for
		if err := c.lane.share(ctx); err != nil {
			return err
		}
	}
	c.inLane = true
	return nil
}

// leave is called when it is known what became of a POST, or noted that it is not.
func (c *call) leave() {
	if c.inLane {
		c.inLane = false
		c.lane.unshare()
	}
}

// endProbe is called when the API has taken the request, or it is given up. One
// that is refused again keeps its place.
func (c *call) endProbe() {
	if c.probe != nil {
		c.probe()
		c.probe = nil
	}
}

func (c *call) exchange() Exchange {
	return Exchange{
		Operation: c.operation, Method: c.method, URL: c.url.String(), Attempts: int(c.attempts.Load()), Unclear: c.unclear,
	}
}

func (c *call) answerError(resp *http.Response, reason string) *AnswerError {
	return &AnswerError{Exchange: c.exchange(), Status: resp.StatusCode, Reason: c.conceal(reason)}
}

// refusesToken tells whether an error is a 401 after which the call may be sent
// again. A page with that status does not say what became of a POST.
func (c *call) refusesToken(err error) bool {
	return statusOf(err) == http.StatusUnauthorized && (c.method != http.MethodPost || isRefusal(err))
}

// unexpected is a successful answer that does not hold what it should.
func (c *call) unexpected(err error) *AnswerError {
	return &AnswerError{Exchange: c.exchange(), Status: c.status, Reason: c.conceal(err.Error())}
}

// otherProfile is an answer about another profile than the one asked for.
func (c *call) otherProfile(uuid string) *AnswerError {
	return c.unexpected(errors.New("it is about another profile, " + uuid))
}

// mostFields is of how many fields an error repeats what the API says. No kind has
// as many.
const mostFields = 20

func (c *call) apiError(resp *http.Response, env envelope) *APIError {
	names := slices.Sorted(maps.Keys(env.fields))
	fields := make(map[string]string)
	for _, name := range names[:min(len(names), mostFields)] {
		fields[c.shown(name)] = c.shown(env.fields[name])
	}
	return &APIError{
		Exchange: c.exchange(), Status: resp.StatusCode, Message: c.shown(env.message),
		Fields: fields, RequestID: c.requestID(resp),
	}
}

// requestID is the one that an answer has, fit to be shown.
func (c *call) requestID(resp *http.Response) string {
	return c.shown(resp.Header.Get("X-Request-Id"))
}

// plainCause takes off the layer that repeats method and URL, and says in words
// what Go says by the end of a file, and whose certificate it is that Go refuses.
func (c *call) plainCause(err error) error {
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		err = urlErr.Err
	}
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &concealedError{text: "the connection was closed before the answer was complete", err: err}
	case isType[*tls.CertificateVerificationError](err):
		host := c.url.Hostname()
		if opErr, ok := errors.AsType[*net.OpError](err); ok && opErr.Op == opProxy {
			host = "the proxy"
		}
		return &concealedError{text: fmt.Sprintf("the certificate of %s cannot be verified: %v", host, err), err: err}
	default:
		return err
	}
}
