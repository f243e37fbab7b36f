// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestExportSeed_Format(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{Control: true, Token: controlToken})
	mustEqual(t, "without profiles", "{\n  \"messaging\": [],\n  \"outbound_voice\": []\n}\n", string(e.ExportSeed()))
	const seed = `{
  "messaging": [
    {
      "uuid": "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31",
      "name": "<Support> & \"sales\"",
      "callback_url": "https://example.com/?a=1&b=2",
      "toll_free_weight": 7
    }
  ],
  "outbound_voice": [
    {
      "uuid": "8c0e4f7a-2d65-4b19-8a3e-6f5d1b7c9e02",
      "name": "Call center",
      "channel_limit": 0,
      "filemat": "mp3",
      "max_rate": 0.05,
      "tech_prefix": 204080
    }
  ]
}
`
	if err := e.Seed([]byte(seed)); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "export", seed, string(e.ExportSeed()))
	checkControl(t, e, http.MethodGet, "/seed", "", http.StatusOK, seed)
}

// A default may be a value that a create does not allow. A field may be unset although its default is a value.
func TestExportSeed_DefaultsOfOptions_RoundTrip(t *testing.T) {
	t.Parallel()
	options := emulator.Options{Defaults: map[emulator.Kind]map[string]any{
		emulator.MessagingProfile: {"sticky_sender": nil, "callback_url": "https://example.com/default"},
	}}
	e := newEmulator(t, options)
	uuid, err := e.Add(emulator.MessagingProfile, map[string]any{"name": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Change(emulator.MessagingProfile, uuid, map[string]any{"callback_url": nil}); err != nil {
		t.Fatal(err)
	}
	checkRoundTrip(t, e, newEmulator(t, options))
}

// A seed can't add a profile with a UUID of the other kind, so each export is a valid seed.
func TestSeed_UUIDOfOtherKind_ReportsLine(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	if err := e.Seed([]byte(`{"messaging": [{"name": "x", "uuid": "` + seedUUID + `"}]}`)); err != nil {
		t.Fatal(err)
	}
	err := e.Seed([]byte(`{"outbound_voice": [{"name": "x", "uuid": "` + seedUUID + `"}]}`))
	if err == nil || err.Error() != "line 1: uuid must be unique, a profile has the same" {
		t.Errorf("error: %v", err)
	}
}

// Any profiles that requests create, change, unset and delete survive an export.
func TestExportSeed_RandomWrites_RoundTrip(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	rapid.Check(t, func(rt *rapid.T) {
		a.Reset()
		for range rapid.IntRange(0, 12).Draw(rt, "writes") {
			kind := rapid.SampledFrom(emulator.Kinds()).Draw(rt, "kind")
			method := rapid.SampledFrom([]string{http.MethodPost, http.MethodPatch, http.MethodDelete}).Draw(rt, "method")
			path, body := collection(kind), ""
			if method != http.MethodDelete {
				body = drawBody(rt, kind)
			}
			if method != http.MethodPost {
				existing := a.Profiles(kind)
				if len(existing) == 0 {
					continue
				}
				path = item(kind, as[string](t, rapid.SampledFrom(existing).Draw(rt, "profile")["uuid"]))
			}
			if got := a.send(method, path, body); got.status/100 != 2 {
				rt.Fatalf("%s %s: status %d: %s", method, body, got.status, got.raw)
			}
		}
		checkRoundTrip(rt, a.Emulator, newEmulator(t, emulator.Options{}))
	})
}

// drawBody returns a valid body for a create or a change.
func drawBody(t *rapid.T, kind emulator.Kind) string {
	text := rapid.StringMatching(`(?s)\PM.{9,30}`)
	number := rapid.OneOf(rapid.Float64Range(0, 1e300).AsAny(), rapid.Just[any](nil))
	webhook := rapid.OneOf(text.AsAny(), rapid.Just[any](nil))
	fields := map[string]*rapid.Generator[any]{
		"callback_url": webhook, "callback_url2": webhook, "number_pool_enable": rapid.Bool().AsAny(), "long_code_weight": rapid.IntRange(0, 9).AsAny(),
		"toll_free_weight": rapid.IntRange(0, 9).AsAny(), "skip_unhealthy_tns": rapid.Bool().AsAny(), "sticky_sender": rapid.Bool().AsAny(),
	}
	if kind == emulator.OutboundVoiceProfile {
		fields = map[string]*rapid.Generator[any]{
			"tech_prefix": rapid.IntRange(100000, 999999).AsAny(), "channel_limit": number, "max_rate": number, "record_calls": rapid.IntRange(0, 2).AsAny(),
			"daily_spend_limit": number, "filemat": rapid.SampledFrom([]any{"wav", "mp3"}), "audio_track_type": rapid.IntRange(0, 1).AsAny(),
		}
	}
	body := map[string]any{"name": text.Draw(t, "name")}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if rapid.Bool().Draw(t, "has "+field) {
			body[field] = fields[field].Draw(t, field)
		}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// checkRoundTrip fails the test unless the other emulator gets the same profiles in the same order from the export.
func checkRoundTrip(t interface{ Fatalf(string, ...any) }, e, other *emulator.Emulator) {
	document := e.ExportSeed()
	if err := other.Seed(document); err != nil {
		t.Fatalf("%v\n%s", err, document)
	}
	for _, kind := range emulator.Kinds() {
		if want, got := withoutTimes(e.Profiles(kind)), withoutTimes(other.Profiles(kind)); !slices.EqualFunc(want, got, maps.Equal) {
			t.Fatalf("want the profiles\n%v\ngot\n%v\nfrom\n%s", want, got, document)
		}
	}
}

func withoutTimes(profiles []map[string]any) []map[string]any {
	for _, p := range profiles {
		delete(p, "created_on")
		delete(p, "modified_on")
	}
	return profiles
}
