// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// Together, the two kinds of these tests have every property that the client must handle.

type messagingFields struct {
	opentact.Named
	CallbackURL    opentact.Optional[string] `json:"callback_url,omitzero"`
	TollFreeWeight opentact.Optional[int64]  `json:"toll_free_weight,omitzero"`
	StickySender   opentact.Optional[bool]   `json:"sticky_sender,omitzero"`
}

var messaging = opentact.Spec[messagingFields]{
	Name:      "messaging profile",
	Path:      "profile/messaging",
	Nested:    [][]string{{"messaging_profile"}},
	Aliases:   map[string]string{"toll_free_weight": "tollfree_weight"},
	Sensitive: []string{"callback_url"},
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
	Aliases: map[string]string{"daily_spend_limit": "daily_spent_limit"},
	Float32: []string{"daily_spend_limit"},
}

const (
	uuidA = "0a0a0a0a-0000-4000-8000-00000000000a"
	uuidB = "0b0b0b0b-0000-4000-8000-00000000000b"
	token = "t0ken-of/the-tests"
)

// profileA is a complete messaging profile as the API returns it.
const profileA = `{"uuid":"` + uuidA + `","created_on":"2019-08-24T14:15:22Z","modified_on":"2019-08-24T14:15:23Z",` +
	`"name":"a","callback_url":null,"tollfree_weight":1,"sticky_sender":false}`

// omitted marks a member that profileAWith leaves out.
var omitted = new(int)

// profileAWith returns profileA with changed members.
func profileAWith(changes map[string]any) string {
	var object map[string]any
	if err := json.Unmarshal([]byte(profileA), &object); err != nil {
		return err.Error()
	}
	for name, value := range changes {
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

// asUUIDB returns the same profile with uuidB.
func asUUIDB(profile string) string { return strings.ReplaceAll(profile, uuidA, uuidB) }

// voiceProfile returns the JSON of an outbound voice profile.
func voiceProfile(uuid, name string) string {
	return fmt.Sprintf(`{"uuid":%q,"created_on":"2019-08-24T14:15:22Z","modified_on":"2019-08-24T14:15:23Z","name":%q,"daily_spent_limit":5.5}`, uuid, name)
}

// leases returns an array of phone-number leases. The given members are added to each
// lease.
func leases(members ...string) string {
	all := make([]string, len(members))
	for i, more := range members {
		all[i] = fmt.Sprintf(`{"uuid":"%08x-2222-4222-8222-222222222222","created_on":"2001-01-01T00:00:00Z","autorenew":true,%s}`, i, more)
	}
	return "[" + strings.Join(all, ",") + "]"
}

func named(name string) opentact.Named { return opentact.Named{Name: opentact.Value(name)} }

// namedA are fields of a messaging profile. They set only the name.
func namedA() messagingFields { return messagingFields{Named: named("a")} }

// fieldsWithWeight are the fields of a messaging profile with a name and a weight.
func fieldsWithWeight(n int64) messagingFields {
	return messagingFields{Named: named("a"), TollFreeWeight: opentact.Value(n)}
}

// profileWith returns what a caller knows about a profile.
func profileWith[F opentact.Fields](uuid string, fields F) opentact.Profile[F] {
	return opentact.Profile[F]{UUID: uuid, Fields: fields}
}

// knownA is what a caller knows of profileA: its UUID.
func knownA() opentact.Profile[messagingFields] { return profileWith(uuidA, messagingFields{}) }

// wantErrorContains checks that the text of an error contains all parts.
func wantErrorContains(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not contain %q:\n%v", part, err)
		}
	}
}

func discardLogger() *log.Logger { return log.New(io.Discard, "", 0) }

// jsonLogger returns a logger that writes JSON lines at debug level.
func jsonLogger(out *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// attemptHandler is a log handler that calls a function with the status of each attempt.
type attemptHandler func(status int64)

func (attemptHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h attemptHandler) Handle(_ context.Context, record slog.Record) error {
	record.Attrs(func(attribute slog.Attr) bool {
		if attribute.Key == "status" {
			h(attribute.Value.Int64())
		}
		return true
	})
	return nil
}

func (h attemptHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h attemptHandler) WithGroup(string) slog.Handler      { return h }

// onAttempt makes a client call a function with the status of each attempt.
func onAttempt(do func(status int64)) func(*opentact.Config) {
	return func(c *opentact.Config) { c.Logger = slog.New(attemptHandler(do)) }
}

// noRetries makes a client send each request once.
func noRetries(c *opentact.Config) { c.MaxRetries = 0 }

// handlerTransport sends requests to a handler without a network, so that tests can use
// fake time. A handler that panics with http.ErrAbortHandler closes the connection.
type handlerTransport struct{ http.Handler }

func (h handlerTransport) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	// Go's transport calls GotConn once it has a connection.
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if req.Body == nil { // a handler may rely on a body
		req = req.Clone(req.Context())
		req.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	recorder.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	isAborted := h.serve(recorder, req)
	if isAborted && recorder.Body.Len() == 0 {
		return nil, io.EOF
	}
	resp = recorder.Result()
	if isAborted {
		resp.Body = io.NopCloser(io.MultiReader(recorder.Body, iotest.ErrReader(io.ErrUnexpectedEOF)))
	}
	return resp, nil
}

// serve reports whether the handler closes the connection.
func (h handlerTransport) serve(w http.ResponseWriter, req *http.Request) (isAborted bool) {
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler { //nolint:errorlint // a panic has no chain of errors
			isAborted = true
		} else if cause != nil {
			panic(cause)
		}
	}()
	h.ServeHTTP(w, req)
	return false
}

// newFakeEmulator returns an emulator and a client of it that need no network.
func newFakeEmulator(t *testing.T, options emulator.Options, changes ...func(*opentact.Config)) (*emulator.Emulator, *opentact.Client) {
	t.Helper()
	api, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	config := opentact.Config{
		BaseURL:     &url.URL{Scheme: "https", Host: "api.example", Path: emulator.BasePath},
		Credentials: opentact.Credentials{Token: emulator.DefaultToken, Source: "the test"}, UserAgent: "test/1",
		RequestTimeout: 10 * time.Second, MaxRetries: 10, RetryMaxWait: time.Second,
	}
	for _, change := range changes {
		change(&config)
	}
	return api, opentact.NewWithTransport(config, handlerTransport{api})
}

// newEmulator starts an emulator and returns it with a client that retries at once.
func newEmulator(t *testing.T, changes ...func(*opentact.Config)) (*emulator.Emulator, *opentact.Client) {
	t.Helper()
	return newEmulatorWith(t, emulator.Options{}, changes...)
}

// newEmulatorWith starts an emulator with options.
func newEmulatorWith(t *testing.T, options emulator.Options, changes ...func(*opentact.Config)) (*emulator.Emulator, *opentact.Client) {
	t.Helper()
	api, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(api)
	server.Config.ErrorLog = discardLogger()
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(api.RemoveRules)
	base, err := opentact.ParseBaseURL(server.URL + emulator.BasePath)
	if err != nil {
		t.Fatal(err)
	}
	config := opentact.Config{
		BaseURL: base, Credentials: opentact.Credentials{Token: emulator.DefaultToken, Source: "the test"}, UserAgent: "test/1",
		RequestTimeout: 10 * time.Second, MaxRetries: 10, RetryMaxWait: time.Millisecond,
	}
	for _, change := range changes {
		change(&config)
	}
	return api, opentact.New(config)
}

// nothingListens makes a client use a loopback address where nothing listens. A connection
// keeps its port in use, so that no other server gets it.
func nothingListens(t *testing.T) func(*opentact.Config) {
	t.Helper()
	server := httptest.NewServer(nil)
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return func(c *opentact.Config) { c.BaseURL.Host = conn.LocalAddr().String() }
}

// inject adds a rule to an emulator.
func inject(t *testing.T, api *emulator.Emulator, rule emulator.Rule) *emulator.Injection {
	t.Helper()
	injection, err := api.Inject(rule)
	if err != nil {
		t.Fatal(err)
	}
	return injection
}
