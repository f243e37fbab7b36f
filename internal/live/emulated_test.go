// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// emulated is the account of an emulator, entered by a login or by its token.
func emulated(t *testing.T, env *acctest.Env, byLogin bool) *account {
	t.Helper()
	c := credentials{email: emulator.DefaultEmail, password: emulator.DefaultPassword}
	block := fmt.Sprintf("email = %q\n  password = %q", c.email, c.password)
	if !byLogin {
		c, block = credentials{token: env.Token}, fmt.Sprintf("token = %q", env.Token)
	}
	a := newAccount(t, env.URL, c, block)
	a.pause = func(time.Duration) {}
	return a
}

// TestAccLive does in an emulator what is done in a real account.
func TestAccLive(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	t.Cleanup(func() { // when everything is swept
		for _, arc := range acctest.Lifecycles() {
			if left := env.Profiles(arc.Kind); len(left) > 0 {
				t.Errorf("%d profiles are left", len(left))
			}
		}
	})
	verdicts := live(t, env.URL, emulated(t, env, true))
	if diff := cmp.Diff(faithful(), verdicts); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// faithful is what the emulator shows where it does as CONTRACT.md says.
func faithful() map[string]verdict {
	verdicts := make(map[string]verdict)
	for _, s := range statements() {
		verdicts[s.text] = confirmed
	}
	for _, text := range []string{
		"plain http is answered by 301 or 302 to https", // it has no https
		"429 comes with a Retry-After",
		"which calls each number of record_calls means",
		"which track each number of audio_track_type means",
	} {
		verdicts[text] = notReached
	}
	verdicts["daily_spend_limit may be kept in 32 bits"] = refuted
	return verdicts
}

// What is not as CONTRACT.md says is refuted, and nothing else is.
func TestStatements(t *testing.T) {
	t.Parallel()
	otherSpelling := map[string]verdict{
		"requests take toll_free_weight": refuted, "the API knows no tollfree_weight in requests": refuted,
		"requests take daily_spend_limit": refuted, "the API knows no daily_spent_limit in requests": refuted,
		"answers show it as daily_spend_limit": refuted,
	}
	leases := map[string]verdict{
		"a list's payload is an array of profiles": refuted, "the payload of any other operation is the profile itself": refuted,
	}
	for name, c := range map[string]struct {
		options emulator.Options
		rule    emulator.Rule
		byToken bool
		want    map[string]verdict
	}{
		"faithful":    {},
		"by a token":  {byToken: true, want: map[string]verdict{"GET /auth answers a JWT as payload.token": notReached, "a login's token is good for 86,400 s": notReached}},
		"short-lived": {options: emulator.Options{TokenLifetime: time.Hour}, want: map[string]verdict{"a login's token is good for 86,400 s": refuted}},
		"leases":      {options: emulator.Options{Shape: emulator.ShapeDocument}, want: leases},
		"ignoring":    {options: emulator.Options{FieldNames: emulator.FieldNamesAliasIgnore}, want: otherSpelling},
		"refusing":    {options: emulator.Options{FieldNames: emulator.FieldNamesAliasReject}, want: otherSpelling},
		"throttling": {
			rule: emulator.Rule{Method: http.MethodDelete, Times: 3, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusTooManyRequests, RetryAfter: 1}}},
			want: map[string]verdict{"429 comes with a Retry-After": confirmed},
		},
		"failing": { // what the API has not judged says nothing
			rule: emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusServiceUnavailable}}},
			want: withoutUpdates(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, c.options)
			if c.rule.Method != "" {
				env.Inject(t, c.rule)
			}
			a := emulated(t, env, !c.byToken)
			a.probe(env.URL)
			want := faithful()
			maps.Copy(want, c.want)
			if diff := cmp.Diff(want, report(a.witness, t.Logf)); diff != "" {
				t.Errorf("verdicts (-want +got):\n%s", diff)
			}
		})
	}
}

// withoutUpdates is what an API does not show that never carries out an update.
func withoutUpdates() map[string]verdict {
	unseen := map[string]verdict{
		"a bad body is answered by 400": notReached, "after a refusal nothing has happened": notReached,
		"daily_spend_limit may be kept in 32 bits":                notReached,
		"one is modified at PATCH /profile/outbound_voice/{uuid}": refuted,
	}
	for _, s := range statements() {
		for _, about := range []string{"a null ", "requests take ", "the API knows no "} {
			if strings.HasPrefix(s.text, about) {
				unseen[s.text] = notReached
			}
		}
	}
	return unseen
}

// An API that does not list what there is, or answers a create with somebody else's profile, is not written to.
func TestProbeLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	const other = `{"uuid":"3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31","name":"tf-acc-probe"}`
	for name, c := range map[string]struct{ list, create string }{
		"no list":          {`{"success":false,"message":"no"}`, other},
		"a page of a list": {`{"success":true,"payload":{"take":1,"skip":0,"total":2,"data":[` + other + `]}}`, other},
		"another profile":  {`{"success":true,"payload":[` + other + `]}`, other},
		"a list":           {`{"success":true,"payload":[` + other + `]}`, "[" + other + "]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") == 2:
					_, _ = w.Write([]byte(c.list))
				case r.Method == http.MethodPost || r.Method == http.MethodGet:
					_, _ = w.Write([]byte(`{"success":true,"payload":` + c.create + `}`))
				default:
					t.Errorf("%s %s is asked for", r.Method, r.URL.Path)
				}
			}))
			t.Cleanup(server.Close)
			a := newAccount(t, server.URL, credentials{token: "x"}, "")
			var complaints []string
			a.complain = func(format string, arguments ...any) {
				complaints = append(complaints, fmt.Sprintf(format, arguments...))
			}
			a.probe(server.URL)
			if len(complaints) != len(acctest.Lifecycles()) {
				t.Errorf("complaints: %q", complaints)
			}
		})
	}
}

// A list that is cut may hide what tests have left behind. That is said.
func TestSweepSaysWhatItCannotSee(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"success":true,"payload":{"take":10,"skip":0,"total":31,"data":[]}}`))
	}))
	t.Cleanup(server.Close)
	a := newAccount(t, server.URL, credentials{token: "x"}, "")
	complaints := 0
	a.complain = func(string, ...any) { complaints++ }
	a.sweep()
	if complaints != len(acctest.Lifecycles()) {
		t.Errorf("%d complaints", complaints)
	}
}

// Without a single request nothing is confirmed, and nothing refuted.
func TestStatementsWithoutAnswers(t *testing.T) {
	t.Parallel()
	for text, v := range report(&witness{}, t.Logf) {
		if v != notReached {
			t.Errorf("%s: %s", text, v)
		}
	}
}

func TestSweepRemovesWhatTestsHaveMade(t *testing.T) {
	t.Parallel()
	for _, shape := range []emulator.Shape{emulator.ShapeObject, emulator.ShapeDocument} {
		env := acctest.New(t, emulator.Options{Shape: shape})
		kept := []string{"Production", "tf-acc", "my tf-acc-one", "TF-ACC-one", " tf-acc-one"}
		for _, arc := range acctest.Lifecycles() {
			for _, name := range append([]string{"tf-acc-one", "tf-acc-", "tf-acc-two " + strings.Repeat("x", 100)}, kept...) {
				if _, err := env.Add(arc.Kind, map[string]any{"name": name}); err != nil {
					t.Fatal(err)
				}
			}
		}
		emulated(t, env, false).sweep()
		for _, arc := range acctest.Lifecycles() {
			var left []string
			for _, profile := range env.Profiles(arc.Kind) {
				left = append(left, fmt.Sprint(profile["name"]))
			}
			if diff := cmp.Diff(kept, left); diff != "" {
				t.Errorf("what is left (-want +got):\n%s", diff)
			}
		}
	}
}

// No line of the report has a token, a password or a value of an answer in it.
func TestReportHasNoSecrets(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	a := emulated(t, env, true)
	a.probe(env.URL)
	var text strings.Builder
	report(a.witness, func(format string, arguments ...any) { fmt.Fprintf(&text, format+"\n", arguments...) })
	for _, secret := range []string{a.token, emulator.DefaultPassword, emulator.DefaultEmail, "a.example.com", "emulator-fake"} {
		if strings.Contains(text.String(), secret) {
			t.Errorf("the report shows %q", secret)
		}
	}
}

// A null that resets a field to what it happens to be has cleared it once before.
func TestNullThatResetsToADefault(t *testing.T) {
	t.Parallel()
	w := &witness{}
	const path = "/profile/messaging/3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31"
	yes := true
	for _, step := range []struct{ sent, shown any }{{false, false}, {nil, true}, {true, true}, {nil, true}} {
		for _, e := range []exchange{
			{method: http.MethodPatch, path: path, sent: map[string]any{"sticky_sender": step.sent}},
			{method: http.MethodGet, path: path},
		} {
			e.status, e.json, e.answer.Success = http.StatusOK, true, &yes
			e.answer.Payload = map[string]any{"uuid": "u", "name": "n", "sticky_sender": step.shown}
			w.all = append(w.all, e)
		}
	}
	for clears, want := range map[bool]verdict{true: confirmed, false: refuted} {
		if got, _ := judgeNull(w, messaging, "sticky_sender", clears); got != want {
			t.Errorf("that it clears is %t: %s, want %s", clears, got, want)
		}
	}
}
