// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklog"

	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// The client's messages appear in Terraform's log at debug level.
func TestLogger_WritesWithTflog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &out)
	logger := newLogger().With("kind", "messaging profile")
	logger.DebugContext(ctx, "OpenTact API request", "method", "GET", "status", 503)
	logger.DebugContext(t.Context(), "not in a call from Terraform")
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

// The client does not build messages that Terraform does not log.
func TestLogger_Enabled(t *testing.T) {
	if newLogger().Enabled(t.Context(), slog.LevelDebug) {
		t.Error("the logger is enabled outside of a call from Terraform")
	}
	for level, want := range map[string]bool{"OFF": false, "INFO": false, "DEBUG": true, "TRACE": true} {
		t.Run(level, func(t *testing.T) {
			const variable = "TF_LOG_OF_THIS_TEST"
			t.Setenv(variable, level)
			ctx := tfsdklog.NewRootProviderLogger(t.Context(), tfsdklog.WithLevelFromEnv(variable))
			if got := newLogger().Enabled(ctx, slog.LevelDebug); got != want {
				t.Errorf("the logger is enabled: %t, want %t", got, want)
			}
		})
	}
}

// The libraries log at the level of Terraform's log, and nothing if that is off.
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

// servedVariable names the file that the program of TestServe_LogLevels writes.
const servedVariable = "OPENTACT_TEST_SERVED"

// TestMain serves the provider if TestServe_LogLevels has started the program. When
// its standard input ends, it writes its log levels and ends.
func TestMain(m *testing.M) {
	file := os.Getenv(servedVariable)
	if file == "" {
		os.Exit(m.Run())
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		levels := make(map[string]string)
		for name := range logLevels(func(string) string { return "" }) {
			levels[name] = os.Getenv(name)
		}
		text, _ := json.Marshal(levels) // strings can be encoded
		_ = os.WriteFile(file, text, 0o600)
		os.Exit(0)
	}()
	_ = Serve(version.Current(), false)
}

// TestServe_LogLevels checks that Serve sets the levels before the libraries read them.
func TestServe_LogLevels(t *testing.T) {
	t.Parallel()
	for _, level := range []string{"", "WARN"} {
		file := filepath.Join(t.TempDir(), "levels")
		program := exec.CommandContext(t.Context(), os.Args[0])
		program.Env = []string{
			servedVariable + "=" + file, "TF_LOG=" + level, "TMPDIR=" + filepath.Dir(file), // for its socket
			"GOCOVERDIR=" + filepath.Dir(file), // otherwise a program with coverage writes to os.Stderr, which go-plugin replaces
			// Terraform sets these variables to start a provider.
			"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6",
		}
		var stderr bytes.Buffer
		program.Stderr = &stderr
		stdin, err := program.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := program.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		if handshake, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
			t.Fatalf("%q: %v", handshake, err)
		}
		_ = stdin.Close()
		if err := program.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		want := logLevels(func(name string) string { return map[string]string{"TF_LOG": level}[name] })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("TF_LOG=%s (-want +got):\n%s", level, diff)
		}
	}
}
