// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

func TestParseBaseURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://api.opentact.org/rest":   "https://api.opentact.org/rest",
		"https://api.opentact.org/rest//": "https://api.opentact.org/rest",
		"https://api.opentact.org":        "https://api.opentact.org",
		"http://127.0.0.1:8480/rest":      "http://127.0.0.1:8480/rest",
		"http://127.9.9.9":                "http://127.9.9.9",
		"http://[::1]:1/rest":             "http://[::1]:1/rest",
		"http://localhost:1":              "http://localhost:1",
		"HTTP://LocalHost:1":              "http://LocalHost:1",
		"https://gateway.example/a%2Fb//": "https://gateway.example/a%2Fb",
	} {
		got, err := opentact.ParseBaseURL(text)
		if err != nil || got.String() != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                               "it does not begin with https://",
		"api.opentact.org/rest":          "it does not begin with https://",
		"127.0.0.1:8480/rest":            "it does not begin with https://",
		"ftp://api.opentact.org":         "its scheme is ftp",
		"https://":                       "it names no host",
		"https:///rest":                  "it names no host",
		"http://api.opentact.org/rest":   "plain http to api.opentact.org would send the token in the clear",
		"http://localhost.example":       "plain http",
		"http://10.0.0.1":                "plain http",
		"https://u:s3cret@a.example":     "it holds a user name or password",
		"https://a.example?token=s3cret": "it has a query or a fragment",
		"https://a.example#s3cret":       "it has a query or a fragment",
		"https://s3cret\x7f":             "it is no URL",
		"https://a.example/%zz-s3cret":   "it is no URL",
	} {
		_, err := opentact.ParseBaseURL(text)
		wantInError(t, err, want)
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q is repeated in %v", text, err)
		}
	}
}

// The token goes to the base URL alone: a redirect is not followed.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := newAPI(t, ok(profileA))
	for _, status := range []int{301, 302, 303, 307, 308} {
		a := newAPI(t, reply{status: status, header: map[string]string{"Location": elsewhere.URL}})
		err := send(t, a, http.MethodGet)
		wantInError(t, err, "a redirect to "+elsewhere.URL)
	}
	if len(elsewhere.log()) != 0 {
		t.Errorf("followed: %v", elsewhere.log())
	}
}

func TestCertificateErrorIsNotRetried(t *testing.T) {
	t.Parallel()
	a := &api{script: []reply{ok(profileA)}}
	a.Server = httptest.NewUnstartedServer(a)
	a.Config.ErrorLog = discardLog()
	a.StartTLS()
	t.Cleanup(a.Close)
	_, err := opentact.CollectionOf(a.client(t), &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	wantInError(t, err, "the certificate of 127.0.0.1 cannot be verified")
	if strings.Contains(err.Error(), "attempts") {
		t.Errorf("the next attempt meets the same certificate: %v", err)
	}
}

func TestCollectionsAreKept(t *testing.T) {
	t.Parallel()
	client := newAPI(t, ok(profileA)).client(t)
	first, second := opentact.CollectionOf(client, &messaging), opentact.CollectionOf(client, &messaging)
	if first != second {
		t.Error("what one learned the other does not know")
	}
}

func TestAttemptsAreLogged(t *testing.T) {
	t.Parallel()
	a := newAPI(t, reply{status: 503, body: "busy"}, reply{status: 200, body: `{"success":true}`, cut: true},
		reply{status: 200, header: map[string]string{"X-Request-Id": "r-9"}, body: `{"success":true,"payload":` + profileA + `}`})
	var got []opentact.Attempt
	client := a.client(t, func(c *opentact.Config) {
		c.Log = func(_ context.Context, attempt opentact.Attempt) { got = append(got, attempt) }
	})
	if _, err := opentact.CollectionOf(client, &messaging).Get(t.Context(), at(uuidA, messagingFields{})); err != nil {
		t.Fatal(err)
	}
	path := "/rest/profile/messaging/" + uuidA
	want := []opentact.Attempt{
		{Method: "GET", Path: path, Number: 1, Status: 503, Bytes: 4},
		{Method: "GET", Path: path, Number: 2, Status: 200, Bytes: 8},
		{Method: "GET", Path: path, Number: 3, Status: 200, Bytes: int64(len(profileA) + 27), RequestID: "r-9"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(opentact.Attempt{}, "Duration", "Err")); diff != "" {
		t.Error(diff)
	}
	if len(got) == 3 && (got[0].Err != nil || got[1].Err == nil || got[2].Err != nil) {
		t.Errorf("errors: %v, %v, %v", got[0].Err, got[1].Err, got[2].Err)
	}
}

// A log that is off is told nothing, and one that is on is told, attempt by attempt.
func TestLogsThatAreOff(t *testing.T) {
	t.Parallel()
	a := newAPI(t, ok(profileA))
	told, on := 0, false
	client := a.client(t, func(c *opentact.Config) {
		c.Log = func(context.Context, opentact.Attempt) { told++ }
		c.Logs = func(context.Context) bool { return on }
	})
	for _, want := range []int{0, 1} {
		if _, err := opentact.CollectionOf(client, &messaging).Get(t.Context(), at(uuidA, messagingFields{})); err != nil || told != want {
			t.Errorf("on %t: told of %d attempts, want %d: %v", on, told, want, err)
		}
		on = true
	}
}

// Go quotes a malformed header in its error, whatever it holds.
func TestTokenInAMalformedAnswer(t *testing.T) {
	t.Parallel()
	a := bare(t, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-Auth-Token "+token+"\r\n\r\n")
	})
	var logged []error
	client := a.client(t, func(c *opentact.Config) {
		c.MaxRetries = 0
		c.Log = func(_ context.Context, attempt opentact.Attempt) { logged = append(logged, attempt.Err) }
	})
	_, err := opentact.CollectionOf(client, &messaging).Get(t.Context(), at(uuidA, messagingFields{}))
	wantInError(t, err, "malformed MIME header", "(the token)")
	if text := fmt.Sprint(err, logged); strings.Contains(text, token) || len(logged) != 1 || logged[0] == nil {
		t.Errorf("the error and the log: %s", text)
	}
}
