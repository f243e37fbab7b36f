// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// TestEndpoint_Create_Alias shows which requests follow a create with an aliased field,
// and the result.
func TestEndpoint_Create_Alias(t *testing.T) {
	t.Parallel()
	const (
		byName  = `POST {"name":"a","weight":7}`
		byAlias = `POST {"name":"a","old_weight":7}`
		alone   = `PATCH A {"old_weight":7}`
	)
	unknown := rejection(http.StatusBadRequest, "unknown field weight")
	unknownAlias := rejection(http.StatusBadRequest, "unknown field old_weight")
	ignored, applied := success(whole(uuidA, `"weight":1`)), success(whole(uuidA, `"weight":7`))
	differs := apierror.Mismatch{Field: "weight", Sent: "7", Got: "1"}
	for name, test := range map[string]struct {
		retries  int
		script   []reply
		requests []string
		err      string // in an error that is not a mismatch
		mismatch []apierror.Mismatch
		missing  bool // whether the result has the sent value although there is a mismatch
	}{
		"name applied": {script: []reply{applied}, requests: []string{byName}},
		"name ignored, alias applied": {
			script: []reply{ignored, applied}, requests: []string{byName, alone}},
		"name ignored, alias ignored": {
			script: []reply{ignored, ignored}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{differs}},
		"name ignored, alias rejected": {
			script: []reply{ignored, unknownAlias}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{differs}},
		"name ignored, alias ambiguous": {
			script: []reply{ignored, badGateway}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "1", Note: "status 502", Unfinished: true}}},
		"name ignored, alias forbidden": {
			script: []reply{ignored, rejection(http.StatusForbidden, "no rights")}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "1", Note: "status 403: no rights", Unfinished: true}}},
		"name ignored, alias in conflict": {
			script: []reply{ignored, rejection(http.StatusConflict, "in use")}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "1", Note: "status 409: in use", Unfinished: true}}},
		"name ignored, alias throttled": {
			script: []reply{ignored, rejection(http.StatusTooManyRequests, "slow down")}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "1", Note: "status 429: slow down", Unfinished: true}}},
		"name ignored, profile not found under alias": {
			script: []reply{ignored, notFound}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "1", Note: "status 404: not found", Unfinished: true}}},
		"name ignored, alias redirected": {
			script: []reply{ignored, {status: http.StatusFound}}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "1", Note: "status 302: a redirect", Unfinished: true}}},
		"name ignored, credentials rejected": {
			script: []reply{ignored, rejection(http.StatusUnauthorized, "who?")}, requests: []string{byName, alone},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "1", Note: "status 401: who?", Unfinished: true}}},
		"field missing everywhere, alias forbidden": {
			script: []reply{
				success(part(uuidA, `"name":"a","webhook":null,"limit":5`)), rejection(http.StatusForbidden, "no reading"), rejection(http.StatusForbidden, "no rights"),
			},
			requests: []string{byName, "GET A", alone}, missing: true,
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "nothing", Note: "status 403: no rights", Unfinished: true}}},
		"field missing everywhere, alias rejected": {
			script:   []reply{success(part(uuidA, `"name":"a","webhook":null,"limit":5`)), rejection(http.StatusForbidden, "no reading"), unknownAlias},
			requests: []string{byName, "GET A", alone}},
		"name ignored, alias applied as a GET shows": {
			script: []reply{ignored, success(part(uuidA, `"name":"a"`)), applied}, requests: []string{byName, alone, "GET A"}},
		"name ignored, alias applied, and a GET does not find the profile yet": {
			script: []reply{ignored, success(part(uuidA, "")), notFound}, requests: []string{byName, alone, "GET A"}},
		"field missing, alias applied": {
			script:   []reply{success(part(uuidA, `"name":"a","webhook":null,"limit":5`)), ignored, applied},
			requests: []string{byName, "GET A", alone}},
		"name rejected by message, alias applied": {
			script: []reply{unknown, applied}, requests: []string{byName, byAlias}},
		"name rejected by field, alias applied": {
			script: []reply{
				{status: http.StatusBadRequest, body: `{"success":false,"fields":{"params.weight":{"message":"unknown"}}}`}, applied,
			},
			requests: []string{byName, byAlias}},
		"name rejected, alias ignored, name ignored": {
			script: []reply{unknown, ignored, ignored}, requests: []string{byName, byAlias, `PATCH A {"weight":7}`},
			mismatch: []apierror.Mismatch{{Field: "weight", Sent: "7", Got: "1", Note: "unknown field weight"}}},
		"name rejected, alias rejected": {
			script: []reply{unknown, unknownAlias}, requests: []string{byName, byAlias}, err: "400: unknown field weight"},
		"name rejected, alias forbidden": {
			script: []reply{unknown, rejection(http.StatusForbidden, "no rights")}, requests: []string{byName, byAlias}, err: "no rights"},
		"another field rejected": {
			script: []reply{rejection(http.StatusBadRequest, "name is too long")}, requests: []string{byName}, err: "name is too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{script: test.script}
			got, err := a.endpoint().Create(t.Context(), raw(`{"name":"a","weight":7}`))
			a.wantRequests(t, append([]string{"LIST"}, test.requests...)...)
			if test.err != "" {
				wantError(t, err, test.err)
				wantFields(t, got.Fields, "")
				return
			}
			wantMismatch(t, err, test.mismatch...)
			weight := "7"
			if test.mismatch != nil && !test.missing {
				weight = "1"
			}
			wantFields(t, got.Fields, whole(uuidA, `"weight":`+weight))
		})
	}
}

// A 400 after an attempt with an ambiguous outcome does not prove that the value is
// rejected under both names.
func TestEndpoint_Update_AliasAmbiguousThenRejected_ReturnsThatError(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{retries: 1, script: []reply{
		rejection(http.StatusBadRequest, "weight is unknown"), badGateway, rejection(http.StatusBadRequest, "old_weight is unknown"),
	}}
	_, err := a.endpoint().Update(t.Context(), uuidA, raw(`{"weight":7}`), nil)
	wantError(t, err, "old_weight is unknown")
	if got := apierror.OutcomeOf(err); got != apierror.Ambiguous {
		t.Errorf("the outcome is %s", got)
	}
	a.wantRequests(t, `PATCH A {"weight":7}`, `PATCH A {"old_weight":7}`, `PATCH A {"old_weight":7}`)
}

// The name that worked last is used for all profiles of the kind, until the other one
// works.
func TestEndpoint_Alias_IsLearnedAndUnlearned(t *testing.T) {
	t.Parallel()
	ignored, applied := success(whole(uuidA, "")), success(whole(uuidA, `"weight":7`))
	unknownAlias := rejection(http.StatusBadRequest, "unknown field old_weight")
	a := &fakeAPI{}
	e := a.endpoint()
	for _, step := range []struct {
		name     string
		script   []reply
		requests []string
		fails    bool
	}{
		{"alias not applied either", []reply{ignored, ignored}, []string{`PATCH A {"weight":7}`, `PATCH A {"old_weight":7}`}, true},
		{"name first, then alias", []reply{ignored, applied}, []string{`PATCH A {"weight":7}`, `PATCH A {"old_weight":7}`}, false},
		{"alias is learned", []reply{applied}, []string{`PATCH A {"old_weight":7}`}, false},
		{"neither applied", []reply{ignored, ignored}, []string{`PATCH A {"old_weight":7}`, `PATCH A {"weight":7}`}, true},
		{"alias first, then name", []reply{ignored, applied}, []string{`PATCH A {"old_weight":7}`, `PATCH A {"weight":7}`}, false},
		{"alias is unlearned", []reply{applied}, []string{`PATCH A {"weight":7}`}, false},
		{"name rejected", []reply{rejection(http.StatusBadRequest, "weight?"), applied}, []string{`PATCH A {"weight":7}`, `PATCH A {"old_weight":7}`}, false},
		{"alias is learned from a rejection", []reply{applied}, []string{`PATCH A {"old_weight":7}`}, false},
		{"alias rejected", []reply{unknownAlias, applied}, []string{`PATCH A {"old_weight":7}`, `PATCH A {"weight":7}`}, false},
		{"alias is unlearned from a rejection", []reply{applied}, []string{`PATCH A {"weight":7}`}, false},
	} {
		a.script = step.script
		_, err := e.Update(t.Context(), uuidA, raw(`{"weight":7}`), raw(`{"name":"a","weight":1}`))
		if (err != nil) != step.fails {
			t.Errorf("%s: got %v", step.name, err)
		}
		t.Log(step.name)
		a.wantRequests(t, step.requests...)
	}
}

// A null that was not applied under either name leaves the old value.
func TestEndpoint_Alias_NullIsIgnored_IsNotLearned(t *testing.T) {
	t.Parallel()
	ignored := success(whole(uuidA, ""))
	a := &fakeAPI{script: []reply{ignored, ignored, success(whole(uuidA, `"weight":7`))}}
	e := a.endpoint()
	for _, value := range []string{"null", "7"} {
		_, err := e.Update(t.Context(), uuidA, raw(`{"weight":`+value+`}`), raw(`{"name":"a","weight":1}`))
		wantError(t, err, "")
	}
	a.wantRequests(t, `PATCH A {"weight":null}`, `PATCH A {"old_weight":null}`, `PATCH A {"weight":7}`)
}

// A 400 after an attempt with an ambiguous outcome does not show that the API does not know
// the other name.
func TestEndpoint_Update_OtherNameAmbiguousThenRejected_IsNoted(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{retries: 1, script: []reply{success(whole(uuidA, "")), badGateway, rejection(http.StatusBadRequest, "old_weight is unknown")}}
	_, err := a.endpoint().Update(t.Context(), uuidA, raw(`{"weight":7}`), nil)
	wantMismatch(t, err, apierror.Mismatch{Field: "weight", Sent: "7", Got: "1", Note: "old_weight is unknown", Unfinished: true})
}

// A response that lacks the field proves nothing about its name. The GET after it may show
// what an earlier request has stored.
func TestEndpoint_Alias_ResponseLacksField_IsNotLearned(t *testing.T) {
	t.Parallel()
	ignored, applied, lacks := success(whole(uuidA, "")), success(whole(uuidA, `"weight":7`)), success(part(uuidA, `"name":"a","webhook":null,"limit":5`))
	unknown := rejection(http.StatusBadRequest, "unknown field weight")
	const byName, byAlias = `PATCH A {"weight":7}`, `PATCH A {"old_weight":7}`
	for name, test := range map[string]struct {
		aliased  bool // whether the alias is in use before
		script   []reply
		requests []string
	}{
		"alias after ignored name":  {false, []reply{ignored, lacks, applied}, []string{byName, byAlias, "GET A"}},
		"alias after rejected name": {false, []reply{unknown, lacks, applied}, []string{byName, byAlias, "GET A"}},
		"name after ignored alias":  {true, []reply{ignored, lacks, applied}, []string{byAlias, byName, "GET A"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{script: test.script}
			e := a.endpoint()
			e.aliases.learn("weight", test.aliased)
			_, err := e.Update(t.Context(), uuidA, raw(`{"weight":7}`), raw(whole(uuidA, "")))
			wantError(t, err, "")
			a.wantRequests(t, test.requests...)
			if got := e.aliases.inUse(raw(`{"weight":7}`))["weight"]; got != test.aliased {
				t.Errorf("the alias is in use: %t, want %t", got, test.aliased)
			}
		})
	}
}

// While an update by the document's name is under way, another one learns the alias.
// Each update tries the name that it has not used itself.
func TestEndpoint_Update_AliasLearnedMeanwhile_TriesOtherName(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{}
	e := a.endpoint()
	update := func(uuid string) {
		if _, err := e.Update(t.Context(), uuid, raw(`{"weight":7}`), nil); err != nil {
			t.Error(err)
		}
	}
	first := success(whole(uuidA, ""))
	first.meanwhile = func() { update(uuidB) }
	a.script = []reply{first, success(whole(uuidB, "")), success(whole(uuidB, `"weight":7`)), success(whole(uuidA, `"weight":7`))}
	update(uuidA)
	a.wantRequests(t,
		`PATCH A {"weight":7}`, // which waits for its response
		`PATCH B {"weight":7}`, `PATCH B {"old_weight":7}`, `PATCH A {"old_weight":7}`)
}

func TestAliases_Rejected(t *testing.T) {
	t.Parallel()
	apiError := func(status int, message string, fields ...string) error {
		err := &apierror.APIError{Status: status, Message: message, Fields: map[string]string{}}
		for _, field := range fields {
			err.Fields[field] = "invalid"
		}
		return err
	}
	a := &aliases{alias: map[string]string{"weight": "old_weight", "limit": "max.limit"}}
	byName, byAlias := map[string]bool{"weight": false, "limit": false}, map[string]bool{"weight": true, "limit": true}
	for name, test := range map[string]struct {
		err     error
		aliased map[string]bool
		want    []string
	}{
		"no error":                      {nil, byName, nil},
		"another error":                 {errors.New("weight"), byName, nil},
		"wrapped":                       {fmt.Errorf("wrapped: %w", apiError(400, "weight")), byName, []string{"weight"}},
		"another status":                {apiError(422, "weight", "weight"), byName, nil},
		"field":                         {apiError(400, "", "weight"), byName, []string{"weight"}},
		"another field":                 {apiError(400, "", "name"), byName, nil},
		"several fields":                {apiError(400, "", "weight", "limit"), byName, []string{"limit", "weight"}},
		"field and message":             {apiError(400, "limit is large", "weight"), byName, []string{"limit", "weight"}},
		"the message alone":             {apiError(400, "weight"), byName, []string{"weight"}},
		"in quotes":                     {apiError(400, `no "weight", please`), byName, []string{"weight"}},
		"with a path":                   {apiError(400, "params.weight: unknown"), byName, []string{"weight"}},
		"part of a word":                {apiError(400, "overweight, weights, weight_total"), byName, nil},
		"alias named, name sent":        {apiError(400, "old_weight", "old_weight"), byName, nil},
		"alias named, alias sent":       {apiError(400, "old_weight"), byAlias, []string{"weight"}},
		"alias field, alias sent":       {apiError(400, "", "old_weight"), byAlias, []string{"weight"}},
		"name named, alias sent":        {apiError(400, "weight", "weight"), byAlias, nil},
		"alias is not a pattern":        {apiError(400, "max-limit"), byAlias, nil},
		"field was not sent":            {apiError(400, "weight"), map[string]bool{"limit": false}, nil},
		"nothing with an alias is sent": {apiError(400, "weight"), nil, nil},
	} {
		if diff := cmp.Diff(test.want, a.rejected(test.err, test.aliased)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A field that no response shows after it was sent under its alias counts as stored. The
// value before that was not applied is not reported.
func TestEndpoint_Update_AliasNotShown_CountsAsStored(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{script: []reply{success(whole(uuidA, "")), success(part(uuidA, `"name":"a","webhook":null,"limit":5`)), badGateway}}
	got, err := a.endpoint().Update(t.Context(), uuidA, raw(`{"weight":7}`), raw(whole(uuidA, "")))
	wantError(t, err, "")
	wantFields(t, got, whole(uuidA, `"weight":7`))
	a.wantRequests(t, `PATCH A {"weight":7}`, `PATCH A {"old_weight":7}`, "GET A")
}

// An attempt before the 400 may have been carried out. The result of the request under the
// alias does not change that.
func TestEndpoint_Update_AmbiguousBeforeAlias_StaysAmbiguous(t *testing.T) {
	t.Parallel()
	named := rejection(http.StatusBadRequest, "unknown field weight")
	a := &fakeAPI{retries: 1, script: []reply{badGateway, named, rejection(http.StatusForbidden, "no")}}
	_, err := a.endpoint().Update(t.Context(), uuidA, raw(`{"weight":7}`), raw(whole(uuidA, "")))
	if got := apierror.OutcomeOf(err); got != apierror.Ambiguous {
		t.Errorf("the outcome is %s: %v", got, err)
	}
}
