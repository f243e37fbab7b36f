// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
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

// Two kinds with every trait that the client has to cope with.

type messagingFields struct {
	opentact.Named
	CallbackURL    opentact.Optional[string] `json:"callback_url,omitzero"`
	TollFreeWeight opentact.Optional[int64]  `json:"toll_free_weight,omitzero"`
	StickySender   opentact.Optional[bool]   `json:"sticky_sender,omitzero"`
}

var messaging = opentact.Spec[messagingFields]{
	Name:           "messaging profile",
	Path:           "profile/messaging",
	Nested:         [][]string{{"messaging_profile"}},
	OtherSpellings: map[string]string{"toll_free_weight": "tollfree_weight"},
	Concealed:      []string{"callback_url"},
}

type voiceFields struct {
	opentact.Named
	DailySpendLimit opentact.Optional[float64] `json:"daily_spend_limit,omitzero"`
}

var voice = opentact.Spec[voiceFields]{
	Name: "outbound voice profile",
	Path: "profile/outbound_voice",
	Nested: [][]string{
		{"outbound_voice_profile"},
		{"sip_connection", "outbound_voice_profile"},
		{"sip_control_app", "outbound_voice_profile"},
	},
	OtherSpellings: map[string]string{"daily_spend_limit": "daily_spent_limit"},
	Float32:        []string{"daily_spend_limit"},
}

const (
	uuidA = "0a0a0a0a-0000-4000-8000-00000000000a"
	uuidB = "0b0b0b0b-0000-4000-8000-00000000000b"
	token = "t0ken-of/the-tests"
)

// profileA is a complete messaging profile as the API answers it.
const profileA = `{"uuid":"` + uuidA + `","created_on":"2019-08-24T14:15:22Z","modified_on":"2019-08-24T14:15:23Z",` +
	`"name":"a","callback_url":null,"tollfree_weight":1,"sticky_sender":false}`

// withA returns profileA with members replaced or, by a null pointer, left out.
func withA(change map[string]any) string {
	var object map[string]any
	if err := json.Unmarshal([]byte(profileA), &object); err != nil {
		return err.Error()
	}
	for name, value := range change {
		if value == omitted {
			delete(object, name)
			continue
		}
		object[name] = value
	}
	body, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

// omitted marks a member that withA leaves out.
var omitted = new(int)

// reply is one answer of a scripted API.
type reply struct {
	status int
	header map[string]string
	body   string
	// cut closes the connection in the middle of the answer, drop before it.
	cut, drop bool
}

func ok(payload string) reply {
	return reply{status: 200, body: `{"success":true,"payload":` + payload + `}`}
}

func created(payload string) reply {
	return reply{status: 201, body: `{"success":true,"payload":` + payload + `}`}
}

func refusal(status int, message string) reply {
	text, _ := json.Marshal(message)
	return reply{status: status, body: fmt.Sprintf(`{"success":false,"message":%s,"status":%d}`, text, status)}
}

// request is one request that a scripted API received.
type request struct {
	method, uri, body string
	header            http.Header
}

func (r request) String() string { return strings.TrimSpace(r.method + " " + r.uri + " " + r.body) }

// api answers requests from a script, in order, and repeats the last reply.
type api struct {
	*httptest.Server
	mu       sync.Mutex
	script   []reply
	requests []request
	// lists, where there are any, is a script of its own for lists. They are
	// counted in listed, and not in requests.
	lists  []reply
	listed int
	// made counts the creates that succeeded. Each makes a profile of its own: what
	// the script says of uuidA is about that which a request is for.
	made int
}

// newCreateAPI is one whose script begins with a create. There is no profile
// before, and lists that are asked for later fail: what became of a lost POST
// stays unknown.
func newCreateAPI(t *testing.T, script ...reply) *api {
	t.Helper()
	a := newAPI(t, script...)
	a.lists = []reply{ok("[]"), refusal(403, "no lists today")}
	return a
}

func newAPI(t *testing.T, script ...reply) *api {
	t.Helper()
	a := &api{script: script}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := a.next(r)
	for name, value := range answer.header {
		w.Header().Set(name, value)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	switch {
	case answer.drop:
		panic(http.ErrAbortHandler)
	case answer.cut:
		w.Header().Set("Content-Length", fmt.Sprint(len(answer.body)))
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body[:len(answer.body)/2])
		_ = http.NewResponseController(w).Flush() // or nothing at all would be sent
		panic(http.ErrAbortHandler)
	default:
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body)
	}
}

func (a *api) next(r *http.Request) reply {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	defer a.mu.Unlock()
	if isList(r) && a.lists != nil {
		a.listed++
		return a.lists[min(a.listed, len(a.lists))-1]
	}
	a.requests = append(a.requests, request{r.Method, r.URL.RequestURI(), string(body), r.Header.Clone()})
	answer := a.script[min(len(a.requests), len(a.script))-1]
	if a.lists != nil {
		answer.body = strings.ReplaceAll(answer.body, uuidA, a.subject(r, answer))
	}
	return answer
}

// subject is the uuid of the profile that a request is for.
func (a *api) subject(r *http.Request, answer reply) string {
	if r.Method != http.MethodPost {
		return path.Base(r.URL.Path)
	}
	if answer.status/100 == 2 {
		a.made++
	}
	return numbered(a.made)
}

// numbered is the uuid of the nth profile that a scripted API creates.
func numbered(n int) string {
	if n <= 1 {
		return uuidA
	}
	return fmt.Sprintf("%08x%s", n, uuidA[8:])
}

// isList tells whether a request is for a collection, /rest/profile/….
func isList(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") == 3
}

// log lists the requests received, as "METHOD URI BODY".
func (a *api) log() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	lines := make([]string, len(a.requests))
	for i, r := range a.requests {
		lines[i] = r.String()
		for n := 2; n <= a.made; n++ { // which one it was for is not what a script is about
			lines[i] = strings.ReplaceAll(lines[i], numbered(n), uuidA)
		}
	}
	return lines
}

// client returns a client of the scripted API that wastes no time on waiting.
func (a *api) client(t *testing.T, change ...func(*opentact.Config)) *opentact.Client {
	t.Helper()
	base, err := opentact.ParseBaseURL(a.URL + "/rest")
	if err != nil {
		t.Fatal(err)
	}
	config := opentact.Config{
		BaseURL: base, Credentials: opentact.Credentials{Token: token, Source: "the test"}, UserAgent: "test/1",
		RequestTimeout: 10 * time.Second, MaxRetries: 2, RetryMaxWait: time.Millisecond,
	}
	for _, c := range change {
		c(&config)
	}
	return opentact.New(config)
}

// bare answers every request on the bare connection, which is closed after that.
func bare(t *testing.T, answer func(net.Conn)) *api {
	t.Helper()
	a := newAPI(t)
	a.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		answer(conn)
	})
	return a
}

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

func named(name string) opentact.Named { return opentact.Named{Name: opentact.Value(name)} }

// at is a profile of which the fields are known.
func at[F opentact.Fields](uuid string, fields F) opentact.Profile[F] {
	return opentact.Profile[F]{UUID: uuid, Fields: fields}
}
