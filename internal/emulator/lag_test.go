// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// newLagging returns an emulator whose reads lag by a minute.
func newLagging(t *testing.T) (*emulator.Emulator, *emulator.Injection) {
	t.Helper()
	e := newEmulator(t, emulator.Options{})
	return e, inject(t, e, always(emulator.Fault{Action: emulator.ActionLag, For: emulator.Duration(time.Minute)}))
}

// readNames returns the name of a profile in the response to its GET and in the list, or nil where it is not found.
func readNames(t *testing.T, e *emulator.Emulator, kind emulator.Kind, uuid string) (single, listed any) {
	t.Helper()
	type profile struct{ UUID, Name string }
	if got, _ := serveRequest(t, e, http.MethodGet, item(kind, uuid), "", validHeader()); got.Code == http.StatusOK {
		var body struct{ Payload profile }
		if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		single = body.Payload.Name
	}
	var body struct{ Payload []profile }
	got, _ := serveRequest(t, e, http.MethodGet, collection(kind), "", validHeader())
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	for _, p := range body.Payload {
		if p.UUID == uuid {
			listed = p.Name
		}
	}
	return single, listed
}

func TestFault_Lag_ReturnsOldProfiles(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e, rule := newLagging(t)
				uuid := ""
				check := func(when string, want any) {
					t.Helper()
					single, listed := readNames(t, e, kind, uuid)
					mustEqual(t, "get, "+when, want, single)
					mustEqual(t, "list, "+when, want, listed)
				}
				mustEqual(t, "create", http.StatusCreated, status(t, e, http.MethodPost, collection(kind), named("first")))
				uuid = as[string](t, e.Profiles(kind)[0]["uuid"])
				check("after the create", nil)
				time.Sleep(time.Minute - time.Nanosecond)
				check("just before a minute has passed", nil)
				time.Sleep(time.Nanosecond)
				check("a minute later", "first")

				mustEqual(t, "modify", http.StatusOK, status(t, e, http.MethodPatch, item(kind, uuid), named("second")))
				check("after a change", "first")
				time.Sleep(30 * time.Second)
				mustEqual(t, "modify", http.StatusOK, status(t, e, http.MethodPatch, item(kind, uuid), named("third")))
				check("after two changes", "first")
				time.Sleep(30 * time.Second)
				check("a minute after the first change", "second")
				time.Sleep(30 * time.Second)
				check("a minute after the second change", "third")

				mustEqual(t, "removal", http.StatusOK, status(t, e, http.MethodDelete, item(kind, uuid), ""))
				check("after the removal", "third")
				mustEqual(t, "another removal", http.StatusNotFound, status(t, e, http.MethodDelete, item(kind, uuid), ""))
				time.Sleep(time.Minute)
				check("a minute after the removal", nil)
				mustEqual(t, "hits: two for each check, none for writes", 2*9, rule.Hits())
			})
		})
	}
}

// The rule does not hit other requests, so the next rule can hit them.
func TestFault_Lag_HitsOnlyReadsOfProfiles(t *testing.T) {
	t.Parallel()
	e, rule := newLagging(t)
	inject(t, e, always(emulator.Fault{Action: emulator.ActionRespond, Status: 503}))
	for _, request := range []string{http.MethodPost, http.MethodPatch, http.MethodDelete} {
		mustEqual(t, request, 503, status(t, e, request, "/profile/messaging", ""))
	}
	for _, path := range []string{"/auth", "/profile/nothing", ""} {
		mustEqual(t, path, 503, status(t, e, http.MethodGet, path, ""))
	}
	mustEqual(t, "hits", 0, rule.Hits())
	mustEqual(t, "list", 200, status(t, e, http.MethodGet, "/profile/messaging", ""))
	mustEqual(t, "fault in the log", emulator.ActionLag, e.Requests()[6].Fault)
}

// Changes by Add, Change and Remove lag too.
func TestFault_Lag_KeepsOrderOfList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, rule := newLagging(t)
		var uuids []string
		for _, name := range []string{"a", "b", "c"} {
			uuid, err := e.Add(emulator.MessagingProfile, map[string]any{"name": name})
			if err != nil {
				t.Fatal(err)
			}
			uuids = append(uuids, uuid)
		}
		if err := e.Change(emulator.MessagingProfile, uuids[0], map[string]any{"name": "changed"}); err != nil {
			t.Fatal(err)
		}
		list := func() string {
			got, _ := serveRequest(t, e, http.MethodGet, "/profile/messaging", "", validHeader())
			return got.Body.String()
		}
		rule.Remove()
		now := list()
		inject(t, e, always(emulator.Fault{Action: emulator.ActionLag, For: emulator.Duration(time.Minute)}))
		mustEqual(t, "at first", `{"success":true,"payload":[]}`, list())
		time.Sleep(time.Minute)
		if err := e.Remove(emulator.MessagingProfile, uuids[1]); err != nil {
			t.Fatal(err)
		}
		mustEqual(t, "a minute later", now, list())
		mustEqual(t, "current profiles", 2, len(e.Profiles(emulator.MessagingProfile)))
	})
}
