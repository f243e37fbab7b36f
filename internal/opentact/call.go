// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
	// limit is how many bytes of the answer are read.
	limit int64
	// element takes the elements of an array payload, begun anew by each attempt.
	element func(json.RawMessage) error
	restart func()
	// hidden maps values that no error may show to what is shown in their place.
	// The API is free to repeat what it was sent.
	hidden map[string]string
	// secrets, where set, tells of more of them.
	secrets func()

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
	return &AnswerError{Exchange: c.exchange(), Status: c.status, Reason: err.Error()}
}

// otherProfile is an answer about another profile than the one asked for.
func (c *call) otherProfile(uuid string) *AnswerError {
	return c.unexpected(errors.New("it is about another profile, " + uuid))
}

func (c *call) apiError(resp *http.Response, env envelope) *APIError {
	fields := make(map[string]string, len(env.fields))
	for name, message := range env.fields {
		fields[clean(c.conceal(name))] = clean(c.conceal(message))
	}
	return &APIError{
		Exchange: c.exchange(), Status: resp.StatusCode, Message: clean(c.conceal(env.message)),
		Fields: fields, RequestID: c.requestID(resp),
	}
}

// requestID is the one that an answer has, fit to be shown.
func (c *call) requestID(resp *http.Response) string {
	return clean(c.conceal(resp.Header.Get("X-Request-Id")))
}

// hide makes errors show a text in the place of a value. What is shorter than a
// secret would be is left: to replace every "a" would make errors unreadable.
func (c *call) hide(value, shown string) {
	if len(value) >= 8 {
		c.hideAny(value, shown)
	}
}

// hideAny is hide for a value of any length but none.
func (c *call) hideAny(value, shown string) {
	if value == "" {
		return
	}
	if c.hidden == nil {
		c.hidden = make(map[string]string)
	}
	c.hidden[value] = shown
}

// writings are the ways in which an answer is likely to write a value.
func writings(value string) []string {
	entities := html.EscapeString(value)
	quoted, _ := json.Marshal(value) // a string can be
	return []string{
		value, entities, strings.ReplaceAll(entities, "&#34;", "&quot;"), url.QueryEscape(value), url.PathEscape(value),
		strings.ReplaceAll(url.QueryEscape(value), "+", "%20"), strings.ReplaceAll(value, "/", `\/`), strings.Trim(string(quoted), `"`),
	}
}

// conceal replaces the hidden values in a text, in whichever way they are
// written. It comes before the text is cut, or a part of a value could stay.
func (c *call) conceal(text string) string {
	if c.secrets != nil {
		c.secrets()
		c.secrets = nil
	}
	concealed := make(map[string]string)
	for value, shown := range c.hidden {
		for _, written := range writings(value) {
			concealed[written] = shown
		}
	}
	longestFirst := func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }
	for _, written := range slices.SortedFunc(maps.Keys(concealed), longestFirst) {
		text = strings.ReplaceAll(text, written, concealed[written])
	}
	return text
}

// safe returns an error whose text is fit to be shown: concealed, and clean.
func (c *call) safe(err error) error {
	if err == nil {
		return nil
	}
	return &concealedError{text: clean(c.conceal(err.Error())), err: err}
}

// concealedError is an error whose text has been concealed.
type concealedError struct {
	text string
	err  error
}

func (e *concealedError) Error() string { return e.text }

// Unwrap gives the error with its own text, for its type alone.
func (e *concealedError) Unwrap() error { return e.err }
