// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"log/slog"
	"slices"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// logLevels returns environment variables that set the log level of the provider's
// libraries to the level that Terraform shows. By default, the libraries write dozens of
// lines for each read, and Terraform drops the lines below TF_LOG. That took a third of
// the time of a refresh. Variables that are set already are not changed.
func logLevels(getenv func(string) string) map[string]string {
	level := cmp.Or(getenv("TF_LOG_PROVIDER"), getenv("TF_LOG"), "OFF")
	levels := make(map[string]string)
	for _, name := range []string{"TF_LOG_PROVIDER_OPENTACT", "TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		if getenv(name) == "" {
			levels[name] = level
		}
	}
	return levels
}

// newLogger returns a logger for the client that writes to Terraform's log.
func newLogger() *slog.Logger { return slog.New(tflogHandler{}) }

// tflogHandler writes log records with tflog. Groups are ignored: the client uses none.
type tflogHandler struct{ attributes []slog.Attr }

func (h tflogHandler) Enabled(ctx context.Context, _ slog.Level) bool { return tflog.IsDebug(ctx) }

func (h tflogHandler) Handle(ctx context.Context, record slog.Record) error {
	record.AddAttrs(h.attributes...)
	fields := make(map[string]any, record.NumAttrs())
	record.Attrs(func(attribute slog.Attr) bool {
		fields[attribute.Key] = attribute.Value.Any()
		return true
	})
	tflog.Debug(ctx, record.Message, fields)
	return nil
}

func (h tflogHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return tflogHandler{attributes: slices.Concat(h.attributes, attributes)}
}

func (h tflogHandler) WithGroup(string) slog.Handler { return h }
