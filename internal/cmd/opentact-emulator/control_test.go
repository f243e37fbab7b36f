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

// loseNextCreate is the rule that the manual shows.
const loseNextCreate = `{"method":"POST","path":"/profile/*","times":1,"faults":[{"action":"close_after"}]}`

// rules sends a request about rules to the control endpoint and returns the answer, which has to have the status.
func (p *program) rules(t *testing.T, method, body string, status int) string {
	t.Helper()
	got, raw := p.do(t, method, "http://"+hostOf(p.url)+"/_emulator/rules", withToken("emulator-token"), body)
	if got != status {
		t.Fatalf("%s: status %d, want %d: %s", method, got, status, raw)
	}
	return raw
}

// create sends the creation of a messaging profile.
func (p *program) create(t *testing.T) (status int, answer string) {
	t.Helper()
	return p.do(t, http.MethodPost, p.url+"/profile/messaging", withToken("emulator-token"), `{"name":"x"}`)
}

func TestLogsInByTheFlags(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-email", "me@example.net", "-password", "a-password", "-token-lifetime", "2h")
	credentials := base64.StdEncoding.EncodeToString([]byte("me@example.net:a-password"))
	status, raw := p.do(t, http.MethodGet, p.url+"/auth", http.Header{"Authorization": {"Basic " + credentials}}, "")
	var answer struct{ Payload struct{ Token string } }
	if err := json.Unmarshal([]byte(raw), &answer); err != nil || status != http.StatusOK {
		t.Fatalf("login: status %d, %v: %s", status, err, raw)
	}
	if status := p.get(t, "/profile/messaging", answer.Payload.Token); status != http.StatusOK {
		t.Errorf("status with the token: %d", status)
	}
	p.stop()
	for _, secret := range []string{"me@example.net", "a-password", credentials, answer.Payload.Token} {
		if strings.Contains(p.stderr.String(), secret) {
			t.Errorf("standard error shows %q:\n%s", secret, p.stderr)
		}
	}
}

func TestControlsWhatGoesWrong(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control")
	p.rules(t, http.MethodPost, loseNextCreate, http.StatusCreated)
	if status, raw := p.create(t); status != 0 {
		t.Errorf("the create that is to be lost is answered %d: %s", status, raw)
	}
	if _, raw := p.do(t, http.MethodGet, p.url+"/profile/messaging", withToken("emulator-token"), ""); strings.Count(raw, `"name":"x"`) != 1 {
		t.Errorf("the create was not carried out once: %s", raw)
	}
	p.stop()
	lines := regexp.MustCompile(`(?m)^\S+ POST /rest/profile/messaging 0 \S+ close_after\n\S+ GET /rest/profile/messaging 200 \S+\n$`)
	if !lines.MatchString(p.stderr.String()) || strings.Contains(p.stderr.String(), "_emulator") {
		t.Errorf("standard error:\n%s", p.stderr)
	}
}

func TestLimitsTheRateAndIsNotControlledUnlessAsked(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-requests-per-second", "0.001")
	p.rules(t, http.MethodGet, "", http.StatusForbidden)
	got := []int{p.get(t, "/profile/messaging", "emulator-token"), p.get(t, "/profile/messaging", "emulator-token")}
	if want := []int{http.StatusOK, http.StatusTooManyRequests}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
}

// The end of the program lets go what is held, and the request is still carried out and answered.
func TestStopReleasesWhatIsHeld(t *testing.T) {
	t.Parallel()
	p := start(t, "-addr", "127.0.0.1:0", "-control")
	p.rules(t, http.MethodPost, `{"faults":[{"action":"hold"}]}`, http.StatusCreated)
	answered := make(chan int, 1)
	go func() {
		status, _ := p.create(t)
		answered <- status
	}()
	for held := false; !held; { // the answer to each question takes its time, so this does not spin
		held = strings.Contains(p.rules(t, http.MethodGet, "", http.StatusOK), `"held":1`)
	}
	if code := p.stop(); code != exitOK {
		t.Errorf("exit code %d, want 0; standard error: %s", code, p.stderr)
	}
	if status := <-answered; status != http.StatusCreated {
		t.Errorf("the held request was answered %d", status)
	}
	if !strings.HasSuffix(p.stderr.String(), " hold\n") {
		t.Errorf("standard error: %s", p.stderr)
	}
}
