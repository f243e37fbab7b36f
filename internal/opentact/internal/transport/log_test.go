// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
)

// logged returns the messages in a JSON log.
func logged(t *testing.T, log *bytes.Buffer) (messages []map[string]any) {
	t.Helper()
	for dec := json.NewDecoder(log); ; {
		var message map[string]any
		err := dec.Decode(&message)
		if errors.Is(err, io.EOF) {
			return messages
		}
		if err != nil {
			t.Fatal(err)
		}
		delete(message, slog.TimeKey)
		messages = append(messages, message)
	}
}

// TestLog_EachAttempt checks everything that is logged. The log must contain nothing else,
// such as headers, bodies and the query.
func TestLog_EachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		after := func(wait time.Duration, next step) step {
			return func(req *http.Request) (*http.Response, error) {
				time.Sleep(wait)
				return next(req)
			}
		}
		api := newFakeAPI(
			after(250*time.Millisecond, status(503, "X-Request-Id: r-1", "Set-Cookie: s3cret")),
			after(time.Second, lost),
			after(0, func(*http.Request) (*http.Response, error) {
				resp := respond(200, "")
				resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("{}"), iotest.ErrReader(errFake)))
				return resp, nil
			}),
			after(2*time.Millisecond, status(200, "X-Correlation-Id: r-4")),
		)
		client := newClient(api, func(o *Options) {
			o.MaxRetries = 3
			o.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		r := newRequest(t, http.MethodPatch, "https://api.example/rest/profile?token=s3cret")
		r.Header = http.Header{"X-Auth-Token": {"s3cret"}}
		if err := client.Do(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		message := func(attempt, status, duration, bytes int, id string, err ...string) map[string]any {
			m := map[string]any{
				"level": "DEBUG", "msg": "OpenTact API request", "method": "PATCH", "path": "/rest/profile", "request_id": id,
				"attempt": float64(attempt), "status": float64(status), "duration_ms": float64(duration), "bytes": float64(bytes),
			}
			if len(err) == 1 {
				m["error"] = err[0]
			}
			return m
		}
		want := []map[string]any{
			message(1, 503, 250, 4, "r-1"),
			message(2, 0, 1000, 0, "", "a fake error"),
			message(3, 0, 0, 2, "", "a fake error"),
			message(4, 200, 2, 4, "r-4"),
		}
		if diff := cmp.Diff(want, logged(t, &log)); diff != "" {
			t.Errorf("unexpected log (-want +got):\n%s", diff)
		}
	})
}

// TestLog_IsRedacted is about errors of connections and request IDs.
func TestLog_IsRedacted(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	api := newFakeAPI(func(*http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("no connection for X-Auth-Token s3cret-token\x1b[31m")
	}, status(200, "X-Request-Id: s3cret-token"))
	client := newClient(api, func(o *Options) {
		o.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	r := newRequest(t, http.MethodGet, "https://api.example/rest")
	r.Redactor = redact.New(func() []redact.Secret { return []redact.Secret{{Value: "s3cret-token", Replacement: "(the token)"}} })
	if err := client.Do(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	messages := logged(t, &log)
	if len(messages) != 2 {
		t.Fatalf("got %v", messages)
	}
	if got, want := messages[0]["error"], `no connection for X-Auth-Token (the token) [31m`; got != want {
		t.Errorf("the error is %q, want %q", got, want)
	}
	if got := messages[1]["request_id"]; got != "(the token)" {
		t.Errorf("the request ID is %q", got)
	}
}

// switchedHandler counts messages. Whether it is enabled can change between attempts.
type switchedHandler struct {
	slog.Handler
	enabled  bool
	messages int
}

func (h *switchedHandler) Enabled(context.Context, slog.Level) bool { return h.enabled }

func (h *switchedHandler) Handle(context.Context, slog.Record) error {
	h.messages++
	return nil
}

// TestLog_Off_GathersNothing checks that without debug messages, the values of a message
// are not computed. Redaction takes time.
func TestLog_Off_GathersNothing(t *testing.T) {
	t.Parallel()
	handler := &switchedHandler{Handler: slog.DiscardHandler}
	for name, logger := range map[string]*slog.Logger{"no logger": nil, "logger that is off": slog.New(handler)} {
		redacted := 0
		client := newClient(newFakeAPI(status(200, "X-Request-Id: r-1")), func(o *Options) { o.Logger = logger })
		r := newRequest(t, http.MethodGet, "https://api.example/rest")
		r.Redactor = redact.New(func() []redact.Secret { redacted++; return nil })
		if err := client.Do(t.Context(), r); err != nil || redacted != 0 || handler.messages != 0 {
			t.Errorf("%s: %d texts were redacted, %d messages logged: %v", name, redacted, handler.messages, err)
		}
	}
}

// TestLog_SwitchedOn checks that each attempt calls Enabled of the logger.
func TestLog_SwitchedOn(t *testing.T) {
	t.Parallel()
	handler := &switchedHandler{Handler: slog.DiscardHandler}
	api := newFakeAPI(status(503), status(200))
	client := newClient(roundTripper(func(req *http.Request) (*http.Response, error) {
		defer func() { handler.enabled = true }() // from the second attempt on
		return api.RoundTrip(req)
	}), func(o *Options) { o.Logger = slog.New(handler) })
	if err := send(t.Context(), t, client, http.MethodGet); err != nil || handler.messages != 1 {
		t.Errorf("logged %d messages of the second attempt, want 1: %v", handler.messages, err)
	}
}

// TestLog_RequestThatWasNotAttempted checks that a request whose context ends while it
// waits for the rate limit is not logged as an attempt.
func TestLog_RequestThatWasNotAttempted(t *testing.T) {
	t.Parallel()
	handler := &switchedHandler{Handler: slog.DiscardHandler, enabled: true}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client := newClient(newFakeAPI(status(200)), func(o *Options) { o.Logger = slog.New(handler) })
	if err := send(ctx, t, client, http.MethodGet); err == nil || handler.messages != 0 {
		t.Errorf("logged %d messages: %v", handler.messages, err)
	}
}
