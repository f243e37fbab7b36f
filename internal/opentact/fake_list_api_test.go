// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
)

// fakeTransport sends requests to a function, so that tests can use fake time.
type fakeTransport func(*http.Request) (*http.Response, error)

func (f fakeTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	// Go's transport calls GotConn once it has a connection.
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return f(req)
}

// newFakeClient returns a client of an API that is a function.
func newFakeClient(api func(*http.Request) (*http.Response, error), changes ...func(*opentact.Config)) *opentact.Client {
	config := opentact.Config{
		BaseURL:     &url.URL{Scheme: "https", Host: "api.example", Path: "/rest"},
		Credentials: opentact.Credentials{Token: "t"}, RequestTimeout: time.Minute, MaxRetries: 2, RetryMaxWait: time.Second,
	}
	for _, change := range changes {
		change(&config)
	}
	return opentact.NewWithTransport(config, fakeTransport(api))
}

// httpResponse returns a response as a transport returns it.
func httpResponse(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// successResponse returns a successful response with a payload.
func successResponse(payload string) *http.Response {
	return httpResponse(200, `{"success":true,"payload":`+payload+`}`)
}

// numberedUUID returns the UUID of profile n.
func numberedUUID(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// numberOf returns the number in the last element of a path, or in a UUID.
func numberOf(text string) (n int) {
	_, _ = fmt.Sscanf(path.Base(text), "%x-", &n)
	return n
}

// fakeListAPI is an API of the outbound voice profiles 0 to 9. It counts requests.
type fakeListAPI struct {
	mu sync.Mutex
	// gets are the numbers of the profiles that GETs asked for.
	gets     []int
	lists    int
	messages []string
	// delay is how long a list takes.
	delay time.Duration
	// list responds to the nth list. If it is nil, the list shows all profiles.
	list func(n int) *http.Response
	// write responds to requests that are not GETs.
	write func(*http.Request) *http.Response
}

// numberedVoice returns the JSON of profile n. numberedVoiceWith replaces its members
// other than the name and the times.
func numberedVoice(n int) string { return numberedVoiceWith(n, `"daily_spend_limit":5`) }

func numberedVoiceWith(n int, members string) string {
	return fmt.Sprintf(`{"uuid":%q,"created_on":"c","modified_on":"m","name":"n%d",%s}`, numberedUUID(n), n, members)
}

// knownVoice returns what a caller knows of profile n.
func knownVoice(n int, limit float64) opentact.Profile[voiceFields] {
	return opentact.Profile[voiceFields]{
		UUID: numberedUUID(n), CreatedOn: opentact.Value("c"), ModifiedOn: opentact.Value("m"),
		Fields: voiceFields{Named: named(fmt.Sprint("n", n)), DailySpendLimit: opentact.Value(limit)},
	}
}

// listResponse returns a list of items.
func listResponse(items ...string) *http.Response {
	return successResponse("[" + strings.Join(items, ",") + "]")
}

// fullListResponse returns a list of the first n profiles.
func fullListResponse(n int) *http.Response {
	items := make([]string, n)
	for i := range items {
		items[i] = numberedVoice(i)
	}
	return listResponse(items...)
}

func (a *fakeListAPI) roundTrip(req *http.Request) (*http.Response, error) {
	switch {
	case req.Method != http.MethodGet:
		return a.write(req), nil
	case !isList(req):
		n := numberOf(req.URL.Path)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.gets = append(a.gets, n)
		if n > 9 {
			return httpResponse(404, `{"success":false,"message":"no such profile","status":404}`), nil
		}
		return successResponse(numberedVoice(n)), nil
	}
	a.mu.Lock()
	a.lists++
	n := a.lists
	a.mu.Unlock()
	select {
	case <-time.After(a.delay):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	if a.list == nil {
		return fullListResponse(10), nil
	}
	return a.list(n), nil
}

// fakeListAPI is the log handler of its clients. It keeps the messages that are not about
// single attempts.

func (a *fakeListAPI) Enabled(context.Context, slog.Level) bool { return true }
func (a *fakeListAPI) WithAttrs([]slog.Attr) slog.Handler       { return a }
func (a *fakeListAPI) WithGroup(string) slog.Handler            { return a }

func (a *fakeListAPI) Handle(_ context.Context, record slog.Record) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if record.NumAttrs() == 0 {
		a.messages = append(a.messages, record.Message)
	}
	return nil
}

// collection returns the profiles of a new client of the API.
func (a *fakeListAPI) collection(changes ...func(*opentact.Config)) *opentact.Collection[voiceFields] {
	withLog := func(c *opentact.Config) { c.Logger = slog.New(a) }
	return opentact.CollectionOf(newFakeClient(a.roundTrip, append(changes, withLog)...), &voice)
}

// warmCollection is collection after the first reads, which are always GETs.
func (a *fakeListAPI) warmCollection(t *testing.T, changes ...func(*opentact.Config)) *opentact.Collection[voiceFields] {
	t.Helper()
	profiles := a.collection(changes...)
	for range listcache.SingleReads {
		getAll(t, profiles, 0)
	}
	a.gets = nil
	return profiles
}

// getAll reads profiles and checks that each has the values that the caller knows.
func getAll(t *testing.T, profiles *opentact.Collection[voiceFields], numbers ...int) {
	t.Helper()
	for _, n := range numbers {
		got, err := profiles.Get(t.Context(), knownVoice(n, 5))
		if err != nil || got.Fields != knownVoice(n, 5).Fields {
			t.Errorf("profile %d is %v, %v", n, got.Fields, err)
		}
	}
}

// wantRequests compares the requests since the last call: the number of lists, and the
// profiles that GETs asked for.
func (a *fakeListAPI) wantRequests(t *testing.T, when string, lists int, gets ...int) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	slices.Sort(a.gets)
	if diff := cmp.Diff(gets, a.gets); diff != "" || a.lists != lists {
		t.Errorf("%s: %d lists, want %d; GETs (-want +got):\n%s", when, a.lists, lists, diff)
	}
	a.gets, a.lists = nil, 0
}

// wantLog checks that each message contains its text, and that there are no others.
func (a *fakeListAPI) wantLog(t *testing.T, texts ...string) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, message := range a.messages {
		if i >= len(texts) || !strings.Contains(message, texts[i]) {
			t.Errorf("unexpected message: %s", message)
		}
	}
	if len(a.messages) < len(texts) {
		t.Errorf("missing messages: %v", texts[len(a.messages):])
	}
}
