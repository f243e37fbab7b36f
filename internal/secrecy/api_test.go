// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// buffer is a buffer that several goroutines may use.
type buffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *buffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.all.Bytes())
}

// api is the emulator as a program, with a reverse proxy in front of it. The proxy keeps
// the traffic, and can respond instead of the emulator.
type api struct {
	*httptest.Server
	// emulator is the address of the program, and printed is its output.
	emulator *url.URL
	printed  buffer
	// traffic is everything that the provider and the API send.
	traffic buffer
	// respond responds to all requests, onCreate to creates.
	respond, onCreate atomic.Pointer[http.HandlerFunc]
	// failures is the number of requests that will fail next.
	failures atomic.Int64

	mu sync.Mutex
	// issued are the tokens that the provider got from logins, and the credentials that it
	// encoded for them.
	issued map[string]canary
}

// newAPI starts the emulator. The caller starts the reverse proxy.
func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{issued: make(map[string]canary)}
	command := exec.CommandContext(t.Context(), acctest.EmulatorProgram(t), "-addr", "127.0.0.1:0", "-token", token, "-email", email, "-password", password)
	command.Stderr = &a.printed
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	lines := bufio.NewReader(io.TeeReader(stdout, &a.printed))
	first, err := lines.ReadString('\n') // ends with the address
	if err != nil {
		t.Fatalf("%v: %s", err, a.printed.bytes())
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	words := strings.Fields(first)
	if a.emulator, err = url.Parse(words[len(words)-1]); err != nil {
		t.Fatal(err)
	}

	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: a.emulator.Host})
	forward.ModifyResponse = func(r *http.Response) error {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		_, _ = a.traffic.Write(body)
		return err
	}
	a.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding") // the traffic must be readable
		_, _ = io.WriteString(&a.traffic, dump(r))
		a.note("token that was sent", r.Header.Get("X-Auth-Token"))
		a.note("header of a login", strings.TrimPrefix(r.Header.Get("Authorization"), "Basic "))
		r.Host = a.emulator.Host
		if respond := a.respond.Load(); respond != nil {
			(*respond)(w, r)
		} else if onCreate := a.onCreate.Load(); onCreate != nil && r.Method == http.MethodPost {
			(*onCreate)(w, r)
		} else if n := a.failures.Add(-1); n >= 0 && n%2 == 0 {
			a.fail(w, r, int(n/2), forward)
		} else {
			forward.ServeHTTP(w, r)
		}
	}))
	a.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(a.Close)
	return a
}

func (a *api) note(name, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if value != "" && value != token {
		a.issued[value] = canary{name: name, value: value}
	}
}

// secrets returns all secrets, also those that a login issued.
func (a *api) secrets() []canary {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.AppendSeq(slices.Clone(canaries), maps.Values(a.issued))
}

// fail responds with the nth failure that a retry can overcome.
func (a *api) fail(w http.ResponseWriter, r *http.Request, n int, forward http.Handler) {
	switch n % 5 {
	case 0:
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
	case 1:
		http.Error(w, dump(r), http.StatusBadGateway)
	case 2:
		w.WriteHeader(http.StatusInternalServerError)
	case 3:
		panic(http.ErrAbortHandler)
	case 4: // the response is lost
		forward.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
}

// badResponses are responses of an API that repeats what it was sent.
var badResponses = map[string]http.HandlerFunc{
	"a page with the request": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<pre>"+html.EscapeString(dump(r))+"</pre>")
	},
	"an error with the request": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("X-Auth-Token")+r.Header.Get("Authorization"))
		writeError(w, http.StatusBadRequest, dump(r))
	},
	// A data source reads the profile too, and does not know the webhook.
	"an error with the webhook": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", webhook)
		writeError(w, http.StatusConflict, fmt.Sprintf("no response from %s, %s or %s",
			webhook, strings.ReplaceAll(webhook, "/", `\/`), strings.TrimPrefix(webhook, "https://")))
	},
	"a 401 with the header": func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusUnauthorized, "Authorization: "+r.Header.Get("Authorization"))
	},
	"a redirect with the token": func(w http.ResponseWriter, r *http.Request) {
		secret := r.Header.Get("X-Auth-Token") + r.Header.Get("Authorization")
		w.Header().Set("Location", "https://user:"+url.QueryEscape(secret)+"@elsewhere.example/"+url.PathEscape(secret)+"?token="+url.QueryEscape(secret))
		w.WriteHeader(http.StatusTemporaryRedirect)
	},
	"a malformed header": func(w http.ResponseWriter, r *http.Request) {
		writeRaw(w, "HTTP/1.1 200 OK\r\n"+strings.ReplaceAll(dump(r), "\r\n", " ")+"\r\n\r\n")
	},
	"text after the response": func(w http.ResponseWriter, r *http.Request) {
		const body = `{"success":false,"message":"no"}`
		writeRaw(w, fmt.Sprintf("HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, dump(r)))
	},
}

func writeError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	field := map[string]string{"message": message}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"success": false, "message": message, "fields": map[string]any{"params.callback_url": field, "params.name": field},
	})
}

// writeRaw writes to the connection, and waits until the client closes it.
func writeRaw(w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(conn, text)
	_, _ = conn.Read(make([]byte, 1))
	_ = conn.Close()
}

// dump returns a request as text.
func dump(r *http.Request) string {
	text, _ := httputil.DumpRequest(r, true)
	return string(text)
}
