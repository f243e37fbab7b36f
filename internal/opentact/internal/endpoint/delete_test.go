// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

func TestEndpoint_Delete_Response(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reply reply
		want  string // in the error; "" if the profile is deleted
	}{
		"empty object":         {success(`{}`), ""},
		"the profile":          {success(whole(uuidA, "")), ""},
		"only success":         {reply{status: http.StatusAccepted, body: `{"success":true}`}, ""},
		"in use":               {rejection(http.StatusBadRequest, "profile is in use"), "profile is in use"},
		"in use with a 200":    {rejection(http.StatusOK, "profile is in use"), "profile is in use"},
		"page with status 403": {page(http.StatusForbidden), "an HTML page"},
		"redirect":             {reply{status: http.StatusFound}, "a redirect"},
		"multiple choices":     {reply{status: http.StatusMultipleChoices}, "a redirect"},
		"switching protocols":  {reply{status: http.StatusSwitchingProtocols}, "it switches to another protocol"},
		"bad gateway":          {badGateway, "status 502"},
		"no response":          {reply{}, "the connection was closed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{script: []reply{test.reply}}
			wantError(t, a.endpoint().Delete(t.Context(), uuidA, nil), test.want)
			a.wantRequests(t, "DELETE A")
		})
	}
}

// A 2xx that does not say that the profile was deleted is confirmed by a GET.
func TestEndpoint_Delete_AmbiguousSuccess_IsConfirmed(t *testing.T) {
	t.Parallel()
	const exists, unknown = "; a GET after it shows that the profile still exists", "; a GET after it does not show whether the profile still exists: "
	for name, response := range map[string]reply{
		"no content":           {status: http.StatusNoContent},
		"empty":                {status: http.StatusOK},
		"white space":          {status: http.StatusOK, body: " \n"},
		"empty object":         {status: http.StatusOK, body: `{}`},
		"maintenance":          {status: http.StatusOK, body: `{"status":"maintenance"}`},
		"array":                {status: http.StatusOK, body: `[]`},
		"page":                 page(http.StatusOK),
		"page, 202":            page(http.StatusAccepted),
		"too large":            {status: http.StatusOK, body: strings.Repeat(" ", wire.MaxProfile+1)},
		"two members success":  {status: http.StatusOK, body: `{"success":true,"success":true}`},
		"more than one object": {status: http.StatusOK, body: `{"success":true}{}`},
		"another profile":      success(whole(uuidB, "")),
	} {
		for gotten, test := range map[string]struct {
			get, list reply
			want      []string // in the error; none if the profile is deleted
		}{
			"not found":              {notFound, success(`[]`), nil},
			"not found, list denied": {notFound, rejection(http.StatusForbidden, "no lists"), nil},
			"not found, unconfirmed": {notFound, badGateway, []string{unknown, "could not confirm this"}},
			"not found as a page":    {page404, success(`[]`), []string{unknown, "an HTML page"}},
			"wrong path":             {notFound, notFound, []string{unknown, "the path in base_url may be wrong"}},
			"still there":            {success(whole(uuidA, "")), success(`[]`), []string{exists}},
			"still there, malformed": {success(whole(uuidA, `"limit":"x"`)), success(`[]`), []string{exists}},
			"the same":               {response, success(`[]`), []string{unknown}},
			"server error":           {rejection(http.StatusInternalServerError, "oops"), success(`[]`), []string{unknown, "oops"}},
			"no response":            {reply{}, success(`[]`), []string{unknown, "the connection was closed"}},
			"credentials rejected":   {rejection(http.StatusUnauthorized, "expired"), success(`[]`), []string{unknown, "expired"}},
		} {
			t.Run(name+", "+gotten, func(t *testing.T) {
				t.Parallel()
				a := &fakeAPI{script: []reply{response, test.get}, lists: []reply{test.list}}
				err := a.endpoint().Delete(t.Context(), uuidA, nil)
				requests := []string{"DELETE A", "GET A"}
				if test.get.body == notFound.body {
					requests = append(requests, "LIST")
				}
				a.wantRequests(t, requests...)
				if len(test.want) == 0 {
					wantError(t, err, "")
					return
				}
				for _, want := range append(test.want, "delete test profile (DELETE ") {
					wantError(t, err, want)
				}
				if got := apierror.OutcomeOf(err); got != apierror.Ambiguous {
					t.Errorf("the outcome is %s", got)
				}
				if apierror.IsNotFound(err) {
					t.Errorf("got not found: %v", err)
				}
				if _, isCredentials := errors.AsType[*apierror.CredentialsError](err); isCredentials != (gotten == "credentials rejected") {
					t.Errorf("the error hides that of the GET: %v", err)
				}
			})
		}
	}
}

// wantDeleted checks the error of a deletion after which the profile does not exist. If
// isNotFound is true, the profile must not have existed before.
func wantDeleted(t *testing.T, err error, isNotFound bool) {
	t.Helper()
	if apierror.IsNotFound(err) != isNotFound || err != nil && !isNotFound {
		t.Errorf("got %v, want not found: %t", err, isNotFound)
	}
}

// A 404 for the first attempt means that the profile did not exist. After an attempt that
// may have acted, it means that the profile is deleted.
func TestEndpoint_Delete_NotFound(t *testing.T) {
	t.Parallel()
	throttled := rejection(http.StatusTooManyRequests, "later")
	for name, test := range map[string]struct {
		script     []reply
		isNotFound bool
	}{
		"first attempt":                        {[]reply{notFound}, true},
		"after a 429":                          {[]reply{throttled, notFound}, true},
		"after a lost response":                {[]reply{{}, notFound}, false},
		"after a 502":                          {[]reply{badGateway, notFound}, false},
		"after the API's 503":                  {[]reply{rejection(http.StatusServiceUnavailable, "busy"), notFound}, false},
		"after a lost response and a 429":      {[]reply{{}, throttled, notFound}, false},
		"after a 204, for the GET":             {[]reply{{status: http.StatusNoContent}, notFound}, false},
		"after a 429 and a 204, for the GET":   {[]reply{throttled, {status: http.StatusNoContent}, notFound}, false},
		"after a page with 200, for the GET":   {[]reply{page(http.StatusOK), notFound}, false},
		"after a 502 and a 204, for the GET":   {[]reply{badGateway, {status: http.StatusNoContent}, notFound}, false},
		"after a 204, for the GET after a 429": {[]reply{{status: http.StatusNoContent}, throttled, notFound}, false},
	} {
		for listed, list := range map[string]reply{"empty list": success(`[]`), "list rejected": rejection(http.StatusForbidden, "no lists")} {
			t.Run(name+", "+listed, func(t *testing.T) {
				t.Parallel()
				a := &fakeAPI{retries: 2, script: test.script, lists: []reply{list}}
				err := a.endpoint().Delete(t.Context(), uuidA, nil)
				wantDeleted(t, err, test.isNotFound)
				if test.isNotFound {
					wantError(t, err, "delete test profile (DELETE https://api.example/rest/profile/test/"+uuidA)
				}
			})
		}
	}
}

// If no list confirms the 404, the profile may still exist, even after an attempt that may
// have acted.
func TestEndpoint_Delete_NotFoundUnconfirmed_Fails(t *testing.T) {
	t.Parallel()
	for want, script := range map[apierror.Outcome][]reply{
		apierror.Rejected:  {notFound},
		apierror.Ambiguous: {badGateway, notFound},
	} {
		for name, list := range map[string]reply{"bad gateway": badGateway, "wrong path": notFound} {
			a := &fakeAPI{retries: 1, script: slices.Clone(script), lists: []reply{list}}
			err := a.endpoint().Delete(t.Context(), uuidA, nil)
			if got := apierror.OutcomeOf(err); err == nil || apierror.IsNotFound(err) || got != want {
				t.Errorf("%s: the outcome is %s, want %s: %v", name, got, want, err)
			}
		}
	}
}

// After a DELETE, the client still sends the GET that confirms it, although ctx has ended.
func TestEndpoint_Delete_ContextEnds_IsConfirmed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		script     []reply
		requests   []string
		isNotFound bool
	}{
		"ambiguous": {[]reply{{status: http.StatusNoContent}, notFound}, []string{"DELETE A", "GET A", "LIST"}, false},
		"not found": {[]reply{notFound}, []string{"DELETE A", "LIST"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			test.script[0].meanwhile = cancel
			a := &fakeAPI{script: test.script}
			wantDeleted(t, a.endpoint().Delete(ctx, uuidA, nil), test.isNotFound)
			a.wantRequests(t, test.requests...)
		})
	}
}

// The grace period is one request_timeout.
func TestEndpoint_Delete_ContextEnds_ConfirmationHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		lost := reply{meanwhile: func() { time.Sleep(25 * time.Second) }}
		a := &fakeAPI{retries: 100, script: append([]reply{{status: http.StatusNoContent, meanwhile: cancel}}, slices.Repeat([]reply{lost}, 100)...)}
		start := time.Now()
		wantError(t, a.endpoint().Delete(ctx, uuidA, nil), "; a GET after it does not show whether the profile still exists")
		if took := time.Since(start); took < time.Minute || took > 2*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// A list that lags may still show a deleted profile. A create with an ambiguous outcome
// does not adopt it.
func TestEndpoint_Delete_LaterCreate_DoesNotAdopt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		responses []reply
		isAdopted bool
	}{
		"deleted":       {[]reply{success(`{}`)}, false},
		"not found":     {[]reply{notFound}, false},
		"confirmed":     {[]reply{{status: http.StatusNoContent}, notFound}, false},
		"not confirmed": {[]reply{{status: http.StatusNoContent}, success(whole(uuidA, ""))}, true},
		"rejected":      {[]reply{rejection(http.StatusForbidden, "no rights")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{
				script: slices.Concat([]reply{success(whole(uuidB, `"name":"b"`))}, test.responses, []reply{badGateway}),
				lists:  []reply{success(`[]`), success(`[` + whole(uuidA, "") + `,` + whole(uuidB, `"name":"b"`) + `]`)},
			}
			if name == "not found" {
				a.lists = slices.Insert(a.lists, 1, success(`[]`)) // after a 404, Delete reads the list
			}
			e := a.endpoint()
			_, err := e.Create(t.Context(), raw(`{"name":"b"}`)) // it reads the first list
			wantError(t, err, "")
			err = e.Delete(t.Context(), uuidA, nil)
			if exists := err != nil && !apierror.IsNotFound(err); exists != test.isAdopted {
				t.Error(err)
			}
			got, err := e.Create(t.Context(), raw(`{"name":"a"}`))
			if _, isAmbiguous := errors.AsType[*apierror.AmbiguousCreateError](err); isAmbiguous == test.isAdopted || (got.Fields.UUID() == uuidA) != test.isAdopted {
				t.Errorf("got %s, %v", got.Fields, err)
			}
		})
	}
}
