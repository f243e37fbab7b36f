// SPDX-License-Identifier: MPL-2.0

package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// hasty are limits that a test can sit out.
var hasty = limits{header: 50 * time.Millisecond, request: 100 * time.Millisecond, answer: 50 * time.Millisecond, idle: 50 * time.Millisecond}

// listen serves a handler within limits, and returns where.
func listen(t *testing.T, l limits, handler http.Handler) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := l.newServer(t.Context(), handler)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// A client that sends nothing, or not all, or asks for nothing more, is hung up on.
func TestSlowClientsAreHungUpOn(t *testing.T) {
	t.Parallel()
	api, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	address := listen(t, hasty, api)
	const create = "POST /rest/profile/messaging HTTP/1.1\r\nHost: x\r\nX-Auth-Token: emulator-token\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
	for name, sent := range map[string]string{
		"nothing":            "",
		"half a header":      "GET /rest/profile/messaging HTTP/1.1\r\nHost: x\r\n",
		"half a body":        create + `{"name":`,
		"nothing more":       "GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n",
		"a header too large": "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 100<<10),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := io.WriteString(conn, sent); err != nil {
				t.Fatal(err)
			}
			answer, _ := io.ReadAll(conn) // which ends when the emulator hangs up
			t.Logf("%.40q", answer)
		})
	}
	if created := api.Profiles(emulator.MessagingProfile); len(created) > 0 {
		t.Errorf("half a body made %v", created)
	}
}

// A client that does not take its answer is hung up on too, however long the answer has been waited for.
func TestAnswersHaveToBeTaken(t *testing.T) {
	t.Parallel()
	given := make(chan error, 1)
	address := listen(t, limits{header: time.Minute, request: time.Minute, answer: hasty.answer, idle: time.Minute}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * hasty.answer)
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				given <- err
				return
			}
		}
	}))
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-given; err == nil {
		t.Error("no error")
	}
}

// A connection that is kept serves one answer after another, also once the first one's time is over.
func TestEachAnswerHasItsOwnTime(t *testing.T) {
	t.Parallel()
	l := limits{header: time.Minute, request: time.Minute, answer: time.Second, idle: time.Minute}
	address := listen(t, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") }))
	client := &http.Client{Transport: &http.Transport{}}
	for range 2 {
		answer, err := client.Get("http://" + address)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); string(body) != "x" || err != nil {
			t.Errorf("%q, %v", body, err)
		}
		_ = answer.Body.Close()
		time.Sleep(l.answer + l.answer/10)
	}
}

// A name that somebody else has given this machine's address is not this machine's. Who listens to all machines is
// asked for by any name.
func TestAnswersToThisMachineAlone(t *testing.T) {
	t.Parallel()
	local, exposed := start(t, "-addr", "127.0.0.1:0"), start(t, "-addr", ":0")
	for host, want := range map[string]int{
		hostOf(local.url): 200, "localhost": 200, "LOCALHOST:1": 200, "[::1]:80": 200, "::1": 200, "evil.example": 421, "evil.example:8480": 421, "192.0.2.1": 421, "127.0.0.1.evil.example": 421,
	} {
		if status := local.statusAs(t, host); status != want {
			t.Errorf("%s: %d, want %d", host, status, want)
		}
		if status := exposed.statusAs(t, host); status != http.StatusOK {
			t.Errorf("%s, where all may ask: %d", host, status)
		}
	}
}

// statusAs asks for the list by some name of the host.
func (p *program) statusAs(t *testing.T, host string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/profile/messaging", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	request.Header.Set("X-Auth-Token", emulator.DefaultToken)
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}
