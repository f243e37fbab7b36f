// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"sync"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// maxFields is the maximum number of fields in an APIError. No kind has that many fields.
const maxFields = 20

// Response reads one response and returns its outcome. The caller sets the first group of
// fields. Classify sets the second group.
type Response struct {
	// Redactor removes secrets from errors.
	Redactor *redact.Redactor
	// MaxBytes is the maximum size of the body.
	MaxBytes int64
	// Item is called with each item of an array payload. InPages reports whether the
	// array may be inside an object, which is a page of a list.
	Item    func(json.RawMessage) error
	InPages bool
	// Reset is called before a response is read. It drops the items of an earlier
	// attempt, which may have failed in the middle of its response.
	Reset func()
	// Check is called with a successful response. It returns an error if the payload is
	// not the expected one.
	Check func(*Response) error

	// Payload is the payload without the items of a page. It is nil if the payload is an
	// array.
	Payload json.RawMessage
	// IsArray and IsPage report whether the payload is an array or a page.
	IsArray, IsPage bool
	// Size is the number of bytes of the body that were read.
	Size int64
	// status is the HTTP status.
	status int
}

// Classify reads a response to its end within the limits and returns the outcome of the
// request. For every outcome except Done there is an error: an *apierror.APIError, an
// *apierror.ResponseError, or the error of a connection that broke off.
func (r *Response) Classify(resp *http.Response) (apierror.Outcome, error) {
	r.Payload, r.IsArray, r.IsPage, r.Size, r.status = nil, false, false, 0, resp.StatusCode
	if r.Reset != nil {
		r.Reset()
	}
	form, err := r.read(resp)
	return outcomeOf(resp.StatusCode, form), err
}

// form is the form of a response's body.
type form int

const (
	unreadable form = iota // not the API's JSON, or not what was expected
	incomplete             // the connection broke off
	rejection              // the envelope says "success": false
	success                // the envelope says "success": true
)

// outcomeOf returns the outcome for a status and the form of a body. Only outcomeOf
// decides whether the server acted on a request that it responded to.
func outcomeOf(status int, body form) apierror.Outcome {
	switch {
	case status == http.StatusTooManyRequests:
		return apierror.Throttled
	case body == incomplete || status == http.StatusRequestTimeout || status >= 500 || status < 200:
		return apierror.Ambiguous
	case status >= 300 || body == rejection:
		return apierror.Rejected
	case body == success:
		return apierror.Done
	default:
		return apierror.Ambiguous
	}
}

// read reads the body and returns its form.
func (r *Response) read(resp *http.Response) (form, error) {
	switch {
	case resp.StatusCode < http.StatusOK: // the data that follows may have no end
		return unreadable, r.unexpected("it switches to another protocol")
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return unreadable, r.unexpected("a redirect to " + redirectTarget(resp) + ", which is not followed; base_url must name the API itself")
	case resp.ContentLength > r.MaxBytes:
		return unreadable, r.tooLarge()
	}
	limited := &limitedReader{Reader: resp.Body, left: r.MaxBytes, part: maxPart}
	body := bufio.NewReaderSize(limited, maxHead)
	head, _ := body.Peek(maxHead) // the error comes again when the rest is read
	head = bytes.Clone(bytes.TrimSpace(head))
	env, err := readEnvelope(body, items{inPages: r.InPages, take: func(raw json.RawMessage) error {
		limited.part = maxPart
		if r.Item == nil {
			return errors.New("an object was expected, found an array")
		}
		return r.Item(raw)
	}})
	r.Size = r.MaxBytes - limited.left
	if err != nil {
		return r.bodyError(resp, head, limited.err, err)
	}
	return r.judge(resp, env)
}

// bodyError returns the form and the error of a body that is not an envelope.
func (r *Response) bodyError(resp *http.Response, seen []byte, connection, err error) (form, error) {
	isJSON := IsComposite(seen)
	switch {
	case errors.Is(err, errTooLarge):
		return unreadable, r.tooLarge()
	case errors.Is(err, errPartTooLarge):
		return unreadable, r.unexpected(fmt.Sprintf("one part of it is larger than %d bytes", maxPart))
	case connection != nil:
		return incomplete, connection
	case len(seen) == 0:
		return unreadable, r.unexpected("it is empty")
	case isJSON && errors.Is(err, io.ErrUnexpectedEOF):
		return incomplete, err
	}
	if _, ok := errors.AsType[*duplicateError](err); ok {
		return unreadable, r.unexpected(err.Error())
	}
	detail := ""
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && isJSON {
		detail = ": " + redact.Clean(syntax.Error())
	}
	return unreadable, r.unexpected(r.describe(resp, seen) + detail)
}

// judge returns the form and the error of a body that is a JSON object.
func (r *Response) judge(resp *http.Response, env envelope) (form, error) {
	switch {
	case env.success == nil:
		return unreadable, r.unexpected(`JSON without "success"` + r.mediaType(resp))
	case !*env.success:
		return rejection, r.apiError(resp, env)
	case !r.is2xx():
		return unreadable, r.unexpected(`it says "success": true`)
	}
	r.Payload, r.IsArray, r.IsPage = env.payload, env.isArray, env.isPage
	err := env.itemErr
	if err == nil && r.Check != nil {
		err = r.Check(r)
	}
	if err != nil {
		return unreadable, &apierror.ResponseError{Status: r.status, Reason: r.Redactor.Text(err.Error()), Success: true}
	}
	return success, nil
}

func (r *Response) is2xx() bool { return r.status >= 200 && r.status < 300 }

func (r *Response) unexpected(reason string) error {
	return &apierror.ResponseError{Status: r.status, Reason: r.Redactor.Text(reason)}
}

func (r *Response) tooLarge() error {
	return r.unexpected(fmt.Sprintf("it is larger than %d bytes", r.MaxBytes))
}

func (r *Response) apiError(resp *http.Response, env envelope) error {
	names := slices.Sorted(maps.Keys(env.fields))
	fields := make(map[string]string)
	for _, name := range names[:min(len(names), maxFields)] {
		fields[r.Redactor.Text(name)] = r.Redactor.Text(env.fields[name])
	}
	return &apierror.APIError{
		Status: resp.StatusCode, Message: r.Redactor.Text(env.message), Fields: fields,
		RequestID: r.Redactor.RequestID(resp.Header),
	}
}

// redirectTarget returns the scheme and host of the target of a redirect.
func redirectTarget(resp *http.Response) string {
	target, err := resp.Location()
	if err != nil || target.Host == "" {
		return "an unreadable address"
	}
	return target.Scheme + "://" + target.Host
}

// title matches the title of an HTML page.
var title = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)<title[^>]*>([^<]*)`) })

// describe describes a body that is not the API's JSON. It quotes only the title of an
// HTML page, because the page of a gateway may repeat the headers of the request.
func (r *Response) describe(resp *http.Response, seen []byte) string {
	what := "a body that is not the API's JSON"
	if match := title().FindSubmatch(seen); match != nil && !IsComposite(seen) {
		what = fmt.Sprintf("an HTML page with the title %q", redact.Shorten(r.Redactor.Text(html.UnescapeString(string(match[1]))), 100))
	}
	return what + r.mediaType(resp)
}

// mediaType returns the media type of a response, and its length if that is known.
func (r *Response) mediaType(resp *http.Response) string {
	text, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		text = "no media type"
	}
	if resp.ContentLength >= 0 {
		text += fmt.Sprintf(", %d bytes", resp.ContentLength)
	}
	return " (" + text + ")"
}
