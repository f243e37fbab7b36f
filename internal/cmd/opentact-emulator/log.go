// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"log"
	"log/slog"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// The values of -log.
const (
	logText = "text"
	logJSON = "json"
)

// textPrefix begins each message in a text log, except warnings.
const textPrefix = "opentact-emulator: "

// timeFormat is the layout of all times in the log, with milliseconds. Unlike the layout of slog, it has a fixed width.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// logger writes messages and requests to standard error, as text or as JSON. Lines of concurrent requests don't mix.
type logger struct {
	text *log.Logger
	json *slog.Logger // nil for text
}

func newLogger(w io.Writer, format string) logger {
	l := logger{text: log.New(w, "", 0)}
	if format == logJSON {
		l.json = slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: formatTime}))
	}
	return l
}

// formatTime formats the time of a record with timeFormat, in UTC.
func formatTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		a.Value = slog.StringValue(a.Value.Time().UTC().Format(timeFormat))
	}
	return a
}

// message writes a message, which may have several lines.
func (l logger) message(level slog.Level, text string) {
	if l.json != nil {
		l.json.Log(context.Background(), level, text)
		return
	}
	prefix := textPrefix
	if level == slog.LevelWarn {
		prefix = "Warning: "
	}
	l.text.Print(prefix + text)
}

func (l logger) error(err error) { l.message(slog.LevelError, err.Error()) }

// forServer returns the logger for the errors of an http.Server.
func (l logger) forServer() *log.Logger {
	if l.json != nil {
		return slog.NewLogLogger(l.json.Handler(), slog.LevelError)
	}
	return log.New(l.text.Writer(), textPrefix, 0)
}

// request writes one line. It omits headers, query and body, because they may contain credentials. The path is
// percent-encoded, so it can't contain a line break. Methods are right-aligned, so that grep finds "GET /rest".
func (l logger) request(r emulator.Request) {
	duration := r.Duration.Round(time.Microsecond)
	if l.json != nil {
		record := slog.NewRecord(r.Time, slog.LevelInfo, "request", 0)
		record.AddAttrs(
			slog.String("method", r.Method), slog.String("path", r.Path), slog.Int("status", r.Status),
			slog.Float64("duration_ms", float64(duration)/float64(time.Millisecond)),
		)
		if r.Fault != "" {
			record.AddAttrs(slog.String("fault", string(r.Fault)))
		}
		_ = l.json.Handler().Handle(context.Background(), record)
		return
	}
	fault := ""
	if r.Fault != "" {
		fault = " " + string(r.Fault)
	}
	l.text.Printf("%s %6s %s %d %s%s", r.Time.UTC().Format(timeFormat), r.Method, r.Path, r.Status, duration, fault)
}
