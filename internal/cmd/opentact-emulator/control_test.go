// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// loseNextCreate is the rule in the manual.
const loseNextCreate = `{"method":"POST","path":"/profile/*","times":1,"faults":[{"action":"close_after"}]}`

// rules sends a request to /_emulator/rules, checks the status, and returns the body.
func (p *program) rules(t *testing.T, method, body string, status int) string {
	t.Helper()
	got, raw := p.do(t, method, "http://"+hostOf(p.url)+"/_emulator/rules", withToken("emulator-token"), body)
	if got != status {
		t.Fatalf("%s: status %d, want %d: %s", method, got, status, raw)
	}
	return raw
}

// create sends a POST for a messaging profile.
func (p *program) create(t *testing.T) (status int, body string) {
	t.Helper()
	return p.do(t, http.MethodPost, p.url+"/profile/messaging", withToken("emulator-token"), `{"name":"x"}`)
}

func TestRun_EmailAndPasswordFlags_AcceptsLogin(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-email", "me@example.net", "-password", "a-password", "-token-lifetime", "2h")
	credentials := base64.StdEncoding.EncodeToString([]byte("me@example.net:a-password"))
	status, raw := p.do(t, http.MethodGet, p.url+"/auth", http.Header{"Authorization": {"Basic " + credentials}}, "")
	var login struct{ Payload struct{ Token string } }
	if err := json.Unmarshal([]byte(raw), &login); err != nil || status != http.StatusOK {
		t.Fatalf("login: status %d, %v: %s", status, err, raw)
	}
	if status := p.get(t, "/profile/messaging", login.Payload.Token); status != http.StatusOK {
		t.Errorf("status with the token: %d", status)
	}
	p.stop()
	for _, secret := range []string{"me@example.net", "a-password", credentials, login.Payload.Token} {
		if strings.Contains(p.stderr.String(), secret) {
			t.Errorf("standard error shows %q:\n%s", secret, p.stderr)
		}
	}
}

func TestRun_ControlFlag_InjectsFault(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control")
	p.rules(t, http.MethodPost, loseNextCreate, http.StatusCreated)
	if status, raw := p.create(t); status != 0 {
		t.Errorf("the lost create has status %d: %s", status, raw)
	}
	if _, raw := p.do(t, http.MethodGet, p.url+"/profile/messaging", withToken("emulator-token"), ""); strings.Count(raw, `"name":"x"`) != 1 {
		t.Errorf("the lost create did not make one profile: %s", raw)
	}
	p.stop()
	lines := regexp.MustCompile(`^\S+ +POST /rest/profile/messaging 0 \S+ close_after\n\S+ +GET /rest/profile/messaging 200 \S+\n$`)
	if !lines.MatchString(p.stderr.String()) || strings.Contains(p.stderr.String(), "_emulator") {
		t.Errorf("standard error:\n%s", p.stderr)
	}
}

func TestRun_RateLimitFlag_Returns429(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-requests-per-second", "0.001")
	got := []int{p.get(t, "/profile/messaging", "emulator-token"), p.get(t, "/profile/messaging", "emulator-token")}
	if want := []int{http.StatusOK, http.StatusTooManyRequests}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
}

func TestRun_WithoutControlFlag_RejectsControl(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0")
	p.rules(t, http.MethodGet, "", http.StatusForbidden)
}

// The program releases held requests when it stops. They are still handled.
func TestRun_StoppedWithHeldRequest_HandlesIt(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control")
	p.rules(t, http.MethodPost, `{"faults":[{"action":"hold"}]}`, http.StatusCreated)
	statuses := make(chan int, 1)
	go func() {
		status, _ := p.create(t)
		statuses <- status
	}()
	for held := false; !held; { // each request takes some time, so this loop does not spin
		held = strings.Contains(p.rules(t, http.MethodGet, "", http.StatusOK), `"held":1`)
	}
	if code := p.stop(); code != exitOK {
		t.Errorf("exit code %d, want 0; standard error: %s", code, p.stderr)
	}
	if status := <-statuses; status != http.StatusCreated {
		t.Errorf("the held request has status %d", status)
	}
	if !strings.HasSuffix(p.stderr.String(), " hold\n") {
		t.Errorf("standard error: %s", p.stderr)
	}
}
