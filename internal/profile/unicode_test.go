// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// cafe is a name in Unicode NFC. Terraform stores all text in NFC. The API of these tests returns NFD.
const cafe = "Caf\u00e9"

func TestResource_APIShowsNFD_Converges(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Decompose: true})
	p := env.Protocol(t)
	state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": cafe})
	state = p.Converge(t, messagingProfile, state, acctest.Values{"name": cafe + " 2"})
	if got := state.Values()["name"]; got != cafe+" 2" {
		t.Errorf("the name in the state is %q", got)
	}
}

func TestDataSources_APIShowsNFD_FindByNameAndExpression(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Decompose: true})
	p := env.Protocol(t)
	id := add(t, env, emulator.MessagingProfile, map[string]any{"name": cafe})
	add(t, env, emulator.MessagingProfile, map[string]any{"name": "Cafe"})
	one, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"name": cafe})
	acctest.NoDiagnostics(t, diags)
	if one["id"] != id || one["name"] != cafe {
		t.Errorf("by name: got %v", one)
	}
	all, diags := p.ReadDataSource(t, messagingProfile+"s", acctest.Values{"name_regex": cafe + "$"})
	acctest.NoDiagnostics(t, diags)
	if found := all.List("profiles"); len(found) != 1 || found[0].Text("id") != id {
		t.Errorf("by expression: got %v", found)
	}
}

// A refresh of 40 profiles makes three GETs and one list.
func TestRefresh_APIShowsNFD_FourRequests(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{Decompose: true})
	p := env.Protocol(t)
	var states []acctest.State
	for i := range 40 {
		id := add(t, env, emulator.MessagingProfile, map[string]any{"name": fmt.Sprint(cafe, i)})
		state, diags := p.Import(t, messagingProfile, id)
		acctest.NoDiagnostics(t, diags)
		states = append(states, state)
	}
	refresh := func() int {
		t.Helper()
		p := env.Protocol(t) // a new process
		before := len(env.Requests())
		for i, state := range states {
			got, diags := p.Read(t, messagingProfile, state)
			acctest.NoDiagnostics(t, diags)
			if want := fmt.Sprint(cafe, i); got.Values()["name"] != want {
				t.Errorf("the name is %q, want %q", got.Values()["name"], want)
			}
			states[i] = got
		}
		return len(env.Requests()) - before
	}
	for range 2 {
		if requests := refresh(); requests != 4 {
			t.Errorf("%d requests were sent, want 4", requests)
		}
	}
}

// A malformed profile in the account is an error only of a data source that selects it.
func TestDataSources_MalformedProfile_BreaksOnlyItsSelection(t *testing.T) {
	t.Parallel()
	profile := func(n int, members string) string {
		return fmt.Sprintf(`{"uuid":"%08d-0000-4000-8000-000000000000","created_on":"c","modified_on":"m",%s}`, n, members)
	}
	list := strings.Join([]string{profile(1, `"name":"good"`), profile(2, `"name":"bad","sticky_sender":"yes"`), profile(3, `"title":"no name"`), `17`}, ",")
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, `{"success":true,"payload":[`+list+`]}`)
	})
	one, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"name": "good"})
	acctest.NoDiagnostics(t, diags)
	if one.Text("id") != "00000001-0000-4000-8000-000000000000" {
		t.Errorf("got %v", one)
	}
	const correctData = "Terraform can't correct the API's data. Ask the administrator of the OpenTact account to correct it in the OpenTact portal, or ask OpenTact's support."
	const unnamed = "the API's data of messaging profile 00000003-0000-4000-8000-000000000000 is malformed: it has no name, " +
		"1 item of the list could not be used: a profile was expected, found a single JSON value"
	some, diags := p.ReadDataSource(t, messagingProfile+"s", acctest.Values{"name_regex": "^g"})
	const left = "WARNING : Not all messaging profiles are listed: The API's data shows no name for these profiles, so the list leaves them out. " +
		"They may match name_regex: " + unnamed + ".\n\n" + correctData + "\n"
	if got := acctest.Describe(diags); got != left || len(some.List("profiles")) != 1 {
		t.Errorf("got %d, %s", len(some.List("profiles")), got)
	}
	listed, diags := p.List(t, messagingProfile, acctest.Values{"name_regex": "^g"}, false, everything, everything)
	if got := acctest.Describe(diags); got != left || len(listed) != 2 { // one is the warning
		t.Errorf("got %d, %s", len(listed), got)
	}
	_, diags = p.ReadDataSource(t, messagingProfile, acctest.Values{"name": "other"})
	acctest.WantError(t, diags, "", `No messaging profile is named "other"; the API lists 2 with other names, and shows no name of these: `+unnamed+".")

	const malformed = "The API's data of messaging profile 00000002-0000-4000-8000-000000000000 is malformed: sticky_sender has an invalid value"
	_, diags = p.ReadDataSource(t, messagingProfile, acctest.Values{"name": "bad"})
	acctest.WantError(t, diags, "", `Could not find messaging profile "bad"`, malformed)
	_, diags = p.ReadDataSource(t, messagingProfile+"s", acctest.Values{"name_regex": "bad"})
	acctest.WantError(t, diags, "", "Could not list messaging profiles", malformed)
	_, diags = p.ReadDataSource(t, messagingProfile+"s", nil)
	acctest.WantError(t, diags, "", "Could not list messaging profiles", malformed)
}

// An item without a name may match any pattern. The empty pattern selects all items.
func TestDataSources_UnnamedProfile_MayMatchPattern(t *testing.T) {
	t.Parallel()
	const named, empty, unnamed = `{"uuid":"00000001-0000-4000-8000-000000000000","name":"a"}`, `{"uuid":"00000002-0000-4000-8000-000000000000","name":""}`,
		`{"uuid":"00000003-0000-4000-8000-000000000000","title":"no name"}`
	for _, test := range []struct {
		list   string
		config acctest.Values
		want   int // profiles
		diag   string
	}{
		{named + "," + unnamed, acctest.Values{"name_regex": ".*"}, 1, "WARNING : Not all messaging profiles are listed"},
		{named + "," + unnamed, nil, 0, "ERROR : Could not list messaging profiles"},
		{named + "," + empty, acctest.Values{"name_regex": "^$"}, 1, ""},
	} {
		p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
			respond(w, http.StatusOK, `{"success":true,"payload":[`+test.list+`]}`)
		})
		got, diags := p.ReadDataSource(t, messagingProfile+"s", test.config)
		if text := acctest.Describe(diags); !strings.HasPrefix(text, test.diag) || (text == "") != (test.diag == "") {
			t.Errorf("%v: got %s", test.config, text)
		}
		if !strings.HasPrefix(test.diag, "ERROR") && len(got.List("profiles")) != test.want {
			t.Errorf("%v: got %d profiles", test.config, len(got.List("profiles")))
		}
	}
}

// An item without a name may be the wanted profile.
func TestDataSource_UnnamedProfile_MayHaveName(t *testing.T) {
	t.Parallel()
	const named, unnamed = `{"uuid":"00000001-0000-4000-8000-000000000000","name":"a"}`, `{"uuid":"00000003-0000-4000-8000-000000000000","title":"no name"}`
	for list, want := range map[string]string{
		named: `No messaging profile is named "b"; the API lists 1 with other names.`,
		named + "," + unnamed: `No messaging profile is named "b"; the API lists 1 with other names, ` +
			"and shows no name of these: the API's data of messaging profile 00000003-0000-4000-8000-000000000000 is malformed: it has no name.",
	} {
		p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
			respond(w, http.StatusOK, `{"success":true,"payload":[`+list+`]}`)
		})
		_, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"name": "b"})
		acctest.WantError(t, diags, "", want)
	}
}
