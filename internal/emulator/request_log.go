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

// Requests returns the requests since New or Reset, in order of arrival, including requests in flight. When a client has a
// response, its status is in the log. The log keeps the latest 256 MiB, including bodies.
func (e *Emulator) Requests() []Request {
	return e.log.all()
}

// requestLog holds the latest requests, in order of arrival.
type requestLog struct {
	maxBytes int

	mu      sync.Mutex // also guards the entries
	entries []*logEntry
	size    int // of the entries, in bytes
}

// logEntry is a request in the log. The middleware completes it even if the log has dropped it.
type logEntry struct {
	Request
	done bool // reports whether the request ended, with or without a response
}

// bytes returns the approximate memory use of the entry.
func (r *logEntry) bytes() int {
	const overhead = 200
	return overhead + len(r.Method) + len(r.Path) + len(r.Query) + len(r.Body) + len(r.UserAgent)
}

// add appends an entry. It drops the oldest entries if the log is too large.
func (l *requestLog) add(entry *logEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	l.size += entry.bytes()
	for l.size > l.maxBytes {
		l.size -= l.entries[0].bytes()
		l.entries[0] = nil // frees the body now, not when append copies the slice
		l.entries = l.entries[1:]
	}
}

// change calls change with an entry, under the lock.
func (l *requestLog) change(entry *logEntry, change func(*logEntry)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(entry)
}

// all returns a copy of the log.
func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Request, 0, len(l.entries)) // not nil: JSON would be null
	for _, entry := range l.entries {
		all = append(all, entry.clone())
	}
	return all
}

// clone returns a copy of the request. The caller holds the lock, unless the request has ended.
func (r *logEntry) clone() Request {
	c := r.Request
	c.Body = bytes.Clone(c.Body)
	return c
}

// reset removes all entries.
func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries, l.size = nil, 0
}

// middleware adds each request to the log, and calls done (which may be nil) after the response.
func (l *requestLog) middleware(done func(Request)) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrival := time.Now()
			entry := &logEntry{Request: Request{
				Time: arrival.UTC().Truncate(time.Millisecond), Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
				Body: truncate(bufferBody(r)), UserAgent: r.UserAgent(),
			}}
			l.add(entry)
			r = r.WithContext(context.WithValue(r.Context(), entryKey{}, entry))
			defer func() {
				l.change(entry, func(entry *logEntry) { entry.done = true })
				if done != nil {
					done(entry.clone()) // nothing changes the entry after its end
				}
			}()
			next.ServeHTTP(&statusWriter{ResponseWriter: w, onStatus: func(status int) {
				l.change(entry, func(entry *logEntry) { entry.Status, entry.Duration = status, time.Since(arrival) })
			}}, r)
		})
	}
}

// entryKey is the context key for the request's log entry, a *logEntry.
type entryKey struct{}

// setFault sets the fault of the request's log entry.
func (l *requestLog) setFault(r *http.Request, action Action) {
	if entry, ok := r.Context().Value(entryKey{}).(*logEntry); ok {
		l.change(entry, func(entry *logEntry) { entry.Fault = action })
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
