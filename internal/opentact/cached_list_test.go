// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
)

// The list serves a read only if it confirms what is known. The client reads each other
// profile with its own GET.
func TestCollection_Get_ListDiffers_ReadsProfile(t *testing.T) {
	t.Parallel()
	const lacks = "Reading one by one what the list of outbound voice profiles lacks: "
	for name, test := range map[string]struct {
		items []string // of profile 2, in addition to the profiles 0 and 1
		gets  []int
		log   string // no message if empty
	}{
		"equal":               {[]string{numberedVoice(2)}, nil, ""},
		"missing":             {nil, []int{2}, ""},
		"twice and equal":     {[]string{numberedVoice(2), numberedVoice(2)}, nil, ""},
		"twice and different": {[]string{numberedVoice(2), numberedVoiceWith(2, `"daily_spend_limit":6`)}, []int{2}, "1 item of the list could not be used: the API's data of outbound voice profile " + numberedUUID(2) + " is malformed: the list shows two different profiles with the uuid"},
		"field missing":       {[]string{numberedVoiceWith(2, `"x":1`)}, []int{2}, lacks + "1 item of the list could not be used: outbound voice profile " + numberedUUID(2) + " lacks a field"},
		"name missing":        {[]string{strings.Replace(numberedVoice(2), `"name"`, `"title"`, 1)}, []int{2}, "has no name"},
		"time missing":        {[]string{strings.Replace(numberedVoice(2), `"modified_on"`, `"touched_on"`, 1)}, []int{2}, "lacks a field"},
		"malformed":           {[]string{numberedVoiceWith(2, `"daily_spend_limit":"5"`)}, []int{2}, "daily_spend_limit has an invalid value"},
		"no UUID":             {[]string{`{"name":"n2"}`}, []int{2}, "1 item of the list could not be used: the profile has no uuid"},
		"no objects":          {[]string{`17`, `null`, `[]`, `"x"`}, []int{2}, "4 items of the list could not be used: a profile was expected, found a single JSON value; "},
		"another value":       {[]string{numberedVoiceWith(2, `"daily_spend_limit":6`)}, []int{2}, ""},
		"null":                {[]string{numberedVoiceWith(2, `"daily_spend_limit":null`)}, []int{2}, ""},
		"another created_on":  {[]string{strings.Replace(numberedVoice(2), `"created_on":"c"`, `"created_on":"b"`, 1)}, []int{2}, ""},
		"another modified_on": {[]string{strings.Replace(numberedVoice(2), `"modified_on":"m"`, `"modified_on":"l"`, 1)}, []int{2}, ""},
		"alias":               {[]string{numberedVoiceWith(2, `"daily_spent_limit":5`)}, nil, ""},
		"another notation":    {[]string{numberedVoiceWith(2, `"daily_spend_limit":5.0e0`)}, nil, ""},
		"equal in 32 bits":    {[]string{numberedVoiceWith(2, `"daily_spend_limit":5.0000001`)}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &fakeListAPI{list: func(int) *http.Response {
				return listResponse(slices.Concat([]string{numberedVoice(0), numberedVoice(1)}, test.items)...)
			}}
			getAll(t, api.warmCollection(t), 0, 1, 2)
			api.wantRequests(t, "all reads", 1, test.gets...)
			if test.log == "" {
				api.wantLog(t)
			} else {
				api.wantLog(t, test.log)
			}
		})
	}
}

// Only the UUID of an imported profile is known, so the list can't differ.
func TestCollection_Get_NothingKnown_ListServesRead(t *testing.T) {
	t.Parallel()
	api := &fakeListAPI{}
	profiles := api.warmCollection(t)
	for _, known := range []opentact.Profile[voiceFields]{
		{UUID: numberedUUID(1)},
		{UUID: numberedUUID(1), Fields: voiceFields{Named: opentact.Named{Name: opentact.Null[string]()}, DailySpendLimit: opentact.Null[float64]()}},
		{UUID: numberedUUID(1), Fields: voiceFields{Named: named("n1")}},
	} {
		got, err := profiles.Get(t.Context(), known)
		if want := knownVoice(1, 5); err != nil || got.Fields != want.Fields || got.CreatedOn != opentact.Value("c") {
			t.Errorf("got %v, %v", got, err)
		}
	}
	api.wantRequests(t, "imports", 1)
}

// The caller may reject what the list shows, although it confirms what is known.
func TestCollection_Get_VerifyRejects_ReadsProfile(t *testing.T) {
	t.Parallel()
	api := &fakeListAPI{}
	profiles := api.warmCollection(t)
	accepts, rejects := func(voiceFields) bool { return true }, func(voiceFields) bool { return false }
	for i, test := range []struct {
		verify []func(voiceFields) bool
		gets   []int
	}{
		{nil, nil},
		{[]func(voiceFields) bool{accepts, accepts}, nil},
		{[]func(voiceFields) bool{rejects}, []int{1}},
		{[]func(voiceFields) bool{accepts, rejects}, []int{1}},
		{[]func(voiceFields) bool{rejects, accepts}, []int{1}},
	} {
		got, err := profiles.Get(t.Context(), knownVoice(1, 5), test.verify...)
		if err != nil || got != knownVoice(1, 5) {
			t.Errorf("got %v, %v", got, err)
		}
		lists := 0
		if i == 0 {
			lists = 1
		}
		api.wantRequests(t, fmt.Sprintf("test %d", i), lists, test.gets...)
	}
}

// verify gets the fields in the list, also those that the caller doesn't know. A read by GET has no list.
func TestCollection_Get_Verify_GetsListedFields(t *testing.T) {
	t.Parallel()
	api := &fakeListAPI{}
	var got []voiceFields
	verify := func(listed voiceFields) bool {
		got = append(got, listed)
		return true
	}
	profiles := api.warmCollection(t)
	known := knownVoice(1, 5)
	known.Fields.DailySpendLimit = opentact.Optional[float64]{}
	for _, known := range []opentact.Profile[voiceFields]{known, knownVoice(99, 5)} {
		_, _ = profiles.Get(t.Context(), known, verify)
	}
	if want := []voiceFields{knownVoice(1, 5).Fields}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	api.wantRequests(t, "both reads", 1, 99)
}

// An empty list may be correct. It confirms that profiles don't exist.
func TestCollection_Get_EmptyList_ReadsProfiles(t *testing.T) {
	t.Parallel()
	api := &fakeListAPI{list: func(int) *http.Response { return listResponse() }}
	profiles := api.warmCollection(t)
	getAll(t, profiles, 1)
	for i := range 10 {
		if _, err := profiles.Get(t.Context(), knownVoice(10+i, 5)); !opentact.IsNotFound(err) {
			t.Errorf("profile %d: got %v", 10+i, err)
		}
	}
	api.wantRequests(t, "all reads", 1, 1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)
	api.wantLog(t)
}

// No list serves a profile that this client has updated.
func TestCollection_Get_AfterUpdate_ReadsProfile(t *testing.T) {
	t.Parallel()
	api := &fakeListAPI{write: func(*http.Request) *http.Response { return successResponse(numberedVoice(1)) }}
	profiles := api.warmCollection(t)
	if _, err := profiles.Update(t.Context(), knownVoice(1, 4), knownVoice(1, 5).Fields); err != nil {
		t.Fatal(err)
	}
	getAll(t, profiles, 1, 1, 1, 1, 1)
	api.wantRequests(t, "after the update", 0, 1, 1, 1, 1, 1)
	getAll(t, profiles, 2, 1)
	api.wantRequests(t, "with another profile", 1, 1)
	// An update without a difference is a GET.
	if _, err := profiles.Update(t.Context(), knownVoice(2, 5), knownVoice(2, 5).Fields); err != nil {
		t.Fatal(err)
	}
	api.wantRequests(t, "update without a difference", 0, 2)
}

// A write may start and end while a read waits for the list.
func TestCollection_Get_UpdateWhileListIsRead_ReadsProfile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{
			delay: 10 * time.Second,
			write: func(*http.Request) *http.Response { return successResponse(numberedVoice(1)) },
		}
		profiles := api.warmCollection(t)
		done := make(chan error, 1)
		go func() {
			_, err := profiles.Get(t.Context(), opentact.Profile[voiceFields]{UUID: numberedUUID(1)})
			done <- err
		}()
		time.Sleep(time.Second)
		if _, err := profiles.Update(t.Context(), knownVoice(1, 4), knownVoice(1, 5).Fields); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		api.wantRequests(t, "an update during the list", 1, 1)
	})
}

// A list may lag behind a create and show other values.
func TestCollection_Get_AfterCreate_ReadsProfile(t *testing.T) {
	t.Parallel()
	api := &fakeListAPI{
		list:  func(int) *http.Response { return listResponse(numberedVoice(1)) },
		write: func(*http.Request) *http.Response { return successResponse(numberedVoice(9)) },
	}
	profiles := api.warmCollection(t)
	if _, err := profiles.Create(t.Context(), knownVoice(9, 5).Fields); err != nil {
		t.Fatal(err)
	}
	api.wantRequests(t, "the create with its baseline", 1)
	api.list = func(int) *http.Response { return listResponse(numberedVoiceWith(9, `"daily_spend_limit":1`)) }
	got, err := profiles.Get(t.Context(), opentact.Profile[voiceFields]{UUID: numberedUUID(9)})
	if err != nil || got.Fields != knownVoice(9, 5).Fields {
		t.Errorf("got %v, %v", got.Fields, err)
	}
	api.wantRequests(t, "the read", 0, 9)
}

// A profile that an ambiguous create adopted from the list counts as written.
func TestCollection_Get_AfterRecoveredCreate_ReadsProfile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{
			list:  func(int) *http.Response { return listResponse(numberedVoice(1)) },
			write: func(*http.Request) *http.Response { return httpResponse(502, "<html>") },
		}
		profiles := api.warmCollection(t)
		getAll(t, profiles, 1)
		api.list = func(n int) *http.Response {
			if n == 2 { // the baseline
				return listResponse(numberedVoice(1))
			}
			return listResponse(numberedVoice(1), numberedVoice(9))
		}
		made, err := profiles.Create(t.Context(), knownVoice(9, 5).Fields)
		if err != nil || made.UUID != numberedUUID(9) {
			t.Fatalf("got %v, %v", made, err)
		}
		api.gets = nil
		time.Sleep(listcache.MaxAge + time.Second) // the next list shows the profile too
		getAll(t, profiles, 1, 9)
		if !slices.Equal(api.gets, []int{9}) {
			t.Errorf("GETs: %v, want one for profile 9", api.gets)
		}
	})
}

// A caller that gives up gets the error of its context. The list goes on for others.
func TestCollection_Get_InterruptedWhileListIsRead_ListGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &fakeListAPI{delay: 10 * time.Second}
		profiles := api.warmCollection(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		done := make(chan error, 1)
		go func() {
			_, err := profiles.Get(ctx, knownVoice(1, 5))
			done <- err
		}()
		time.Sleep(time.Millisecond) // after the first read
		getAll(t, profiles, 2)
		if _, err := profiles.List(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-done; err == nil || ctx.Err() == nil {
			t.Errorf("the interrupted read ended with %v", err)
		}
		api.wantRequests(t, "all reads", 1)
		api.wantLog(t)
	})
}
