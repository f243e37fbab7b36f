// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/transport"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

const (
	uuidA = "0000000a-0000-4000-8000-000000000000"
	uuidB = "0000000b-0000-4000-8000-000000000000"
	uuidC = "0000000c-0000-4000-8000-000000000000"
	uuidD = "0000000d-0000-4000-8000-000000000000"
	// token is the token that the API's redactor knows.
	token = "token-of-the-tests"
	// hook is a value of the sensitive field.
	hook = "https://hooks.example/in"
)

// testKind has a field with an alias (weight), a sensitive field (webhook) and a number
// that the API may keep in 32 bits (limit).
func testKind() Kind {
	return Kind{
		Name: "test profile", Path: "profile/test",
		Shape: wire.Shape{
			Aliases: map[string]string{"weight": "old_weight"},
			Fields:  []string{wire.UUID, wire.Name, "weight", "webhook", "limit"},
		},
		Sensitive: []string{"webhook"}, Float32: []string{"limit"},
		Malformed: malformed,
		Decode: func(fields wire.RawFields) (any, error) {
			if names := malformed(fields); len(names) > 0 {
				return "decoded", fmt.Errorf("%s is malformed", names[0])
			}
			return "decoded", nil
		},
	}
}

// malformed returns the fields that are neither null nor of their type.
func malformed(fields wire.RawFields) (names []string) {
	for _, name := range fields.Names() {
		var into any = new(string)
		if name == "weight" || name == "limit" {
			into = new(float64)
		}
		if json.Unmarshal(fields[name], into) != nil {
			names = append(names, name)
		}
	}
	return names
}

// raw returns the fields of a JSON object.
func raw(object string) (fields wire.RawFields) {
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		panic(err)
	}
	return fields
}

// part returns the JSON of a profile with these members and a UUID.
func part(uuid, members string) string {
	return strings.ReplaceAll(fmt.Sprintf(`{"uuid":%q,%s}`, uuid, members), ",}", "}")
}

// whole returns the JSON of a complete profile that differs in these members from
// {"name":"a","weight":1,"webhook":null,"limit":5}.
func whole(uuid, members string) string {
	fields := raw(part(uuid, `"name":"a","weight":1,"webhook":null,"limit":5`))
	maps.Copy(fields, raw("{"+members+"}"))
	body, err := wire.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// reply is one response of a fakeAPI.
type reply struct {
	// status is the HTTP status. If it is 0, the response is lost.
	status int
	body   string
	// age is the Age of a response from a cache, and date is the Date, or "".
	age, date string
	// meanwhile is called before the response is returned, unless it is nil.
	meanwhile func()
}

func success(payload string) reply {
	return reply{status: http.StatusOK, body: `{"success":true,"payload":` + payload + `}`}
}

func rejection(status int, message string) reply {
	return reply{status: status, body: fmt.Sprintf(`{"success":false,"message":%q}`, message)}
}

var (
	notFound   = rejection(http.StatusNotFound, "not found")
	badGateway = reply{status: http.StatusBadGateway, body: "<title>Bad Gateway</title>"}
)

// fakeAPI is a base transport. It responds with the replies of a script, in order. The
// lists have a script of their own, whose last reply is repeated.
type fakeAPI struct {
	script, lists []reply
	// retries is how often a request may be sent again.
	retries int
	// rejects is what a 401 rejects. The API has accepted it before.
	rejects apierror.Credential

	mu       sync.Mutex
	requests []string
}

// endpoint returns an endpoint of the API. Its lists are empty unless they have a script.
func (a *fakeAPI) endpoint() *Endpoint { return a.endpointOf(testKind()) }

func (a *fakeAPI) endpointOf(kind Kind) *Endpoint {
	if a.lists == nil {
		a.lists = []reply{success(`[]`)}
	}
	const timeout, maxWait = time.Minute, time.Millisecond
	client := transport.New(transport.Options{RequestTimeout: timeout, RetryMaxWait: maxWait, MaxRetries: a.retries, Base: a})
	return New(API{
		BaseURL: &url.URL{Scheme: "https", Host: "api.example", Path: "/rest"},
		Do: func(ctx context.Context, r *transport.Request) error {
			err := client.Do(ctx, r)
			if apierror.StatusOf(err) == http.StatusUnauthorized {
				return &apierror.CredentialsError{BaseURL: "https://api.example/rest", Source: "the test", Rejected: a.rejects, Accepted: true, Err: err}
			}
			return err
		},
		Redactor: redact.New(func() []redact.Secret { return []redact.Secret{{Value: token, Replacement: "(the token)"}} }),
		Logger:   slog.New(slog.DiscardHandler), RequestTimeout: timeout, RetryMaxWait: maxWait, MaxRetries: a.retries,
	}, kind)
}

func (a *fakeAPI) RoundTrip(req *http.Request) (*http.Response, error) {
	// Go's transport calls GotConn once it has a connection.
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	next, err := a.next(req)
	if err != nil {
		return nil, err
	}
	if next.meanwhile != nil {
		next.meanwhile()
	}
	if next.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	header := http.Header{}
	if next.age != "" {
		header.Set("Age", next.age)
	}
	if next.date != "" {
		header.Set("Date", next.date)
	}
	return &http.Response{StatusCode: next.status, Header: header, ContentLength: -1, Body: io.NopCloser(strings.NewReader(next.body))}, nil
}

// next records a request as "METHOD LETTER BODY" or "LIST QUERY" and returns its reply.
func (a *fakeAPI) next(req *http.Request) (next reply, err error) {
	line, body, script, last := "LIST "+req.URL.RawQuery, "", &a.script, 0
	if req.Body != nil {
		read, _ := io.ReadAll(req.Body) // it is in memory
		body = string(read)
	}
	switch target := path.Base(req.URL.Path); {
	case wire.IsUUID(target):
		line = req.Method + " " + strings.ToUpper(target[7:8]) + " " + body
	case req.Method == http.MethodPost:
		line = req.Method + " " + body
	default:
		script, last = &a.lists, 1
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, strings.TrimSpace(line))
	if len(*script) == 0 {
		return reply{}, errors.New("the script has ended")
	}
	next = (*script)[0]
	if len(*script) > last {
		*script = (*script)[1:]
	}
	return next, nil
}

// wantRequests compares the requests since the last call.
func (a *fakeAPI) wantRequests(t *testing.T, want ...string) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if diff := cmp.Diff(want, a.requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	a.requests = nil
}

// wantFields compares fields with a JSON object. The fields of "" are nil.
func wantFields(t *testing.T, got wire.RawFields, object string) {
	t.Helper()
	want := wire.RawFields(nil)
	if object != "" {
		want = raw(object)
	}
	if diff := cmp.Diff(want, got, cmp.Transformer("text", func(r json.RawMessage) string { return string(r) })); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// wantError compares an error with a part of its text. If that is "", err must be nil.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("got %v, want no error", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("got %v, want an error that contains %q", err, want)
	}
}

// wantMismatch compares the fields of a MismatchError. A note must contain the text that
// is wanted. Without wanted fields, err must be nil.
func wantMismatch(t *testing.T, err error, want ...apierror.Mismatch) {
	t.Helper()
	var got []apierror.Mismatch
	if mismatch, ok := errors.AsType[*apierror.MismatchError](err); ok {
		got = mismatch.Fields
	} else if err != nil {
		t.Errorf("got %v, want a mismatch or no error", err)
	}
	for i := range min(len(got), len(want)) {
		if want[i].Note != "" && strings.Contains(got[i].Note, want[i].Note) {
			got[i].Note = want[i].Note
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatches (-want +got):\n%s", diff)
	}
}
