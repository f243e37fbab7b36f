// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxBody is the maximum size of a request body, in bytes. The vendor documents no limit. This one protects the memory.
const maxBody = 1 << 20

// middleware wraps a handler.
type middleware func(http.Handler) http.Handler

// middlewares returns the middlewares of the API, the outermost first.
func (e *Emulator) middlewares() []middleware {
	return []middleware{
		e.log.middleware(e.options.OnRequest),
		delay(e.options.Latency),
		requestID,
		underBasePath,
		e.limit.middleware, // before the rules, which do not count rate-limited requests
		e.injectFaults,     // before authentication, because a failing proxy does not check the token
		e.authenticate,     // before all other checks, even for unknown paths
		limitBody,
	}
}

func chain(handler http.Handler, middlewares ...middleware) http.Handler {
	for i := len(middlewares) - 1; i >= 0; i-- {
		handler = middlewares[i](handler)
	}
	return handler
}

// delay waits for the latency before it handles a request.
func delay(latency time.Duration) middleware {
	return func(next http.Handler) http.Handler {
		if latency == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sleep(r.Context(), latency)
			next.ServeHTTP(w, r)
		})
	}
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// requestID adds an X-Request-Id header to each response, as gateways do. The vendor does not document it.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", hex.EncodeToString(randomBytes(8)))
		next.ServeHTTP(w, r)
	})
}

func underBasePath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != BasePath && !strings.HasPrefix(r.URL.Path, BasePath+"/") {
			rejection(http.StatusNotFound, "The path must begin with "+BasePath).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limitBody rejects a request if its body is incomplete or too large. An incomplete body may be valid JSON.
func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		switch {
		case err != nil:
			rejection(http.StatusBadRequest, "The request body is incomplete").write(w)
		case len(body) > maxBody:
			rejection(http.StatusRequestEntityTooLarge, fmt.Sprintf("The request body must have at most %d bytes", maxBody)).write(w)
		default:
			setBody(r, body)
			next.ServeHTTP(w, r)
		}
	})
}

// setBody replaces the body of a request.
func setBody(r *http.Request, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
}

// randomBytes returns n random bytes. crypto/rand.Read never returns an error.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// newUUID returns a random UUID (version 4), in the form that the document requires.
func newUUID() string {
	b := randomBytes(16)
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80 // RFC 9562 variant
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
