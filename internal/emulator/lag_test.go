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

// lagging is an emulator whose reads lag by a minute.
func lagging(t *testing.T) (*emulator.Emulator, *emulator.Injection) {
	t.Helper()
	e := newEmulator(t, emulator.Options{})
	return e, inject(t, e, always(emulator.Fault{Action: emulator.ActionLag, For: emulator.Duration(time.Minute)}))
}

// seen is what reads show of one profile: its name by a GET of its own and in the list, or nothing.
func seen(t *testing.T, e *emulator.Emulator, kind emulator.Kind, uuid string) (single, listed any) {
	t.Helper()
	type profile struct{ UUID, Name string }
	if got, _ := exchange(t, e, http.MethodGet, item(kind, uuid), "", asked()); got.Code == http.StatusOK {
		var body struct{ Payload profile }
		if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		single = body.Payload.Name
	}
	var body struct{ Payload []profile }
	got, _ := exchange(t, e, http.MethodGet, collection(kind), "", asked())
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

func TestLagShowsEveryStateLate(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e, rule := lagging(t)
				uuid := ""
				look := func(when string, want any) {
					t.Helper()
					single, listed := seen(t, e, kind, uuid)
					mustEqual(t, "get, "+when, want, single)
					mustEqual(t, "list, "+when, want, listed)
				}
				mustEqual(t, "create", http.StatusCreated, status(t, e, http.MethodPost, collection(kind), named("first")))
				uuid = as[string](t, e.Profiles(kind)[0]["uuid"])
				look("after the create", nil)
				time.Sleep(time.Minute - time.Nanosecond)
				look("just before a minute has passed", nil)
				time.Sleep(time.Nanosecond)
				look("a minute later", "first")

				mustEqual(t, "modify", http.StatusOK, status(t, e, http.MethodPatch, item(kind, uuid), named("second")))
				look("after a change", "first")
				time.Sleep(30 * time.Second)
				mustEqual(t, "modify", http.StatusOK, status(t, e, http.MethodPatch, item(kind, uuid), named("third")))
				look("after two changes", "first")
				time.Sleep(30 * time.Second)
				look("a minute after the first change", "second")
				time.Sleep(30 * time.Second)
				look("a minute after the second change", "third")

				mustEqual(t, "removal", http.StatusOK, status(t, e, http.MethodDelete, item(kind, uuid), ""))
				look("after the removal", "third")
				mustEqual(t, "another removal", http.StatusNotFound, status(t, e, http.MethodDelete, item(kind, uuid), ""))
				time.Sleep(time.Minute)
				look("a minute after the removal", nil)
				mustEqual(t, "hits: two for each look, none for writes", 2*9, rule.Hits())
			})
		})
	}
}

// A rule that lags leaves what it cannot make lag to the rules after it.
func TestOnlyReadsOfProfilesLag(t *testing.T) {
	t.Parallel()
	e, rule := lagging(t)
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

// The list keeps the order of creation, and what is done behind the API's back lags as well.
func TestLagKeepsTheOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, rule := lagging(t)
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
			got, _ := exchange(t, e, http.MethodGet, "/profile/messaging", "", asked())
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
		mustEqual(t, "what there is", 2, len(e.Profiles(emulator.MessagingProfile)))
	})
}
