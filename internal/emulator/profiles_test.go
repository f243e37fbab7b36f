// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestAddChangeRemove_WithoutRequest(t *testing.T) {
	t.Parallel()
	for kind, change := range map[emulator.Kind]map[string]any{
		emulator.MessagingProfile: {"long_code_weight": 3}, emulator.OutboundVoiceProfile: {"channel_limit": 3},
	} {
		a := newAPI(t, emulator.Options{})
		uuid := a.add(kind, map[string]any{"name": "first"})
		before := a.stored(kind, uuid)
		if err := a.Change(kind, uuid, change); err != nil {
			t.Error(err)
		}
		for field := range change {
			mustEqual(t, field, any(3.0), a.send(http.MethodGet, item(kind, uuid), "").payload()[field])
		}
		later(t, before["modified_on"], a.stored(kind, uuid)["modified_on"])
		a.Protect(kind, uuid, "in use")
		if err := a.Remove(kind, uuid); err != nil {
			t.Error(err)
		}
		a.expect(http.StatusNotFound, a.send(http.MethodGet, item(kind, uuid), ""))
		mustEqual(t, "requests in the log", 2, len(a.Requests()))
	}
}

func TestAddChangeRemove_InvalidArguments_ReturnsError(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{FieldNames: emulator.FieldNamesAliasReject})
	const kind = emulator.MessagingProfile
	uuid, err := e.Add(kind, map[string]any{"name": "n", "toll_free_weight": 2})
	if err != nil {
		t.Fatal(err)
	}
	add := func(kind emulator.Kind, fields map[string]any) error { _, err := e.Add(kind, fields); return err }
	for want, got := range map[string]error{
		"name is required": add(kind, nil),
		"toll_free_weight must be an integer from 0 to 9, got 10":   add(kind, map[string]any{"name": "n", "toll_free_weight": 10}),
		"tollfree_weight is not a known field":                      add(kind, map[string]any{"name": "n", "tollfree_weight": 1}),
		`unknown kind of profile "no-such"`:                         add("no-such", map[string]any{"name": "n"}),
		`unknown kind of profile "no-such": `:                       e.Change("no-such", uuid, nil),
		"long_code_weight must be an integer from 0 to 9, got null": e.Change(kind, uuid, map[string]any{"long_code_weight": nil}),
		"there is no profile of this kind":                          e.Change(kind, unknownUUID, nil),
		"there is no profile of this kind ":                         e.Remove(kind, unknownUUID),
		"can't encode the fields as JSON: ":                         e.Change(kind, uuid, map[string]any{"name": func() {}}),
	} {
		if got == nil || !strings.Contains(got.Error(), want) {
			t.Errorf("want %q, got %v", want, got)
		}
	}
	mustEqual(t, "profiles of an unknown kind", 0, len(e.Profiles("no-such")))
	mustEqual(t, "profiles", 1, len(e.Profiles(kind)))
	if _, ok := e.Profile(kind, unknownUUID); ok {
		t.Error("there is a profile with an unknown UUID")
	}
}

func TestProfile_ReturnsCopy(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	fields := map[string]any{"name": "mine"}
	uuid := a.add(emulator.MessagingProfile, fields)
	fields["name"] = "changed"
	a.stored(emulator.MessagingProfile, uuid)["name"] = "changed"
	a.Profiles(emulator.MessagingProfile)[0]["name"] = "changed"
	mustEqual(t, "name", any("mine"), a.stored(emulator.MessagingProfile, uuid)["name"])
}

func TestProtect_RejectsDelete(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.Kinds() {
		a := newAPI(t, emulator.Options{})
		uuid := a.add(kind, map[string]any{"name": "busy"})
		a.Protect(kind, uuid, "The profile is used by 2 numbers")
		rejected := a.expect(http.StatusBadRequest, a.send(http.MethodDelete, item(kind, uuid), ""))
		mustEqual(t, "rejection", map[string]any{"success": false, "message": "The profile is used by 2 numbers", "status": 400.0}, rejected.body)
		a.expect(http.StatusOK, a.send(http.MethodPatch, item(kind, uuid), `{"name":"still here"}`))
		a.Protect(kind, uuid, "")
		a.expect(http.StatusOK, a.send(http.MethodDelete, item(kind, uuid), ""))
	}
}
