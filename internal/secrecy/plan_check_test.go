// SPDX-License-Identifier: MPL-2.0

package secrecy_test

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestPlanCheck_Secrets searches the diagnostics and the logs of plans of new profiles, and of profiles that are not found.
func TestPlanCheck_Secrets(t *testing.T) {
	t.Parallel()
	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		checkPlans(t, webhook, webhook2, "")
	})
	t.Run("write-only", func(t *testing.T) {
		t.Parallel()
		checkPlans(t, writeOnlyWebhook, writeOnlyWebhook2, "_wo")
	})
}

// checkPlans runs the plans of TestPlanCheck_Secrets. The suffix belongs to the attributes of the webhooks.
func checkPlans(t *testing.T, primary, secondary, suffix string) {
	t.Helper()
	const typeName = "opentact_messaging_profile"
	values := acctest.Values{"name": "test", "callback_url": primary, "callback_url2": secondary}
	config := acctest.Values{"name": "test", "callback_url" + suffix: primary, "callback_url2" + suffix: secondary}
	a := newAPI(t)
	a.canaries = append(a.canaries, writeOnlyCanaries...)
	for range 2 {
		if _, err := a.Add(emulator.MessagingProfile, values); err != nil {
			t.Fatal(err)
		}
	}
	deleted, err := a.Add(emulator.MessagingProfile, values)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Remove(emulator.MessagingProfile, deleted); err != nil {
		t.Fatal(err)
	}
	prior := acctest.Values{"id": deleted, "name": "test"}
	if suffix == "" {
		maps.Copy(prior, values)
	}
	var (
		log bytes.Buffer
		all []*tfprotov6.Diagnostic
		ctx = tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
	)
	expect := func(summary string, diags []*tfprotov6.Diagnostic) {
		t.Helper()
		all = append(all, diags...)
		if summary == "" {
			acctest.NoDiagnostics(t, diags)
		} else if len(diags) != 1 || !strings.Contains(diags[0].Summary, summary) {
			t.Errorf("want %q, got %s", summary, acctest.Describe(diags))
		}
	}
	for _, way := range ways {
		protocol := func(more acctest.Values) *acctest.Protocol {
			return a.Protocol(t, acctest.Values{"base_url": a.base, "max_retries": 0}, way, more).WithContext(ctx)
		}
		for _, check := range []string{"warn", "error"} {
			_, diags := protocol(acctest.Values{"duplicate_check": check}).Plan(t, typeName, acctest.State{}, config)
			expect("may exist already", diags)
		}
		p := protocol(nil)
		state := acctest.State{Value: p.Object(t, typeName, prior)}
		_, diags := p.Read(t, typeName, state)
		expect("no longer exists", diags)
		_, diags = p.Apply(t, typeName, state, acctest.State{Value: p.Null(t, typeName)}, nil)
		expect("did not exist", diags)
		for _, name := range slices.Sorted(maps.Keys(badResponses)) {
			respond := badResponses[name]
			a.respond.Store(&respond)
			_, diags := protocol(nil).Plan(t, typeName, acctest.State{}, config)
			all = append(all, diags...)
		}
		rejects := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { writeError(w, http.StatusUnauthorized, dump(r)) })
		a.respond.Store(&rejects)
		_, diags = protocol(nil).Plan(t, typeName, acctest.State{}, config)
		expect("Could not authenticate with the API", diags)
		closes := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		a.respond.Store(&closes)
		_, diags = protocol(nil).Plan(t, typeName, acctest.State{}, config)
		expect("Could not check new profiles", diags)
		a.respond.Store(nil)
	}
	for _, want := range []string{"OpenTact API request", "Can't compare planned messaging profiles with the list"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not contain %q: %s", want, &log)
		}
	}
	search(t, a.secrets(), map[string][]byte{inLogs: log.Bytes(), inErrors: []byte(acctest.Describe(all))})
}
