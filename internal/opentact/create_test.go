// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// A rejected create made nothing. The client neither resends it nor looks for a profile.
func TestCollection_Create_Rejected_SendsOnePost(t *testing.T) {
	t.Parallel()
	elsewhere := newScriptedAPI(t, created(profileA))
	for name, next := range map[string]reply{
		"301":                {status: 301, header: map[string]string{"Location": elsewhere.URL}},
		"302":                {status: 302, header: map[string]string{"Location": elsewhere.URL}},
		"303":                {status: 303, header: map[string]string{"Location": elsewhere.URL}},
		"304":                {status: 304},
		"307":                {status: 307, header: map[string]string{"Location": elsewhere.URL}},
		"308":                {status: 308, header: map[string]string{"Location": elsewhere.URL}},
		"400":                rejection(400, "bad"),
		"403":                rejection(403, "no rights"),
		"403 page":           {status: 403, body: "<html><title>Blocked</title>"},
		"403 page, empty":    {status: 403},
		"409":                rejection(409, "there is one of this name"),
		"413 page":           {status: 413, body: "<html><title>Request Entity Too Large</title>"},
		"200, success false": rejection(200, "not today"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newScriptedCreateAPI(t, next)
			made, err := a.messaging(t).Create(t.Context(), namedA())
			if got := opentact.OutcomeOf(err); got.String() != "rejected" {
				t.Errorf("the outcome is %q, want rejected: %v", got, err)
			}
			if _, ambiguous := errors.AsType[*opentact.AmbiguousCreateError](err); ambiguous {
				t.Errorf("the create is ambiguous: %v", err)
			}
			if made.UUID != "" || made.Ambiguous != nil || made.Resends != 0 {
				t.Errorf("got %+v", made)
			}
			// The one list is the baseline.
			if requests := a.requestLines(); len(requests) != 1 || a.listed != 1 {
				t.Errorf("the client sent %v and %d lists, want one POST and one list", requests, a.listed)
			}
		})
	}
	t.Cleanup(func() { // after the subtests
		if requests := elsewhere.requestLines(); len(requests) != 0 {
			t.Errorf("the client followed a redirect: %v", requests)
		}
	})
}

// Created says whether the outcome was ambiguous, and why.
func TestCollection_Create_Ambiguous_ResultNamesError(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, created(profileA))
	made, err := a.messaging(t).Create(t.Context(), namedA())
	if err != nil || made.Ambiguous != nil {
		t.Errorf("the response arrived: got %v, %v", made.Ambiguous, err)
	}
	a = newScriptedAPI(t, reply{status: 502, body: "<h1>Bad Gateway"})
	a.lists = []reply{listOf(), listOf(profileA)}
	made, err = a.messaging(t).Create(t.Context(), namedA())
	if err != nil {
		t.Fatal(err)
	}
	wantErrorContains(t, made.Ambiguous, "status 502", "create messaging profile (POST ")
}

// A response that names something else, such as a lease, is not usable. The profile may
// exist with another UUID.
func TestCollection_Create_ResponseNamesNoProfile_IsAmbiguous(t *testing.T) {
	t.Parallel()
	for _, lease := range []string{
		`{"uuid":"` + uuidB + `","messaging_profile":"` + uuidA + `"}`,
		`{"uuid":"` + uuidB + `","messaging_profile":[` + profileA + `]}`,
		`{"uuid":"` + uuidB + `","tn":"+1"}`,
	} {
		a := newScriptedCreateAPI(t, created(lease), rejection(404, "Profile not found"))
		got, err := a.messaging(t).Create(t.Context(), namedA())
		if _, ambiguous := errors.AsType[*opentact.AmbiguousCreateError](err); !ambiguous || got.UUID != "" {
			t.Errorf("%s: got %+v, %v", lease, got, err)
		}
	}
}

// If the list is rejected because of the credentials, the POST would be too.
func TestCollection_Create_CredentialsRejected_SendsNoPost(t *testing.T) {
	t.Parallel()
	a := newScriptedAPI(t, created(profileA))
	a.lists = []reply{rejection(401, "who?")}
	_, err := a.messaging(t).Create(t.Context(), namedA())
	if _, ok := errors.AsType[*opentact.CredentialsError](err); !ok || len(a.requests) != 0 {
		t.Errorf("got %v after %v", err, a.requestLines())
	}
}

func TestCollection_Create_ContextEnded_SendsNothing(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, success(profileA))
	profiles := a.messaging(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := profiles.Create(ctx, namedA())
	if !errors.Is(err, context.Canceled) || len(a.requestLines()) != 0 || a.listed != 0 {
		t.Errorf("got %v after %v and %d lists", err, a.requestLines(), a.listed)
	}
	if _, ambiguous := errors.AsType[*opentact.AmbiguousCreateError](err); ambiguous {
		t.Errorf("the create sent nothing, but is ambiguous: %v", err)
	}
	// The next create reads the baseline.
	if _, err := profiles.Create(t.Context(), namedA()); err != nil || a.listed != 1 {
		t.Errorf("got %v after %d lists", err, a.listed)
	}
}

// A create without a connection is not ambiguous. It is retried, unless no program listens
// at a loopback address.
func TestCollection_Create_NoConnection_IsNotAmbiguous(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, success(profileA))
	withoutTLS := func(c *opentact.Config) { c.BaseURL.Scheme = "https" }
	for _, test := range []struct {
		name     string
		profiles *opentact.Collection[messagingFields]
		attempts int
	}{
		{"a loopback address", a.messaging(t, nothingListens(t)), 1},
		{"a server without TLS", a.messaging(t, withoutTLS), 3},
	} {
		_, err := test.profiles.Create(t.Context(), namedA())
		transportErr, ok := errors.AsType[*opentact.TransportError](err)
		if !ok || opentact.OutcomeOf(err).String() != "not sent" || transportErr.Attempts != test.attempts {
			t.Errorf("%s: got %#v, want a TransportError after %d attempts that were not sent", test.name, err, test.attempts)
		}
		if _, ambiguous := errors.AsType[*opentact.AmbiguousCreateError](err); ambiguous {
			t.Errorf("%s: the create sent nothing, but is ambiguous: %v", test.name, err)
		}
	}
}
