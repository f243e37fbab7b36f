// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// emulated returns the account of an emulator. It uses a login, or the token.
func emulated(env *acctest.Env, byToken bool) *account {
	a := &account{base: env.URL, email: emulator.DefaultEmail, password: emulator.DefaultPassword, pause: func(time.Duration) {}}
	a.block = fmt.Sprintf("email = %q\n  password = %q", a.email, a.password)
	if byToken {
		a.token, a.email, a.block = env.Token, "", fmt.Sprintf("token = %q", env.Token)
	}
	return a
}

// with returns the statements with a verdict.
func (r report) with(verdict string) (texts []string) {
	for _, row := range r {
		if row[2] == verdict {
			texts = append(texts, row[0])
		}
	}
	return texts
}

// notFaithful is the statement that the emulator refutes: it stores 64 bits.
const notFaithful = "outbound_voice: daily_spend_limit has 32 bits"

// TestAccLive does in an emulator what TestLive does in a real account. It must leave only the
// profiles of others.
func TestAccLive(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	others := []string{"Production", "tf-acc", "my tf-acc-one", "TF-ACC-one", " tf-acc-one"}
	for _, kind := range emulator.Kinds() {
		for _, name := range append([]string{"tf-acc-one", "tf-acc-", "tf-acc-two " + strings.Repeat("x", 100)}, others...) {
			if _, err := env.Add(kind, map[string]any{"name": name}); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Cleanup(func() { // runs after the sweep
		for _, kind := range emulator.Kinds() {
			var left []string
			for _, profile := range env.Profiles(kind) {
				left = append(left, fmt.Sprint(profile["name"]))
			}
			if diff := cmp.Diff(others, left); diff != "" {
				t.Errorf("profiles left (-want +got):\n%s", diff)
			}
		}
	})
	a := emulated(env, false)
	report := a.run(t)
	if diff := cmp.Diff([]string{notFaithful}, report.with(refuted)); diff != "" {
		t.Errorf("refuted (-want +got):\n%s", diff)
	}
	unreachable := []string{
		"plain http is redirected to https with 301 or 302", "429 has a Retry-After",
		"which calls each number of record_calls records", "which tracks each number of audio_track_type records",
	}
	if diff := cmp.Diff(unreachable, report.with(notReached)); diff != "" {
		t.Errorf("not reached (-want +got):\n%s", diff)
	}
	if n := len(report.with(confirmed)); n < 45 {
		t.Errorf("only %d statements are confirmed", n)
	}
	values := append(uuids.FindAllString(fmt.Sprint(env.Requests()), -1), a.token, a.email, a.password, "a.example.com", "emulator-fake", acctest.NamePrefix)
	for _, value := range values {
		if strings.Contains(report.String(), value) {
			t.Errorf("the report contains %q", value)
		}
	}
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// TestStatements_OtherAPI_Refuted checks that an API that differs from CONTRACT.md refutes
// exactly the statements about the difference.
func TestStatements_OtherAPI_Refuted(t *testing.T) {
	t.Parallel()
	onlyAliases := []string{
		"messaging: requests may use toll_free_weight", "messaging: requests can't use tollfree_weight",
		"outbound_voice: requests may use daily_spend_limit", "outbound_voice: requests can't use daily_spent_limit",
		"outbound_voice: responses contain daily_spend_limit",
	}
	respond := func(method string, status, times int) emulator.Rule {
		return emulator.Rule{Method: method, Times: times, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: status, RetryAfter: 1}}}
	}
	for name, c := range map[string]struct {
		options emulator.Options
		rule    emulator.Rule
		byToken bool
		want    []string
		// confirms is a statement that only this API confirms.
		confirms string
	}{
		"with a token":   {byToken: true, want: []string{notFaithful}},
		"short lifetime": {options: emulator.Options{TokenLifetime: time.Hour}, want: []string{notFaithful, "GET /auth responds with a JWT that is valid for 86,400 s"}},
		"leases": {options: emulator.Options{Shape: emulator.ShapeDocument}, want: append(ofBothKinds(
			"the payload of the list is an array of profiles", "the payload of POST, GET and PATCH is the profile itself"), notFaithful)},
		"pages":         {options: emulator.Options{PageSize: 7}, want: append(ofBothKinds("the payload of the list is an array of profiles", "the list has no pages"), notFaithful)},
		"ignores names": {options: emulator.Options{FieldNames: emulator.FieldNamesAliasIgnore}, want: append(onlyAliases, notFaithful)},
		"rejects names": {options: emulator.Options{FieldNames: emulator.FieldNamesAliasReject}, want: append(onlyAliases, notFaithful)},
		"throttles":     {rule: respond(http.MethodDelete, http.StatusTooManyRequests, 3), want: []string{notFaithful}, confirms: "429 has a Retry-After"},
		"can't update":  {rule: respond(http.MethodPatch, http.StatusServiceUnavailable, 0)}, // shows nothing about values
		"can't delete":  {rule: respond(http.MethodDelete, http.StatusConflict, 0), want: append(ofBothKinds("DELETE responds with 200 and an object"), notFaithful)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, c.options)
			if c.rule.Method != "" {
				env.Inject(t, c.rule)
			}
			report := emulated(env, c.byToken).check(t)
			if diff := cmp.Diff(slices.Sorted(slices.Values(c.want)), slices.Sorted(slices.Values(report.with(refuted)))); diff != "" {
				t.Errorf("refuted (-want +got):\n%s", diff)
			}
			if c.confirms != "" && !slices.Contains(report.with(confirmed), c.confirms) {
				t.Errorf("not confirmed: %s", c.confirms)
			}
		})
	}
}

func ofBothKinds(statements ...string) (all []string) {
	for _, kind := range emulator.Kinds() {
		for _, s := range statements {
			all = append(all, string(kind)+": "+s)
		}
	}
	return all
}

// TestAccount_ForeignProfile_NotChanged checks that the tests don't change the profile in the
// response to a create if it existed before or has another name. If a list is not complete, they
// create nothing, and sweep reports that it may hide profiles.
func TestAccount_ForeignProfile_NotChanged(t *testing.T) {
	t.Parallel()
	const profile = `{"uuid":"3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31","name":"tf-acc-probe"}`
	for name, c := range map[string]struct {
		list, create string
		incomplete   bool
	}{
		"no list":            {`{"success":false,"message":"no"}`, profile, true},
		"not a list":         {`{"success":true,"payload":{}}`, profile, true},
		"not only profiles":  {`{"success":true,"payload":["x"]}`, profile, true},
		"a page of a list":   {`{"success":true,"payload":{"take":1,"skip":0,"total":2,"data":[]}}`, profile, true},
		"an old profile":     {`{"success":true,"payload":[` + profile + `]}`, profile, false},
		"a list of profiles": {`{"success":true,"payload":[` + profile + `]}`, "[" + profile + "]", false},
		"another name":       {`{"success":true,"payload":[]}`, strings.Replace(profile, "tf-acc-probe", "production", 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := stub(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodGet && strings.Count(r.URL.Path, "/") == 2:
					_, _ = w.Write([]byte(c.list))
				case r.Method == http.MethodGet, r.Method == http.MethodPost && !c.incomplete:
					_, _ = w.Write([]byte(`{"success":true,"payload":` + c.create + `}`))
				default:
					t.Errorf("%s %s was sent", r.Method, r.URL.Path)
				}
			})
			for _, lifecycle := range acctest.Lifecycles() {
				if p, err := a.newProbe(lifecycle); err == nil {
					t.Errorf("the tests would change %s", p.uuid)
				}
			}
			if c.incomplete && a.sweep() == nil {
				t.Error("sweep reports no error")
			}
		})
	}
}

func stub(t *testing.T, handler http.HandlerFunc) *account {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &account{base: server.URL, token: "x"}
}

// TestProbe_CoincidentalValue_ShowsNothing checks statements about fields that happen to have one
// of the values that are sent: null sets sticky_sender to true, and toll_free_weight is read-only.
func TestProbe_CoincidentalValue_ShowsNothing(t *testing.T) {
	t.Parallel()
	var stickySender atomic.Bool
	a := stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			var body struct {
				StickySender *bool `json:"sticky_sender"`
			}
			_ = json.NewDecoder(r.Body).Decode(&body)
			stickySender.Store(body.StickySender == nil || *body.StickySender)
		}
		_, _ = fmt.Fprintf(w, `{"success":true,"payload":{"uuid":"u","name":"n","sticky_sender":%t,"toll_free_weight":2}}`, stickySender.Load())
	})
	p := &probe{Lifecycle: acctest.Lifecycles()[0], account: a, uuid: "u"}
	for isTrue, want := range map[bool]string{true: confirmed, false: refuted} {
		if got := p.null("sticky_sender", isTrue); got.verdict != want {
			t.Errorf("null unsets sticky_sender: %t: %s, want %s", isTrue, got.verdict, want)
		}
		if got := p.stores("toll_free_weight", "tollfree_weight", !isTrue); got.verdict != want {
			t.Errorf("requests may use tollfree_weight: %t: %s, want %s", !isTrue, got.verdict, want)
		}
	}
}
