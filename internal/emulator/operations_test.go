// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"maps"
	"net/http"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// profileWith returns the fields of a profile: the given ones and the built-in defaults of the others.
func profileWith(kind emulator.Kind, given map[string]any) map[string]any {
	all := map[string]any{
		"callback_url": nil, "callback_url2": nil, "number_pool_enable": false, "long_code_weight": 1.0,
		"toll_free_weight": 1.0, "skip_unhealthy_tns": false, "sticky_sender": false,
	}
	if kind == emulator.OutboundVoiceProfile {
		all = map[string]any{
			"tech_prefix": nil, "channel_limit": nil, "max_rate": nil, "record_calls": 0.0,
			"daily_spend_limit": nil, "filemat": "wav", "audio_track_type": 0.0,
		}
	}
	maps.Copy(all, given)
	return all
}

// withoutReadOnly returns a profile without uuid, created_on and modified_on.
func withoutReadOnly(profile map[string]any) map[string]any {
	p := maps.Clone(profile)
	for _, name := range []string{"uuid", "created_on", "modified_on"} {
		delete(p, name)
	}
	return p
}

func TestOperations_Lifecycle(t *testing.T) {
	t.Parallel()
	for kind, change := range map[emulator.Kind]string{
		emulator.MessagingProfile:     `{"callback_url":"https://example.com/hook","sticky_sender":true}`,
		emulator.OutboundVoiceProfile: `{"max_rate":0.5,"tech_prefix":123456}`,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, emulator.Options{})
			created := a.expect(http.StatusCreated, a.send(http.MethodPost, collection(kind), `{"name":"first"}`))
			uuid := created.uuid()
			if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(uuid) {
				t.Errorf("%q is not a UUID of version 4", uuid)
			}
			mustEqual(t, "get", created.payload(), a.send(http.MethodGet, item(kind, uuid), "").payload())
			mustEqual(t, "list", []any{any(created.payload())}, a.send(http.MethodGet, collection(kind), "").list())

			patched := a.expect(http.StatusOK, a.send(http.MethodPatch, item(kind, uuid), change))
			mustEqual(t, "get", patched.payload(), a.send(http.MethodGet, item(kind, uuid), "").payload())
			mustEqual(t, "creation", created.payload()["created_on"], patched.payload()["created_on"])
			later(t, created.payload()["modified_on"], patched.payload()["modified_on"])

			removed := a.expect(http.StatusOK, a.send(http.MethodDelete, item(kind, uuid), ""))
			mustEqual(t, "removal", `{"success":true,"payload":{}}`, removed.raw)
			mustEqual(t, "list", []any{}, a.send(http.MethodGet, collection(kind), "").list())
			for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
				a.expect(http.StatusNotFound, a.send(method, item(kind, uuid), `{}`))
			}
		})
	}
}

func TestModify_ChangesOnlyFieldsInBody(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	const kind = emulator.MessagingProfile
	uuid := a.add(kind, map[string]any{"name": "n", "callback_url": "https://one.example", "callback_url2": "https://two.example"})
	a.expect(http.StatusOK, a.send(http.MethodPatch, item(kind, uuid), `{"callback_url":null,"toll_free_weight":9}`))
	mustEqual(t, "profile", profileWith(kind, map[string]any{
		"name": "n", "callback_url": nil, "callback_url2": "https://two.example", "toll_free_weight": 9.0,
	}), withoutReadOnly(a.stored(kind, uuid)))
}

func TestKinds_AreSeparate(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	uuid := a.add(emulator.MessagingProfile, map[string]any{"name": "messages"})
	a.expect(http.StatusNotFound, a.send(http.MethodGet, item(emulator.OutboundVoiceProfile, uuid), ""))
	mustEqual(t, "voice profiles", []any{}, a.send(http.MethodGet, collection(emulator.OutboundVoiceProfile), "").list())
}

func TestCreate_SameBody_CreatesAnotherProfile(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.Kinds() {
		a := newAPI(t, emulator.Options{})
		var want []any
		for range 5 {
			want = append(want, a.send(http.MethodPost, collection(kind), `{"name":"twin"}`).payload())
		}
		mustEqual(t, "list", want, a.send(http.MethodGet, collection(kind), "").list())
		if a.Profiles(kind)[0]["uuid"] == a.Profiles(kind)[1]["uuid"] {
			t.Error("two profiles have the same UUID")
		}
	}
}

// Each modified_on is later than the one before, even if the clock stands still.
func TestModify_SameTime_ModifiedOnIncreases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		uuid, err := e.Add(emulator.MessagingProfile, map[string]any{"name": "n"})
		if err != nil {
			t.Fatal(err)
		}
		last, _ := e.Profile(emulator.MessagingProfile, uuid)
		mustEqual(t, "creation", any(time.Now().UTC().Format("2006-01-02T15:04:05.000Z")), last["created_on"])
		for range 3 {
			if err := e.Change(emulator.MessagingProfile, uuid, map[string]any{"name": "n"}); err != nil {
				t.Fatal(err)
			}
			now, _ := e.Profile(emulator.MessagingProfile, uuid)
			later(t, last["modified_on"], now["modified_on"])
			mustEqual(t, "creation", last["created_on"], now["created_on"])
			last = now
		}
	})
}
