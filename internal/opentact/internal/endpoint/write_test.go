// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"net/http"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// TestEndpoint_Update_Result shows how a response to a PATCH becomes a profile. Before
// the PATCH the profile is whole(uuidA, "").
func TestEndpoint_Update_Result(t *testing.T) {
	t.Parallel()
	forbidden := rejection(http.StatusForbidden, "no reading")
	for name, test := range map[string]struct {
		before string // members that differ
		sent   string
		// script begins with the response to the PATCH, which is the first request.
		script   []reply
		requests []string // after the PATCH
		want     string   // members that differ
		mismatch []apierror.Mismatch
	}{
		"complete response": {
			sent: `{"name":"b"}`, script: []reply{success(whole(uuidA, `"name":"b"`))}, want: `"name":"b"`},
		"response has a value that was not sent": {
			sent: `{"name":"b"}`, script: []reply{success(whole(uuidA, `"name":"b","limit":6`))}, want: `"name":"b","limit":6`},
		"field missing, GET shows it": {
			sent: `{"name":"b"}`, script: []reply{success(part(uuidA, `"name":"b"`)), success(whole(uuidA, `"name":"b","limit":6`))},
			requests: []string{"GET A"}, want: `"name":"b","limit":6`},
		"field missing, response wins over GET": {
			sent: `{"name":"b"}`, script: []reply{success(part(uuidA, `"name":"b"`)), success(whole(uuidA, `"name":"a","limit":6`))},
			requests: []string{"GET A"}, want: `"name":"b","limit":6`},
		"sent field missing, GET fails": {
			sent: `{"limit":6}`, script: []reply{success(part(uuidA, `"name":"a"`)), forbidden},
			requests: []string{"GET A"}, want: `"limit":6`},
		"known field missing, GET fails": {
			before: `"limit":6`, sent: `{"name":"b"}`, script: []reply{success(part(uuidA, `"name":"b","weight":2`)), forbidden},
			requests: []string{"GET A"}, want: `"name":"b","weight":2,"limit":6`},
		"everything missing, GET fails": {
			sent: `{"name":"b"}`, script: []reply{success(part(uuidA, "")), forbidden},
			requests: []string{"GET A"}, want: `"name":"b"`},
		"named response, GET does not find the profile": {
			sent: `{"name":"b"}`, script: []reply{success(part(uuidA, `"name":"b"`)), notFound},
			requests: []string{"GET A"}, want: `"name":"b"`},
		"stored differently": {
			sent: `{"limit":6,"name":"b"}`, script: []reply{success(whole(uuidA, `"name":"B","limit":6`))}, want: `"name":"B","limit":6`,
			mismatch: []apierror.Mismatch{{Field: "name", Sent: `"b"`, Got: `"B"`}}},
		"sensitive field stored differently": {
			sent: `{"webhook":"` + hook + `"}`, script: []reply{success(whole(uuidA, `"webhook":"https://x"`))}, want: `"webhook":"https://x"`,
			mismatch: []apierror.Mismatch{{Field: "webhook", Sent: "a value of 24 characters that is not shown here", Got: "a value of 9 characters that is not shown here"}}},
		"null sent, null stored": {
			before: `"webhook":"x"`, sent: `{"webhook":null}`, script: []reply{success(whole(uuidA, ""))}},
		"null sent, another value stored": {
			before: `"limit":6`, sent: `{"limit":null}`, script: []reply{success(whole(uuidA, `"limit":100`))}, want: `"limit":100`},
		"null sent, old value kept": {
			before: `"limit":6`, sent: `{"limit":null}`, script: []reply{success(whole(uuidA, `"limit":6`))}, want: `"limit":6`},
		"null sent for an aliased field, other value stored": {
			sent: `{"weight":null}`, script: []reply{success(whole(uuidA, `"weight":9`))}, want: `"weight":9`},
		"null sent for an aliased field, null before": {
			before: `"weight":null`, sent: `{"weight":null}`, script: []reply{success(whole(uuidA, `"weight":null`))}, want: `"weight":null`},
		"null sent for an aliased field, missing, alias ambiguous": {
			sent: `{"weight":null}`, script: []reply{success(part(uuidA, `"name":"a"`)), forbidden, badGateway},
			requests: []string{"GET A", `PATCH A {"old_weight":null}`}, want: `"weight":null`,
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "null", Got: "nothing", Note: "status 502", Unfinished: true}}},
		"null sent for an aliased field, old value kept": {
			sent: `{"weight":null}`, script: []reply{success(whole(uuidA, "")), success(whole(uuidA, ""))},
			requests: []string{`PATCH A {"old_weight":null}`}},
		"null sent for an aliased field, old value kept, alias ambiguous": {
			sent: `{"weight":null}`, script: []reply{success(whole(uuidA, "")), badGateway},
			requests: []string{`PATCH A {"old_weight":null}`},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "null", Got: "1", Note: "status 502", Unfinished: true}}},
		"sent field malformed": {
			sent: `{"limit":6}`, script: []reply{success(whole(uuidA, `"limit":"x"`))}, want: `"limit":6`,
			mismatch: []apierror.Mismatch{{Field: "limit", Sent: "6", Got: `"x"`, Malformed: true}}},
		"null sent, malformed": {
			sent: `{"limit":null}`, script: []reply{success(whole(uuidA, `"limit":"x"`))}, want: `"limit":null`,
			mismatch: []apierror.Mismatch{{Field: "limit", Sent: "null", Got: `"x"`, Malformed: true}}},
		"other field malformed": {
			sent: `{"name":"b"}`, script: []reply{success(whole(uuidA, `"name":"b","limit":{"a":"x"}`))}, want: `"name":"b"`,
			mismatch: []apierror.Mismatch{{Field: "limit", Got: `an object with the members [a]`, Malformed: true}}},
		"sensitive value in other fields": {
			before: `"webhook":"` + hook + `"`, sent: `{"name":"` + hook + `?"}`,
			script: []reply{success(whole(uuidA, `"name":"`+hook+`","limit":"`+hook+`","webhook":null`))}, want: `"name":"` + hook + `"`,
			mismatch: []apierror.Mismatch{
				{Field: "name", Sent: `"(the value of webhook)?"`, Got: `"(the value of webhook)"`},
				{Field: "limit", Got: `"(the value of webhook)"`, Malformed: true},
			}},
		"sent number in 32 bits": {
			sent: `{"limit":0.1}`, script: []reply{success(whole(uuidA, `"limit":0.10000000149011612`))}, want: `"limit":0.1`},
		"sent number and known number are equal in 32 bits": {
			before: `"limit":0.10000000149011612`, sent: `{"limit":0.1}`,
			script: []reply{success(whole(uuidA, `"limit":0.10000000149011612`))}, want: `"limit":0.1`},
		"known number in 32 bits": {
			before: `"limit":0.1`, sent: `{"name":"b"}`,
			script: []reply{success(whole(uuidA, `"name":"b","limit":0.10000000149011612`))}, want: `"name":"b","limit":0.1`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{script: test.script}
			got, err := a.endpoint().Update(t.Context(), uuidA, raw(test.sent), raw(whole(uuidA, test.before)))
			a.wantRequests(t, append([]string{"PATCH A " + test.sent}, test.requests...)...)
			wantMismatch(t, err, test.mismatch...)
			wantFields(t, got, whole(uuidA, test.want))
		})
	}
}

// A value that is malformed is not part of the result if no other value is known.
func TestEndpoint_Create_MalformedField_IsDropped(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{script: []reply{success(whole(uuidA, `"limit":"x"`))}}
	got, err := a.endpoint().Create(t.Context(), raw(`{"name":"a"}`))
	wantMismatch(t, err, apierror.Mismatch{Field: "limit", Got: `"x"`, Malformed: true})
	wantFields(t, got.Fields, part(uuidA, `"name":"a","weight":1,"webhook":null`))
}

// Without a name, the response to a POST may be about anything that has a UUID.
func TestEndpoint_Create_UnnamedResponse_IsRead(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{script: []reply{success(part(uuidA, "")), success(whole(uuidA, ""))}}
	got, err := a.endpoint().Create(t.Context(), raw(`{"name":"a"}`))
	wantError(t, err, "")
	wantFields(t, got.Fields, whole(uuidA, ""))
	a.wantRequests(t, "LIST", `POST {"name":"a"}`, "GET A")
}

// Without a name, the response to a PATCH may be about anything that has the UUID.
func TestEndpoint_Update_UnnamedResponse_ProfileNotFound_IsError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list reply
		want string // in the error
	}{
		"not found":   {success(`[]`), "no (the value of webhook)"},
		"unconfirmed": {badGateway, "could not confirm this"},
	} {
		a := &fakeAPI{script: []reply{success(part(uuidA, "")), rejection(http.StatusNotFound, "no "+hook)}, lists: []reply{test.list}}
		got, err := a.endpoint().Update(t.Context(), uuidA, raw(`{"name":"b"}`), raw(`{"webhook":"`+hook+`"}`))
		wantError(t, err, "the response shows no name, and the profile can't be read: ")
		wantError(t, err, test.want)
		if outcome := apierror.OutcomeOf(err); outcome != apierror.Ambiguous { // the API said that it acted
			t.Errorf("%s: the outcome is %s", name, outcome)
		}
		if apierror.IsNotFound(err) != (name == "not found") {
			t.Errorf("%s: got %v", name, err)
		}
		wantFields(t, got, "")
		a.wantRequests(t, `PATCH A {"name":"b"}`, "GET A", "LIST")
	}
}

// After the PATCH the client still sends what completes it, although ctx has ended.
func TestEndpoint_Update_ContextEnds_IsFinished(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	first := success(part(uuidA, `"name":"a","weight":1`))
	first.meanwhile = cancel
	a := &fakeAPI{script: []reply{first, success(whole(uuidA, "")), success(whole(uuidA, `"weight":7`))}}
	got, err := a.endpoint().Update(ctx, uuidA, raw(`{"weight":7}`), nil)
	wantError(t, err, "")
	wantFields(t, got, whole(uuidA, `"weight":7`))
	a.wantRequests(t, `PATCH A {"weight":7}`, "GET A", `PATCH A {"old_weight":7}`)
}

// Get takes what a response lacks, or shows in 32 bits, from the known fields.
func TestEndpoint_Get_KnownFields(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		payload, known, want string
		mismatch             []apierror.Mismatch
	}{
		"nothing is known":   {whole(uuidA, ""), `{}`, whole(uuidA, ""), nil},
		"other values known": {whole(uuidA, ""), `{"name":"b","limit":6}`, whole(uuidA, ""), nil},
		"missing":            {part(uuidA, `"name":"a"`), `{"name":"b","limit":6}`, part(uuidA, `"name":"a","limit":6`), nil},
		"in 32 bits":         {whole(uuidA, `"limit":0.10000000149011612`), `{"limit":0.1}`, whole(uuidA, `"limit":0.1`), nil},
		"malformed": {whole(uuidA, `"limit":"`+hook+`"`), `{"webhook":"` + hook + `"}`, "",
			[]apierror.Mismatch{{Field: "limit", Got: `"(the value of webhook)"`, Malformed: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{script: []reply{success(test.payload)}}
			got, err := a.endpoint().Get(t.Context(), uuidA, raw(test.known))
			wantMismatch(t, err, test.mismatch...)
			wantFields(t, got, test.want)
		})
	}
}

// The profile exists although neither the response nor two reads show a name: reads lag.
func TestEndpoint_Create_NeverNamed_IsKept(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{script: []reply{success(part(uuidA, "")), success(part(uuidA, "")), notFound}}
	got, err := a.endpoint().Create(t.Context(), raw(`{"name":"a"}`))
	wantError(t, err, "")
	wantFields(t, got.Fields, part(uuidA, `"name":"a"`))
	a.wantRequests(t, "LIST", `POST {"name":"a"}`, "GET A", "GET A")
}
