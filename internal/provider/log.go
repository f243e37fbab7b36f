// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// logLevels returns the variables of the environment that make the libraries below
// the provider write what Terraform shows. They would write everything, dozens of
// lines for each read, and Terraform would drop what it is not asked for by TF_LOG:
// that was a third of the time of a refresh. What is set already stays.
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

// logAttempt writes one line at debug level for each attempt of a request. It
// names each field it shows, so that nothing secret can slip in.
func logAttempt(ctx context.Context, attempt opentact.Attempt) {
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
