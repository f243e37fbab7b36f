// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestRequestLog(t *testing.T) {
	t.Parallel()
	calls := make(chan emulator.Request, 2)
	a := newAPI(t, emulator.Options{Token: "the-secret", OnRequest: func(r emulator.Request) { calls <- r }})
	header := http.Header{"X-Auth-Token": {"the-secret"}, "Authorization": {"Basic the-secret"}, "User-Agent": {"tester/1"}}
	a.sendWith(http.MethodGet, "/rest/profile/a%2Fb?q=a%20b&r", "", header)
	header.Set("Content-Type", "application/json")
	a.sendWith(http.MethodPost, "/rest/profile/messaging", ` {"name": "as sent"}`, header)
	want := []emulator.Request{
		{Method: "GET", Path: "/rest/profile/a%2Fb", Query: "q=a%20b&r", Status: 404, UserAgent: "tester/1"},
		{Method: "POST", Path: "/rest/profile/messaging", Body: []byte(` {"name": "as sent"}`), Status: 201, UserAgent: "tester/1"},
	}
	got := a.Requests()
	for what, requests := range map[string][]emulator.Request{"log": got, "calls of OnRequest": {<-calls, <-calls}} {
		if diff := cmp.Diff(want, requests, cmpopts.IgnoreFields(emulator.Request{}, "Time", "Duration")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", got), "the-secret") {
		t.Error("the log contains the token")
	}
	clear(got[1].Body)
	mustEqual(t, "body after a caller changed its copy", ` {"name": "as sent"}`, string(a.Requests()[1].Body))
}

func TestRequestLog_RequestInFlight_HasStatusZero(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{Latency: time.Hour})
		go createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`))
		synctest.Wait()
		mustEqual(t, "in flight", []int{0}, statuses(e))
		time.Sleep(2 * time.Hour) // of the bubble's clock
		mustEqual(t, "after the response", []int{201}, statuses(e))
	})
}

// The time of a request is its arrival, not its response.
func TestRequestLog_Time_IsArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1500 * time.Microsecond) // of the bubble's clock
		arrival := time.Now()
		e := newEmulator(t, emulator.Options{Latency: time.Hour})
		createMessaging(t.Context(), t, e, strings.NewReader(`{"name":"x"}`))
		mustEqual(t, "time", arrival.UTC().Truncate(time.Millisecond), e.Requests()[0].Time)
	})
}

func statuses(e *emulator.Emulator) []int {
	var all []int
	for _, request := range e.Requests() {
		all = append(all, request.Status)
	}
	return all
}

func TestEmulator_ConcurrentRequests(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	const each, rounds = 4, 10 // clients per kind
	kinds := emulator.Kinds()
	clients := each * len(kinds)
	var working sync.WaitGroup
	for n := range clients {
		working.Go(func() {
			kind := kinds[n%len(kinds)]
			for range rounds {
				kept := a.send(http.MethodPost, collection(kind), `{"name":"kept"}`).uuid()
				deleted := a.send(http.MethodPost, collection(kind), `{"name":"deleted"}`).uuid()
				a.send(http.MethodPatch, item(kind, kept), fmt.Sprintf(`{"name":"kept by %d"}`, n))
				a.send(http.MethodGet, item(kind, kept), "")
				a.send(http.MethodDelete, item(kind, deleted), "")
				_ = a.Change(kind, kept, map[string]any{"name": fmt.Sprintf("kept by %d", n)})
				_ = a.Requests()
			}
			a.send(http.MethodGet, collection(kind), "")
		})
	}
	working.Wait()
	mustEqual(t, "requests", clients*(rounds*5+1), len(a.Requests()))
	for _, kind := range kinds {
		uuids := make(map[any]bool)
		for _, p := range a.Profiles(kind) {
			uuids[p["uuid"]] = true
			if !strings.HasPrefix(as[string](t, p["name"]), "kept by ") {
				t.Errorf("unexpected profile %v", p["name"])
			}
		}
		mustEqual(t, "profiles", each*rounds, len(uuids))
	}
}
