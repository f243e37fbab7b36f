// SPDX-License-Identifier: MPL-2.0

package main

import (
	"net"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestLocalURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		listening  net.TCPAddr
		url        string
		isLoopback bool
	}{
		{net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8480}, "http://127.0.0.1:8480/rest", true},
		{net.TCPAddr{IP: net.IPv6loopback, Port: 8480}, "http://[::1]:8480/rest", true},
		{net.TCPAddr{IP: net.IPv4zero, Port: 8480}, "http://127.0.0.1:8480/rest", false},
		{net.TCPAddr{IP: net.IPv6unspecified, Port: 8480}, "http://127.0.0.1:8480/rest", false},
		{net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}, "http://192.0.2.1:80/rest", false},
		{net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0", Port: 80}, "http://[fe80::1%25eth0]:80/rest", false},
	} {
		if got := localURL(&c.listening, "/rest"); got != c.url {
			t.Errorf("%s: URL %s, want %s", &c.listening, got, c.url)
		}
		if got := isLoopback(&c.listening); got != c.isLoopback {
			t.Errorf("%s: loopback %t, want %t", &c.listening, got, c.isLoopback)
		}
	}
}

func TestRun_AddressOfAllInterfaces_PrintsWarning(t *testing.T) {
	t.Parallel()
	exposed, local := start(t, "-addr", ":0"), start(t, "-addr", "127.0.0.1:0")
	if !strings.Contains(exposed.stderr.String(), "Warning: ") {
		t.Errorf("no warning about a wildcard address: %q", exposed.stderr)
	}
	if status := exposed.get(t, "/profile/messaging", "emulator-token"); status != 200 {
		t.Errorf("the printed URL has status %d", status)
	}
	if local.stderr.String() != "" {
		t.Errorf("a warning about a loopback address: %q", local.stderr)
	}
}

// The page accepts only a loopback host in its URL. In a container, the emulator listens on all interfaces, and the host
// publishes the port on 127.0.0.1.
func TestGreeting_PageURL_OnlyIfHostIsLoopback(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"127.0.0.1": "http://127.0.0.1:8480/\n", "::1": "http://[::1]:8480/\n", "0.0.0.0": "http://127.0.0.1:8480/\n", "::": "http://127.0.0.1:8480/\n",
		"192.0.2.1": "",
	} {
		_, got, _ := strings.Cut(greeting(&net.TCPAddr{IP: net.ParseIP(ip), Port: 8480}, emulator.Options{}), "in a browser: ")
		if got = strings.TrimSuffix(got, "Press Ctrl-C to stop.\n"); got != want {
			t.Errorf("%s: %q, want %q", ip, got, want)
		}
	}
}

func TestShellQuote(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"emulator-token":          "emulator-token",
		"a.b_c/d:e":               "a.b_c/d:e",
		"$HOME":                   "'$HOME'",
		"it's":                    `'it'\''s'`,
		"http://[::1]:8480/rest":  "'http://[::1]:8480/rest'",
		"http://127.0.0.1:1/rest": "http://127.0.0.1:1/rest",
	} {
		if got := shellQuote(word); got != want {
			t.Errorf("shellQuote(%s) = %s, want %s", word, got, want)
		}
	}
}
