// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/auth"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/transport"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

const (
	email    = "ops@example.com"
	password = "corRect-horse"
)

var baseURL = &url.URL{Scheme: "https", Host: "api.example", Path: "/rest"}

// roundTripper is an API that is a function, so that time can be faked.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	// As Go's transport does once it has a connection.
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return f(req)
}

func newClient(api roundTripper, maxRetries int) *transport.Client {
	return transport.New(transport.Options{RequestTimeout: time.Minute, MaxRetries: maxRetries, RetryMaxWait: time.Second, Base: api})
}

// newLogin returns a source that logs in at the API, and a sender that uses it.
func newLogin(api roundTripper, maxRetries int) (*auth.Login, *auth.Sender) {
	client := newClient(api, maxRetries)
	login := &auth.Login{Client: client, BaseURL: baseURL, Email: email, Password: password, Source: "the test"}
	return login, &auth.Sender{Client: client, Tokens: login, BaseURL: baseURL.String(), Source: "the test"}
}

// newRequest returns a request whose response may hold any payload.
func newRequest(method string, sender *auth.Sender) *transport.Request {
	redactor := redact.New(sender.Tokens.Secrets)
	response := &wire.Response{Redactor: redactor, MaxBytes: wire.MaxProfile, Item: func(json.RawMessage) error { return nil }}
	return &transport.Request{Operation: "test", Method: method, URL: baseURL.JoinPath("thing"), Redactor: redactor, Classify: response.Classify}
}

// fetch sends a GET that needs a token.
func fetch(ctx context.Context, sender *auth.Sender) error {
	return sender.Do(ctx, newRequest(http.MethodGet, sender))
}

func respond(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: make(http.Header), Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func success() *http.Response { return respond(200, `{"success":true,"payload":{}}`) }

func rejection(status int, message string) *http.Response {
	return respond(status, fmt.Sprintf(`{"success":false,"message":%q}`, message))
}

// loggedIn returns the response to a login.
func loggedIn(token string) *http.Response {
	return respond(200, fmt.Sprintf(`{"success":true,"payload":{"token":%q}}`, token))
}

func isLogin(req *http.Request) bool { return req.URL.Path == "/rest/auth" }

// issue returns a JWT that is valid from one time to another.
func issue(t *testing.T, from, until time.Time) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		IssuedAt: jwt.NewNumericDate(from), ExpiresAt: jwt.NewNumericDate(until), ID: fmt.Sprint(time.Now().UnixNano()),
	}).SignedString([]byte("k"))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// isType reports whether err or an error that it wraps is an E.
func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
