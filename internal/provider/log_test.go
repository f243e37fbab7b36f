// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// A message of the client is a line of Terraform's log, at debug level alone.
func TestLogger_WritesWithTflog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &out)
	logger := newLogger().With("kind", "messaging profile")
	logger.DebugContext(ctx, "OpenTact API request", "method", "GET", "status", 503)
	logger.DebugContext(t.Context(), "not in a call of Terraform")
	lines, err := tflogtest.MultilineJSONDecode(&out)
	if err != nil || len(lines) != 1 {
		t.Fatalf("got %v, %v", lines, err)
	}
	for name, want := range map[string]any{
		"@level": "debug", "@message": "OpenTact API request", "method": "GET", "status": 503.0, "kind": "messaging profile",
	} {
		if got := lines[0][name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// The libraries write what Terraform shows, and nothing where it shows nothing.
func TestLogLevels(t *testing.T) {
	t.Parallel()
	all := func(level string) map[string]string {
		return map[string]string{"TF_LOG_PROVIDER_OPENTACT": level, "TF_LOG_SDK": level, "TF_LOG_SDK_PROTO": level, "TF_LOG_SDK_FRAMEWORK": level}
	}
	for _, test := range []struct{ env, want map[string]string }{
		{nil, all("OFF")},
		{map[string]string{"TF_LOG": "debug"}, all("debug")},
		{map[string]string{"TF_LOG_CORE": "TRACE"}, all("OFF")},
		{map[string]string{"TF_LOG": "TRACE", "TF_LOG_PROVIDER": "WARN"}, all("WARN")},
		{
			map[string]string{"TF_LOG_PROVIDER": "TRACE", "TF_LOG_SDK": "ERROR", "TF_LOG_SDK_PROTO": "ERROR"},
			map[string]string{"TF_LOG_PROVIDER_OPENTACT": "TRACE", "TF_LOG_SDK_FRAMEWORK": "TRACE"},
		},
	} {
		if diff := cmp.Diff(test.want, logLevels(func(name string) string { return test.env[name] })); diff != "" {
			t.Errorf("%v: %s", test.env, diff)
		}
	}
}
