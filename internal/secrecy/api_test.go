// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
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

// api is an emulator that keeps its traffic. A handler can respond instead of the emulator.
type api struct {
	*acctest.Env
	// base is the provider's base_url.
	base string
	// traffic is everything that the provider and the API send.
	traffic buffer
	// canaries are the secrets that are known before the test starts.
	canaries []canary
	// respond responds to all requests, unless it is nil.
	respond atomic.Pointer[http.HandlerFunc]
}

// options returns the options of an emulator that accepts all credentials.
func options() emulator.Options {
	return emulator.Options{Token: token, APIKeys: map[string]time.Duration{apiKey: 0}, Email: email, Password: password}
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{canaries: slices.Clone(canaries)}
	server := httptest.NewUnstartedServer(a)
	t.Cleanup(server.Close) // runs after the emulator has released its requests
	a.Env = acctest.New(t, options())
	server.Start()
	a.base = server.URL + emulator.BasePath
	return a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(&a.traffic, dump(r))
	if respond := a.respond.Load(); respond != nil {
		(*respond)(w, r)
		return
	}
	a.forward(w, r)
}

// forward lets the emulator respond.
func (a *api) forward(w http.ResponseWriter, r *http.Request) {
	a.Emulator.ServeHTTP(recorder{w, &a.traffic}, r)
}

// breakMethods lets respond respond to the requests with these methods, and the emulator to all others.
func (a *api) breakMethods(respond http.HandlerFunc, methods ...string) {
	only := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(methods, r.Method) {
			respond(w, r)
		} else {
			a.forward(w, r)
		}
	})
	a.respond.Store(&only)
}

// recorder also writes the body of a response to the traffic.
type recorder struct {
	http.ResponseWriter
	traffic io.Writer
}

func (r recorder) Write(p []byte) (int, error) {
	_, _ = r.traffic.Write(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (r recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// credential matches the headers of requests that authenticate.
var credential = regexp.MustCompile(`(?m)^(X-Auth-Token: |Authorization: Basic |Authorization: Bearer )(\S+)`)

// secrets returns all secrets, including the tokens of logins and the encoded email and
// password.
func (a *api) secrets() []canary {
	all := slices.Clone(a.canaries)
	known := map[string]bool{token: true, apiKey: true}
	for _, sent := range credential.FindAllStringSubmatch(string(a.traffic.bytes()), -1) {
		if header, value := sent[1], sent[2]; !known[value] {
			known[value] = true
			all = append(all, canary{name: header + "…", value: value})
		}
	}
	return all
}

// failSome makes requests fail in ways that a retry can overcome: the first request, the third
// and so on.
func (a *api) failSome(t *testing.T) {
	t.Helper()
	for i, fault := range []emulator.Fault{
		{Action: emulator.ActionRespond, Status: http.StatusTooManyRequests},
		{Action: emulator.ActionPage, Status: http.StatusBadGateway},
		{Action: emulator.ActionRespond, Status: http.StatusInternalServerError},
		{Action: emulator.ActionCloseBefore},
		{Action: emulator.ActionCloseAfter},
	} {
		a.Inject(t, emulator.Rule{Skip: i, Times: 1, Faults: []emulator.Fault{fault}})
	}
}

// badResponses are responses of an API that repeats what it was sent. Those without "webhook" in their names repeat the
// header that authenticates a request.
var badResponses = map[string]http.HandlerFunc{
	"a page with the request": func(w http.ResponseWriter, r *http.Request) { // is retried
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<pre>"+html.EscapeString(dump(r))+"</pre>")
	},
	"an error with the request": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", secretOf(r))
		writeError(w, http.StatusBadRequest, dump(r))
	},
	"a 401 with the header": func(w http.ResponseWriter, r *http.Request) {
		secret := secretOf(r)
		withoutScheme := secret[strings.LastIndexByte(secret, ' ')+1:]
		writeError(w, http.StatusUnauthorized, "Authorization: "+secret+" or "+encode(withoutScheme))
	},
	"a redirect with the token": func(w http.ResponseWriter, r *http.Request) {
		secret := secretOf(r)
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
	// A data source reads the profile too, and does not know the webhook. A refresh does not know a write-only one.
	"an error with the webhook":            func(w http.ResponseWriter, _ *http.Request) { writeWebhook(w, webhook) },
	"an error with the write-only webhook": func(w http.ResponseWriter, _ *http.Request) { writeWebhook(w, writeOnlyWebhook) },
	"an error with the encoded webhook":    writeEncoded,
}

// secretOf returns the token, or the header Authorization.
func secretOf(r *http.Request) string {
	return r.Header.Get("X-Auth-Token") + r.Header.Get("Authorization")
}

// writeWebhook responds with an error that contains a webhook in several forms.
func writeWebhook(w http.ResponseWriter, webhook string) {
	w.Header().Set("X-Request-Id", webhook)
	writeError(w, http.StatusConflict, fmt.Sprintf("no response from %s, %s or %s",
		webhook, strings.ReplaceAll(webhook, "/", `\/`), strings.TrimPrefix(webhook, "https://")))
}

// encode returns a text in each encoding that the provider recognises.
func encode(value string) string {
	return strings.Join([]string{
		base64.StdEncoding.EncodeToString([]byte(value)), base64.URLEncoding.EncodeToString([]byte(value)),
		strings.ReplaceAll(value, "/", `\/`), url.QueryEscape(value), url.PathEscape(value), html.EscapeString(value),
	}, " ")
}

// writeEncoded responds with an error that contains the webhooks of the request in each encoding that the provider
// recognises.
func writeEncoded(w http.ResponseWriter, r *http.Request) {
	var sent map[string]any
	_ = json.NewDecoder(r.Body).Decode(&sent)
	fields := make(map[string]any)
	for _, name := range []string{"callback_url", "callback_url2"} {
		if value, ok := sent[name].(string); ok {
			fields["params."+name] = map[string]string{"message": encode(value)}
		}
	}
	writeJSON(w, http.StatusUnprocessableEntity, map[string]any{"success": false, "message": "invalid", "fields": fields})
}

func writeError(w http.ResponseWriter, status int, message string) {
	field := map[string]string{"message": message, "value": message} // the API may repeat the rejected value
	writeJSON(w, status, map[string]any{
		"success": false, "message": message, "meta": message, "fields": map[string]any{"params.callback_url": field, "params.name": field},
	})
}

func writeJSON(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
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

// TestBadResponses_RepeatCredentials checks that each response contains the credentials of each way to authenticate.
func TestBadResponses_RepeatCredentials(t *testing.T) {
	t.Parallel()
	basic := base64.StdEncoding.EncodeToString([]byte(email + ":" + password))
	for name, respond := range badResponses {
		if strings.Contains(name, "webhook") {
			continue
		}
		server := httptest.NewServer(respond)
		t.Cleanup(server.Close)
		for value, header := range map[string]string{token: "X-Auth-Token: " + token, apiKey: "Authorization: Bearer " + apiKey, basic: "Authorization: Basic " + basic} {
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
			tcp, ok := conn.(*net.TCPConn)
			if err != nil || !ok {
				t.Fatalf("%T: %v", conn, err)
			}
			_, err = fmt.Fprintf(tcp, "GET /rest HTTP/1.1\r\nHost: x\r\n%s\r\nConnection: close\r\n\r\n", header)
			err = errors.Join(err, tcp.CloseWrite()) // some responses end when the client closes
			response, readErr := io.ReadAll(tcp)
			if err = errors.Join(err, readErr, tcp.Close()); err != nil {
				t.Fatal(err)
			}
			if hits, _ := (canary{value: value}).count(response); hits == 0 {
				t.Errorf("%s does not repeat %q: %s", name, header, response)
			}
		}
	}
}
