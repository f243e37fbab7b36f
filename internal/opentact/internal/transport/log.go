// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"log/slog"
	"net/http"
	"time"
)

// logTransport writes one debug message for each attempt. It logs an allow-list of
// values, which contains no body and no header except the request id.
type logTransport struct {
	next   http.RoundTripper
	logger *slog.Logger
}

func (t logTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if !t.logger.Enabled(ctx, slog.LevelDebug) {
		return t.next.RoundTrip(req)
	}
	start := time.Now()
	resp, err := t.next.RoundTrip(req)
	r := requestFrom(ctx)
	attributes := []slog.Attr{
		slog.String("method", req.Method),
		slog.String("path", req.URL.Path),
		slog.Int("attempt", r.exchange.attempts),
		slog.Int64("duration_ms", time.Since(start).Milliseconds()),
		slog.Int64("bytes", r.exchange.bytes),
	}
	status, id := 0, ""
	if resp != nil {
		status, id = resp.StatusCode, r.Redactor.RequestID(resp.Header)
	}
	attributes = append(attributes, slog.Int("status", status), slog.String("request_id", id))
	if err != nil { // err may quote a header of the response
		attributes = append(attributes, slog.String("error", r.Redactor.Text(err.Error())))
	}
	t.logger.LogAttrs(ctx, slog.LevelDebug, "OpenTact API request", attributes...)
	return resp, err
}
