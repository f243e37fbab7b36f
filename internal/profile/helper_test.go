// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

// The resource types of the tests about behaviour that is the same for every kind.
const (
	messagingProfile = "opentact_messaging_profile"
	voiceProfile     = "opentact_outbound_voice_profile"
)

const uuid = "0a0a0a0a-0000-4000-8000-00000000000a"

const webhook = "https://user:s3cret@a.example/"

var kindsByType = func() map[string]emulator.Kind {
	kinds := make(map[string]emulator.Kind)
	for _, lifecycle := range acctest.Lifecycles() {
		kinds[lifecycle.Type] = lifecycle.Kind
	}
	return kinds
}()

func add(t *testing.T, env *acctest.Env, kind emulator.Kind, fields map[string]any) string {
	t.Helper()
	id, err := env.Add(kind, fields)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func refresh(t *testing.T, p *acctest.Protocol, resourceType string, state acctest.State) acctest.State {
	t.Helper()
	state, diags := p.Read(t, resourceType, state)
	acctest.NoDiagnostics(t, diags)
	return state
}

// wantRequests expects these requests since a position of the request log, in any order, as "METHOD PATH".
func wantRequests(t *testing.T, env *acctest.Env, from int, want ...string) {
	t.Helper()
	var got []string
	for _, request := range env.Requests()[from:] {
		got = append(got, request.Method+" "+request.Path)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// wantNoChange checks that a plan has no change and no diagnostic.
func wantNoChange(t *testing.T, p *acctest.Protocol, resourceType string, state acctest.State, config acctest.Values) {
	t.Helper()
	planned, diags := p.Plan(t, resourceType, state, config)
	acctest.NoDiagnostics(t, diags)
	if diff := cmp.Diff(state.Values(), planned.Values()); diff != "" || !planned.Value.Equal(state.Value) {
		t.Errorf("a change is planned: %s", diff)
	}
}

// writesOf returns the bodies of the writes since a position of the request log.
func writesOf(env *acctest.Env, from int) (bodies []string) {
	for _, write := range env.Writes(from) {
		_, body, _ := strings.Cut(write, "{")
		bodies = append(bodies, "{"+body)
	}
	return bodies
}

// patches returns the bodies of the PATCHes of one profile since a position of the request
// log.
func patches(env *acctest.Env, from int, a attribute, id string) (bodies string) {
	for _, write := range env.Writes(from) {
		if body, ok := strings.CutPrefix(write, fmt.Sprintf("PATCH /rest/profile/%s/%s ", a.kind, id)); ok {
			bodies += body
		}
	}
	return bodies
}

// respond writes a JSON response of a stub.
func respond(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

// profileJSON returns a response with a messaging profile. members adds or replaces members.
func profileJSON(members string) string {
	payload := make(map[string]json.RawMessage)
	for _, object := range []string{
		`"uuid":"` + uuid + `","created_on":"c","modified_on":"m","name":"a","callback_url":null,"callback_url2":null,"number_pool_enable":false,` +
			`"long_code_weight":1,"tollfree_weight":1,"skip_unhealthy_tns":false,"sticky_sender":false`,
		strings.TrimPrefix(members, ","),
	} {
		if err := json.Unmarshal([]byte("{"+object+"}"), &payload); err != nil {
			panic(err)
		}
	}
	text, _ := json.Marshal(payload) // what was read can be written
	return `{"success":true,"payload":` + string(text) + `}`
}

// mismatching responds to each request with a profile whose long_code_weight is 1.
func mismatching(w http.ResponseWriter, _ *http.Request) {
	respond(w, http.StatusCreated, profileJSON(""))
}

// show returns a value in the notation of the diagnostics.
func show(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", value)
	default:
		if value == acctest.Unknown {
			return afterApply
		}
		return fmt.Sprint(value)
	}
}
