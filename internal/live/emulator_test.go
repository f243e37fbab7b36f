// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// emulated returns the account of an emulator.
func emulated(t *testing.T, env *acctest.Env, way string, wrappers ...wrapper) *account {
	t.Helper()
	a := &account{base: env.URL, pause: func(time.Duration) {}}
	switch way {
	case byAPIKey:
		a.apiKey = apiKey
	case byToken:
		a.token = env.Token
	default:
		a.email, a.password = emulator.DefaultEmail, emulator.DefaultPassword
		a.block = fmt.Sprintf("email = %q\n  password = %q", a.email, a.password)
	}
	if len(wrappers) > 0 {
		handler := http.Handler(env)
		for _, wrap := range wrappers {
			handler = wrap(env, handler)
		}
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		a.base = server.URL + emulator.BasePath
	}
	return a
}

// secrets matches everything that no report may contain.
var secrets = regexp.MustCompile(`(?i)canary|emulator|secret|password|production/|tf-acc|://|@|eyJ|127\.0\.0\.1|[0-9a-f]{8}(-[0-9a-f]{4}){3}-`)

func wantNoSecrets(t *testing.T, r report) {
	t.Helper()
	if found := secrets.FindAllString(r.marked(), -1); len(found) > 0 {
		t.Errorf("the report contains %q:\n%s", found, r)
	}
}

// TestAccLive does in an emulator what TestLive does in a real account. It must leave only the
// profiles of others.
func TestAccLive(t *testing.T) {
	t.Parallel()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("requires Terraform: set TF_ACC=1 or run make testacc")
	}
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
	report := emulated(t, env, byLogin).run(t)
	if diff := cmp.Diff(faithfulRefuted, report.with(refuted)); diff != "" {
		t.Errorf("refuted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(unreachable, report.with(notReached)); diff != "" {
		t.Errorf("not reached (-want +got):\n%s", diff)
	}
	wantNoSecrets(t, report)
	if n := len(env.Requests()); n < 200 || n > 300 {
		t.Errorf("a run sends %d requests, and CONTRIBUTING.md says about 250", n)
	}
	text := report.String()
	for _, line := range []string{"- credentials: a login\n", "- API: another address\n", "- lifecycle test of opentact_messaging_profile: passed\n", "- lifecycle test of opentact_outbound_voice_profile: passed\n", "- refuted: 3\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("the report lacks %q", line)
		}
	}
}

// faithfulRefuted are the statements that the emulator refutes. Like the document, it does not
// have the aliases in requests. It stores numbers in 64 bits.
var faithfulRefuted = []string{
	"messaging: requests may use tollfree_weight",
	"outbound_voice: requests may use daily_spent_limit",
	"outbound_voice: daily_spend_limit is stored in 32 bits",
}

// unreachable are the statements that a run with a login at the emulator does not reach.
var unreachable = []string{
	"messaging: PATCH without the permission gets 401",
	"messaging: DELETE without the permission gets 401",
	"outbound_voice: PATCH without the permission gets 401",
	"outbound_voice: DELETE without the permission gets 401",
	"an API key is accepted in Authorization: Bearer",
	"an API key is accepted in X-Auth-Token",
	"a wrong API key gets a 401 with the API's JSON error",
	"plain http is redirected to https with 301 or 302",
	"a response with 429 has Retry-After",
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
				p := a.newProbe(lifecycle)
				if p.uuid != "" || p.accepted.verdict != notReached {
					t.Errorf("the tests would change %q, %s", p.uuid, p.accepted)
				}
				p.statements()
			}
			if c.incomplete && a.sweep() == nil {
				t.Error("sweep reports no error")
			}
		})
	}
}

// TestAccount_Sweep_NoUUID_SendsNoDELETE checks a profile inside a lease. Without a uuid, the path
// of a DELETE would be the one of the list.
func TestAccount_Sweep_NoUUID_SendsNoDELETE(t *testing.T) {
	t.Parallel()
	a := stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent", r.Method, r.URL.Path)
		}
		_, _ = w.Write([]byte(`{"success":true,"payload":[{"uuid":"u","messaging_profile":{"name":"tf-acc-one"},"outbound_voice_profile":{"name":"tf-acc-one"}}]}`))
	})
	if a.sweep() == nil {
		t.Error("sweep reports no error")
	}
}

// TestAccount_NoResponse_Ends checks that a run ends, with a sweep, if the API does not respond.
func TestAccount_NoResponse_Ends(t *testing.T) {
	t.Parallel()
	a := stub(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	a.timeout = time.Millisecond
	if r := a.listAs(a.authorize); r.status != 0 {
		t.Errorf("got %s", r)
	}
	if a.sweep() == nil {
		t.Error("sweep reports no error")
	}
}

func stub(t *testing.T, handler http.HandlerFunc) *account {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &account{base: server.URL, authorize: xAuthToken("x")}
}

// TestProbe_RejectedName_ShowsNothing checks that a rejected name is not taken for a stored one. The
// profile has the name in NFC before.
func TestProbe_RejectedName_ShowsNothing(t *testing.T) {
	t.Parallel()
	a := stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			reject(w, http.StatusBadRequest, "no such characters")
			return
		}
		_, _ = w.Write([]byte(`{"success":true,"payload":{"uuid":"u","name":"tf-acc-caf\u00e9"}}`))
	})
	p := &probe{Lifecycle: acctest.Lifecycles()[0], account: a, uuid: "u"}
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		if got := p.comesBackIn(form); got.verdict != notReached {
			t.Errorf("form %d: %s", form, got)
		}
	}
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
	}
	if got := p.stores("toll_free_weight", "tollfree_weight"); got.verdict != refuted {
		t.Errorf("requests may use tollfree_weight: %s, want %s", got.verdict, refuted)
	}
}
