// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// setLogLevels makes the libraries below the provider write what Terraform shows.
// They are made to write everything, dozens of lines for each read, and Terraform to
// drop what it was not asked for by TF_LOG: a third of the time that a refresh takes.
// A level that is set in the environment for one of them stays.
func setLogLevels() {
	level := cmp.Or(os.Getenv("TF_LOG_PROVIDER"), os.Getenv("TF_LOG"), "OFF")
	for _, name := range []string{"TF_LOG_PROVIDER_OPENTACT", "TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		if os.Getenv(name) == "" {
			_ = os.Setenv(name, level) // the names are good ones
		}
	}
}

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
