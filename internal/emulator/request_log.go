// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

// Request is one entry of the request log. It has no headers that may contain credentials.
type Request struct {
	// Time is the arrival of the request, in UTC and whole milliseconds.
	Time time.Time `json:"time"`
	// Method, Path and Query are as received. Path and Query are percent-encoded.
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query,omitempty"`
	// Body is as received, or nil if there was none. If it was larger than 1 MiB, only the first MiB is kept.
	Body []byte `json:"body,omitempty"`
	// Status is the HTTP status of the response. It is 0 while the request is served, and stays 0 if the connection was
	// closed without a response. A response that was cut has a status, because the client received it.
	Status int `json:"status"`
	// Fault is the action of the rule that hit the request, or empty.
	Fault Action `json:"fault,omitempty"`
	// Duration is the time from the arrival of the request to the first byte of the response.
	Duration time.Duration `json:"duration"`
	// UserAgent is the User-Agent header.
	UserAgent string `json:"user_agent,omitempty"`
}

// MarshalJSON encodes the body as a string, with invalid UTF-8 replaced, and the duration as a string such as "1.5ms".
func (r Request) MarshalJSON() ([]byte, error) {
	type fields Request // has no MarshalJSON
	return json.Marshal(struct {
		fields
		Body     string   `json:"body,omitempty"`
		Duration Duration `json:"duration"`
	}{fields(r), string(r.Body), Duration(r.Duration)})
}

// maxLog is the maximum size of the log in bytes. Clients without a token can fill the log too.
const maxLog = 256 << 20

// Requests returns the requests since New, in order of arrival, including requests that are still being served. When a
// client has a response, its status is in the log. The log keeps the latest 256 MiB, including bodies.
func (e *Emulator) Requests() []Request {
	return e.log.all()
}

// requestLog holds the latest requests. Entries are numbered from 0 in order of arrival.
type requestLog struct {
	maxBytes int

	mu      sync.Mutex
	entries []Request
	dropped int // number of entries removed from the beginning
	size    int // of the entries, in bytes
}

// bytes returns the approximate memory use of the entry.
func (r *Request) bytes() int {
	const overhead = 200
	return overhead + len(r.Method) + len(r.Path) + len(r.Query) + len(r.Body) + len(r.UserAgent)
}

// add appends an entry and returns its number. It drops the oldest entries if the log is too large.
func (l *requestLog) add(entry Request) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	l.size += entry.bytes()
	for l.size > l.maxBytes {
		l.size -= l.entries[0].bytes()
		l.entries[0] = Request{} // frees the body now, not when append copies the slice
		l.entries = l.entries[1:]
		l.dropped++
	}
	return l.dropped + len(l.entries) - 1
}

// change calls change with an entry, unless the entry was dropped.
func (l *requestLog) change(number int, change func(*Request)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if number >= l.dropped {
		change(&l.entries[number-l.dropped])
	}
}

// all returns a copy of the log.
func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := append([]Request{}, l.entries...) // not nil: JSON would be null
	for i := range all {
		all[i].Body = bytes.Clone(all[i].Body)
	}
	return all
}

// middleware adds each request to the log, and calls done (which may be nil) after the response.
func (l *requestLog) middleware(done func(Request)) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrival := time.Now()
			entry := Request{
				Time: arrival.UTC().Truncate(time.Millisecond), Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
				Body: truncate(bufferBody(r)), UserAgent: r.UserAgent(),
			}
			number := l.add(entry)
			r = r.WithContext(context.WithValue(r.Context(), numberKey{}, number))
			if done != nil {
				defer func() {
					l.change(number, func(current *Request) { entry = *current })
					entry.Body = bytes.Clone(entry.Body)
					done(entry)
				}()
			}
			next.ServeHTTP(&statusWriter{ResponseWriter: w, onStatus: func(status int) {
				l.change(number, func(entry *Request) { entry.Status, entry.Duration = status, time.Since(arrival) })
			}}, r)
		})
	}
}

// numberKey is the context key for the number of the request's log entry, an int.
type numberKey struct{}

// setFault sets the fault of the request's log entry.
func (l *requestLog) setFault(r *http.Request, action Action) {
	if number, ok := r.Context().Value(numberKey{}).(int); ok {
		l.change(number, func(entry *Request) { entry.Fault = action })
	}
}

// truncate returns at most maxBody bytes of the body, or nil if it is empty.
func truncate(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	return body[:min(len(body), maxBody)]
}

// bufferBody reads at most maxBody+1 bytes of the body. Then the body can be read again.
func bufferBody(r *http.Request) []byte {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	r.Body = &bufferedBody{Reader: bytes.NewReader(body), err: err}
	return body
}

// bufferedBody returns the bytes of a body that was read, then the error of that reading, if any.
type bufferedBody struct {
	*bytes.Reader
	err error
}

func (b *bufferedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.err != nil {
		err = b.err
	}
	return n, err
}

func (b *bufferedBody) Close() error { return nil }

// statusWriter calls onStatus before it sends the first byte of the response. So the log has the status before the
// client has it.
type statusWriter struct {
	http.ResponseWriter
	onStatus func(int)
	reported bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.reported {
		w.reported = true
		w.onStatus(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if !w.reported {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
