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

// shortTimeouts end soon enough for a test.
var shortTimeouts = timeouts{header: 50 * time.Millisecond, request: 100 * time.Millisecond, response: 50 * time.Millisecond, idle: 50 * time.Millisecond}

// listen serves a handler and returns the address.
func listen(t *testing.T, limits timeouts, handler http.Handler) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := limits.newServer(t.Context(), handler, newLogger(io.Discard, logText))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

func TestServer_SlowRequest_ClosesConnection(t *testing.T) {
	t.Parallel()
	api, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	address := listen(t, shortTimeouts, api)
	t.Cleanup(func() { // after all requests
		if created := api.Profiles(emulator.MessagingProfile); len(created) > 0 {
			t.Errorf("an incomplete body created %v", created)
		}
	})
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
			_, err = io.WriteString(conn, sent) // the emulator may close the connection before it has read everything
			got, _ := io.ReadAll(conn)          // returns when the emulator closes the connection
			t.Logf("%v, %.40q", err, got)
		})
	}
}

// The timeout begins with the response: a handler may take longer than the timeout before that.
func TestServer_ClientDoesNotReadResponse_ClosesConnection(t *testing.T) {
	t.Parallel()
	writeErr := make(chan error, 1)
	address := listen(t, timeouts{header: time.Minute, request: time.Minute, response: shortTimeouts.response, idle: time.Minute}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * shortTimeouts.response)
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				writeErr <- err
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
	if err := <-writeErr; err == nil {
		t.Error("no error")
	}
}

// A connection is reused after the timeout of its first response.
func TestServer_ResponseTimeout_BeginsWithEachResponse(t *testing.T) {
	t.Parallel()
	l := timeouts{header: time.Minute, request: time.Minute, response: time.Second, idle: time.Minute}
	address := listen(t, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") }))
	client := &http.Client{Transport: &http.Transport{}}
	for range 2 {
		res, err := client.Get("http://" + address)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(res.Body); string(body) != "x" || err != nil {
			t.Errorf("%q, %v", body, err)
		}
		_ = res.Body.Close()
		time.Sleep(l.response + l.response/10)
	}
}

// An emulator on a loopback address rejects other names, which may point to this machine by DNS rebinding. An emulator on
// all interfaces accepts every name.
func TestRun_HostHeader_MustBeLocalOnLoopback(t *testing.T) {
	t.Parallel()
	local, exposed := start(t, "-addr", "127.0.0.1:0"), start(t, "-addr", ":0")
	for host, want := range map[string]int{
		hostOf(local.url): 200, "localhost": 200, "LOCALHOST:1": 200, "[::1]:80": 200, "::1": 200, "evil.example": 421, "evil.example:8480": 421, "192.0.2.1": 421, "127.0.0.1.evil.example": 421,
	} {
		if status := local.statusAs(t, "/rest/profile/messaging", host); status != want {
			t.Errorf("%s: %d, want %d", host, status, want)
		}
		if status := exposed.statusAs(t, "/rest/profile/messaging", host); status != http.StatusOK {
			t.Errorf("%s on all interfaces: %d", host, status)
		}
	}
}

// An emulator on all interfaces serves the page only to local names, because the page needs no token.
func TestRun_Page_NeedsLocalHost(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"127.0.0.1:0", ":0"} {
		p := start(t, "-addr", addr)
		for host, want := range map[string]int{"localhost": 200, "127.0.0.1:8480": 200, "evil.example": 421, "192.0.2.1": 421} {
			if status := p.statusAs(t, "/", host); status != want {
				t.Errorf("%s on %s: %d, want %d", host, addr, status, want)
			}
		}
	}
}

// statusAs sends a GET with this Host header and returns the status.
func (p *program) statusAs(t *testing.T, path, host string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+hostOf(p.url)+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	request.Header.Set("X-Auth-Token", emulator.DefaultToken)
	res, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}
