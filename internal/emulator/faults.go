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

// injectFaults lets the rules decide about every request.
func (e *Emulator) injectFaults(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := targetOf(r.URL.EscapedPath())
		injection, fault := e.faults.find(t, e.subjectOf(r, t))
		if injection == nil {
			next.ServeHTTP(w, r)
			return
		}
		e.log.noteFault(r, fault.Action)
		if fault.Action == ActionHold {
			injection.hold()
		}
		if fault.Action == ActionExpireLogins {
			e.ExpireLogins()
		}
		fault.serve(w, r, next)
	})
}

// serve answers a request, or does not, as the action has it. What it does not mention is handled.
func (f Fault) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch f.Action {
	case ActionRespond:
		f.askToWait(w.Header())
		refusal(f.Status, f.message()).write(w)
	case ActionPage:
		f.askToWait(w.Header())
		f.writePage(w)
	case ActionReject:
		answer{status: http.StatusOK, body: envelope{Message: f.message()}}.write(w)
	case ActionCloseBefore:
		closeConnection()
	case ActionCloseAfter:
		next.ServeHTTP(&unsent{header: w.Header()}, r)
		closeConnection()
	case ActionCut:
		whole := &unsent{header: w.Header()}
		next.ServeHTTP(whole, r)
		whole.sendHalf(w)
		closeConnection()
	case ActionEmpty:
		next.ServeHTTP(&unsent{header: make(http.Header)}, r)
		w.WriteHeader(http.StatusNoContent)
	case ActionDelay:
		pause(r.Context(), time.Duration(f.For))
		next.ServeHTTP(w, r)
	case ActionLag:
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), lagKey{}, time.Duration(f.For))))
	default:
		next.ServeHTTP(w, r)
	}
}

// message says that the refusal is none of the API's own.
func (f Fault) message() string {
	if f.Status == 0 {
		return "The emulator was told to refuse"
	}
	return fmt.Sprintf("The emulator was told to answer %d", f.Status)
}

func (f Fault) askToWait(header http.Header) {
	switch {
	case f.RetryAfterDate:
		setRetryAfterDate(header, f.RetryAfter)
	case f.RetryAfter > 0:
		setRetryAfter(header, f.RetryAfter)
	}
}

// writePage answers as a proxy does that knows nothing of the API.
func (f Fault) writePage(w http.ResponseWriter) {
	title := fmt.Sprint(f.Status, " ", http.StatusText(f.Status))
	page := "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head>\n<body><h1>" + title + "</h1></body></html>\n"
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(page)) // a client that went away is no concern of a proxy
}

// closeConnection ends the handling of a request. The server closes the connection, and reports nothing.
func closeConnection() {
	panic(http.ErrAbortHandler)
}

// lagKey is where the context of a request holds how far the state lags that it is answered from, a time.Duration.
type lagKey struct{}

func lagOf(ctx context.Context) time.Duration {
	lag, _ := ctx.Value(lagKey{}).(time.Duration)
	return lag
}

// unsent is an answer that is kept from the client.
type unsent struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (u *unsent) Header() http.Header         { return u.header }
func (u *unsent) Write(p []byte) (int, error) { return u.body.Write(p) }
func (u *unsent) WriteHeader(status int)      { u.status = status }

// sendHalf sends the header, which announces the length of the whole body, and half of the body.
func (u *unsent) sendHalf(w http.ResponseWriter) {
	w.WriteHeader(u.status)
	_, _ = w.Write(u.body.Bytes()[:u.body.Len()/2])
	_ = http.NewResponseController(w).Flush() // it fails only where there is no client that could see the half
}
