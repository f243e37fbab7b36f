// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// reply is one response of a scripted API.
type reply struct {
	status int
	header map[string]string
	body   string
	// cut closes the connection in the middle of the response, drop before it.
	cut, drop bool
}

func success(payload string) reply {
	return reply{status: 200, body: `{"success":true,"payload":` + payload + `}`}
}

func created(payload string) reply {
	return reply{status: 201, body: `{"success":true,"payload":` + payload + `}`}
}

func rejection(status int, message string) reply {
	text, _ := json.Marshal(message)
	return reply{status: status, body: fmt.Sprintf(`{"success":false,"message":%s,"status":%d}`, text, status)}
}

// listOf is a list of profiles.
func listOf(profiles ...string) reply { return success("[" + strings.Join(profiles, ",") + "]") }

// request is one request that a scripted API received.
type request struct {
	method, uri, body string
	header            http.Header
}

func (r request) String() string { return strings.TrimSpace(r.method + " " + r.uri + " " + r.body) }

// The beginnings of requests for profileA, as requestLines returns them.
const (
	post  = "POST /rest/profile/messaging "
	get   = "GET /rest/profile/messaging/" + uuidA
	patch = "PATCH /rest/profile/messaging/" + uuidA + " "
)

// scriptedAPI responds with the replies of a script, in order. It repeats the last one.
type scriptedAPI struct {
	*httptest.Server
	mu       sync.Mutex
	script   []reply
	requests []request
	// lists is a script of its own for lists, if it is set. Lists are then counted in
	// listed and are not part of requests.
	lists  []reply
	listed int
	// creates is the number of successful creates. Each makes a profile with its own
	// UUID, which replaces uuidA in the script.
	creates int
	// posted reports whether a POST has arrived.
	posted bool
}

// The profiles of scripts were created at scriptTime. Until the first POST, the server's
// clock shows a minute before that.
var scriptTime = time.Date(2019, time.August, 24, 14, 15, 22, 0, time.UTC)

// date returns the time of the response to a request on the server's clock.
func (a *scriptedAPI) date(r *http.Request) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.posted = a.posted || r.Method == http.MethodPost; a.posted {
		return scriptTime
	}
	return scriptTime.Add(-time.Minute)
}

func newScriptedAPI(t *testing.T, script ...reply) *scriptedAPI {
	t.Helper()
	a := &scriptedAPI{script: script}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

// newScriptedCreateAPI returns an API for scripts that begin with a create. The list
// before the create is empty. Later lists fail, so that an ambiguous outcome stays
// ambiguous.
func newScriptedCreateAPI(t *testing.T, script ...reply) *scriptedAPI {
	t.Helper()
	a := newScriptedAPI(t, script...)
	a.lists = []reply{listOf(), rejection(403, "no lists today")}
	return a
}

// newConnServer hands the connection of each request to a function and closes it after
// that.
func newConnServer(t *testing.T, serve func(net.Conn)) *scriptedAPI {
	t.Helper()
	a := newScriptedAPI(t)
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		serve(conn)
	})
	return a
}

func (a *scriptedAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	next := a.next(r)
	w.Header().Set("Date", a.date(r).Format(http.TimeFormat))
	next.serve(w)
}

// serve sends the response.
func (r reply) serve(w http.ResponseWriter) {
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	switch {
	case r.drop:
		panic(http.ErrAbortHandler)
	case r.cut:
		w.Header().Set("Content-Length", fmt.Sprint(len(r.body)))
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.body[:len(r.body)/2])
		_ = http.NewResponseController(w).Flush() // otherwise nothing is sent
		panic(http.ErrAbortHandler)
	default:
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.body)
	}
}

func (a *scriptedAPI) next(r *http.Request) reply {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	defer a.mu.Unlock()
	if isList(r) && a.lists != nil {
		a.listed++
		return a.lists[min(a.listed, len(a.lists))-1]
	}
	a.requests = append(a.requests, request{r.Method, r.URL.RequestURI(), string(body), r.Header.Clone()})
	next := a.script[min(len(a.requests), len(a.script))-1]
	if a.lists != nil {
		next.body = strings.ReplaceAll(next.body, uuidA, a.subject(r, next))
	}
	return next
}

// subject returns the UUID of the profile that a request is about.
func (a *scriptedAPI) subject(r *http.Request, next reply) string {
	if r.Method != http.MethodPost {
		return path.Base(r.URL.Path)
	}
	if next.status/100 == 2 {
		a.creates++
	}
	return createdUUID(a.creates)
}

// createdUUID returns the UUID of the nth profile that a scripted API creates.
func createdUUID(n int) string {
	if n <= 1 {
		return uuidA
	}
	return fmt.Sprintf("%08x%s", n, uuidA[8:])
}

// isList reports whether a request is for a collection, /rest/profile/….
func isList(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") == 3
}

// requestLines returns the requests as "METHOD URI BODY". The UUIDs of created profiles
// are shown as uuidA.
func (a *scriptedAPI) requestLines() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	lines := make([]string, len(a.requests))
	for i, r := range a.requests {
		lines[i] = r.String()
		for n := 2; n <= a.creates; n++ {
			lines[i] = strings.ReplaceAll(lines[i], createdUUID(n), uuidA)
		}
	}
	return lines
}

// countRequests returns how many requests of a method the API got.
func (a *scriptedAPI) countRequests(method string) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.requests {
		if r.method == method {
			n++
		}
	}
	return n
}

// client returns a client of the API that retries at once.
func (a *scriptedAPI) client(t *testing.T, changes ...func(*opentact.Config)) *opentact.Client {
	t.Helper()
	base, err := opentact.ParseBaseURL(a.URL + "/rest")
	if err != nil {
		t.Fatal(err)
	}
	config := opentact.Config{
		BaseURL: base, Credentials: opentact.Credentials{Token: token, Source: "the test"}, UserAgent: "test/1",
		RequestTimeout: 10 * time.Second, MaxRetries: 2, RetryMaxWait: time.Millisecond,
	}
	for _, change := range changes {
		change(&config)
	}
	return opentact.New(config)
}

// messaging returns the messaging profiles of a client of the API.
func (a *scriptedAPI) messaging(t *testing.T, changes ...func(*opentact.Config)) *opentact.Collection[messagingFields] {
	t.Helper()
	return opentact.CollectionOf(a.client(t, changes...), &messaging)
}

// call makes one operation whose first request has the method.
func (a *scriptedAPI) call(t *testing.T, method string, changes ...func(*opentact.Config)) error {
	t.Helper()
	profiles := a.messaging(t, changes...)
	var err error
	switch method {
	case http.MethodGet:
		_, err = profiles.Get(t.Context(), knownA())
	case http.MethodPatch:
		_, err = profiles.Update(t.Context(), knownA(), namedA())
	case http.MethodDelete:
		err = profiles.Delete(t.Context(), knownA())
	case http.MethodPost:
		_, err = profiles.Create(t.Context(), namedA())
	}
	return err
}

// gate holds every request except lists until it is opened.
type gate struct {
	arrived, open chan struct{}
	next          http.Handler
}

func (g gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isList(r) {
		g.arrived <- struct{}{}
		<-g.open
	}
	g.next.ServeHTTP(w, r)
}
