// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// An update plans and sends only the changed attributes. The plan also shows that modified_on
// will change.
func TestResource_Update_SendsOnlyChanges(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	config := acctest.Values{"name": "a", "long_code_weight": 7, "sticky_sender": true}
	state := p.Converge(t, messagingProfile, acctest.State{}, config)
	id := state.Values().Text("id")

	config["long_code_weight"], config["sticky_sender"] = 0, false
	planned, diags := p.Plan(t, messagingProfile, state, config)
	acctest.NoDiagnostics(t, diags)
	want := state.Values()
	want["long_code_weight"], want["sticky_sender"], want["modified_on"] = 0.0, false, acctest.Unknown
	if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(planned.Values())); diff != "" {
		t.Errorf("the plan changes something else: %s", diff)
	}
	before := state.Values()["modified_on"]
	state = p.Converge(t, messagingProfile, state, config)
	if state.Values()["modified_on"] == before {
		t.Error("modified_on has not changed")
	}
	if planned, _ := p.Plan(t, messagingProfile, state, config); !planned.Value.Equal(state.Value) {
		t.Errorf("the second plan is not empty: %v", planned.Values())
	}
	writes := env.Writes(0)
	if diff := cmp.Diff([]string{
		`POST /rest/profile/messaging {"long_code_weight":7,"name":"a","sticky_sender":true}`,
		`PATCH /rest/profile/messaging/` + id + ` {"long_code_weight":0,"sticky_sender":false}`,
	}, writes); diff != "" {
		t.Error(diff)
	}
}

// The API chooses the values of omitted fields.
func TestResource_Plan_DefaultsOfAPI_IsEmpty(t *testing.T) {
	t.Parallel()
	for _, defaults := range []acctest.Values{
		{},
		{"callback_url": "https://x.example.com", "long_code_weight": nil, "number_pool_enable": true},
		{"callback_url2": "https://x.example.com", "toll_free_weight": 9, "sticky_sender": nil},
	} {
		env := acctest.New(t, emulator.Options{Defaults: map[emulator.Kind]map[string]any{emulator.MessagingProfile: defaults}})
		p := env.Protocol(t)
		config := acctest.Values{"name": "a"}
		state := p.Converge(t, messagingProfile, acctest.State{}, config)
		state, diags := p.Read(t, messagingProfile, state)
		acctest.NoDiagnostics(t, diags)
		planned, diags := p.Plan(t, messagingProfile, state, config)
		acctest.NoDiagnostics(t, diags)
		if !planned.Value.Equal(state.Value) {
			t.Errorf("%v: planned %v for %v", defaults, planned.Values(), state.Values())
		}
	}
}

func TestResource_Drift_IsRepaired(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	config := acctest.Values{"name": "a", "max_rate": 0.5}
	state := p.Converge(t, voiceProfile, acctest.State{}, config)
	id := state.Values().Text("id")
	if err := env.Change(emulator.OutboundVoiceProfile, id, map[string]any{"max_rate": 9.5, "channel_limit": 3, "name": "b"}); err != nil {
		t.Fatal(err)
	}
	state, diags := p.Read(t, voiceProfile, state)
	acctest.NoDiagnostics(t, diags)
	for name, want := range (acctest.Values{"max_rate": 9.5, "channel_limit": 3.0, "name": "b"}) {
		if got := state.Values()[name]; got != want {
			t.Errorf("%s was read as %v, want %v", name, got, want)
		}
	}
	from := len(env.Requests())
	state = p.Converge(t, voiceProfile, state, config)
	// The provider doesn't change channel_limit, because it is not configured.
	if diff := cmp.Diff([]string{`PATCH /rest/profile/outbound_voice/` + id + ` {"max_rate":0.5,"name":"a"}`}, env.Writes(from)); diff != "" {
		t.Error(diff)
	}
	if got := state.Values()["channel_limit"]; got != 3.0 {
		t.Errorf("channel_limit is %v", got)
	}
}

// Another client changes a field between plan and apply. The apply doesn't send this field. The next
// refresh shows the change.
func TestResource_Update_ConcurrentChange_Succeeds(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	if err := env.Change(emulator.MessagingProfile, state.Values().Text("id"), map[string]any{"long_code_weight": 5}); err != nil {
		t.Fatal(err)
	}
	state = p.Converge(t, messagingProfile, state, acctest.Values{"name": "b"}) // checks the state as Terraform does
	state, diags := p.Read(t, messagingProfile, state)
	acctest.NoDiagnostics(t, diags)
	if got := state.Values()["long_code_weight"]; got != 5.0 {
		t.Errorf("long_code_weight is %v", got)
	}
}

func TestResource_DeletedByAnotherClient(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	config := acctest.Values{"name": "a"}
	state := p.Converge(t, messagingProfile, acctest.State{}, config)
	if err := env.Remove(emulator.MessagingProfile, state.Values().Text("id")); err != nil {
		t.Fatal(err)
	}

	deleteNotFound(t, p, messagingProfile, state)
	changed := acctest.Values{"name": "b"}
	planned, _ := p.Plan(t, messagingProfile, state, changed)
	_, diags := p.Apply(t, messagingProfile, state, planned, changed)
	acctest.WantError(t, diags, "", "Could not update messaging profile", "404", "The profile was deleted after Terraform planned, or the credentials belong to another account")

	refreshNotFound(t, p, messagingProfile, state)
	if again := p.Converge(t, messagingProfile, acctest.State{}, config); again.Values()["id"] == state.Values()["id"] {
		t.Error("the profile was not created again")
	}
}

func TestResource_Plan_Delete(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "sticky_sender": true, "callback_url": webhook})
	planned, diags := p.Plan(t, messagingProfile, state, nil)
	acctest.NoDiagnostics(t, diags)
	if !planned.Value.IsNull() {
		t.Errorf("planned %v", planned.Values())
	}
}

func TestResource_Delete_Rejected_KeepsState(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	env.Protect(emulator.MessagingProfile, state.Values().Text("id"), "Profile is used by 3 numbers")
	kept, diags := p.Apply(t, messagingProfile, state, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
	acctest.WantError(t, diags, "", "Could not delete messaging profile", "Profile is used by 3 numbers")
	if kept.Values()["id"] != state.Values()["id"] {
		t.Errorf("the state lost the profile: %v", kept.Values())
	}
}

// If the response to a delete doesn't show whether the profile is deleted, the provider reads
// the profile. The profile stays in the state if it still exists.
func TestResource_Delete_AmbiguousSuccess_IsConfirmed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  emulator.Fault
		isKept bool
	}{
		"deleted, 204":     {emulator.Fault{Action: emulator.ActionEmpty}, false},
		"not deleted, 200": {emulator.Fault{Action: emulator.ActionPage, Status: http.StatusOK}, true},
	} {
		for typ, kind := range kindsByType {
			t.Run(name+", "+typ, func(t *testing.T) {
				t.Parallel()
				env := acctest.New(t, emulator.Options{})
				p := env.Protocol(t)
				state := p.Converge(t, typ, acctest.State{}, acctest.Values{"name": "a"})
				env.Inject(t, emulator.Rule{Method: http.MethodDelete, Faults: []emulator.Fault{test.fault}})
				after, diags := p.Apply(t, typ, state, acctest.State{Value: p.Null(t, typ)}, nil)
				if test.isKept {
					acctest.WantError(t, diags, "", "Could not delete", "a GET after it shows that the profile still exists")
				} else {
					acctest.NoDiagnostics(t, diags)
				}
				if inState, exists := !after.Value.IsNull(), len(env.Profiles(kind)) == 1; inState != test.isKept || exists != test.isKept {
					t.Errorf("the profile is in the state: %t, and exists: %t", inState, exists)
				}
			})
		}
	}
}

func TestResource_Import_InvalidID_IsRejected(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	const must = "Invalid import ID: The import ID of a messaging profile must be a UUID (32 hexadecimal digits in groups of 8-4-4-4-12), got "
	const next = ". Nothing was imported. Use the data source opentact_messaging_profiles to find the UUID."
	for id, got := range map[string]string{
		"": `""`, "17": `"17"`, uuid + " ": `"` + uuid + ` "`, "\t" + uuid: `"\t` + uuid + `"`, uuid + "\u00a0": `"` + uuid + `\u00a0"`,
		"../" + uuid: `"../` + uuid + `"`, "{" + uuid + "}": `"{` + uuid + `}"`, strings.Repeat("x", 99): `"` + strings.Repeat("x", 60) + `"`,
	} {
		imported, diags := p.Import(t, messagingProfile, id)
		acctest.WantError(t, diags, "", must+got+next)
		if imported.Values() != nil {
			t.Errorf("%q was imported: %v", id, imported.Values())
		}
	}
	if len(env.Requests()) > 0 {
		t.Error("the provider sent a request")
	}
}

func TestResource_Import_UpperCaseID_IsLowerCased(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	for resourceType, kind := range kindsByType {
		id := add(t, env, kind, map[string]any{"name": "a"})
		imported, diags := p.Import(t, resourceType, strings.ToUpper(id))
		acctest.NoDiagnostics(t, diags)
		state := refresh(t, p, resourceType, imported)
		if state.Values()["id"] != id || p.Identity(t, resourceType, state.Identity)["id"] != id {
			t.Errorf("the state is %v, the identity %v", state.Values(), p.Identity(t, resourceType, state.Identity))
		}
		wantNoChange(t, p, resourceType, state, acctest.Values{"name": "a"})
	}
}

// Terraform reports that it can't import a profile that doesn't exist.
func TestResource_Import_NotFound_IsRemovedByRead(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	imported, diags := p.Import(t, messagingProfile, uuid)
	acctest.NoDiagnostics(t, diags)
	missing, diags := p.Read(t, messagingProfile, imported)
	acctest.NoDiagnostics(t, diags)
	if missing.Values() != nil {
		t.Errorf("got %v", missing.Values())
	}
}

// The API stored another value than the one sent.
func TestResource_Create_Mismatch_IsTainted(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, mismatching)
	config := acctest.Values{"name": "a", "long_code_weight": 9}
	planned, diags := p.Plan(t, messagingProfile, acctest.State{}, config)
	acctest.NoDiagnostics(t, diags)
	state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	acctest.WantError(t, diags, "long_code_weight", `Could not set all attributes of messaging profile "a"`,
		"Create messaging profile "+uuid+": long_code_weight was sent as 9 and came back as 1.",
		"To keep it, set the attribute to a value that the API accepts, and run terraform untaint with the address of the resource.")
	if state.Values()["id"] != uuid || state.Values()["long_code_weight"] != 1.0 {
		t.Errorf("the state is %v", state.Values())
	}
}

func TestResource_Update_Mismatch_IsError(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) { respond(w, http.StatusOK, profileJSON("")) })
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
	config := acctest.Values{"name": "a", "callback_url": "https://user:s3cret@a.example", "sticky_sender": true}
	planned, _ := p.Plan(t, messagingProfile, state, config)
	state, diags := p.Apply(t, messagingProfile, state, planned, config)
	if len(diags) != 2 || strings.Contains(acctest.Describe(diags), "s3cret") || strings.Contains(acctest.Describe(diags), "untaint") {
		t.Errorf("got %s", acctest.Describe(diags))
	}
	acctest.WantError(t, diags[:1], "", ": callback_url was sent as a sensitive value of 29 characters and came back as null")
	acctest.WantError(t, diags[1:], "sticky_sender", "sticky_sender was sent as true and came back as false", "The state matches the API.")
	if state.Values()["sticky_sender"] != false || state.Values()["callback_url"] != nil {
		t.Errorf("the state is %v", state.Values())
	}
}

// The API may have created the profile. The error says what to do next.
func TestResource_Create_UnreadableResponse_IsNotResent(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a page": "<html>", "an empty body": "", "no uuid": `{"success":true,"payload":{"name":"a"}}`,
		"a uuid of another form": `{"success":true,"payload":{"name":"a","uuid":"17"}}`,
	} {
		posts := make(chan string, 9)
		p := acctest.Stub(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				posts <- r.Method
			}
			respond(w, http.StatusCreated, body)
		})
		config := acctest.Values{"name": "a"}
		planned, _ := p.Plan(t, messagingProfile, acctest.State{}, config)
		state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
		acctest.WantError(t, diags, "", "Could not create messaging profile", `"a"`, "status 201", "Create messaging profile (POST",
			"terraform import 'opentact_messaging_profile.NAME' UUID", "data source opentact_messaging_profiles")
		if state.Values() != nil || len(posts) != 1 {
			t.Errorf("%s: the state is %v after %d creates", name, state.Values(), len(posts))
		}
	}
}

// These responses don't say that the profile doesn't exist. Each error says what to do.
func TestResource_Read_Error_KeepsState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"401":                    {401, `{"success":false,"message":"Expired"}`, "rejected the token"},
		"403":                    {403, `{"success":false,"message":"Forbidden"}`, "do not have permission"},
		"404 for everything":     {404, `{"success":false,"message":"Not found"}`, "the path in base_url may be wrong"},
		"404 as a page":          {404, `<h1>Not Found</h1>`, "a sign-in page"},
		"404 as other JSON":      {404, `{"error":"not found"}`, "a sign-in page"},
		"404 that says success":  {404, `{"success":true}`, "a sign-in page"},
		"429":                    {429, `{"success":false,"message":"Slow"}`, "requests_per_second"},
		"429 as a page":          {429, `<h1>Slow</h1>`, "requests_per_second"},
		"500":                    {500, `{"success":false,"message":"Oops"}`, "may recover"},
		"502 as a page":          {502, `<h1>Bad Gateway</h1>`, "may recover"},
		"success false":          {200, `{"success":false,"message":"Not today"}`, "Not today"},
		"an empty array":         {200, `{"success":true,"payload":[]}`, "found an empty array"},
		"another profile":        {200, strings.ReplaceAll(profileJSON(""), uuid, "0b0b0b0b-0000-4000-8000-00000000000b"), "it describes another profile"},
		"a malformed field":      {200, profileJSON(`,"sticky_sender":"yes"`), `sticky_sender came back as "yes"`},
		"a uuid of another form": {200, strings.ReplaceAll(profileJSON(""), uuid, "17"), "is not a UUID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) { respond(w, test.status, test.body) })
			state, diags := p.Import(t, messagingProfile, uuid)
			acctest.NoDiagnostics(t, diags)
			kept, diags := p.Read(t, messagingProfile, state)
			if text := acctest.Describe(diags); len(diags) != 1 || !strings.Contains(text, test.want) || !strings.Contains(text, "Nothing was imported.") {
				t.Errorf("want one error that says %q, got\n%s", test.want, text)
			}
			if kept.Values()["id"] != uuid {
				t.Errorf("the state lost the profile: %v", kept.Values())
			}
		})
	}
}

// Each field in the API's error becomes an error at its attribute. The text and the line of a callback
// URL are not shown, because they may contain credentials.
func TestResource_Create_ErrorOfField_PointsAtAttribute(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusBadRequest, `{"success":false,"message":"Validation failed for `+webhook+`","status":400,"fields":{`+
			`"params.name":{"message":"is taken"},"params.tollfree_weight":{"message":"needs a pool"},`+
			`"params.callback_url":{"message":"`+webhook+` is not reachable"},"params.unheard_of":{"message":"x"},"params.sticky_sender":{"message":""}}}`)
	})
	config := acctest.Values{"name": "a", "sticky_sender": true, "callback_url": webhook}
	planned, _ := p.Plan(t, messagingProfile, acctest.State{}, config)
	state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	if len(diags) != 4 || state.Values() != nil || strings.Contains(acctest.Describe(diags), "s3cret") {
		t.Fatalf("got %v\n%s", state.Values(), acctest.Describe(diags))
	}
	acctest.WantError(t, diags[:1], "", `The API reports an error in callback_url: "(the value of callback_url) is not reachable"`, "Validation failed for (the value of callback_url)")
	acctest.WantError(t, diags[1:2], "name", `The API reports an error in name: "is taken".`, "Validation failed")
	acctest.WantError(t, diags[2:3], "sticky_sender", `The API reports an error in sticky_sender without a message.`)
	acctest.WantError(t, diags[3:], "toll_free_weight", `The API reports an error in toll_free_weight: "needs a pool"`)
}
