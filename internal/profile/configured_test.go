// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestTransitions tests the removal of one attribute. The tests in this file combine a removal with
// other events.

// wantUnset expects a plan that unsets an attribute, and returns it. The plan warns about sensitive
// attributes.
func wantUnset(t *testing.T, p *acctest.Protocol, resourceType string, state acctest.State, config acctest.Values, attribute string) acctest.State {
	t.Helper()
	planned, diags := p.Plan(t, resourceType, state, config)
	if planned.Values()[attribute] != acctest.Unknown {
		t.Errorf("%s is planned as %v", attribute, planned.Values()[attribute])
	}
	warned := false
	for _, d := range diags {
		warned = warned || strings.HasPrefix(d.Summary, attribute+" of ")
		if d.Severity != tfprotov6.DiagnosticSeverityWarning || !strings.Contains(d.Summary, "is unset") {
			t.Errorf("got %s", acctest.Describe(diags))
		}
	}
	if isSensitive := strings.HasPrefix(attribute, "callback_url"); warned != isSensitive {
		t.Errorf("%s: got %s", attribute, acctest.Describe(diags))
	}
	return planned
}

// Ten warnings name their profiles, and one more stands for all others.
func TestResource_RemovalFromManyProfiles_WarningsNameTen(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	summaries := make(map[string]int)
	for i := range 15 {
		name := fmt.Sprintf("profile %d", i)
		state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": name, "callback_url": webhook, "sticky_sender": true})
		_, diags := p.Plan(t, messagingProfile, state, acctest.Values{"name": name})
		for _, d := range diags {
			summaries[d.Summary]++
		}
	}
	want := map[string]int{
		"callback_url of other messaging profiles is unset":         1,
		"sticky_sender of other messaging profiles keeps its value": 1,
	}
	for i := range 10 {
		want[fmt.Sprintf("callback_url of messaging profile \"profile %d\" is unset", i)] = 1
		want[fmt.Sprintf("sticky_sender of messaging profile \"profile %d\" keeps its value", i)] = 1
	}
	if diff := cmp.Diff(want, summaries); diff != "" {
		t.Error(diff)
	}
}

func TestResource_Unset_BesideChange(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook, "callback_url2": webhook})
	config := acctest.Values{"name": "b", "callback_url2": webhook}
	from := len(env.Requests())
	wantUnset(t, p, messagingProfile, state, config, "callback_url")
	state = p.Converge(t, messagingProfile, state, config)
	if diff := cmp.Diff([]string{`{"callback_url":null,"name":"b"}`}, writesOf(env, from)); diff != "" {
		t.Error(diff)
	}
	wantNoChange(t, p, messagingProfile, state, config)
}

// After a failed update, the next plan unsets the attribute again, whether or not the API acted.
func TestResource_Unset_FailedUpdate_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"rejected":                {Action: emulator.ActionReject},
		"failed":                  {Action: emulator.ActionRespond, Status: http.StatusInternalServerError},
		"response lost, but done": {Action: emulator.ActionCloseAfter},
	} {
		env := acctest.New(t, emulator.Options{})
		p := env.Protocol(t, acctest.Values{"max_retries": 0})
		config := acctest.Values{"name": "a", "max_rate": 0.5, "channel_limit": 3}
		state := p.Converge(t, voiceProfile, acctest.State{}, config)
		delete(config, "max_rate")
		injection := env.Inject(t, emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{fault}})
		planned := wantUnset(t, p, voiceProfile, state, config, "max_rate")
		failed, diags := p.Apply(t, voiceProfile, state, planned, config)
		if len(diags) != 1 || failed.Values()["max_rate"] != 0.5 {
			t.Errorf("%s: the state is %v\n%s", name, failed.Values(), acctest.Describe(diags))
		}
		injection.Remove()
		// Without a refresh, the state is the old one in each case.
		wantUnset(t, p, voiceProfile, failed, config, "max_rate")
		state = p.Converge(t, voiceProfile, failed, config)
		if got := state.Values()["max_rate"]; got != nil {
			t.Errorf("%s: max_rate is %v", name, got)
		}
		wantNoChange(t, p, voiceProfile, state, config)
	}
}

// An update that ends with a mismatch saves the attributes that are configured now.
func TestResource_Update_Mismatch_SavesConfigured(t *testing.T) {
	t.Parallel()
	var keep atomic.Bool
	stored := map[string]any{"uuid": uuid, "created_on": "c", "modified_on": "m"}
	p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
		sent := map[string]any{}
		_ = json.NewDecoder(r.Body).Decode(&sent)
		for _, name := range []string{"name", "callback_url", "callback_url2", "number_pool_enable", "long_code_weight", "toll_free_weight", "skip_unhealthy_tns", "sticky_sender"} {
			if value, ok := sent[name]; ok && (!keep.Load() || name != "long_code_weight") || stored[name] == nil {
				stored[name] = value
			}
		}
		body, _ := json.Marshal(map[string]any{"success": true, "payload": stored})
		respond(w, http.StatusOK, string(body))
	})
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook, "long_code_weight": 1})
	config := acctest.Values{"name": "a", "callback_url": webhook, "callback_url2": webhook, "long_code_weight": 2}
	keep.Store(true)
	planned, _ := p.Plan(t, messagingProfile, state, config)
	state, diags := p.Apply(t, messagingProfile, state, planned, config)
	acctest.WantError(t, diags, "long_code_weight", "came back as 1")
	config = acctest.Values{"name": "a", "long_code_weight": 1}
	wantUnset(t, p, messagingProfile, state, config, "callback_url")
	wantUnset(t, p, messagingProfile, state, config, "callback_url2")
}

// rejectsUpdates returns a provider whose API responds to updates with a status and a body, and to all
// other requests with a profile.
func rejectsUpdates(t *testing.T, profile string, status int, body string) *acctest.Protocol {
	t.Helper()
	return acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			respond(w, status, body)
			return
		}
		respond(w, http.StatusOK, profile)
	})
}

// voiceJSON returns a response with an outbound voice profile and additional members.
func voiceJSON(members string) string {
	return `{"success":true,"payload":{"uuid":"` + uuid + `","created_on":"c","modified_on":"m","name":"a"` + members + `}}`
}

// CONTRACT.md infers that a null unsets the limits of voice profiles. If the API rejects the null, the
// error says what to do.
func TestResource_Unset_Rejected_SaysNextStep(t *testing.T) {
	t.Parallel()
	p := rejectsUpdates(t, voiceJSON(`,"max_rate":0.5`), http.StatusBadRequest,
		`{"success":false,"message":"Invalid","fields":{"params.max_rate":{"message":"must be a number"}}}`)
	state := p.Converge(t, voiceProfile, acctest.State{}, acctest.Values{"name": "a", "max_rate": 0.5})
	config := acctest.Values{"name": "a"}
	planned := wantUnset(t, p, voiceProfile, state, config, "max_rate")
	_, diags := p.Apply(t, voiceProfile, state, planned, config)
	acctest.WantError(t, diags, "max_rate", `The API reports an error in max_rate: "must be a number".`, "Nothing was changed",
		"The update also unsets attributes that the configuration no longer sets: max_rate. If the API can't unset an attribute, add it to the configuration again.")
}

// The API may accept a null and do nothing.
func TestResource_Unset_IgnoredByAPI_Warns(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, profileJSON(`,"callback_url":"`+webhook+`"`))
	})
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook})
	config := acctest.Values{"name": "a"}
	planned := wantUnset(t, p, messagingProfile, state, config, "callback_url")
	state, diags := p.Apply(t, messagingProfile, state, planned, config)
	want := removalWarning(attribute{name: "callback_url", resourceType: messagingProfile}, wasNotUnset)
	if got := acctest.Describe(diags); len(diags) != 1 || got != acctest.Describe([]*tfprotov6.Diagnostic{want}) {
		t.Errorf("got %s", got)
	}
	if got := state.Values()["callback_url"]; got != webhook {
		t.Errorf("callback_url is %v", got)
	}
	wantNoChange(t, p, messagingProfile, state, config)
}

// The API may choose a value for an unset attribute.
func TestResource_Unset_APIChoosesValue_IsStored(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
		members := `,"callback_url":"` + webhook + `"`
		if r.Method != http.MethodPost {
			members = `,"callback_url":"https://default.example/","callback_url2":"https://another.example/"`
		}
		respond(w, http.StatusOK, profileJSON(members))
	})
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook})
	config := acctest.Values{"name": "a"}
	state = p.Converge(t, messagingProfile, state, config)
	if got := state.Values()["callback_url"]; got != "https://default.example/" {
		t.Errorf("callback_url is %v", got)
	}
	wantNoChange(t, p, messagingProfile, state, config)
	state = refresh(t, p, messagingProfile, state)
	wantNoChange(t, p, messagingProfile, state, config)
}

// An API that knows a field only under its alias ignores a null under the documented name.
func TestResource_Unset_UnderAlias(t *testing.T) {
	t.Parallel()
	for _, names := range []emulator.FieldNames{emulator.FieldNamesAliasIgnore, emulator.FieldNamesAliasReject} {
		env := acctest.New(t, emulator.Options{FieldNames: names})
		config := acctest.Values{"name": "a", "daily_spend_limit": 5}
		state := env.Protocol(t).Converge(t, voiceProfile, acctest.State{}, config)
		p := env.Protocol(t) // a new process doesn't know the alias
		delete(config, "daily_spend_limit")
		state = p.Converge(t, voiceProfile, state, config)
		stored, _ := env.Profile(emulator.OutboundVoiceProfile, state.Values().Text("id"))
		if state.Values()["daily_spend_limit"] != nil || stored["daily_spend_limit"] != nil {
			t.Errorf("daily_spend_limit is %v, and in the API %v", state.Values()["daily_spend_limit"], stored["daily_spend_limit"])
		}
		wantNoChange(t, p, voiceProfile, state, config)
	}
}

// Under ignore_changes, Terraform plans with the old value and applies with the configuration.
func TestResource_Unset_IgnoreChanges_IsPostponed(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook, "sticky_sender": true})
	config := acctest.Values{"name": "b"}
	ignored := acctest.Values{"name": "b", "callback_url": webhook, "sticky_sender": true}
	planned, diags := p.Plan(t, messagingProfile, state, ignored)
	acctest.NoDiagnostics(t, diags)
	from := len(env.Requests())
	state, diags = p.Apply(t, messagingProfile, state, planned, config)
	acctest.NoDiagnostics(t, diags)
	if diff := cmp.Diff([]string{`{"name":"b"}`}, writesOf(env, from)); diff != "" {
		t.Error(diff)
	}
	wantNoChange(t, p, messagingProfile, state, ignored)
	// The attribute is no longer ignored.
	state = p.Converge(t, messagingProfile, state, config)
	if got := state.Values()["callback_url"]; got != nil {
		t.Errorf("callback_url is %v", got)
	}
	wantNoChange(t, p, messagingProfile, state, config)
}

// The warning about an attribute that the API can't unset ends when the attribute is set again, or with
// the next write.
func TestResource_Plan_KeptAttribute_WarnsUntilNextWrite(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "sticky_sender": true})
	warned := func(config acctest.Values) bool {
		_, diags := p.Plan(t, messagingProfile, state, config)
		return len(diags) > 0
	}
	if !warned(acctest.Values{"name": "a"}) || !warned(acctest.Values{"name": "b"}) || warned(acctest.Values{"name": "b", "sticky_sender": false}) {
		t.Error("want a warning for each removal, and none for a new value")
	}
	planned, _ := p.Plan(t, messagingProfile, state, acctest.Values{"name": "b"})
	state, _ = p.Apply(t, messagingProfile, state, planned, acctest.Values{"name": "b"})
	wantNoChange(t, p, messagingProfile, state, acctest.Values{"name": "b"})
}

// An attribute that is null in the API needs no unset.
func TestResource_Unset_NullInAPI_PlanIsEmpty(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook})
	if err := env.Change(emulator.MessagingProfile, state.Values().Text("id"), map[string]any{"callback_url": nil}); err != nil {
		t.Fatal(err)
	}
	wantNoChange(t, p, messagingProfile, refresh(t, p, messagingProfile, state), acctest.Values{"name": "a"})
	// Without a refresh, the provider doesn't know that and sends a null, which has no effect.
	state = p.Converge(t, messagingProfile, state, acctest.Values{"name": "a"})
	if got := state.Values()["callback_url"]; got != nil {
		t.Errorf("callback_url is %v", got)
	}
}

// A create that ends with a mismatch saves the configured attributes, because the user may untaint the
// profile.
func TestResource_Create_Tainted_SavesConfigured(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusCreated, profileJSON(`,"callback_url":"`+webhook+`"`))
	})
	config := acctest.Values{"name": "a", "callback_url": webhook, "long_code_weight": 9}
	planned, _ := p.Plan(t, messagingProfile, acctest.State{}, config)
	state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	acctest.WantError(t, diags, "long_code_weight", "untaint")
	wantUnset(t, p, messagingProfile, state, acctest.Values{"name": "a", "long_code_weight": 1}, "callback_url")
}

// Another version of the provider may have written other private state, or none.
func TestResource_Plan_PrivateStateOfAnotherVersion(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook})
	for saved, unset := range map[string]bool{
		`["callback_url","a_field_of_the_future","name"]`: true,
		`{"callback_url":true}`:                           false,
		`[1]`:                                             false,
		`null`:                                            false,
	} {
		var err error
		if state.Private, err = json.Marshal(map[string][]byte{"configured": []byte(saved)}); err != nil {
			t.Fatal(err)
		}
		if unset {
			wantUnset(t, p, messagingProfile, state, acctest.Values{"name": "a"}, "callback_url")
		} else {
			wantNoChange(t, p, messagingProfile, state, acctest.Values{"name": "a"})
		}
	}
	state.Private = nil // a version that saved nothing
	wantNoChange(t, p, messagingProfile, state, acctest.Values{"name": "a"})
}

// The order of the names is always the same, so equal configurations have equal private states.
func TestResource_Create_SavesConfiguredSorted(t *testing.T) {
	t.Parallel()
	p := acctest.New(t, emulator.Options{}).Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{
		"name": "a", "sticky_sender": true, "long_code_weight": 1, "callback_url2": webhook, "callback_url": webhook,
	})
	var private map[string][]byte
	if err := json.Unmarshal(state.Private, &private); err != nil {
		t.Fatal(err)
	}
	if got, want := string(private["configured"]), `["callback_url","callback_url2","long_code_weight","name","sticky_sender"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// An ambiguous update saves the configured attributes, because the API may have stored their values. A
// rejected one does not.
func TestResource_Update_Ambiguous_SavesConfigured(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t, acctest.Values{"max_retries": 0})
	before := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	config := acctest.Values{"name": "a", "callback_url": webhook}
	injection := env.Inject(t, emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
	planned, _ := p.Plan(t, messagingProfile, before, config)
	state, diags := p.Apply(t, messagingProfile, before, planned, config)
	acctest.WantError(t, diags, "", "The change may have been applied. Run terraform plan to check")
	injection.Remove()
	state = refresh(t, p, messagingProfile, state)
	wantNoChange(t, p, messagingProfile, state, config)
	wantUnset(t, p, messagingProfile, state, acctest.Values{"name": "a"}, "callback_url")

	// Rejected:
	env.Inject(t, emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{{Action: emulator.ActionReject}}})
	config = acctest.Values{"name": "a", "callback_url2": webhook}
	planned, _ = p.Plan(t, messagingProfile, before, config)
	state, diags = p.Apply(t, messagingProfile, before, planned, config)
	acctest.WantError(t, diags, "", "Nothing was changed")
	if !bytes.Equal(state.Private, before.Private) {
		t.Errorf("private state was %s and is %s", before.Private, state.Private)
	}
}

// An attribute that a read finds null is already unset. A value that another client sets later stays.
func TestResource_Read_Null_PrunesConfigured(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook, "callback_url2": webhook})
	id, config := state.Values().Text("id"), acctest.Values{"name": "a", "callback_url2": webhook}
	for _, url := range []any{nil, "https://by-hand.example/"} {
		if err := env.Change(emulator.MessagingProfile, id, map[string]any{"callback_url": url}); err != nil {
			t.Fatal(err)
		}
		state = refresh(t, p, messagingProfile, state)
		wantNoChange(t, p, messagingProfile, state, config)
	}
	wantUnset(t, p, messagingProfile, state, acctest.Values{"name": "a"}, "callback_url2")
}

// The request with the alias fails. The next plan unsets the attribute again.
func TestResource_Unset_AliasFails_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	for _, names := range []emulator.FieldNames{emulator.FieldNamesAliasIgnore, emulator.FieldNamesAliasReject} {
		env := acctest.New(t, emulator.Options{FieldNames: names})
		config := acctest.Values{"name": "a", "daily_spend_limit": 5}
		state := env.Protocol(t).Converge(t, voiceProfile, acctest.State{}, config)
		p := env.Protocol(t, acctest.Values{"max_retries": 0})
		injection := env.Inject(t, emulator.Rule{Method: http.MethodPatch, Skip: 1, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusServiceUnavailable}}})
		removed := acctest.Values{"name": "a"}
		planned := wantUnset(t, p, voiceProfile, state, removed, "daily_spend_limit")
		state, diags := p.Apply(t, voiceProfile, state, planned, removed)
		if names == emulator.FieldNamesAliasIgnore {
			acctest.WantError(t, diags, "daily_spend_limit", "status 503", "Run terraform apply to send the value again")
		} else {
			acctest.WantError(t, diags, "", "status 503")
		}
		injection.Remove()
		wantUnset(t, p, voiceProfile, state, removed, "daily_spend_limit")
		state = p.Converge(t, voiceProfile, state, removed)
		if got := state.Values()["daily_spend_limit"]; got != nil {
			t.Errorf("daily_spend_limit is %v", got)
		}
	}
}

// The API rejects the documented name and ignores the alias. A retry would not help.
func TestResource_Unset_NeitherNameWorks_IsError(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPatch && bytes.Contains(body, []byte("daily_spend_limit")) {
			respond(w, http.StatusBadRequest, `{"success":false,"message":"daily_spend_limit must be a number"}`)
			return
		}
		respond(w, http.StatusOK, voiceJSON(`,"daily_spend_limit":5`))
	})
	state := p.Converge(t, voiceProfile, acctest.State{}, acctest.Values{"name": "a", "daily_spend_limit": 5})
	config := acctest.Values{"name": "a"}
	planned := wantUnset(t, p, voiceProfile, state, config, "daily_spend_limit")
	_, diags := p.Apply(t, voiceProfile, state, planned, config)
	acctest.WantError(t, diags, "daily_spend_limit", "was sent as null and came back as 5", "daily_spend_limit must be a number", "Set the attribute to a value that the API accepts")
}

// The error says how to keep the tainted profile.
func TestResource_Create_AliasFails_IsTainted(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{FieldNames: emulator.FieldNamesAliasIgnore})
	p := env.Protocol(t, acctest.Values{"max_retries": 0})
	env.Inject(t, emulator.Rule{Method: http.MethodPatch, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusServiceUnavailable}}})
	config := acctest.Values{"name": "a", "daily_spend_limit": 5}
	planned, _ := p.Plan(t, voiceProfile, acctest.State{}, config)
	_, diags := p.Apply(t, voiceProfile, acctest.State{}, planned, config)
	acctest.WantError(t, diags, "daily_spend_limit", "status 503", "run terraform untaint with the address of the resource, and then terraform apply to send the value again")
}

// The null may be the reason for an error that doesn't name a known field. The configuration doesn't
// show the null, so the error mentions it.
func TestResource_Unset_ErrorWithoutField_SaysNextStep(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		hint   bool
	}{
		"no field":        {400, `{"success":false,"message":"Invalid body"}`, true},
		"in the message":  {422, `{"success":false,"message":"max_rate must be a number"}`, true},
		"an unknown form": {400, `{"success":false,"message":"Invalid","fields":{"body/max_rate":{"message":"must be a number"}}}`, true},
		"not a 4xx":       {200, `{"success":false,"message":"Invalid body"}`, true},
		// These are about something else.
		"the token":      {401, `{"success":false,"message":"Unauthorized"}`, false},
		"the permission": {403, `{"success":false,"message":"Forbidden"}`, false},
		"the conflict":   {409, `{"success":false,"message":"Conflict"}`, false},
		"the rate":       {429, `{"success":false,"message":"Too many requests"}`, false},
	} {
		p := rejectsUpdates(t, voiceJSON(`,"max_rate":0.5`), test.status, test.body)
		state := p.Converge(t, voiceProfile, acctest.State{}, acctest.Values{"name": "a", "max_rate": 0.5})
		config := acctest.Values{"name": "b"}
		planned := wantUnset(t, p, voiceProfile, state, config, "max_rate")
		_, diags := p.Apply(t, voiceProfile, state, planned, config)
		if got := acctest.Describe(diags); len(diags) != 1 || strings.Contains(got, "the configuration no longer sets: max_rate") != test.hint {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestResource_Unset_ErrorOfOtherField_IsNotMentioned(t *testing.T) {
	t.Parallel()
	p := rejectsUpdates(t, profileJSON(`,"callback_url":"`+webhook+`"`), http.StatusBadRequest,
		`{"success":false,"message":"Invalid","fields":{"params.name":{"message":"is taken"}}}`)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook})
	config := acctest.Values{"name": "b"}
	planned := wantUnset(t, p, messagingProfile, state, config, "callback_url")
	_, diags := p.Apply(t, messagingProfile, state, planned, config)
	acctest.WantError(t, diags, "name", "is taken")
	if got := acctest.Describe(diags); strings.Contains(got, "also unsets") {
		t.Error(got)
	}
}

// The response shows that one attribute is not unset, and that another has the wrong value.
func TestResource_Unset_BesideMismatch_IsPlannedAgain(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, profileJSON(`,"callback_url":"`+webhook+`"`))
	})
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url": webhook, "long_code_weight": 1})
	config := acctest.Values{"name": "a", "long_code_weight": 2}
	planned := wantUnset(t, p, messagingProfile, state, config, "callback_url")
	state, diags := p.Apply(t, messagingProfile, state, planned, config)
	acctest.WantError(t, diags, "long_code_weight", "came back as 1")
	wantUnset(t, p, messagingProfile, state, acctest.Values{"name": "a", "long_code_weight": 1}, "callback_url")
}
