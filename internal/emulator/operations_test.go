// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"maps"
	"math"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// profileWith is a profile as Profile returns it: what was given, over the built-in defaults, without what is random.
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

// settled is a profile without what is random.
func settled(profile map[string]any) map[string]any {
	p := maps.Clone(profile)
	for _, name := range []string{"uuid", "created_on", "modified_on"} {
		delete(p, name)
	}
	return p
}

func TestLifeOfAProfile(t *testing.T) {
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
				t.Errorf("%q is no uuid of version 4", uuid)
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

func TestModifyChangesOnlyWhatItMentions(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	const kind = emulator.MessagingProfile
	uuid := a.add(kind, map[string]any{"name": "n", "callback_url": "https://one.example", "callback_url2": "https://two.example"})
	a.expect(http.StatusOK, a.send(http.MethodPatch, item(kind, uuid), `{"callback_url":null,"toll_free_weight":9}`))
	mustEqual(t, "profile", profileWith(kind, map[string]any{
		"name": "n", "callback_url": nil, "callback_url2": "https://two.example", "toll_free_weight": 9.0,
	}), settled(a.stored(kind, uuid)))
}

func TestKindsAreApart(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	uuid := a.add(emulator.MessagingProfile, map[string]any{"name": "messages"})
	a.expect(http.StatusNotFound, a.send(http.MethodGet, item(emulator.OutboundVoiceProfile, uuid), ""))
	mustEqual(t, "voice profiles", []any{}, a.send(http.MethodGet, collection(emulator.OutboundVoiceProfile), "").list())
}

func TestTheSameCreateTwiceMakesTwoProfilesInOrder(t *testing.T) {
	t.Parallel()
	for _, kind := range emulator.Kinds() {
		a := newAPI(t, emulator.Options{})
		var want []any
		for range 5 {
			want = append(want, a.send(http.MethodPost, collection(kind), `{"name":"twin"}`).payload())
		}
		mustEqual(t, "list", want, a.send(http.MethodGet, collection(kind), "").list())
		if a.Profiles(kind)[0]["uuid"] == a.Profiles(kind)[1]["uuid"] {
			t.Error("two profiles have one uuid")
		}
	}
}

// The clock of the bubble stands still, yet every change is later than the one before.
func TestModificationTimesAlwaysRise(t *testing.T) {
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

func TestDefaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind     emulator.Kind
		defaults map[string]any
		want     map[string]any // besides the built-in ones
	}{
		"built-in, messaging":   {emulator.MessagingProfile, nil, nil},
		"built-in, voice":       {emulator.OutboundVoiceProfile, nil, nil},
		"unusual, messaging":    {emulator.MessagingProfile, map[string]any{"toll_free_weight": 7, "callback_url": "https://default.example"}, map[string]any{"toll_free_weight": 7.0, "callback_url": "https://default.example"}},
		"unusual, voice":        {emulator.OutboundVoiceProfile, map[string]any{"daily_spend_limit": 0.1, "filemat": "mp3"}, map[string]any{"daily_spend_limit": 0.1, "filemat": "mp3"}},
		"null where none sends": {emulator.MessagingProfile, map[string]any{"sticky_sender": nil, "long_code_weight": nil}, map[string]any{"sticky_sender": nil, "long_code_weight": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, emulator.Options{Defaults: map[emulator.Kind]map[string]any{c.kind: c.defaults}})
			want := profileWith(c.kind, c.want)
			want["name"] = "bare"
			created := a.send(http.MethodPost, collection(c.kind), `{"name":"bare"}`)
			mustEqual(t, "created", want, settled(a.stored(c.kind, created.uuid())))
			mustEqual(t, "added", want, settled(a.stored(c.kind, a.add(c.kind, map[string]any{"name": "bare"}))))
		})
	}
}

func TestNewRefusesBadOptions(t *testing.T) {
	t.Parallel()
	defaults := func(kind emulator.Kind, field string, value any) emulator.Options {
		return emulator.Options{Defaults: map[emulator.Kind]map[string]any{kind: {field: value}}}
	}
	for want, options := range map[string]emulator.Options{
		`there is no kind of profile "no-such"`:    defaults("no-such", "name", "x"),
		`"colour" is no field`:                     defaults(emulator.MessagingProfile, "colour", 1),
		`"name" is no field`:                       defaults(emulator.MessagingProfile, "name", "x"),
		`"tollfree_weight" is no field`:            defaults(emulator.MessagingProfile, "tollfree_weight", 1),
		`long_code_weight: number must be at most`: defaults(emulator.MessagingProfile, "long_code_weight", 10),
		`filemat: value is not one of the allowed`: defaults(emulator.OutboundVoiceProfile, "filemat", "ogg"),
		`max_rate: number must be at least 0`:      defaults(emulator.OutboundVoiceProfile, "max_rate", -1),
		`fields that cannot be written as JSON`:    defaults(emulator.OutboundVoiceProfile, "max_rate", make(chan int)),
		`the latency must not be negative`:         {Latency: -time.Second},
		`the page size must not be negative`:       {PageSize: -1},
		`there is no shape 2`:                      {Shape: 2},
		`there is no spelling -1`:                  {FieldNames: -1},
		`the email must not contain a colon`:       {Email: "a:b"},
		`at least 1s, it is 999ms`:                 {TokenLifetime: 999 * time.Millisecond},
		`must be whole seconds`:                    {TokenLifetime: 1500 * time.Millisecond},
		`it is -1h0m0s`:                            {TokenLifetime: -time.Hour},
		`from 0 to 1000000, they are -1`:           {RequestsPerSecond: -1},
		`they are NaN`:                             {RequestsPerSecond: math.NaN()},
		`they are 1.1e+06`:                         {RequestsPerSecond: 1.1e6},
	} {
		if _, err := emulator.New(options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
