// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// aliasedField is a field that has two names.
type aliasedField struct {
	kind              emulator.Kind
	documented, alias string
	inResponses       string // its name in responses with FieldNamesDocumented
}

func aliasedFields() []aliasedField {
	return []aliasedField{
		{emulator.MessagingProfile, "toll_free_weight", "tollfree_weight", "tollfree_weight"},
		{emulator.OutboundVoiceProfile, "daily_spend_limit", "daily_spent_limit", "daily_spend_limit"},
	}
}

func TestFieldNames_Requests(t *testing.T) {
	t.Parallel()
	for _, f := range aliasedFields() {
		for _, c := range []struct {
			names             emulator.FieldNames
			inResponses       string
			documented, alias string // the outcome of a request with each name: stored, ignored or rejected
		}{
			{emulator.FieldNamesDocumented, f.inResponses, "stored", "rejected"},
			{emulator.FieldNamesAliasIgnore, f.alias, "ignored", "stored"},
			{emulator.FieldNamesAliasReject, f.alias, "rejected", "stored"},
		} {
			t.Run(fmt.Sprintf("%s %d", f.kind, c.names), func(t *testing.T) {
				t.Parallel()
				a := newAPI(t, emulator.Options{FieldNames: c.names})
				for name, outcome := range map[string]string{f.documented: c.documented, f.alias: c.alias} {
					f.checkRequest(a, http.MethodPost, name, outcome, c.inResponses)
					f.checkRequest(a, http.MethodPatch, name, outcome, c.inResponses)
				}
			})
		}
	}
}

// checkRequest sends the field under a name and checks the outcome.
func (f aliasedField) checkRequest(a *api, method, name, outcome, inResponses string) {
	a.t.Helper()
	uuid := a.add(f.kind, map[string]any{"name": "n", f.documented: 2})
	unchanged := any(2.0)
	path, status := item(f.kind, uuid), http.StatusOK
	if method == http.MethodPost {
		path, status = collection(f.kind), http.StatusCreated
		unchanged = profileWith(f.kind, nil)[f.documented]
	}
	got := a.send(method, path, fmt.Sprintf(`{"name":"n",%q:5}`, name))
	if outcome == "rejected" {
		a.expect(http.StatusBadRequest, got)
		mustEqual(a.t, method+" "+name, map[string]any{
			"params." + name: map[string]any{"message": "is not a known field"},
		}, got.body["fields"])
		return
	}
	want := unchanged
	if outcome == "stored" {
		want = 5.0
	}
	a.expect(status, got)
	mustEqual(a.t, method+" "+name+": response", map[string]any{inResponses: want}, only(got.payload(), f.documented, f.alias))
	mustEqual(a.t, method+" "+name+": state", map[string]any{f.documented: want}, only(a.stored(f.kind, got.uuid()), f.documented, f.alias))
}

func TestFieldNames_IgnoredName_IsNotValidated(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{FieldNames: emulator.FieldNamesAliasIgnore})
	path := collection(emulator.MessagingProfile)
	a.expect(http.StatusCreated, a.send(http.MethodPost, path, `{"name":"n","toll_free_weight":"nonsense"}`))
	for _, body := range []string{`{"name":"n","tollfree_weight":10}`, `{"toll_free_weight":1}`, `[]`, `null`, `{`, ``} {
		a.expect(http.StatusBadRequest, a.send(http.MethodPost, path, body))
	}
}

func TestFieldNames_Defaults_UseDocumentedNames(t *testing.T) {
	t.Parallel()
	for _, f := range aliasedFields() {
		a := newAPI(t, emulator.Options{
			FieldNames: emulator.FieldNamesAliasReject,
			Defaults:   map[emulator.Kind]map[string]any{f.kind: {f.documented: 4}},
		})
		created := a.send(http.MethodPost, collection(f.kind), `{"name":"n"}`)
		mustEqual(t, f.documented, any(4.0), a.stored(f.kind, created.uuid())[f.documented])
	}
}

func TestShapeObject_ContainsUsersAndAccount(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.Kinds() {
		a := newAPI(t, emulator.Options{})
		profile := a.send(http.MethodPost, collection(kind), `{"name":"n"}`).payload()
		for _, user := range []string{"created_by", "modified_by"} {
			mustEqual(t, user, map[string]any{"password": "emulator-fake-password", "token": "emulator-fake-user-token"},
				only(as[map[string]any](t, profile[user]), "password", "token"))
		}
		if _, ok := as[map[string]any](t, profile["account"])["uuid"]; !ok {
			t.Error("the account has no uuid")
		}
		_, hasLeases := profile["leases"]
		mustEqual(t, "leases of "+string(kind), kind == emulator.MessagingProfile, hasLeases)
	}
}

// inLease returns the profile in a lease. It fails the test if the lease contains another one.
func inLease(t *testing.T, kind emulator.Kind, lease any) map[string]any {
	t.Helper()
	object := as[map[string]any]
	l := object(t, lease)
	messaging := object(t, l["messaging_profile"])
	voice := object(t, object(t, l["sip_connection"])["outbound_voice_profile"])
	app := object(t, object(t, l["sip_control_app"])["outbound_voice_profile"])
	found, empty := messaging, voice
	if kind == emulator.OutboundVoiceProfile {
		found, empty = voice, messaging
	}
	mustEqual(t, "profiles in other places", []int{0, 0}, []int{len(empty), len(app)})
	if found["uuid"] == l["uuid"] {
		t.Error("the lease and the profile have the same UUID")
	}
	return found
}

func TestShapeDocument_ContainsLeases(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.Kinds() {
		a := newAPI(t, emulator.Options{Shape: emulator.ShapeDocument})
		created := a.expect(http.StatusOK, a.send(http.MethodPost, collection(kind), `{"name":"first"}`))
		uuid := as[string](t, a.Profiles(kind)[0]["uuid"])
		for what, single := range map[string]response{
			"create": created,
			"get":    a.send(http.MethodGet, item(kind, uuid), ""),
			"modify": a.send(http.MethodPatch, item(kind, uuid), `{}`),
		} {
			leases := single.list()
			if len(leases) != 2 {
				t.Fatalf("%s returns %d leases", what, len(leases))
			}
			first, second := inLease(t, kind, leases[0]), inLease(t, kind, leases[1])
			mustEqual(t, what+": profiles", first, second)
			mustEqual(t, what+": uuid", any(uuid), first["uuid"])
			if as[map[string]any](t, leases[0])["uuid"] == as[map[string]any](t, leases[1])["uuid"] {
				t.Error("two leases have the same UUID")
			}
		}
		a.add(kind, map[string]any{"name": "second"})
		var names []any
		for _, lease := range a.send(http.MethodGet, collection(kind), "").list() {
			names = append(names, inLease(t, kind, lease)["name"])
		}
		mustEqual(t, "list", []any{"first", "second"}, names)
		mustEqual(t, "removal", `{"success":true,"payload":{}}`, a.send(http.MethodDelete, item(kind, uuid), "").raw)
	}
}

// This test has no checker, because openapi.yaml does not describe pages.
func TestPageSize_ListsComeInPages(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{PageSize: 2})
	for i := range 5 {
		if _, err := e.Add(emulator.MessagingProfile, map[string]any{"name": fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	a := &api{Emulator: e, t: t, url: server.URL, client: server.Client()}
	for query, want := range map[string][]string{
		"": {"0", "1"}, "?skip=2&take=100": {"2", "3"}, "?skip=4": {"4"}, "?skip=9": {}, "?skip=-1": {"0", "1"}, "?skip=9223372036854775807": {},
	} {
		page := a.send(http.MethodGet, "/profile/messaging"+query, "").payload()
		names := []string{}
		data, _ := page["data"].([]any)
		for _, profile := range data {
			fields, _ := profile.(map[string]any)
			names = append(names, fmt.Sprint(fields["name"]))
		}
		mustEqual(t, "names of "+query, want, names)
		mustEqual(t, "total of "+query, 5.0, page["total"])
	}
}

// The stored text does not change.
func TestDecompose_ResponsesAreInNFD(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{Decompose: true})
	uuid := a.add(emulator.MessagingProfile, map[string]any{"name": "Caf\u00e9"})
	got := a.send(http.MethodGet, item(emulator.MessagingProfile, uuid), "")
	mustEqual(t, "name", any("Cafe\u0301"), got.payload()["name"])
	mustEqual(t, "stored name", any("Caf\u00e9"), a.stored(emulator.MessagingProfile, uuid)["name"])
}
