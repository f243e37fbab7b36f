// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// lockedBuffer is a standard error for concurrent use.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// program is an emulator that runs in a goroutine of the test.
type program struct {
	greeting []string // the lines of standard output
	url      string
	stderr   *lockedBuffer
	stop     func() int // stops the program and returns its exit code
}

// start runs the program and waits for its greeting.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stdout, out := io.Pipe()
	p := &program{stderr: &lockedBuffer{}}
	exited := make(chan int, 1)
	go func() {
		code := run(ctx, args, out, p.stderr)
		_ = out.Close()
		exited <- code
	}()
	p.stop = sync.OnceValue(func() int { cancel(); return <-exited })
	t.Cleanup(func() { p.stop() })
	lines := bufio.NewScanner(stdout)
	complete := false
	for !complete && lines.Scan() {
		p.greeting = append(p.greeting, lines.Text())
		complete = lines.Text() == "Press Ctrl-C to stop."
	}
	if !complete {
		t.Fatalf("the program ended after printing %q; standard error: %s", p.greeting, p.stderr)
	}
	_, p.url, _ = strings.Cut(p.greeting[0], "listening on ")
	return p
}

// get sends a GET with a token and returns the status.
func (p *program) get(t *testing.T, path, token string) int {
	t.Helper()
	status, _ := p.do(t, http.MethodGet, p.url+path, withToken(token), "")
	return status
}

func withToken(token string) http.Header {
	return http.Header{"X-Auth-Token": {token}, "Content-Type": {"application/json"}}
}

// do sends a request on a new connection and returns the body of the response. Without a response, it returns status 0
// and the text of the error.
func (p *program) do(t *testing.T, method, url string, header http.Header, body string) (status int, responseBody string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	request.Header = header
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	_ = response.Body.Close()
	return response.StatusCode, string(raw)
}

func TestRun_ServesUntilStopped(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0")
	want := []string{
		"opentact-emulator is listening on " + p.url,
		"Configure the provider:",
		"  export OPENTACT_BASE_URL=" + p.url,
		"  export OPENTACT_TOKEN=emulator-token",
		"Profiles and requests, in a browser: http://" + hostOf(p.url) + "/",
		"Press Ctrl-C to stop.",
	}
	if diff := cmp.Diff(want, p.greeting); diff != "" {
		t.Errorf("greeting (-want +got):\n%s", diff)
	}
	if status := p.get(t, "/profile/messaging", "emulator-token"); status != http.StatusOK {
		t.Errorf("a valid request has status %d", status)
	}
	if status := p.get(t, "/profile/messaging", "another"); status != http.StatusUnauthorized {
		t.Errorf("a request with another token has status %d", status)
	}
	_, body := p.create(t)
	var created struct{ Payload struct{ UUID string } }
	if err := json.Unmarshal([]byte(body), &created); err != nil {
		t.Fatal(err)
	}
	profile := "/profile/messaging/" + created.Payload.UUID
	if status := p.get(t, profile, "emulator-token"); status != http.StatusOK {
		t.Errorf("the profile has status %d", status)
	}
	if code := p.stop(); code != exitOK {
		t.Errorf("exit code %d, want 0; standard error: %s", code, p.stderr)
	}
	// The emulator of another test may have the port now, but not the profile.
	if status := p.get(t, profile, "emulator-token"); status == http.StatusOK {
		t.Error("the program still serves the profile")
	}
}

func TestRun_ControlFlag_PrintsControlURL(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control")
	if want := "Control endpoint: http://" + hostOf(p.url) + "/_emulator"; p.greeting[5] != want {
		t.Errorf("the sixth line is %q, want %q", p.greeting[5], want)
	}
}

func TestRun_HealthRequest_IsNotLogged(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0")
	if status, _ := p.do(t, http.MethodGet, "http://"+hostOf(p.url)+"/_emulator/health", nil, ""); status != http.StatusOK {
		t.Errorf("the health request has status %d", status)
	}
	p.stop()
	if p.stderr.String() != "" {
		t.Errorf("standard error: %s", p.stderr)
	}
}

func TestRun_VersionFlag_PrintsVersion(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"-version"}, &stdout, &stderr)
	if want := fmt.Sprintf("opentact-emulator %s\n", version.Current()); code != exitOK || stdout.String() != want || stderr.Len() > 0 {
		t.Errorf("exit code %d, %q and %q, want %q", code, &stdout, &stderr, want)
	}
}

func hostOf(url string) string {
	return strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/rest")
}

func TestRun_RequestLog_OmitsSecrets(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-token", "very-secret")
	if p.greeting[1] != "Configure the provider (TOKEN is the value of -token):" || p.greeting[3] != `  export OPENTACT_TOKEN="$TOKEN"` {
		t.Errorf("the greeting is %q", p.greeting)
	}
	p.get(t, "/profile/messaging?q=very-secret", "very-secret")
	p.get(t, "/profile/a%0Ab", "very-secret")
	p.stop() // waits until all requests are logged
	lines := strings.Split(strings.TrimSpace(p.stderr.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("want two lines, got %q", lines)
	}
	for i, want := range []string{" GET /rest/profile/messaging 200 ", " GET /rest/profile/a%0Ab 404 "} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %q does not contain %q", lines[i], want)
		}
	}
	if strings.Contains(p.stderr.String(), "very-secret") {
		t.Errorf("the log shows the token:\n%s", p.stderr)
	}
}

func TestRun_StoppedDuringLatency_Exits(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-latency", "1h")
	done := make(chan error, 1)
	sent := make(chan struct{})
	go func() { done <- requestOnce(p.url, sent) }()
	<-sent
	if code := p.stop(); code != exitOK {
		t.Errorf("exit code %d, want 0; standard error: %s", code, p.stderr)
	}
	// The request may get a response or an error. It must only end.
	if err := <-done; err != nil {
		t.Log(err)
	}
}

// requestOnce sends a request on a new connection and closes sent after it is written.
func requestOnce(url string, sent chan<- struct{}) error {
	conn, err := net.Dial("tcp", hostOf(url))
	if err != nil {
		close(sent)
		return err
	}
	_, err = fmt.Fprint(conn, "GET /rest/profile/messaging HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	close(sent)
	_, readErr := io.Copy(io.Discard, conn)
	return errors.Join(err, readErr, conn.Close())
}

func TestRun_InvalidFlags_ExitsWithUsageError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-nonsense"}, "flag provided but not defined: -nonsense"},
		{[]string{"-latency", "5"}, `invalid value "5" for flag -latency: a duration must have a number and a unit, such as 250ms or 1h`},
		{[]string{"-token-lifetime", "60"}, `invalid value "60" for flag -token-lifetime: a duration must have a number and a unit`},
		{[]string{"-latency", "-1s"}, "-latency must be at least 0, got -1s"},
		{[]string{"-token", ""}, "-token must not be empty"},
		{[]string{"-token", "two words"}, "-token must have only visible ASCII characters"},
		{[]string{"-email", ""}, "-email must not be empty"},
		{[]string{"-email", "a:b"}, "the email must not contain a colon"},
		{[]string{"-password", ""}, "-password must not be empty"},
		{[]string{"-token-lifetime", "0"}, "-token-lifetime must be whole seconds and at least 1s, got 0s"},
		{[]string{"-token-lifetime", "1500ms"}, "the token lifetime must be whole seconds and at least 1s, got 1.5s"},
		{[]string{"-requests-per-second", "-1"}, "the requests per second must be from 0 to 1000000, got -1"},
		{[]string{"-log", "xml"}, `-log must be text or json, got "xml"`},
		{[]string{"-log", ""}, `-log must be text or json, got ""`},
		{[]string{"-addr", "127.0.0.1:70000"}, `-addr must be host:port with a port from 0 to 65535`},
		{[]string{"start"}, "unexpected argument after the last flag: only flags are allowed"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), c.args, &stdout, &stderr); code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if !strings.Contains(stderr.String(), c.want) || stdout.Len() > 0 {
				t.Errorf("want %q on standard error alone; got %q and %q", c.want, &stderr, &stdout)
			}
		})
	}
}

func TestRun_ClosedStandardOutput_Fails(t *testing.T) {
	t.Parallel()
	stdout, out := io.Pipe()
	_ = stdout.Close()
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"-addr", "127.0.0.1:0"}, out, &stderr); code != exitError {
		t.Errorf("exit code %d, want %d; standard error: %s", code, exitError, &stderr)
	}
}
