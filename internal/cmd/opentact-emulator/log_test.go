// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// loggedRequests returns requests with times in another zone, without and with milliseconds.
func loggedRequests() []emulator.Request {
	arrival := time.Date(2026, 3, 4, 6, 7, 8, 0, time.FixedZone("", 3600))
	return []emulator.Request{
		{
			Time: arrival, Method: "GET", Path: "/rest/profile/messaging", Status: 200, Duration: 1234567 * time.Nanosecond,
			Query: "secret", Body: []byte("secret"), UserAgent: "secret",
		},
		{Time: arrival.Add(90 * time.Millisecond), Method: "DELETE", Path: "/rest/a%0Ab", Duration: 2 * time.Second, Fault: "close_after"},
	}
}

func TestLogger_Text(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	l := newLogger(&stderr, logText)
	for _, r := range loggedRequests() {
		l.request(r)
	}
	l.message(slog.LevelInfo, "two\nlines")
	l.message(slog.LevelWarn, "careful\n")
	l.error(errors.New("failed"))
	l.forServer().Print("of the server")
	want := `2026-03-04T05:07:08.000Z    GET /rest/profile/messaging 200 1.235ms
2026-03-04T05:07:08.090Z DELETE /rest/a%0Ab 0 2s close_after
opentact-emulator: two
lines
Warning: careful
opentact-emulator: failed
opentact-emulator: of the server
`
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("standard error (-want +got):\n%s", diff)
	}
}

func TestLogger_JSON(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	l := newLogger(&stderr, logJSON)
	for _, r := range loggedRequests() {
		l.request(r)
	}
	want := `{"time":"2026-03-04T05:07:08.000Z","level":"INFO","msg":"request","method":"GET","path":"/rest/profile/messaging","status":200,"duration_ms":1.235}
{"time":"2026-03-04T05:07:08.090Z","level":"INFO","msg":"request","method":"DELETE","path":"/rest/a%0Ab","status":0,"duration_ms":2000,"fault":"close_after"}
`
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	stderr.Reset()
	l.message(slog.LevelInfo, "two\nlines")
	l.message(slog.LevelWarn, "careful")
	l.error(errors.New("failed"))
	l.forServer().Print("of the server")
	if diff := cmp.Diff([]string{"INFO two\nlines", "WARN careful", "ERROR failed", "ERROR of the server"}, jsonMessages(t, stderr.String())); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// The errors of the server, such as a panic, are in the log too.
func TestServer_Error_IsLogged(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	defaultTimeouts.newServer(t.Context(), http.NotFoundHandler(), newLogger(&stderr, logJSON)).ErrorLog.Print("failed")
	if diff := cmp.Diff([]string{"ERROR failed"}, jsonMessages(t, stderr.String())); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// jsonMessages returns the level and the message of each line, which must be a JSON object.
func jsonMessages(t *testing.T, stderr string) (all []string) {
	t.Helper()
	for line := range strings.Lines(stderr) {
		var entry struct {
			Time       time.Time
			Level, Msg string
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Time.IsZero() {
			t.Errorf("%q: %v", line, err)
		}
		all = append(all, entry.Level+" "+entry.Msg)
	}
	return all
}

// -quiet omits only requests, and -log changes only the format.
func TestRun_QuietAndLogFlags(t *testing.T) {
	t.Parallel()
	seed := seedFile(t, `{"messaging": [{"name": "x"}]}`)
	for _, c := range []struct {
		args []string
		want []string // prefixes of the lines
	}{
		{nil, []string{"opentact-emulator: loaded 1 profile", "Warning: other machines may reach ", "and password ", "20"}},
		{[]string{"-quiet"}, []string{"opentact-emulator: loaded 1 profile", "Warning: other machines may reach ", "and password "}},
		{[]string{"-log", "json"}, []string{"INFO loaded 1 profile", "WARN other machines may reach ", "INFO request"}},
		{[]string{"-log", "json", "-quiet"}, []string{"INFO loaded 1 profile", "WARN other machines may reach "}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			p := start(t, append([]string{"-addr", ":0", "-seed", seed}, c.args...)...)
			if status := p.get(t, "/profile/messaging", "emulator-token"); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
			p.stop() // waits until all requests are logged
			got := slices.Collect(strings.Lines(p.stderr.String()))
			if slices.Contains(c.args, logJSON) {
				got = jsonMessages(t, p.stderr.String())
			}
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("standard error:\n%q\nwant lines with these prefixes:\n%q", got, c.want)
			}
		})
	}
}

func TestRun_JSONLog_ErrorsAreJSON(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"-log", "json", "-seed", seedFile(t, "{\"messaging\": [\n{}]}")}, &stdout, &stderr)
	if got := jsonMessages(t, stderr.String()); code != exitError || len(got) != 1 || !strings.HasPrefix(got[0], "ERROR invalid seed ") {
		t.Errorf("exit code %d, %q", code, got)
	}
}
