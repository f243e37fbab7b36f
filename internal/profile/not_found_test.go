// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// tokenAttribute is how diagnostics name the source of the credentials in most tests.
const tokenAttribute = "the provider's attribute token"

// checkAccount returns the advice of a warning about profiles that are not found. source names the credentials, and when
// says when to check them.
func checkAccount(source, when, profiles string) string {
	return "\n\nIf you did not expect this, check base_url and the account of the credentials from " + source + when +
		". If they belong to another account, the " + profiles + " may still exist in yours."
}

// kindName returns the name of a kind in messages, such as "messaging profile".
func kindName(resourceType string) string {
	return strings.ReplaceAll(strings.TrimPrefix(resourceType, "opentact_"), "_", " ")
}

// capitalized returns text with an upper-case first letter.
func capitalized(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// removedWarning returns the warning of a refresh that removes a profile from the state.
func removedWarning(resourceType string, values acctest.Values, source string) *tfprotov6.Diagnostic {
	return acctest.Warning("", fmt.Sprintf("%s %q (%s) no longer exists", capitalized(kindName(resourceType)), values["name"], values["id"]),
		fmt.Sprintf("The API responded that profile %s does not exist, so an apply removes it from the state, "+
			"and creates another profile if the configuration still contains it.", values["id"])+checkAccount(source, " before you apply", "profile"))
}

// nothingDeletedWarning returns the warning of a delete whose profile did not exist.
func nothingDeletedWarning(resourceType string, values acctest.Values, source string) *tfprotov6.Diagnostic {
	return acctest.Warning("", fmt.Sprintf("%s %q (%s) did not exist", capitalized(kindName(resourceType)), values["name"], values["id"]),
		fmt.Sprintf("The API responded that profile %s does not exist, so nothing was deleted. Terraform removes it from the state.",
			values["id"])+checkAccount(source, "", "profile"))
}

// refreshNotFound reads a profile that does not exist. It expects a null state and the exact warning.
func refreshNotFound(t *testing.T, p *acctest.Protocol, resourceType string, state acctest.State) acctest.State {
	t.Helper()
	after, diags := p.Read(t, resourceType, state)
	acctest.WantDiagnostics(t, diags, removedWarning(resourceType, state.Values(), tokenAttribute))
	if after.Values() != nil {
		t.Errorf("still in the state: %v", after.Values())
	}
	return after
}

// deleteNotFound deletes a profile that does not exist. It expects a null state and the exact warning.
func deleteNotFound(t *testing.T, p *acctest.Protocol, resourceType string, state acctest.State) {
	t.Helper()
	after, diags := p.Apply(t, resourceType, state, acctest.State{Value: p.Null(t, resourceType)}, nil)
	acctest.WantDiagnostics(t, diags, nothingDeletedWarning(resourceType, state.Values(), tokenAttribute))
	if after.Values() != nil {
		t.Errorf("still in the state: %v", after.Values())
	}
}

// missingProfiles creates profiles and deletes them in the API. It returns their states.
func missingProfiles(t *testing.T, env *acctest.Env, resourceType string, n int) []acctest.State {
	t.Helper()
	p := env.Protocol(t)
	states := make([]acctest.State, n)
	for i := range states {
		states[i] = p.Converge(t, resourceType, acctest.State{}, acctest.Values{"name": fmt.Sprint("p", i)})
		if err := env.Remove(kindsByType[resourceType], states[i].Values().Text("id")); err != nil {
			t.Fatal(err)
		}
	}
	return states
}

// With the credentials of another account, the API finds no profile. So the warnings name the source of the credentials.
func TestNotFound_EachCredentials_Text(t *testing.T) {
	login := acctest.Values{"token": nil, "email": emulator.DefaultEmail, "password": emulator.DefaultPassword}
	for _, test := range []struct {
		name, source string
		environment  map[string]string
		config       acctest.Values
	}{
		{"token", tokenAttribute, nil, nil},
		{"token in the environment", "the environment variable OPENTACT_TOKEN", map[string]string{"OPENTACT_TOKEN": emulator.DefaultToken}, acctest.Values{"token": nil}},
		{"login", "the provider's attribute email and the provider's attribute password", nil, login},
		{
			"login in the environment", "the environment variable OPENTACT_EMAIL and the environment variable OPENTACT_PASSWORD",
			map[string]string{"OPENTACT_EMAIL": emulator.DefaultEmail, "OPENTACT_PASSWORD": emulator.DefaultPassword}, acctest.Values{"token": nil},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, value := range test.environment {
				t.Setenv(name, value)
			}
			for resourceType := range kindsByType {
				env := acctest.New(t, emulator.Options{})
				states := missingProfiles(t, env, resourceType, 2)
				p := env.Protocol(t, test.config)
				read, diags := p.Read(t, resourceType, states[0])
				acctest.WantDiagnostics(t, diags, removedWarning(resourceType, states[0].Values(), test.source))
				deleted, diags := p.Apply(t, resourceType, states[1], acctest.State{Value: p.Null(t, resourceType)}, nil)
				acctest.WantDiagnostics(t, diags, nothingDeletedWarning(resourceType, states[1].Values(), test.source))
				if read.Values() != nil || deleted.Values() != nil {
					t.Errorf("the states are %v and %v", read.Values(), deleted.Values())
				}
			}
		})
	}
}

// Ten warnings name their profiles, and one more stands for all others. The kinds, the refresh and the delete count their
// warnings separately.
func TestNotFound_Many_NamesTen(t *testing.T) {
	t.Parallel()
	const n = 30
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	for resourceType := range kindsByType {
		kind := kindName(resourceType)
		list := fmt.Sprintf(" The data source %ss lists the profiles of this account.", resourceType)
		states := missingProfiles(t, env, resourceType, n)
		otherRemoved := acctest.Warning("", "Other "+kind+"s no longer exist", "The API responded that these profiles do not exist, so an apply removes them from the state, "+
			"and creates other profiles if the configuration still contains them."+checkAccount(tokenAttribute, " before you apply", "profiles")+list)
		otherDeleted := acctest.Warning("", "Other "+kind+"s did not exist", "The API responded that these profiles do not exist, so nothing was deleted. "+
			"Terraform removes them from the state."+checkAccount(tokenAttribute, "", "profiles")+list)
		for i, state := range states {
			var removed, deleted []*tfprotov6.Diagnostic
			switch {
			case i < 10:
				removed = append(removed, removedWarning(resourceType, state.Values(), tokenAttribute))
				deleted = append(deleted, nothingDeletedWarning(resourceType, state.Values(), tokenAttribute))
			case i == 10:
				removed, deleted = append(removed, otherRemoved), append(deleted, otherDeleted)
			}
			_, diags := p.Read(t, resourceType, state)
			acctest.WantDiagnostics(t, diags, removed...)
			_, diags = p.Apply(t, resourceType, state, acctest.State{Value: p.Null(t, resourceType)}, nil)
			acctest.WantDiagnostics(t, diags, deleted...)
		}
	}
}

// If a refresh removes a profile from the state, a warning about an orphan says to check the account. Terraform ignores an
// import block for an address in the state, so the warning also says how to save the result of the refresh.
func TestNotFound_ThenOrphan_SaysCheckAccount(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	state := missingProfiles(t, env, messagingProfile, 1)[0]
	id := add(t, env, emulator.MessagingProfile, map[string]any{"name": "a"})
	for _, check := range []string{"warn", "error"} {
		p := env.Protocol(t, acctest.Values{"duplicate_check": check})
		refreshNotFound(t, p, messagingProfile, state)
		want := orphanWarning(env, messagingProfile, "a", id)
		want.Detail += "\n\nSome profiles in the state no longer exist. So first check base_url and the account of the credentials. " +
			"If they are right, run terraform apply -refresh-only before you import. Terraform ignores an import block for an address in the state."
		if check == "error" {
			want = orphanError(want)
		}
		acctest.WantDiagnostics(t, planNew(t, p, messagingProfile, acctest.Values{"name": "a"}), want)
	}
}

// Terraform itself reports an import that finds nothing.
func TestNotFound_Import_NoWarning(t *testing.T) {
	t.Parallel()
	p := acctest.New(t, emulator.Options{}).Protocol(t)
	state, diags := p.Import(t, messagingProfile, uuid)
	acctest.NoDiagnostics(t, diags)
	if read := refresh(t, p, messagingProfile, state); read.Values() != nil {
		t.Errorf("the state is %v", read.Values())
	}
}

// If the response to a DELETE is lost, a 404 for the retry is a success.
func TestNotFound_DeleteAfterLostResponse_NoWarning(t *testing.T) {
	t.Parallel()
	for _, action := range []emulator.Action{emulator.ActionCloseAfter, emulator.ActionCut, emulator.ActionEmpty} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, emulator.Options{})
			p := env.Protocol(t)
			state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
			lost := env.Inject(t, emulator.Rule{Method: http.MethodDelete, Times: 1, Faults: []emulator.Fault{{Action: action}}})
			after, diags := p.Apply(t, messagingProfile, state, acctest.State{Value: p.Null(t, messagingProfile)}, nil)
			acctest.NoDiagnostics(t, diags)
			if after.Values() != nil || lost.Hits() != 1 {
				t.Errorf("the state is %v, and %d responses were lost", after.Values(), lost.Hits())
			}
		})
	}
}

// A 429 is not ambiguous, so the 404 for the retry means that the profile did not exist before.
func TestNotFound_DeleteAfterThrottling_Warns(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	state := missingProfiles(t, env, messagingProfile, 1)[0]
	throttled := env.Inject(t, emulator.Rule{Method: http.MethodDelete, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusTooManyRequests}}})
	deleteNotFound(t, env.Protocol(t), messagingProfile, state)
	if throttled.Hits() != 1 {
		t.Errorf("%d requests were throttled", throttled.Hits())
	}
}

// The name in a summary may contain control characters, which a terminal would interpret.
func TestNotFound_HostileName_IsCleaned(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, emptyAPI)
	state := acctest.State{Value: p.Object(t, messagingProfile, acctest.Values{"id": uuid, "name": "a\x1b[2J\r\nb"})}
	_, diags := p.Read(t, messagingProfile, state)
	if len(diags) != 1 || diags[0].Summary != `Messaging profile "a [2J b" (`+uuid+") no longer exists" {
		t.Errorf("got %s", acctest.Describe(diags))
	}
}
