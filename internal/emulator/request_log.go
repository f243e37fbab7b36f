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

// Request is one entry of the request log. It holds no header that may carry a credential.
type Request struct {
	// Method, Path and Query are as received; Path and Query are still percent-encoded.
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query,omitempty"`
	// Body is as received, nil if there was none. Of a body that is too large only the first MiB is kept.
	Body []byte `json:"body,omitempty"`
	// Status is the HTTP status of the answer; 0 while there is none, and for good if the connection was dropped instead.
	// An answer that was cut off has a status, because the client has seen it.
	Status int `json:"status"`
	// Fault is what an injected rule made of the request; empty if none hit.
	Fault Action `json:"fault,omitempty"`
	// Duration is the time from arrival until the answer began.
	Duration time.Duration `json:"duration"`
	// UserAgent is the header of that name.
	UserAgent string `json:"user_agent,omitempty"`
}

// MarshalJSON writes the body as a string, in which what is no UTF-8 is replaced, and the duration as Go does, "1.5ms".
func (r Request) MarshalJSON() ([]byte, error) {
	type members Request // without this method
	return json.Marshal(struct {
		members
		Body     string   `json:"body,omitempty"`
		Duration Duration `json:"duration"`
	}{members(r), string(r.Body), Duration(r.Duration)})
}

// maxLog is how much the log holds, in bytes. Whoever can reach the emulator can fill it, without a token too.
const maxLog = 256 << 20

// Requests returns the log of the requests since New, in order of arrival, those that are still being served included.
// A client that has its answer finds the status here too. Only the latest are kept, of 256 MiB with their bodies.
func (e *Emulator) Requests() []Request {
	return e.log.all()
}

type requestLog struct {
	// most is how many bytes the entries may take.
	most int

	mu      sync.Mutex
	entries []Request
	// forgotten is how many there were before these, and size what these take.
	forgotten, size int
}

// bytes is about what the entry takes in memory.
func (r *Request) bytes() int {
	const itself = 200
	return itself + len(r.Method) + len(r.Path) + len(r.Query) + len(r.Body) + len(r.UserAgent)
}

// add enters a request that has arrived and returns its place.
func (l *requestLog) add(entry Request) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	l.size += entry.bytes()
	for l.size > l.most {
		l.size -= l.entries[0].bytes()
		l.entries[0] = Request{} // or what it holds would stay until the slice is copied
		l.entries = l.entries[1:]
		l.forgotten++
	}
	return l.forgotten + len(l.entries) - 1
}

// change changes the entry at a place, if it has not been forgotten.
func (l *requestLog) change(place int, change func(*Request)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if place >= l.forgotten {
		change(&l.entries[place-l.forgotten])
	}
}

// all returns a copy of the log.
func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := append([]Request{}, l.entries...) // never nil, which JSON would have as null
	for i := range all {
		all[i].Body = bytes.Clone(all[i].Body)
	}
	return all
}

// link enters every request into the log. It has to read the body for that, and hands it on unread.
func (l *requestLog) link(done func(Request)) link {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			arrival := time.Now()
			entry := Request{
				Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
				Body: kept(readAhead(r)), UserAgent: r.UserAgent(),
			}
			place := l.add(entry)
			r = r.WithContext(context.WithValue(r.Context(), placeKey{}, place))
			if done != nil {
				defer func() {
					l.change(place, func(kept *Request) { entry = *kept })
					entry.Body = bytes.Clone(entry.Body)
					done(entry)
				}()
			}
			next.ServeHTTP(&statusWriter{ResponseWriter: w, onStatus: func(status int) {
				l.change(place, func(entry *Request) { entry.Status, entry.Duration = status, time.Since(arrival) })
			}}, r)
		})
	}
}

// placeKey is where the context of a request holds its place in the log, an int.
type placeKey struct{}

// noteFault enters what a rule makes of a request that the log has.
func (l *requestLog) noteFault(r *http.Request, action Action) {
	if place, ok := r.Context().Value(placeKey{}).(int); ok {
		l.change(place, func(entry *Request) { entry.Fault = action })
	}
}

func kept(body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	return body[:min(len(body), maxBody)]
}

// readAhead reads the body of a request, up to one byte more than is taken, and puts it back.
func readAhead(r *http.Request) []byte {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	r.Body = &readAgain{Reader: bytes.NewReader(body), err: err}
	return body
}

// readAgain is a body that was read once: the bytes, then the error that ended the first reading, if there was one.
type readAgain struct {
	*bytes.Reader
	err error
}

func (b *readAgain) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.err != nil {
		err = b.err
	}
	return n, err
}

func (b *readAgain) Close() error { return nil }

// statusWriter reports the status before the first byte of the answer can reach the client, so that the log never lags
// behind what a client knows.
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

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
