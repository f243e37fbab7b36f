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

// maxBody is the largest request body, in bytes, that is read. The vendor documents no limit; this one keeps a runaway
// client from filling the memory.
const maxBody = 1 << 20

// link is one step on a request's way in. Whatever the API learns to do for every request is one more of these.
type link func(http.Handler) http.Handler

// links lists the steps before the operation itself, the outermost first.
func (e *Emulator) links() []link {
	return []link{
		e.log.link(e.options.OnRequest),
		delay(e.options.Latency),
		requestID,
		underBasePath,
		e.limit.link,   // before the rules, which count nothing that the limit refuses
		e.injectFaults, // before the token is judged, which a proxy that fails has not looked at either
		e.authenticate, // before the API judges anything else, unknown paths included
		limitBody,
	}
}

func chain(last http.Handler, links ...link) http.Handler {
	for i := len(links) - 1; i >= 0; i-- {
		last = links[i](last)
	}
	return last
}

// delay makes the API as slow as a network would.
func delay(latency time.Duration) link {
	return func(next http.Handler) http.Handler {
		if latency == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			pause(r.Context(), latency)
			next.ServeHTTP(w, r)
		})
	}
}

// pause waits, at most until nobody is there any more to be kept waiting.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// requestID gives every answer an id, as gateways do. The vendor documents none.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", hex.EncodeToString(randomBytes(8)))
		next.ServeHTTP(w, r)
	})
}

func underBasePath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != BasePath && !strings.HasPrefix(r.URL.Path, BasePath+"/") {
			refusal(http.StatusNotFound, "Nothing is served outside "+BasePath).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limitBody hands on a body that is complete and not too long, or nothing: half a body may look like a whole one.
func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		switch {
		case err != nil:
			refusal(http.StatusBadRequest, "The request body did not arrive completely").write(w)
		case len(body) > maxBody:
			refusal(http.StatusRequestEntityTooLarge, fmt.Sprintf("The request body is larger than %d bytes", maxBody)).write(w)
		default:
			setBody(r, body)
			next.ServeHTTP(w, r)
		}
	})
}

// setBody replaces the body of a request by one that is in memory.
func setBody(r *http.Request, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
}

// randomBytes returns n random bytes. The standard library promises that reading them cannot fail.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// newUUID returns a random (version 4) uuid in the form that the document prescribes.
func newUUID() string {
	b := randomBytes(16)
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80 // RFC 9562 variant
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
