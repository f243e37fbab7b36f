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

func TestCounters(t *testing.T) {
	t.Parallel()
	e := newEmulator(t, emulator.Options{})
	mustEqual(t, "counters of an empty log", emulator.Counters{
		ByOperation: map[string]int{}, ByStatus: map[int]int{}, ByFault: map[emulator.Action]int{},
	}, e.Counters())
	uuid, err := e.Add(emulator.MessagingProfile, map[string]any{"name": "n"})
	if err != nil {
		t.Fatal(err)
	}
	inject(t, e, emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
	inject(t, e, emulator.Rule{Path: "/profile/nothing", Faults: []emulator.Fault{{Action: emulator.ActionCut}}})
	for _, c := range []struct{ method, path, body string }{
		{http.MethodGet, "/auth", ""},
		{http.MethodGet, collection(emulator.MessagingProfile), ""},
		{http.MethodGet, item(emulator.MessagingProfile, uuid), ""},
		{http.MethodGet, item(emulator.MessagingProfile, unknownUUID), ""},
		{http.MethodGet, item(emulator.OutboundVoiceProfile, "NOT-A-UUID"), ""},
		{http.MethodPost, collection(emulator.OutboundVoiceProfile), named("x")},
		{http.MethodPost, collection(emulator.OutboundVoiceProfile), named("x")},
		{http.MethodGet, "/profile/nothing", ""},
		{http.MethodGet, "/profile/messaging/", ""},
		{http.MethodGet, "/profile/messaging/a/b", ""},
		{http.MethodGet, "/more/profile/messaging", ""},
		{http.MethodGet, "", ""},
	} {
		status(t, e, c.method, c.path, c.body)
	}
	mustEqual(t, "counters", emulator.Counters{
		Total: 12,
		ByOperation: map[string]int{
			"GET /auth": 1, "GET /profile/messaging": 1, "GET /profile/messaging/{uuid}": 2,
			"GET /profile/outbound_voice/{uuid}": 1, "POST /profile/outbound_voice": 2, "other": 5,
		},
		ByStatus: map[int]int{0: 2, 200: 2, 400: 1, 401: 1, 404: 6},
		ByFault:  map[emulator.Action]int{emulator.ActionCloseAfter: 2, emulator.ActionCut: 1},
	}, e.Counters())
}

func TestRequestsAndCounters_JSON(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEmulator(t, emulator.Options{})
		inject(t, e, always(emulator.Fault{Action: emulator.ActionDelay, For: emulator.Duration(1500 * time.Microsecond)}))
		header := http.Header{"User-Agent": {"tester/1"}}
		serveRequest(t, e, http.MethodGet, "/profile/a%2Fb?q=%20", "\"\xff", header)
		for want, value := range map[string]any{
			`[{"time":"2000-01-01T00:00:00Z","method":"GET","path":"/rest/profile/a%2Fb","query":"q=%20","status":401,"fault":"delay","user_agent":"tester/1",` +
				`"body":"\"�","duration":"1.5ms"}]`: e.Requests(),
			`{"total":1,"by_operation":{"other":1},"by_status":{"401":1},"by_fault":{"delay":1}}`: e.Counters(),
			`{"time":"0001-01-01T00:00:00Z","method":"","path":"","status":0,"duration":"0s"}`:    emulator.Request{},
		} {
			got, err := json.Marshal(value)
			if err != nil {
				t.Error(err)
			}
			var wantValue, gotValue any
			if err := json.Unmarshal([]byte(want), &wantValue); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(got, &gotValue); err != nil {
				t.Error(err)
			}
			mustEqual(t, want, wantValue, gotValue)
		}
	})
}

func TestRule_JSON(t *testing.T) {
	t.Parallel()
	rule := emulator.Rule{
		Method: "GET", Path: "/auth", Skip: 1, Times: 2, Probability: 0.5, Seed: 1<<64 - 1, Faults: []emulator.Fault{
			{Action: emulator.ActionRespond, Status: 503, RetryAfter: 7, RetryAfterDate: true},
			{Action: emulator.ActionLag, For: emulator.Duration(250 * time.Millisecond)},
		},
	}
	const want = `{"method":"GET","path":"/auth","skip":1,"times":2,"probability":0.5,"seed":18446744073709551615,"faults":[` +
		`{"action":"respond","status":503,"retry_after":7,"retry_after_date":true},{"action":"lag","for":"250ms"}]}`
	got, err := json.Marshal(rule)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "JSON", want, string(got))
	var decoded emulator.Rule
	if err := json.Unmarshal(got, &decoded); err != nil {
		t.Fatal(err)
	}
	mustEqual(t, "rule", rule, decoded)
}
