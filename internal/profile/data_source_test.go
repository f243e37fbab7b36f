// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func TestDataSource_ByIDAndName(t *testing.T) {
	t.Parallel()
	for _, shape := range []emulator.Shape{emulator.ShapeObject, emulator.ShapeDocument} {
		env := acctest.New(t, emulator.Options{Shape: shape})
		p := env.Protocol(t)
		add(t, env, emulator.OutboundVoiceProfile, map[string]any{"name": "other"})
		id := add(t, env, emulator.OutboundVoiceProfile, map[string]any{"name": "Größe ✓", "tech_prefix": 123456, "daily_spend_limit": 0.1})
		byID, diags := p.ReadDataSource(t, voiceProfile, acctest.Values{"id": id})
		acctest.NoDiagnostics(t, diags)
		byName, diags := p.ReadDataSource(t, voiceProfile, acctest.Values{"name": "Größe ✓"})
		acctest.NoDiagnostics(t, diags)
		if diff := cmp.Diff(byID, byName); diff != "" {
			t.Errorf("by id and by name differ: %s", diff)
		}
		for name, want := range (acctest.Values{"id": id, "name": "Größe ✓", "tech_prefix": 123456.0, "daily_spend_limit": 0.1, "filemat": "wav", "max_rate": nil}) {
			if got := byID[name]; got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
	}
}

func TestDataSource_Errors(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	first := add(t, env, emulator.MessagingProfile, map[string]any{"name": "twice"})
	second := add(t, env, emulator.MessagingProfile, map[string]any{"name": "twice"})
	for name, test := range map[string]struct {
		config    acctest.Values
		attribute string
		want      []string
	}{
		"neither":       {acctest.Values{}, "", []string{"Missing Attribute Configuration: Exactly one of id and name must be set, got neither."}},
		"both":          {acctest.Values{"id": uuid, "name": "a"}, "", []string{"Invalid Attribute Combination: Exactly one of id and name must be set, got both."}},
		"no uuid":       {acctest.Values{"id": "17"}, "id", []string{`id must be a UUID (32 hexadecimal digits in groups of 8-4-4-4-12), got "17".`}},
		"an empty name": {acctest.Values{"name": ""}, "name", []string{"name must have 1 to 255 characters, got 0."}},
		"a long name":   {acctest.Values{"name": strings.Repeat("é", 256)}, "name", []string{"name must have 1 to 255 characters, got 256."}},
		"not found":     {acctest.Values{"id": uuid}, "", []string{"Could not find messaging profile", "404", "The account of the credentials has no such profile."}},
		"no such name":  {acctest.Values{"name": "Twice"}, "", []string{`No messaging profile is named "Twice"; the API lists 2 with other names`}},
		"several":       {acctest.Values{"name": "twice"}, "", []string{`2 messaging profiles are named "twice": `, first, second, "Set id instead of name to select one of them."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := p.ReadDataSource(t, messagingProfile, test.config)
			acctest.WantError(t, diags, test.attribute, test.want...)
		})
	}
}

func TestDataSource_UpperCaseID_IsLowerCased(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	id := add(t, env, emulator.MessagingProfile, map[string]any{"name": "a"})
	got, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"id": strings.ToUpper(id)})
	acctest.NoDiagnostics(t, diags)
	if got.Text("id") != id || got.Text("name") != "a" {
		t.Errorf("got %v", got)
	}
}

func TestDataSourceList_FilterAndOrder(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	none, diags := p.ReadDataSource(t, "opentact_messaging_profiles", nil)
	acctest.NoDiagnostics(t, diags)
	if got := none.List("profiles"); len(got) != 0 || none["profiles"] == nil {
		t.Errorf("an empty list is %v", none["profiles"])
	}
	var ids []string
	for _, name := range []string{"prod-b", "test-a", "prod-a", "prod-b", "Prod-c"} {
		id := add(t, env, emulator.MessagingProfile, map[string]any{"name": name, "long_code_weight": 3})
		if name == "prod-b" {
			ids = append(ids, id)
		}
	}
	p = env.Protocol(t) // another process: a list may be 30 seconds old
	for pattern, want := range map[any][]string{
		nil:           {"Prod-c", "prod-a", "prod-b", "prod-b", "test-a"},
		"":            {"Prod-c", "prod-a", "prod-b", "prod-b", "test-a"},
		"^prod-":      {"prod-a", "prod-b", "prod-b"},
		"(?i)^prod-":  {"Prod-c", "prod-a", "prod-b", "prod-b"},
		"a$":          {"prod-a", "test-a"},
		"no such one": nil,
	} {
		got, diags := p.ReadDataSource(t, "opentact_messaging_profiles", acctest.Values{"name_regex": pattern})
		acctest.NoDiagnostics(t, diags)
		if diff := cmp.Diff(want, namesOf(got.List("profiles"))); diff != "" {
			t.Errorf("%v: %s", pattern, diff)
		}
	}
	// Profiles with equal names are in the order of their ids.
	got, diags := p.ReadDataSource(t, "opentact_messaging_profiles", acctest.Values{"name_regex": "prod-b"})
	acctest.NoDiagnostics(t, diags)
	var order []string
	for _, profile := range got.List("profiles") {
		order = append(order, profile.Text("id"))
		if profile["long_code_weight"] != 3.0 || profile["created_on"] == nil {
			t.Errorf("got %v", profile)
		}
	}
	slices.Sort(ids)
	if diff := cmp.Diff(ids, order); diff != "" {
		t.Error(diff)
	}
}

func TestDataSourceList_Errors(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	_, diags := p.ReadDataSource(t, "opentact_outbound_voice_profiles", acctest.Values{"name_regex": "(["})
	acctest.WantError(t, diags, "name_regex", `name_regex must be a regular expression in RE2 syntax, got "([": missing closing ].`)

	broken := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, `{"success":true,"payload":{"take":20,"skip":0,"total":9,"data":[]}}`)
	})
	_, diags = broken.ReadDataSource(t, "opentact_outbound_voice_profiles", nil)
	acctest.WantError(t, diags, "", "Could not list outbound voice profiles", "the list ends after 0 of 9 items")
}

func namesOf(profiles []acctest.Values) (names []string) {
	for _, profile := range profiles {
		names = append(names, profile.Text("name"))
	}
	return names
}

// If no profile has the name, the error suggests the closest names. It shows white space and
// invisible characters.
func TestDataSource_NoSuchName_SuggestsClosestNames(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	for _, name := range []string{"alerts", "alerts", "prod  alerts", "prod\u00a0alerts", "Marketing", "alert\u200bs europe"} {
		add(t, env, emulator.MessagingProfile, map[string]any{"name": name})
	}
	const dependsOn = "If the same configuration creates the profile, add the address of its resource to depends_on of this data source.\n"
	for name, suggestion := range map[string]string{
		"nothing like it": "",
		"Alerts":          `Did you mean "alerts"? `,
		"prod alerts":     `Did you mean "prod  alerts" or "prod\u00a0alerts"? `,
		"marketimg":       `Did you mean "Marketing"? `,
		"alerts europe":   `Did you mean "alert\u200bs europe"? `,
	} {
		_, diags := p.ReadDataSource(t, messagingProfile, acctest.Values{"name": name})
		want := fmt.Sprintf("ERROR : Could not find messaging profile %q: No messaging profile is named %q; the API lists 6 with other names.\n\n", name, name) + suggestion + dependsOn
		if got := acctest.Describe(diags); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}
