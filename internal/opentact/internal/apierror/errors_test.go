// SPDX-License-Identifier: MPL-2.0

package apierror_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// TestError_Text is the table of the texts of all errors.
func TestError_Text(t *testing.T) {
	t.Parallel()
	const before = "read thing (GET https://api.example/thing): "
	request := apierror.Request{Operation: "read thing", Method: "GET", URL: "https://api.example/thing", Attempts: 1, Last: apierror.Ambiguous}
	notSent, again := request, request
	notSent.Attempts, notSent.Last = 0, apierror.NotSent
	again.Attempts, again.Last = 2, apierror.NotSent
	throttled := request
	throttled.Attempts, throttled.AskedToWait = 6, 2*time.Minute
	rejected := &apierror.APIError{Request: request, Status: 401, Message: "Expired"}
	expired := time.Date(2026, time.November, 24, 20, 0, 0, 0, time.FixedZone("", 3600))
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"a message", &apierror.APIError{Request: request, Status: 409, Message: "In use"}, before + "the API responded with status 409: In use"},
		{"no message", &apierror.APIError{Request: request, Status: 400}, before + "the API responded with status 400 and gave no message"},
		{"no message, with a request id", &apierror.APIError{Request: request, Status: 400, RequestID: "r-1"}, before + "the API responded with status 400 and gave no message (request id r-1)"},
		{"a message and a request id", &apierror.APIError{Request: request, Status: 409, Message: "In use", RequestID: "r-1"}, before + "the API responded with status 409: In use (request id r-1)"},
		{
			"fields", &apierror.APIError{Request: request, Status: 400, Message: "Invalid", Fields: map[string]string{"weight": "too heavy", "name": "too long"}},
			before + "the API responded with status 400: Invalid; name: too long; weight: too heavy",
		},
		{
			"fields alone", &apierror.APIError{Request: request, Status: 400, Fields: map[string]string{"name": "too long"}},
			before + "the API responded with status 400: name: too long",
		},
		{
			"a field that the message names", &apierror.APIError{Request: request, Status: 400, Message: "name is too long", Fields: map[string]string{"name": "too long"}},
			before + "the API responded with status 400: name is too long",
		},
		{
			"a rate limit", &apierror.APIError{Request: throttled, Status: 429, Message: "Slow down"},
			"read thing (GET https://api.example/thing, 6 attempts): the API responded with status 429: Slow down" +
				" (the API asked to wait 2m0s, which is longer than retry_max_wait)",
		},
		{
			"a page", &apierror.ResponseError{Request: request, Status: 502, Reason: "an HTML page"},
			before + "unexpected response with status 502: an HTML page",
		},
		{
			"a payload", &apierror.ResponseError{Request: request, Reason: "no profile"},
			before + "unexpected response: no profile",
		},
		{
			"a page of a rate limit", &apierror.ResponseError{Request: throttled, Status: 429, Reason: "an HTML page"},
			"read thing (GET https://api.example/thing, 6 attempts): unexpected response with status 429: an HTML page" +
				" (the API asked to wait 2m0s, which is longer than retry_max_wait)",
		},
		{"a copy from a cache", &apierror.StaleError{Request: request, Reason: "its Age is 7s"}, before + "the response can't be used: its Age is 7s"},
		{"a lost response", &apierror.TransportError{Request: request, Err: errors.New("reset")}, before + "no response: reset"},
		{"no connection", &apierror.TransportError{Request: notSent, Err: errors.New("no such host")}, before + "the request could not be sent: no such host"},
		{"an interrupt", &apierror.TransportError{Request: notSent, Err: context.Canceled}, before + "interrupted before it was sent: context canceled"},
		{
			"an interrupt between two attempts", &apierror.TransportError{Request: again, Err: fmt.Errorf("stopped: %w", context.Canceled)},
			"read thing (GET https://api.example/thing, 2 attempts): interrupted before it was sent again: stopped: context canceled",
		},
		{"an invalid proxy", &apierror.ProxyError{Err: errors.New("not a URL")}, "not a URL"},
		{"a proxy that said no", &apierror.ProxyError{Address: "http://proxy:3128", Status: 407}, "the proxy http://proxy:3128 rejected the connection with status 407"},
		{"no proxy", &apierror.ProxyError{Address: "http://proxy:3128", Err: errors.New("no route")}, "the proxy http://proxy:3128 did not open a connection: no route"},
		{
			"a rejected login", &apierror.CredentialsError{BaseURL: "https://api.example", Source: "the test", Rejected: apierror.Login, Err: rejected},
			"the API at https://api.example rejected the credentials from the test: " + rejected.Error(),
		},
		{
			"a rejected token", &apierror.CredentialsError{BaseURL: "https://api.example", Source: "the test", Err: rejected},
			"the API at https://api.example rejected the token from the test: " + rejected.Error(),
		},
		{
			"a rejected API key", &apierror.CredentialsError{BaseURL: "https://api.example", Source: "the test", Rejected: apierror.APIKey, Err: rejected},
			"the API at https://api.example rejected the API key from the test: " + rejected.Error(),
		},
		{
			"an expired API key", &apierror.CredentialsError{BaseURL: "https://api.example", Source: "the test", Rejected: apierror.APIKey, Expired: expired, Err: rejected},
			"the API at https://api.example rejected the API key from the test, which expired at 2026-11-24T19:00:00Z: " + rejected.Error(),
		},
		{
			"an expired token", &apierror.CredentialsError{BaseURL: "https://api.example", Source: "the test", Expired: expired, Err: rejected},
			"the API at https://api.example rejected the token from the test, which expired at 2026-11-24T19:00:00Z: " + rejected.Error(),
		},
		{
			"a token of a login", &apierror.CredentialsError{BaseURL: "https://api.example", Source: "the test", Rejected: apierror.LoginToken, Expired: expired, Err: rejected},
			"the API at https://api.example rejected the token of a login that it accepted just before, with the credentials from the test: " + rejected.Error(),
		},
		{"a login", &apierror.LoginError{Err: rejected, EarlierAmbiguous: true}, rejected.Error()},
		{
			"an ambiguous create", &apierror.AmbiguousCreateError{Name: `a "b"`, Reason: "the list could not be read", Err: errors.New("reset")},
			`a profile named "a \"b\"" may or may not have been created: reset; the list could not be read`,
		},
		{
			"other values than were sent", &apierror.MismatchError{Operation: "create thing", UUID: "u-1", Fields: []apierror.Mismatch{
				{Field: "name", Sent: `"a"`, Got: `"b"`},
				{Field: "weight", Got: `"x"`, Malformed: true},
				{Field: "url", Sent: "10 characters", Got: "11 characters", Difference: "only in white space", Note: "status 502"},
			}},
			`create thing u-1: name was sent as "a" and came back as "b"; weight came back as "x", which is not a valid value; ` +
				"url was sent as 10 characters and came back as 11 characters (they differ only in white space) (status 502)",
		},
		{
			"a malformed profile", &apierror.MalformedProfileError{Kind: "thing", UUID: "u-1", Reason: "it has no name"},
			"the API's data of thing u-1 is malformed: it has no name",
		},
		{
			"malformed items", &apierror.MalformedProfileError{Kind: "thing", Reason: "1 item has no uuid"},
			"1 item has no uuid",
		},
		{
			"an invalid UUID", &apierror.InvalidUUIDError{Operation: "delete thing", Err: errors.New("17 is not a UUID")},
			"delete thing: no request was sent: 17 is not a UUID",
		},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestMismatch_Doubt(t *testing.T) {
	t.Parallel()
	mismatch := apierror.Mismatch{Field: "name", Sent: `"a"`, Got: `"b"`}
	if got, want := mismatch.Doubt(), `name is "b", but was sent as "a"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	mismatch = apierror.Mismatch{Field: "name", Sent: `"a"`, Got: `"A"`, Difference: "only in upper and lower case"}
	if got, want := mismatch.Doubt(), `name is "A", but was sent as "a" (they differ only in upper and lower case)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestError_Unwrap(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	for name, err := range map[string]error{
		"TransportError":       &apierror.TransportError{Err: cause},
		"ProxyError":           &apierror.ProxyError{Err: cause},
		"CredentialsError":     &apierror.CredentialsError{Err: cause},
		"InvalidUUIDError":     &apierror.InvalidUUIDError{Err: cause},
		"AmbiguousCreateError": &apierror.AmbiguousCreateError{Err: cause},
	} {
		if !errors.Is(err, cause) {
			t.Errorf("%s does not unwrap to its cause", name)
		}
	}
}

// The response to a login says nothing about the profile. So only the end of a context is
// visible through the error.
func TestLoginError_DoesNotUnwrap(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("read thing: %w", &apierror.LoginError{Err: &apierror.APIError{Status: 404}})
	if _, ok := errors.AsType[*apierror.APIError](err); ok {
		t.Error("the response to the login counts as one to the request")
	}
	err = &apierror.LoginError{Err: fmt.Errorf("log in: %w", context.Canceled)}
	if !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		t.Error("the end of the context is not visible")
	}
}

func TestSetRequest(t *testing.T) {
	t.Parallel()
	request := apierror.Request{Operation: "read thing", Attempts: 2, Last: apierror.Rejected}
	apiErr, responseErr, transportErr := new(apierror.APIError), new(apierror.ResponseError), new(apierror.TransportError)
	for _, err := range []error{nil, errors.New("other"), fmt.Errorf("wrapped: %w", apiErr), responseErr, transportErr} {
		apierror.SetRequest(err, request)
	}
	if apiErr.Request != request {
		t.Errorf("APIError: got %+v", apiErr.Request)
	}
	if responseErr.Request != request {
		t.Errorf("ResponseError: got %+v", responseErr.Request)
	}
	if transportErr.Request != (apierror.Request{}) {
		t.Errorf("TransportError: got %+v", transportErr.Request)
	}
}

func TestAPIError_HasMessage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  apierror.APIError
		want bool
	}{
		{apierror.APIError{}, false},
		{apierror.APIError{Message: "In use"}, true},
		{apierror.APIError{Fields: map[string]string{"name": "too long"}}, true},
		{apierror.APIError{Fields: map[string]string{"name": ""}}, false},
	} {
		if got := test.err.HasMessage(); got != test.want {
			t.Errorf("%+v: got %t, want %t", test.err, got, test.want)
		}
	}
}

func TestAPIError_IsAboutContent(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{
		200: true, 201: true, 400: true, 401: false, 403: false, 404: false, 409: false, 422: true, 429: false, 500: false,
	} {
		if got := (&apierror.APIError{Status: status}).IsAboutContent(); got != want {
			t.Errorf("status %d: got %t, want %t", status, got, want)
		}
	}
}
