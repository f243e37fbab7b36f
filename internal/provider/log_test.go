// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// The log shows these fields and no others.
func TestRequestLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &out)
	logAttempt(ctx, opentact.Attempt{
		Method: "GET", Path: "/rest/profile/messaging", Number: 2, Status: 503, Duration: 1500 * time.Millisecond, Bytes: 7, RequestID: "r-1",
	})
	logAttempt(ctx, opentact.Attempt{Method: "POST", Err: errors.New("connection refused")})
	lines, err := tflogtest.MultilineJSONDecode(&out)
	if err != nil || len(lines) != 2 {
		t.Fatalf("got %v, %v", lines, err)
	}
	for name, want := range map[string]any{
		"@level": "debug", "@message": "OpenTact API request", "method": "GET", "path": "/rest/profile/messaging",
		"attempt": 2.0, "status": 503.0, "duration_ms": 1500.0, "bytes": 7.0, "request_id": "r-1", "error": nil,
	} {
		if got := lines[0][name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	fields := slices.DeleteFunc(slices.Sorted(maps.Keys(lines[1])), func(name string) bool { return name[0] == '@' })
	want := []string{"attempt", "bytes", "duration_ms", "error", "method", "path", "request_id", "status"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
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
