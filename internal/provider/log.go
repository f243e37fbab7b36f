// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// logAttempt writes one line at debug level for each attempt of a request. It
// names each field it shows, so that nothing secret can slip in.
func logAttempt(ctx context.Context, attempt opentact.Attempt) {
	if !tflog.IsDebug(ctx) {
		return
	}
	fields := map[string]any{
		"method":      attempt.Method,
		"path":        attempt.Path,
		"attempt":     attempt.Number,
		"status":      attempt.Status,
		"duration_ms": attempt.Duration.Milliseconds(),
		"bytes":       attempt.Bytes,
		"request_id":  attempt.RequestID,
	}
	if attempt.Err != nil {
		fields["error"] = attempt.Err.Error()
	}
	tflog.Debug(ctx, "OpenTact API request", fields)
}

// logNote writes what the client decides about requests, at debug level.
func logNote(ctx context.Context, text string) { tflog.Debug(ctx, text) }
