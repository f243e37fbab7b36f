// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Limits to how much of an answer is read, in bytes after decompression.
const (
	maxSingleAnswer = 1 << 20
	maxListAnswer   = 256 << 20
	// maxPart is for one element of a list, and for everything beside the elements.
	// A part is held in memory as a whole, a list is not.
	maxPart = maxSingleAnswer
	// maxExtract is how much of an answer in another form is looked at.
	maxExtract = 2 << 10
)

// answer is a successful answer's envelope.
type answer struct {
	envelope
	// empty tells that there was no body, as a DELETE may answer.
	empty bool
}

// readAnswer reads a whole answer and tells the four kinds apart: success, the
// API's own error (*APIError), an answer of something else (*AnswerError), and
// an answer that broke off (the reader's error, as it is).
func readAnswer(c *call, resp *http.Response) (*answer, error) {
	c.status = resp.StatusCode
	if resp.StatusCode < http.StatusOK { // what follows is no answer, and need not have an end
		return nil, c.answerError(resp, "it switches to another protocol")
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return nil, c.answerError(resp, "a redirect to "+redirectTarget(c, resp)+", which is not followed; base_url must name the API itself")
	}
	if resp.ContentLength > c.limit { // it need not be read to know
		return nil, c.tooLarge(resp)
	}
	seen := &extract{}
	limited := &limitedReader{Reader: resp.Body, left: c.limit, part: maxPart}
	env, err := readEnvelope(io.TeeReader(limited, seen), elements{pages: c.pages, take: func(raw json.RawMessage) error {
		limited.part = maxPart
		return c.element(raw)
	}})
	c.size = c.limit - limited.left
	ok := resp.StatusCode >= 200 && resp.StatusCode < 300
	switch {
	case err == nil:
	case errors.Is(err, errTooLarge):
		return nil, c.tooLarge(resp)
	case errors.Is(err, errPartTooLarge):
		return nil, c.answerError(resp, fmt.Sprintf("one part of it is larger than %d bytes", maxPart))
	case limited.err != nil:
		return nil, limited.err
	case seen.isEmpty() && ok && c.method == http.MethodDelete:
		return &answer{empty: true}, nil
	case seen.isEmpty():
		return nil, c.answerError(resp, "it is empty")
	case seen.json() != nil && errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	case isType[*duplicateError](err):
		return nil, c.answerError(resp, err.Error())
	default:
		return nil, c.answerError(resp, "it is not the API's JSON: "+seen.describe(c, resp)+seen.fault(err))
	}
	switch {
	case env.success == nil && ok && c.method == http.MethodDelete:
		return &answer{empty: true}, nil // any 2xx will do, as long as it is JSON
	case env.success == nil:
		return nil, c.answerError(resp, `it is JSON without "success": `+seen.describe(c, resp))
	case !*env.success:
		return nil, c.apiError(resp, env)
	case !ok:
		return nil, c.answerError(resp, `it says "success": true`)
	case env.unreadable != nil:
		return nil, c.answerError(resp, env.unreadable.Error())
	default:
		return &answer{envelope: env}, nil
	}
}

func (c *call) tooLarge(resp *http.Response) *AnswerError {
	return c.answerError(resp, fmt.Sprintf("it is larger than %d bytes", c.limit))
}

// redirectTarget names where a redirect pointed, without its query or any
// credentials.
func redirectTarget(c *call, resp *http.Response) string {
	target, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || target.String() == "" {
		return "an unreadable address"
	}
	return c.shown(resp.Request.URL.ResolveReference(&url.URL{
		Scheme: target.Scheme, Host: target.Host, Path: target.Path,
	}).String())
}

// extract keeps the beginning of what passes.
type extract struct{ text []byte }

func (e *extract) Write(p []byte) (int, error) {
	if room := maxExtract - len(e.text); room > 0 {
		e.text = append(e.text, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// isEmpty tells whether nothing but white space was read.
func (e *extract) isEmpty() bool { return len(bytes.TrimSpace(e.text)) == 0 }

// json returns the text from where it begins to be JSON, if need be behind a
// byte order mark or a prefix against script inclusion; nil if it is not JSON.
func (e *extract) json() []byte {
	start := bytes.TrimLeft(e.text, " \t\r\n\ufeff)]}',;")
	if isComposite(start) {
		return start
	}
	return nil
}

// fault says where what begins as JSON ends to be.
func (e *extract) fault(err error) string {
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok || e.json() == nil {
		return ""
	}
	return fmt.Sprintf(" (%s)", clean(syntax.Error()))
}

// describe shows what an answer in another form is: its media type, and how it
// begins. JSON is described by its members' names alone: their values may be
// secret.
func (e *extract) describe(c *call, resp *http.Response) string {
	contentType := c.shown(resp.Header.Get("Content-Type"))
	if contentType == "" {
		contentType = "no content type"
	}
	if text := e.json(); text != nil {
		return fmt.Sprintf("%s, %s", contentType, describeJSON(text))
	}
	if c.secret && resp.StatusCode < 300 {
		return contentType
	}
	return fmt.Sprintf("%s, beginning %q", contentType, shorten(c.shown(string(e.text)), 200))
}

// shorten cuts a text to a number of characters.
func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// describeJSON tells of what kind a JSON value is, without showing any value.
func describeJSON(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	var object members
	var array []json.RawMessage
	switch {
	case len(raw) == 0:
		return "nothing"
	case isNull(raw):
		return "null"
	case json.Unmarshal(raw, &object) == nil && len(object) == 0:
		return "an empty object"
	case object != nil:
		return "an object with the members " + shorten(clean(fmt.Sprint(object.names())), 200)
	case json.Unmarshal(raw, &array) == nil:
		return fmt.Sprintf("an array of %d", len(array))
	case raw[0] == '{':
		return "a JSON object"
	case isComposite(raw):
		return "JSON"
	default:
		return "a single JSON value"
	}
}

// isComposite tells whether a JSON value has others inside, as far as its
// beginning shows.
func isComposite(raw json.RawMessage) bool { return bytes.ContainsAny(raw[:min(1, len(raw))], "{[") }

var (
	errTooLarge     = errors.New("the answer is too large")
	errPartTooLarge = errors.New("one part of the answer is too large")
)

// limitedReader fails once more than left bytes have been read, or more than part
// of one part. It remembers the error that ended the reading, so that a broken
// connection can be told from broken JSON.
type limitedReader struct {
	io.Reader
	left, part int64
	err        error
}

func (r *limitedReader) Read(p []byte) (int, error) {
	p = p[:min(int64(len(p)), r.left+1, r.part+1)]
	n, err := r.Reader.Read(p)
	r.left -= int64(n)
	r.part -= int64(n)
	switch {
	case r.left < 0:
		return 0, errTooLarge
	case r.part < 0:
		return 0, errPartTooLarge
	case err != nil && !errors.Is(err, io.EOF):
		r.err = err
	}
	return n, err
}
