// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const seedUUID = "3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"

func TestSeed(t *testing.T) {
	t.Parallel()
	a := newAPI(t, emulator.Options{})
	err := a.Seed([]byte("\xef\xbb\xbf" + `{
		"outbound_voice": [{"name": "calls", "max_rate": 0.05}],
		"messaging": [
			{"name": "first", "uuid": "` + seedUUID + `", "callback_url": null, "toll_free_weight": 7},
			{"name": "second"}
		]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	const kind = emulator.MessagingProfile
	mustEqual(t, "profile", profileWith(kind, map[string]any{"name": "first", "toll_free_weight": 7.0}), withoutReadOnly(a.stored(kind, seedUUID)))
	a.expect(http.StatusOK, a.send(http.MethodGet, item(kind, seedUUID), ""))
	if other := as[string](t, a.Profiles(kind)[1]["uuid"]); len(other) != len(seedUUID) {
		t.Errorf("the second has the uuid %q", other)
	}
	mustEqual(t, "the second", any("second"), a.Profiles(kind)[1]["name"])
	voice := a.Profiles(emulator.OutboundVoiceProfile)
	mustEqual(t, "voice", profileWith(emulator.OutboundVoiceProfile, map[string]any{"name": "calls", "max_rate": 0.05}), withoutReadOnly(voice[0]))
	a.expect(http.StatusOK, a.send(http.MethodPatch, item(kind, seedUUID), `{"name":"changed"}`))
	a.expect(http.StatusOK, a.send(http.MethodDelete, item(kind, seedUUID), ""))
}

// Seed reports all errors with their lines, and adds no profile.
func TestSeed_Invalid_ReportsLines(t *testing.T) {
	t.Parallel()
	var names []string
	for _, kind := range emulator.Kinds() {
		names = append(names, string(kind))
	}
	known := strings.Join(names, ", ")
	for _, c := range []struct{ name, seed, want string }{
		{"empty", "", "line 1: the file is not valid JSON: unexpected end of JSON input"},
		{"syntax", "{\n  \"messaging\": [\n    {\"name\": 'n'}\n  ]\n}", "line 3: the file is not valid JSON: invalid character '\\'' looking for beginning of value"},
		{"trailing comma", "{\n\"messaging\": [],\n}\n", "line 3: the file is not valid JSON: invalid character '}' looking for beginning of object key string"},
		{"two documents", "{}\n{}", "line 2: the file is not valid JSON: invalid character '{' after top-level value"},
		{"an array", "\n[]", "line 2: the file must be an object with an array of profiles for each kind"},
		{"null", "null", "line 1: the file must be an object with an array of profiles for each kind"},
		{"unknown kind", "{\n\"voice\": [{\n\"a\": 1}],\n\"sms\": {}}", "line 2: unknown kind of profile \"voice\": the kinds are " + known + "\n" +
			"line 4: unknown kind of profile \"sms\": the kinds are " + known},
		{"no array", "{\n\"messaging\":\n{\"name\": \"n\"}}", "line 3: messaging must be an array of profiles"},
		{"kind twice", "{\"messaging\": [],\n\"messaging\": []}", `line 2: duplicate member "messaging"`},
		{"no object", "{\"messaging\": [\n\"n\",\n[{\"name\": \"n\"}]\n]}", "line 2: a messaging profile must be an object\nline 3: a messaging profile must be an object"},
		{"field twice", "{\"messaging\": [{\"name\": \"a\",\n\"name\": \"b\"}]}", `line 2: duplicate member "name"`},
		{"no name", "{\"outbound_voice\": [\n{\"filemat\": \"wav\"\n}]}", "line 2: name is required"},
		{"invalid fields", "{\"messaging\": [\n{\"name\": \"n\",\n\"secret\": \"hush\",\n\"callback_url\":\n\"hush\"}]}",
			"line 4: callback_url must have 10 to 255 characters, got 4\nline 3: secret is not a known field"},
		{"number out of range", "{\"outbound_voice\": [{\"name\": \"n\",\n\"max_rate\": 1e999}]}", "line 2: max_rate must be a number that fits in 64 bits"},
		{"unterminated string", "{\n\"messaging\": [{\"name\":\"n,\n}]}", "line 2: the file is not valid JSON: invalid character '\\n' in string literal"},
		{"line break in a name", "{\"messaging\": [{\"name\": \"n\",\n\"a\\nb\": 1}]}", `line 2: "a\nb" is not a known field`},
		{"several errors", "{\"messaging\": [{\n\"uuid\": 5,\n\"sticky_sender\": 5}]}", "line 2: uuid must be a string that matches ^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$, got 5\n" +
			"line 1: name is required\nline 3: sticky_sender must be a boolean, got 5"},
		{"invalid uuid", "{\"messaging\": [{\"name\": \"n\",\n\"uuid\": 5}]}", "line 2: uuid must be a string that matches ^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$, got 5"},
		{"uuid twice", "{\"messaging\": [{\"name\": \"n\", \"uuid\": \"" + unknownUUID + "\"},\n{\"name\": \"m\", \"uuid\": \"" + unknownUUID + "\"}]}", "line 2: uuid must be unique, line 1 has the same"},
		{"uuid in use", "{\"messaging\": [{\"name\": \"n\", \"uuid\": \"" + seedUUID + "\"}]}", "line 1: uuid must be unique, a profile has the same"},
		{"valid and invalid", "{\"messaging\": [{\"name\": \"good\"},\n{\"name\": \"\"}]}", "line 2: name must have 1 to 255 characters, got 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEmulator(t, emulator.Options{})
			if err := e.Seed([]byte(`{"messaging": [{"name": "there", "uuid": "` + seedUUID + `"}]}`)); err != nil {
				t.Fatal(err)
			}
			err := e.Seed([]byte(c.seed))
			mustEqual(t, "error", c.want, fmt.Sprint(err))
			mustEqual(t, "profiles", 1, len(e.Profiles(emulator.MessagingProfile)))
		})
	}
}

func TestSeed_ManyErrors_ReportsTwenty(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	err := e.Seed([]byte(`{"messaging": [` + strings.TrimSuffix(strings.Repeat("{},\n", 50), ",\n") + `]}`))
	lines := strings.Split(fmt.Sprint(err), "\n")
	mustEqual(t, "lines", 21, len(lines))
	mustEqual(t, "the last", "and 30 more errors", lines[20])
}

func TestControl_Health(t *testing.T) {
	t.Parallel()
	for _, control := range []bool{true, false} {
		e := newEmulator(t, emulator.Options{Control: control, RequestsPerSecond: 1e-6, OnRequest: func(emulator.Request) { t.Error("the request is logged") }})
		for range 3 {
			got := controlWith(t, e, "", http.MethodGet, "/health", "")
			mustEqual(t, "response", fmt.Sprint(http.StatusOK, " ", emptyPayload), fmt.Sprint(got.status, " ", got.raw))
		}
		mustEqual(t, "log", 0, len(e.Requests()))
	}
}

// Seed adds all profiles of a document, or none and returns an error with a line.
func FuzzSeed(f *testing.F) {
	for _, seed := range []string{`{"messaging":[{"name":"n"}],"outbound_voice":[{"name":"n","max_rate":1}]}`, `{"messaging":[{"uuid":[]}, 5]}`, `[`, `null`, "{\n}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, seed []byte) {
		e := newEmulator(t, emulator.Options{})
		err := e.Seed(seed)
		if err == nil {
			return
		}
		if !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("no line: %s", err)
		}
		for _, kind := range emulator.Kinds() {
			if n := len(e.Profiles(kind)); n > 0 {
				t.Errorf("%d profiles of an invalid seed: %s", n, err)
			}
		}
	})
}
