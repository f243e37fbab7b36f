// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// What a collection learns about the API must last as long as the client.
func TestCollectionOf_ReturnsSameCollection(t *testing.T) {
	t.Parallel()
	client := newScriptedAPI(t, success(profileA)).client(t)
	first, second := opentact.CollectionOf(client, &messaging), opentact.CollectionOf(client, &messaging)
	if first != second {
		t.Error("the second call returned another collection")
	}
}

func TestUnusable_OperationsReturnReason(t *testing.T) {
	t.Parallel()
	reason := errors.New("not configured yet")
	profiles := opentact.CollectionOf(opentact.Unusable(reason), &messaging)
	_, err := profiles.Create(t.Context(), namedA())
	if !errors.Is(err, reason) {
		t.Errorf("create: got %v, want %v", err, reason)
	}
	if _, ambiguous := errors.AsType[*opentact.AmbiguousCreateError](err); ambiguous {
		t.Errorf("the create sent nothing, but is ambiguous: %v", err)
	}
	if _, err := profiles.List(t.Context()); !errors.Is(err, reason) {
		t.Errorf("list: got %v, want %v", err, reason)
	}
	if _, err := profiles.Existing(t.Context(), namedA(), false); !errors.Is(err, reason) {
		t.Errorf("existing: got %v, want %v", err, reason)
	}
}

func TestClient_CredentialsSource(t *testing.T) {
	t.Parallel()
	if got := newScriptedAPI(t).client(t).CredentialsSource(); got != "the test" {
		t.Errorf("got %q", got)
	}
	if got := opentact.Unusable(errors.New("not configured yet")).CredentialsSource(); got != "" {
		t.Errorf("without credentials: got %q", got)
	}
}

func TestClient_RequestHeaders(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, success(profileA))
	profiles := a.messaging(t)
	if _, err := profiles.Create(t.Context(), namedA()); err != nil {
		t.Fatal(err)
	}
	if _, err := profiles.Get(t.Context(), knownA()); err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[string]string{
		{"X-Auth-Token": token, "Accept": "application/json", "User-Agent": "test/1", "Content-Type": "application/json"},
		{"X-Auth-Token": token, "Accept": "application/json", "User-Agent": "test/1", "Content-Type": ""},
	} {
		for name, value := range want {
			if got := a.requests[i].header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", a.requests[i], name, got, value)
			}
		}
	}
}

func TestClient_LogsEachAttempt(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, reply{status: 503, body: "busy"}, reply{status: 200, body: `{"success":true}`, cut: true},
		reply{status: 200, header: map[string]string{"X-Request-Id": "r-9"}, body: `{"success":true,"payload":` + profileA + `}`})
	var out bytes.Buffer
	profiles := a.messaging(t, func(c *opentact.Config) { c.Logger = jsonLogger(&out) })
	if _, err := profiles.Get(t.Context(), knownA()); err != nil {
		t.Fatal(err)
	}
	lines := slices.Collect(strings.Lines(out.String()))
	if len(lines) != 3 {
		t.Fatalf("got %d lines, want 3: %v", len(lines), lines)
	}
	for i, want := range [][]string{
		{`"attempt":1`, `"bytes":4`, `"status":503`},
		{`"attempt":2`, `"status":0`, `"error":"`},
		{`"attempt":3`, fmt.Sprintf(`"bytes":%d`, len(profileA)+27), `"status":200`, `"request_id":"r-9"`},
	} {
		for _, text := range append(want, `"method":"GET","path":"/rest/profile/messaging/`+uuidA+`"`) {
			if !strings.Contains(lines[i], text) {
				t.Errorf("line %d does not contain %s: %s", i+1, text, lines[i])
			}
		}
	}
}

// Go's error about a malformed header quotes the header, which may hold the token.
func TestClient_MalformedHeader_IsNotQuoted(t *testing.T) {
	t.Parallel()
	a := newConnServer(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-Auth-Token "+token+"\r\n\r\n")
	})
	var out bytes.Buffer
	profiles := a.messaging(t, noRetries, func(c *opentact.Config) { c.Logger = jsonLogger(&out) })
	_, err := profiles.Get(t.Context(), knownA())
	wantErrorContains(t, err, "the server sent data that is not valid HTTP")
	if text := fmt.Sprint(err, out.String()); strings.Contains(text, token) || !strings.Contains(out.String(), `"error":"`) {
		t.Errorf("the error and the log: %s", text)
	}
}

// The number of connections follows the number of parallel requests, also after error
// responses. The client may open a few more while others are being returned to the pool.
func TestClient_ManyRequests_ReuseConnections(t *testing.T) {
	t.Parallel()
	const parallelism = 40
	for name, next := range map[string]reply{
		"profile": success(profileA), "rejection": rejection(404, "no"), "page": {status: 403, body: "<html>"}, "failure": rejection(500, "oops"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &scriptedAPI{script: []reply{next}}
			var opened atomic.Int64
			a.Server = httptest.NewUnstartedServer(a)
			a.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			a.Start()
			t.Cleanup(a.Close)
			profiles := a.messaging(t)
			for range 10 {
				var working sync.WaitGroup
				for range parallelism {
					working.Go(func() { _, _ = profiles.Get(t.Context(), knownA()) })
				}
				working.Wait()
			}
			if n := opened.Load(); n > 2*parallelism {
				t.Errorf("the client opened %d connections for %d parallel requests", n, parallelism)
			}
		})
	}
}
