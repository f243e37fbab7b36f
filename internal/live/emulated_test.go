// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"fmt"
	"maps"
	"net/http"
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
	return newAccount(t, env.URL, c, block)
}

// TestAccLive does in an emulator what is done in a real account.
func TestAccLive(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	t.Cleanup(func() { // when everything is swept
		for _, arc := range acctest.Arcs() {
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
		"ignoring":    {options: emulator.Options{Spelling: emulator.SpellingOtherIgnoring}, want: otherSpelling},
		"refusing":    {options: emulator.Options{Spelling: emulator.SpellingOtherRefusing}, want: otherSpelling},
		"throttling": {
			rule: emulator.Rule{Method: http.MethodDelete, Faults: []emulator.Fault{{Action: emulator.ActionAnswer, Status: http.StatusTooManyRequests, RetryAfter: 1}}},
			want: map[string]verdict{
				"429 comes with a Retry-After": confirmed, "one is removed at DELETE /profile/outbound_voice/{uuid}": refuted,
				"DELETE of a messaging profile answers 200 with an object": refuted,
			},
		},
		"without lists": {
			rule: emulator.Rule{Method: http.MethodGet, Path: "/profile/*", Faults: []emulator.Fault{{Action: emulator.ActionPage, Status: http.StatusNotFound}}},
			want: map[string]verdict{
				"the API answers at the base URL, in its envelope": refuted, "outbound voice profiles are listed at GET /profile/outbound_voice": refuted,
				"a refusal is a 4xx, or a 2xx with \"success\": false, in the API's JSON": refuted, "an error has a message, a string": refuted,
				"lists do not come in pages": notReached, "a list's payload is an array of profiles": notReached,
			},
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
		for _, arc := range acctest.Arcs() {
			for _, name := range append([]string{"tf-acc-one", "tf-acc-", "tf-acc-two " + strings.Repeat("x", 100)}, kept...) {
				if _, err := env.Add(arc.Kind, map[string]any{"name": name}); err != nil {
					t.Fatal(err)
				}
			}
		}
		emulated(t, env, false).sweep()
		for _, arc := range acctest.Arcs() {
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
