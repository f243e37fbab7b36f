// SPDX-License-Identifier: MPL-2.0

package apierror_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

func TestOutcome_NothingHappened(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[apierror.Outcome]bool{
		apierror.NotSent: true, apierror.Throttled: true, apierror.Rejected: true, apierror.Ambiguous: false, apierror.Done: false,
	} {
		if got := outcome.NothingHappened(); got != want {
			t.Errorf("%s: got %t, want %t", outcome, got, want)
		}
	}
}

func TestOutcome_String(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[apierror.Outcome]string{
		apierror.NotSent: "not sent", apierror.Throttled: "throttled", apierror.Rejected: "rejected",
		apierror.Ambiguous: "ambiguous", apierror.Done: "done",
	} {
		if got := outcome.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestRequest_Outcome is the table of the outcomes of the last attempt and of the attempts
// before it.
func TestRequest_Outcome(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ last, alone, afterAmbiguous apierror.Outcome }{
		{apierror.NotSent, apierror.NotSent, apierror.Ambiguous},
		{apierror.Throttled, apierror.Throttled, apierror.Ambiguous},
		{apierror.Rejected, apierror.Rejected, apierror.Ambiguous},
		{apierror.Ambiguous, apierror.Ambiguous, apierror.Ambiguous},
		{apierror.Done, apierror.Done, apierror.Done},
	} {
		if got := (apierror.Request{Last: test.last}).Outcome(); got != test.alone {
			t.Errorf("%s: got %s, want %s", test.last, got, test.alone)
		}
		if got := (apierror.Request{Last: test.last, EarlierAmbiguous: true}).Outcome(); got != test.afterAmbiguous {
			t.Errorf("%s after an ambiguous attempt: got %s, want %s", test.last, got, test.afterAmbiguous)
		}
	}
}

func TestOutcomeOf(t *testing.T) {
	t.Parallel()
	rejected := apierror.Request{Last: apierror.Rejected}
	afterAmbiguous := apierror.Request{Last: apierror.Rejected, EarlierAmbiguous: true}
	ambiguous := apierror.Request{Last: apierror.Ambiguous}
	throttled := apierror.Request{Last: apierror.Throttled}
	for _, test := range []struct {
		name string
		err  error
		want apierror.Outcome
	}{
		{"no error", nil, apierror.Done},
		{"an error that no request led to", errors.New("not a uuid"), apierror.NotSent},
		{"a context that ended", context.Canceled, apierror.NotSent},
		{"rejected by the API", &apierror.APIError{Request: rejected}, apierror.Rejected},
		{"rejected after an ambiguous attempt", &apierror.APIError{Request: afterAmbiguous}, apierror.Ambiguous},
		{"throttled", &apierror.APIError{Request: throttled}, apierror.Throttled},
		{"rejected by a gateway", &apierror.ResponseError{Request: rejected}, apierror.Rejected},
		{"an unreadable response", &apierror.ResponseError{Request: ambiguous}, apierror.Ambiguous},
		{"no connection", &apierror.TransportError{Err: errors.New("no such host")}, apierror.NotSent},
		{"a lost response", &apierror.TransportError{Request: ambiguous, Err: errors.New("reset")}, apierror.Ambiguous},
		{"a proxy that rejected the connection", &apierror.TransportError{Err: &apierror.ProxyError{Status: 407}}, apierror.NotSent},
		{"an error inside of another", fmt.Errorf("create: %w", &apierror.APIError{Request: rejected}), apierror.Rejected},
		{"rejected credentials", &apierror.CredentialsError{Err: &apierror.APIError{Request: rejected}}, apierror.Rejected},
		{"rejected credentials after an ambiguous attempt", &apierror.CredentialsError{Err: &apierror.ResponseError{Request: afterAmbiguous}}, apierror.Ambiguous},
		{"a login that was rejected", &apierror.LoginError{Err: &apierror.CredentialsError{Err: &apierror.APIError{Request: rejected}}}, apierror.NotSent},
		{"a login that was ambiguous itself", &apierror.LoginError{Err: &apierror.TransportError{Request: ambiguous}}, apierror.NotSent},
		{"a login after an ambiguous attempt", &apierror.LoginError{Err: &apierror.APIError{Request: rejected}, EarlierAmbiguous: true}, apierror.Ambiguous},
		{"other values than were sent", &apierror.MismatchError{}, apierror.Done},
		{"a malformed profile", &apierror.MalformedProfileError{}, apierror.Done},
		{"an invalid UUID", fmt.Errorf("delete: %w", &apierror.InvalidUUIDError{Err: errors.New("not a uuid")}), apierror.NotSent},
		{"an ambiguous create", &apierror.AmbiguousCreateError{Err: &apierror.APIError{Request: rejected}}, apierror.Ambiguous},
	} {
		if got := apierror.OutcomeOf(test.err); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestStatusOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		want int
	}{
		{"no error", nil, 0},
		{"an error that no request led to", errors.New("not a uuid"), 0},
		{"an error of the API", &apierror.APIError{Status: 409}, 409},
		{"another response", &apierror.ResponseError{Status: 502}, 502},
		{"an error inside of another", fmt.Errorf("read: %w", &apierror.ResponseError{Status: 502}), 502},
		{"rejected credentials", &apierror.CredentialsError{Err: &apierror.APIError{Status: 401}}, 401},
		{"a lost response", &apierror.TransportError{Err: errors.New("reset")}, 0},
		{"the response to a login", &apierror.LoginError{Err: &apierror.APIError{Status: 404}}, 0},
	} {
		if got := apierror.StatusOf(test.err); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

func TestIsNotFound(t *testing.T) {
	t.Parallel()
	notFound := &apierror.APIError{Status: 404}
	for _, test := range []struct {
		name string
		err  error
		want bool
	}{
		{"no error", nil, false},
		{"the API's JSON error", notFound, true},
		{"an error inside of another", fmt.Errorf("read: %w", notFound), true},
		{"another status", &apierror.APIError{Status: 410}, false},
		{"the page of a proxy", &apierror.ResponseError{Status: 404}, false},
		{"the response to a login", &apierror.LoginError{Err: notFound}, false},
	} {
		if got := apierror.IsNotFound(test.err); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}

func TestIsCredentials(t *testing.T) {
	t.Parallel()
	rejected := &apierror.CredentialsError{Err: &apierror.APIError{Status: 401}}
	accepted := &apierror.CredentialsError{Err: &apierror.APIError{Status: 401}, Accepted: true}
	for _, test := range []struct {
		name string
		err  error
		want bool
	}{
		{"no error", nil, false},
		{"rejected credentials", rejected, true},
		{"an error inside of another", fmt.Errorf("read: %w", rejected), true},
		{"a login that was rejected", &apierror.LoginError{Err: rejected}, true},
		{"a login that failed", &apierror.LoginError{Err: errors.New("no such host")}, true},
		{"credentials that were accepted before", accepted, false},
		{"such an error inside of another", fmt.Errorf("list: %w", accepted), false},
		{"a token of a login", &apierror.CredentialsError{Err: &apierror.APIError{Status: 401}, Rejected: apierror.LoginToken}, false},
		{"a login that was rejected after an earlier one", &apierror.LoginError{Err: accepted}, true},
		{"a 401 alone", &apierror.APIError{Status: 401}, false},
		{"a lost response", &apierror.TransportError{Err: errors.New("reset")}, false},
	} {
		if got := apierror.IsCredentials(test.err); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}

func TestIsTimeout(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{
		200: false, 400: false, 404: false, 408: true, 429: false, 500: false, 502: false, 503: false,
		504: true, 520: false, 521: false, 522: true, 523: false, 524: true, 598: true,
	} {
		if got := apierror.IsTimeout(&apierror.APIError{Status: status}); got != want {
			t.Errorf("an error of the API with status %d: got %t, want %t", status, got, want)
		}
		if got := apierror.IsTimeout(&apierror.ResponseError{Status: status}); got != want {
			t.Errorf("a page with status %d: got %t, want %t", status, got, want)
		}
	}
	timeout := &apierror.TransportError{Err: fmt.Errorf("it took too long: %w", context.DeadlineExceeded)}
	for _, test := range []struct {
		name string
		err  error
		want bool
	}{
		{"no error", nil, false},
		{"an attempt that took too long", timeout, true},
		{"an ambiguous create that took too long", &apierror.AmbiguousCreateError{Err: timeout}, true},
		{"an interrupt", &apierror.TransportError{Err: context.Canceled}, false},
		{"a lost response", &apierror.TransportError{Err: errors.New("reset")}, false},
	} {
		if got := apierror.IsTimeout(test.err); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}
