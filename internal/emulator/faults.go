// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// injectFaults applies the first rule that hits the request.
func (e *Emulator) injectFaults(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := targetOf(r.URL.EscapedPath())
		injection, fault := e.rules.find(t, e.keyOf(r, t))
		if injection == nil {
			next.ServeHTTP(w, r)
			return
		}
		e.log.setFault(r, fault.Action)
		if fault.Action == ActionExpireLogins {
			e.ExpireLogins()
		}
		fault.serve(w, r, next, injection.hold)
	})
}

// serve does what the action says. Actions without a case handle the request. hold waits until the rule is released.
func (f Fault) serve(w http.ResponseWriter, r *http.Request, next http.Handler, hold func()) {
	switch f.Action {
	case ActionRespond:
		f.setRetryAfter(w.Header())
		rejection(f.Status, f.message()).write(w)
	case ActionPage:
		f.setRetryAfter(w.Header())
		f.writePage(w)
	case ActionReject:
		response{status: http.StatusOK, body: envelope{Message: f.message()}}.write(w)
	case ActionCloseBefore:
		closeConnection()
	case ActionCloseAfter:
		next.ServeHTTP(&responseBuffer{header: w.Header()}, r)
		closeConnection()
	case ActionCut:
		whole := &responseBuffer{header: w.Header()}
		next.ServeHTTP(whole, r)
		whole.sendHalf(w)
		closeConnection()
	case ActionEmpty:
		next.ServeHTTP(&responseBuffer{header: make(http.Header)}, r)
		w.WriteHeader(http.StatusNoContent)
	case ActionDelay:
		sleep(r.Context(), time.Duration(f.For))
		next.ServeHTTP(w, r)
	case ActionHold:
		hold()
		next.ServeHTTP(w, r)
	case ActionHoldAfter:
		whole := &responseBuffer{header: w.Header()}
		next.ServeHTTP(whole, r)
		hold()
		whole.send(w)
	case ActionLag:
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), lagKey{}, time.Duration(f.For))))
	default:
		next.ServeHTTP(w, r)
	}
}

// message makes clear that a rule caused the response.
func (f Fault) message() string {
	if f.Status == 0 {
		return "A rule of the emulator rejects this request"
	}
	return fmt.Sprintf("A rule of the emulator sets status %d", f.Status)
}

func (f Fault) setRetryAfter(header http.Header) {
	switch {
	case f.RetryAfterDate:
		setRetryAfterDate(header, f.RetryAfter)
	case f.RetryAfter > 0:
		setRetryAfter(header, f.RetryAfter)
	}
}

// writePage writes an HTML page as a proxy does.
func (f Fault) writePage(w http.ResponseWriter) {
	title := fmt.Sprint(f.Status, " ", http.StatusText(f.Status))
	page := "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head>\n<body><h1>" + title + "</h1></body></html>\n"
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(page)) // the client may have disconnected
}

// closeConnection aborts the handler. The server closes the connection and logs nothing.
func closeConnection() {
	panic(http.ErrAbortHandler)
}

// lagKey is the context key for the duration of ActionLag.
type lagKey struct{}

func lagFrom(ctx context.Context) time.Duration {
	lag, _ := ctx.Value(lagKey{}).(time.Duration)
	return lag
}

// responseBuffer is an http.ResponseWriter that sends nothing to the client.
type responseBuffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *responseBuffer) Header() http.Header         { return b.header }
func (b *responseBuffer) Write(p []byte) (int, error) { return b.body.Write(p) }
func (b *responseBuffer) WriteHeader(status int)      { b.status = status }

// send sends the whole response.
func (b *responseBuffer) send(w http.ResponseWriter) {
	w.WriteHeader(b.status)
	_, _ = w.Write(b.body.Bytes()) // the client may have disconnected
}

// sendHalf sends the header, with the Content-Length of the whole body, and the first half of the body.
func (b *responseBuffer) sendHalf(w http.ResponseWriter) {
	w.WriteHeader(b.status)
	_, _ = w.Write(b.body.Bytes()[:b.body.Len()/2])
	_ = http.NewResponseController(w).Flush() // it fails only if the client has disconnected
}
