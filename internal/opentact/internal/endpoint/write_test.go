// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
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
			mismatch: []apierror.Mismatch{{Field: "name", Sent: `"b"`, Got: `"B"`, Difference: "only in upper and lower case"}}},
		"white space stored differently": {
			sent: `{"name":"b  c"}`, script: []reply{success(whole(uuidA, `"name":"b c"`))}, want: `"name":"b c"`,
			mismatch: []apierror.Mismatch{{Field: "name", Sent: `"b  c"`, Got: `"b c"`, Difference: "only in white space"}}},
		"no-break space stored as a space": {
			sent: `{"name":"b\u00a0c"}`, script: []reply{success(whole(uuidA, `"name":"b c"`))}, want: `"name":"b c"`,
			mismatch: []apierror.Mismatch{{Field: "name", Sent: `"b<U+00A0>c"`, Got: `"b c"`, Difference: "only in white space"}}},
		"invisible character stored": {
			sent: `{"name":"b"}`, script: []reply{success(whole(uuidA, `"name":"b\u200b"`))}, want: `"name":"b\u200b"`,
			mismatch: []apierror.Mismatch{{Field: "name", Sent: `"b"`, Got: `"b<U+200B>"`, Difference: "only in invisible characters"}}},
		"sensitive field stored in lower case": {
			sent: `{"webhook":"https://Hooks.example/in"}`, script: []reply{success(whole(uuidA, `"webhook":"https://hooks.example/in"`))}, want: `"webhook":"https://hooks.example/in"`,
			mismatch: []apierror.Mismatch{{Field: "webhook", Sent: "a sensitive value of 24 characters", Got: "a sensitive value of 24 characters", Difference: "only in upper and lower case of the host"}}},
		"sensitive field stored differently": {
			sent: `{"webhook":"` + hook + `"}`, script: []reply{success(whole(uuidA, `"webhook":"https://x"`))}, want: `"webhook":"https://x"`,
			mismatch: []apierror.Mismatch{{Field: "webhook", Sent: "a sensitive value of 24 characters", Got: "a sensitive value of 9 characters"}}},
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
	const name, webhook = `{"name":"b"}`, `{"webhook":"` + hook + `"}`
	for reason, list := range map[string]reply{
		"no (the value of webhook)": success(`[]`), // the message of the 404
		"could not confirm this":    badGateway,
	} {
		for sent, before := range map[string]string{name: webhook, webhook: name} {
			a := &fakeAPI{script: []reply{success(part(uuidA, "")), rejection(http.StatusNotFound, "no "+hook)}, lists: []reply{list}}
			got, err := a.endpoint().Update(t.Context(), uuidA, raw(sent), raw(before))
			wantError(t, err, "the response shows no name, and the profile can't be read: ")
			wantError(t, err, reason)
			if outcome := apierror.OutcomeOf(err); outcome != apierror.Ambiguous { // the API said that it acted
				t.Errorf("%s: the outcome is %s", reason, outcome)
			}
			if apierror.IsNotFound(err) != (reason != "could not confirm this") {
				t.Errorf("%s: got %v", reason, err)
			}
			wantFields(t, got, "")
			a.wantRequests(t, "PATCH A "+sent, "GET A", "LIST")
		}
	}
}

// After a PATCH, the client still sends the GET that completes the profile, although ctx
// has ended.
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

// Get takes a value from the known fields if the response lacks it or shows it in 32 bits.
func TestEndpoint_Get_KnownFields(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		payload, known, want string
		malformed            string
	}{
		"nothing is known":   {whole(uuidA, ""), `{}`, whole(uuidA, ""), ""},
		"other values known": {whole(uuidA, ""), `{"name":"b","limit":6}`, whole(uuidA, ""), ""},
		"missing":            {part(uuidA, `"name":"a"`), `{"name":"b","limit":6}`, part(uuidA, `"name":"a","limit":6`), ""},
		"in 32 bits":         {whole(uuidA, `"limit":0.10000000149011612`), `{"limit":0.1}`, whole(uuidA, `"limit":0.1`), ""},
		"malformed": {whole(uuidA, `"limit":"`+hook+`"`), `{"webhook":"` + hook + `"}`, "",
			"the API's data of test profile " + uuidA + ` is malformed: limit came back as "(the value of webhook)", which is not a valid value`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{script: []reply{success(test.payload)}}
			got, err := a.endpoint().Get(t.Context(), uuidA, raw(test.known))
			wantError(t, err, test.malformed)
			if _, ok := errors.AsType[*apierror.MalformedProfileError](err); ok != (test.malformed != "") {
				t.Errorf("got a %T", err)
			}
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

// datedKind is testKind with the time of creation.
func datedKind() Kind {
	kind := testKind()
	kind.Shape.Fields = append(kind.Shape.Fields, wire.CreatedOn)
	return kind
}

// The endpoint passes the times of the server to the create. A profile that is older than
// the request is not accepted from the response. A profile that was created during a slow
// request is accepted.
func TestEndpoint_Create_ComparesTimes(t *testing.T) {
	t.Parallel()
	at := func(second int) (date, createdOn string) {
		now := time.Date(2026, time.November, 25, 12, 0, second, 0, time.UTC)
		return now.Format(http.TimeFormat), now.Format(time.RFC3339)
	}
	respond := func(uuid string, created, date int, took time.Duration) reply {
		_, createdOn := at(created)
		r := success(whole(uuid, `"created_on":"`+createdOn+`"`))
		r.date, _ = at(date)
		r.meanwhile = func() { time.Sleep(took) }
		return r
	}
	for name, test := range map[string]struct {
		second reply
		err    string
	}{
		"before the request": {respond(uuidB, 10, 30, time.Second), "it describes profile " + uuidB + ", which seems to be older: its created_on (2026-11-25T12:00:10Z) is before the request (2026-11-25T12:00:29Z)"},
		"during the request": {respond(uuidB, 15, 30, 20*time.Second), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := (&fakeAPI{script: []reply{respond(uuidA, 0, 0, 0), test.second}}).endpointOf(datedKind())
				_, err := e.Create(t.Context(), raw(`{"name":"a"}`)) // shows that the clocks agree
				wantError(t, err, "")
				_, err = e.Create(t.Context(), raw(`{"name":"a"}`))
				wantError(t, err, test.err)
			})
		})
	}
}

// A profile that is older than the first list is not adopted.
func TestEndpoint_Create_AmbiguousOutcome_ComparesWithFirstList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, later := success(`[]`), success(`[`+whole(uuidA, `"created_on":"2026-11-25T11:59:59Z"`)+`]`)
		first.date, later.date = "Wed, 25 Nov 2026 12:00:00 GMT", "Wed, 25 Nov 2026 12:00:30 GMT"
		a := &fakeAPI{script: []reply{badGateway}, lists: []reply{first, later}}
		_, err := a.endpointOf(datedKind()).Create(t.Context(), raw(`{"name":"a"}`))
		wantError(t, err, "a profile has this name and the values that were sent, but its created_on is before the first list")
	})
}
