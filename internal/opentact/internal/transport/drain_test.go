// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// The connection of an error page is reused, although Classify reads only the beginning of
// the page.
func TestClientDo_BodyIsNotReadToItsEnd_ConnectionIsReused(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		page := strings.Repeat("x", 30_000)
		w.Header().Set("Content-Length", strconv.Itoa(len(page)))
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, page)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	r := newRequest(t, http.MethodGet, server.URL)
	r.Classify = func(resp *http.Response) (apierror.Outcome, error) {
		_, err := resp.Body.Read(make([]byte, 1))
		return apierror.Ambiguous, errors.Join(err, &apierror.ResponseError{Status: resp.StatusCode})
	}
	client := newClient(nil, func(o *Options) { o.MaxRetries = 9 })
	if err := client.Do(t.Context(), r); apierror.StatusOf(err) != http.StatusBadGateway || r.Info().Attempts != 10 {
		t.Errorf("got %v after %d attempts", err, r.Info().Attempts)
	}
	if got := connections.Load(); got != 1 {
		t.Errorf("%d connections were opened, want 1", got)
	}
}

// The header of a 429 counts although its body breaks off.
func TestClientDo_ThrottledResponseBreaksOff_WaitsForRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cut := func(*http.Request) (*http.Response, error) {
			resp := respond(http.StatusTooManyRequests, "", "Retry-After: 20")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), brokenReader{}))
			return resp, nil
		}
		r := newRequest(t, http.MethodPost, "https://api.example/")
		r.Classify = func(resp *http.Response) (apierror.Outcome, error) {
			if _, err := io.ReadAll(resp.Body); err != nil {
				return apierror.Throttled, err
			}
			return apierror.Done, nil
		}
		begin := time.Now()
		client := newClient(newFakeAPI(cut, status(200)), func(o *Options) { o.RetryMaxWait = time.Minute })
		if err := client.Do(t.Context(), r); err != nil || time.Since(begin) < 20*time.Second {
			t.Errorf("got %v after %s", err, time.Since(begin))
		}
	})
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
