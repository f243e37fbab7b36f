// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// api is the emulator as a program of its own, and what it prints.
type api struct {
	// url is the API's, control that of the control endpoint.
	url     *url.URL
	token   string
	printed lockedBuffer
}

// lockedBuffer takes what two goroutines write.
type lockedBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *lockedBuffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.all.Bytes())
}

// startAPI starts the emulator with credentials. It ends with the test.
func startAPI(t *testing.T, token, email, password string) *api {
	t.Helper()
	a := &api{token: token}
	command := exec.CommandContext(t.Context(), acctest.EmulatorProgram(t), "-addr", "127.0.0.1:0", "-control", "-token", token, "-email", email, "-password", password)
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
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, a.printed.bytes())
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	_, address, _ := strings.Cut(strings.TrimSpace(first), "listening on ")
	if a.url, err = url.Parse(address); err != nil {
		t.Fatal(err)
	}
	return a
}

// control steers the emulator.
func (a *api) control(t *testing.T, method, path, body string) {
	t.Helper()
	address := url.URL{Scheme: "http", Host: a.url.Host, Path: "/_emulator" + path}
	request, err := http.NewRequestWithContext(t.Context(), method, address.String(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Auth-Token", a.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusMultipleChoices {
		answer, _ := io.ReadAll(response.Body)
		t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, answer)
	}
}

// wire is what lies between the provider and the API. It notes every secret that
// passes, and answers in the place of the API where it is told to.
type wire struct {
	*httptest.Server
	// instead answers all requests, onCreate those that create.
	instead, onCreate atomic.Pointer[http.HandlerFunc]

	mu      sync.Mutex
	secrets map[string]string // what each is, by its value
}

func newWire(t *testing.T, target *url.URL) *wire {
	t.Helper()
	w := &wire{secrets: make(map[string]string)}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host})
			r.Out.Header.Del("Accept-Encoding") // an answer in plain text can be read here
		},
		ModifyResponse: w.noteAnswer,
		// What the API breaks off is broken off here too.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     log.New(io.Discard, "", 0),
	}
	w.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.noteRequest(r)
		answer := w.instead.Load()
		if r.Method == http.MethodPost && answer == nil {
			answer = w.onCreate.Load()
		}
		if answer != nil {
			(*answer)(out, r)
			return
		}
		proxy.ServeHTTP(out, r)
	}))
	w.Config.ErrorLog = log.New(io.Discard, "", 0)
	return w
}

func (w *wire) note(what, value string) {
	if value == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.secrets[value] == "" {
		w.secrets[value] = what
	}
}

func (w *wire) noteRequest(r *http.Request) {
	w.note("token that was sent", r.Header.Get("X-Auth-Token"))
	basic, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Basic ")
	if !ok {
		return
	}
	w.note("Basic header", basic)
	both, _ := base64.StdEncoding.DecodeString(basic) // or there is no password in it
	_, password, _ := strings.Cut(string(both), ":")
	w.note("password that was sent", password)
}

// noteAnswer notes what an answer has under the names of secrets, wherever it is.
func (w *wire) noteAnswer(answer *http.Response) error {
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	var value any
	_ = json.Unmarshal(body, &value) // a page has no names
	w.noteValue("an answer", value)
	return nil
}

func (w *wire) noteValue(where string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if text, ok := member.(string); ok && (name == "password" || name == "token") {
				w.note(name+" of "+where, text)
			}
			w.noteValue(name, member)
		}
	case []any:
		for _, element := range value {
			w.noteValue(where, element)
		}
	}
}

// noted are the secrets that have passed.
func (w *wire) noted() (all []canary) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for value, what := range w.secrets {
		all = append(all, canary{name: what, value: value})
	}
	return all
}

// answers are what an API may answer that repeats all that it was sent.
var answers = map[string]http.HandlerFunc{
	"a page of the request": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<pre>"+html.EscapeString(whole(r))+"</pre>")
	},
	"an error that repeats it": func(w http.ResponseWriter, r *http.Request) {
		said, _ := json.Marshal(whole(r))
		w.Header().Set("X-Request-Id", r.Header.Get("X-Auth-Token")+r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"success":false,"message":%s,"fields":{"params.callback_url":{"message":%[1]s},"params.name":{"message":%[1]s}}}`, said)
	},
	// A data source reads the profile too, and does not know the webhook.
	"an error that names the webhook": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", webhook)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusConflict)
		_, _ = fmt.Fprintf(w, `{"success":false,"message":"no answer from %s, %s or %s","fields":{"params.callback_url":{"message":"%[1]s"}}}`,
			webhook, strings.ReplaceAll(webhook, "/", `\\/`), strings.TrimPrefix(webhook, "https://"))
	},
	"a refusal that repeats the header": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprintf(w, `{"success":false,"message":"Authorization: %s"}`, r.Header.Get("Authorization"))
	},
	"a redirect with it": func(w http.ResponseWriter, r *http.Request) {
		secret := r.Header.Get("X-Auth-Token") + r.Header.Get("Authorization")
		w.Header().Set("Location", "https://user:"+url.QueryEscape(secret)+"@elsewhere.example/"+url.PathEscape(secret)+"?token="+url.QueryEscape(secret))
		w.WriteHeader(http.StatusTemporaryRedirect)
	},
	"a header that is none": func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+strings.ReplaceAll(whole(r), "\n", " ")+"\r\n\r\n")
		_ = conn.Close()
	},
	"more than was asked for": unasked,
}

// unasked is an answer that is followed by what nobody has asked for.
var unasked = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	const refusal = `{"success":false,"message":"no"}`
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s%s", len(refusal), refusal, whole(r))
	_, _ = conn.Read(make([]byte, 1)) // until it is hung up
	_ = conn.Close()
})

// whole is a request as a gateway shows it that debugs.
func whole(r *http.Request) string {
	var text strings.Builder
	_, _ = fmt.Fprintf(&text, "%s %s\n", r.Method, r.URL)
	for name, values := range r.Header {
		_, _ = fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(values, ", "))
	}
	body, _ := io.ReadAll(r.Body)
	return text.String() + "\n" + string(body)
}

func TestMain(m *testing.M) {
	status := acctest.Main(m)
	found.print(os.Stdout)
	os.Exit(status)
}
