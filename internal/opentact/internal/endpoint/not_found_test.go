// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
)

var page404 = reply{status: http.StatusNotFound, body: "<title>Not Found</title>"}

func page(status int) reply { return reply{status: status, body: "<title>A page</title>"} }

// TestEndpoint_NotFound_ProbesCollection is the table of responses to a list after a 404
// for the GET, PATCH or DELETE of a profile.
func TestEndpoint_NotFound_ProbesCollection(t *testing.T) {
	t.Parallel()
	const (
		unread    = "the API responded that the profile does not exist. The provider could not confirm this, because the list of profiles failed: list test profiles ("
		wrongPath = "list test profiles (GET https://api.example/rest/profile/test): unexpected response with status 404: neither the profile nor its collection"
		rejected  = "because the list of profiles failed: the API at https://api.example/rest rejected the "
	)
	// Each want is a part of the error, or "" if IsNotFound must be true of the error.
	for name, test := range map[string]struct {
		collection           reply
		withToken, withLogin string
	}{
		"empty list":            {success(`[]`), "", ""},
		"list with profiles":    {success(`[` + whole(uuidB, "") + `]`), "", ""},
		"no list":               {success(`1`), "", ""},
		"items of no profiles":  {success(`[1]`), "", ""},
		"object":                {success(`{}`), "", ""},
		"no payload":            {reply{status: http.StatusOK, body: `{"success":true}`}, "", ""},
		"200 rejection":         {rejection(http.StatusOK, "no lists"), unread, unread},
		"200 without envelope":  {reply{status: http.StatusOK, body: `{"status":"maintenance"}`}, unread, unread},
		"200 array":             {reply{status: http.StatusOK, body: `[]`}, unread, unread},
		"200 page":              {page(http.StatusOK), unread, unread},
		"200 empty":             {reply{status: http.StatusOK}, unread, unread},
		"200 cut":               {reply{status: http.StatusOK, body: `{"success":true,"payload":[`}, unread, unread},
		"204":                   {reply{status: http.StatusNoContent}, unread, unread},
		"302":                   {reply{status: http.StatusFound}, unread, unread},
		"302 envelope":          {reply{status: http.StatusFound, body: `{"success":true,"payload":[]}`}, unread, unread},
		"400":                   {rejection(http.StatusBadRequest, "no lists"), unread, unread},
		"401":                   {rejection(http.StatusUnauthorized, "expired"), rejected + "token from the test", ""},
		"401 page":              {page(http.StatusUnauthorized), rejected + "token from the test", rejected + "token of a login"},
		"401 without success":   {reply{status: http.StatusUnauthorized, body: `{}`}, rejected + "token from the test", rejected + "token of a login"},
		"403":                   {rejection(http.StatusForbidden, "no lists"), "", ""},
		"403 page":              {page(http.StatusForbidden), unread, unread},
		"403 without success":   {reply{status: http.StatusForbidden, body: `{"message":"Forbidden"}`}, unread, unread},
		"403 success":           {reply{status: http.StatusForbidden, body: `{"success":true,"payload":[]}`}, unread, unread},
		"403 empty":             {reply{status: http.StatusForbidden}, unread, unread},
		"404":                   {notFound, wrongPath, wrongPath},
		"404 page":              {page404, wrongPath, wrongPath},
		"410":                   {rejection(http.StatusGone, "no lists"), unread, unread},
		"410 page":              {page(http.StatusGone), unread, unread},
		"429":                   {rejection(http.StatusTooManyRequests, "no lists"), unread, unread},
		"429 page":              {page(http.StatusTooManyRequests), unread, unread},
		"500":                   {rejection(http.StatusInternalServerError, "no lists"), unread, unread},
		"502 page":              {badGateway, unread, unread},
		"503":                   {rejection(http.StatusServiceUnavailable, "no lists"), unread, unread},
		"503 success":           {reply{status: http.StatusServiceUnavailable, body: `{"success":true,"payload":[]}`}, unread, unread},
		"connection broken off": {reply{}, unread, unread},
	} {
		for credential, want := range map[apierror.Credential]string{
			apierror.Token: test.withToken, apierror.LoginToken: test.withLogin,
			apierror.APIKey: strings.Replace(test.withToken, "token from", "API key from", 1),
		} {
			for request, call := range map[string]func(e *Endpoint) error{
				"GET A":      func(e *Endpoint) error { _, err := e.Get(t.Context(), uuidA, nil); return err },
				"PATCH A {}": func(e *Endpoint) error { _, err := e.Update(t.Context(), uuidA, raw(`{}`), nil); return err },
				"DELETE A":   func(e *Endpoint) error { return e.Delete(t.Context(), uuidA, nil) },
			} {
				t.Run(fmt.Sprintf("%s, %d, %s", name, credential, request), func(t *testing.T) {
					t.Parallel()
					a := &fakeAPI{script: []reply{notFound}, lists: []reply{test.collection}, rejects: credential}
					err := call(a.endpoint())
					a.wantRequests(t, request, "LIST")
					switch {
					case want != "":
						wantError(t, err, want)
					case !apierror.IsNotFound(err):
						t.Errorf("got %v, want not found", err)
					}
					if want != "" && apierror.IsNotFound(err) {
						t.Errorf("got not found: %v", err)
					}
				})
			}
		}
	}
}

// An attempt before the 404 may have acted, even if the path is wrong now.
func TestEndpoint_NotFound_WrongPath_Outcome(t *testing.T) {
	t.Parallel()
	for want, script := range map[apierror.Outcome][]reply{
		apierror.Rejected:  {notFound},
		apierror.Ambiguous: {badGateway, notFound},
	} {
		a := &fakeAPI{retries: 1, script: script, lists: []reply{notFound}}
		_, err := a.endpoint().Update(t.Context(), uuidA, raw(`{"name":"a"}`), nil)
		wantError(t, err, "list test profiles (GET https://api.example/rest/profile/test): unexpected response with status 404: neither")
		if got := apierror.OutcomeOf(err); got != want {
			t.Errorf("the outcome is %s, want %s", got, want)
		}
	}
}

// A 404 page, such as that of a proxy, says nothing about the profile.
func TestEndpoint_Get_NotFoundPage_DoesNotProbe(t *testing.T) {
	t.Parallel()
	a := &fakeAPI{script: []reply{page404}}
	_, err := a.endpoint().Get(t.Context(), uuidA, nil)
	wantError(t, err, `the title "Not Found"`)
	a.wantRequests(t, "GET A")
}

// A 404 from a cache may be older than the profile. A cache does not respond to a write (RFC
// 9111, section 4), so the Age of such a response means nothing.
func TestEndpoint_NotFound_Stale_DoesNotCount(t *testing.T) {
	t.Parallel()
	stale := notFound
	stale.age = "7"
	for name, test := range map[string]struct {
		script  []reply
		call    func(*Endpoint) error
		outcome apierror.Outcome
	}{
		"read":    {[]reply{stale}, func(e *Endpoint) error { _, err := e.Get(t.Context(), uuidA, nil); return err }, apierror.Rejected},
		"confirm": {[]reply{{status: http.StatusNoContent}, stale}, func(e *Endpoint) error { return e.Delete(t.Context(), uuidA, nil) }, apierror.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &fakeAPI{retries: 1, script: test.script}
			err := test.call(a.endpoint())
			wantError(t, err, "the response can't be used: it is a copy from a cache: its Age is 7s")
			if got := apierror.OutcomeOf(err); got != test.outcome || apierror.IsNotFound(err) {
				t.Errorf("not found is %t, the outcome is %s, want %s", apierror.IsNotFound(err), got, test.outcome)
			}
		})
	}
	e := (&fakeAPI{script: []reply{stale, stale}, lists: []reply{success("[]")}}).endpoint()
	if _, err := e.Update(t.Context(), uuidA, raw(`{}`), nil); !apierror.IsNotFound(err) {
		t.Errorf("update: got %v", err)
	}
	if err := e.Delete(t.Context(), uuidA, nil); !apierror.IsNotFound(err) {
		t.Errorf("delete: got %v", err)
	}
}

// A profile in a list exists, regardless of the response to its GET, PATCH or DELETE.
// Lists may lag, so they are read four times.
func TestEndpoint_NotFound_ListShowsProfile_DoesNotCount(t *testing.T) {
	t.Parallel()
	shown := success(`[` + whole(uuidA, "") + `]`)
	for name, test := range map[string]struct {
		script    []reply
		call      func(context.Context, *Endpoint) error
		lists     []reply
		isGone    bool
		wantLists int
		outcome   apierror.Outcome
	}{
		"read": {[]reply{notFound}, get, []reply{shown}, false, 4, apierror.Rejected},
		"update": {[]reply{notFound}, func(ctx context.Context, e *Endpoint) error {
			_, err := e.Update(ctx, uuidA, raw(`{}`), nil)
			return err
		},
			[]reply{shown}, false, 4, apierror.Rejected},
		"delete":                         {[]reply{notFound}, remove, []reply{shown}, false, 4, apierror.Rejected},
		"read, and the list lags":        {[]reply{notFound}, get, []reply{shown, shown, success(`[]`)}, true, 3, apierror.Rejected},
		"delete after a lost attempt":    {[]reply{badGateway, notFound}, remove, []reply{shown}, true, 1, apierror.Done},
		"delete after an empty response": {[]reply{{status: http.StatusNoContent}, notFound}, remove, []reply{shown}, true, 1, apierror.Done},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &fakeAPI{retries: 1, script: test.script, lists: test.lists}
				err := test.call(t.Context(), a.endpoint())
				if isGone := err == nil || apierror.IsNotFound(err); isGone != test.isGone || apierror.OutcomeOf(err) != test.outcome {
					t.Errorf("not found is %t, the outcome is %s: %v", isGone, apierror.OutcomeOf(err), err)
				}
				if !test.isGone {
					wantError(t, err, "unexpected response with status 404: the list of profiles shows this profile")
				}
				lists := 0
				for _, request := range a.requests {
					if strings.HasPrefix(request, "LIST") {
						lists++
					}
				}
				if lists != test.wantLists {
					t.Errorf("%d lists were read, want %d", lists, test.wantLists)
				}
			})
		})
	}
}

func get(ctx context.Context, e *Endpoint) error {
	_, err := e.Get(ctx, uuidA, nil)
	return err
}

func remove(ctx context.Context, e *Endpoint) error { return e.Delete(ctx, uuidA, nil) }

// If the caller gives up while the collection is read, the 404 is not confirmed.
func TestEndpoint_NotFound_ContextEnds_IsTransportError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	list := rejection(http.StatusForbidden, "no lists")
	list.meanwhile = cancel
	a := &fakeAPI{script: []reply{notFound}, lists: []reply{list}}
	_, err := a.endpoint().Get(ctx, uuidA, nil)
	if _, ok := errors.AsType[*apierror.TransportError](err); !ok || !errors.Is(err, context.Canceled) {
		t.Errorf("got %T: %v", err, err)
	}
}

// A fresh list that lacks the profiles confirms their 404s. The error of a list confirms
// only the 404s before it, because the collection may disappear later. A list that fails
// is not tried again for 30 seconds.
func TestEndpoint_NotFound_SeveralProfiles_ShareLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list reply
		want []string
	}{
		"a list":   {success("[]"), []string{"GET A", "LIST", "GET B", "GET C", "GET D", "LIST"}},
		"rejected": {rejection(http.StatusForbidden, "no lists"), []string{"GET A", "LIST", "GET B", "LIST", "GET C", "LIST", "GET D", "LIST"}},
		"fails":    {badGateway, []string{"GET A", "LIST", "GET B", "GET C", "GET D", "LIST"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &fakeAPI{script: []reply{notFound, notFound, notFound, notFound}, lists: []reply{test.list}}
				e := a.endpoint()
				for i, wait := range []time.Duration{0, time.Nanosecond, listcache.MaxAge - time.Nanosecond, time.Nanosecond} {
					time.Sleep(wait)
					_, err := e.Get(t.Context(), []string{uuidA, uuidB, uuidC, uuidD}[i], nil)
					if apierror.IsNotFound(err) != (test.list.status != badGateway.status) {
						t.Error(err)
					}
				}
				a.wantRequests(t, test.want...)
			})
		})
	}
}

// The reason why a 404 is not confirmed does not change the outcome of the request: an
// earlier attempt may have acted.
func TestEndpoint_NotFound_Unconfirmed_KeepsOutcome(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]reply{
		"credentials rejected": rejection(http.StatusUnauthorized, "expired"),
		"bad gateway":          badGateway,
		"not an API":           page(http.StatusOK),
		"caller gives up":      rejection(http.StatusForbidden, "no lists"),
	} {
		for want, script := range map[apierror.Outcome][]reply{
			apierror.Rejected:  {notFound},
			apierror.Ambiguous: {badGateway, notFound},
		} {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if list.status == http.StatusForbidden {
				list.meanwhile = cancel
			}
			a := &fakeAPI{retries: 1, script: script, lists: []reply{list}}
			_, err := a.endpoint().Update(ctx, uuidA, raw(`{}`), nil)
			if got := apierror.OutcomeOf(err); err == nil || got != want {
				t.Errorf("%s: the outcome is %s, want %s: %v", name, got, want, err)
			}
		}
	}
}
