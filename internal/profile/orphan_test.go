// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// failsOnDuplicates is the configuration of a provider whose plans fail if a new profile may exist already.
var failsOnDuplicates = acctest.Values{"duplicate_check": "error"}

// Parts of the diagnostics about a new profile that may exist already. With duplicate_check = "error", notCreated replaces
// createsAnother, and toCreate is at the end.
const (
	findManager    = " an apply that was killed may have created it. It may also be the old profile of a replacement with create_before_destroy. To find out, run this in each configuration and workspace that uses the account:\n\n"
	createsAnother = "An apply creates another profile."
	notCreated     = "The new profile is not created, because duplicate_check is \"error\"."
	toCreate       = "\n\nTo create the profile without this check, set duplicate_check or OPENTACT_DUPLICATE_CHECK to \"warn\" for this command."
)

// orphanWarning returns the warning about a new profile if one profile has its name and values.
func orphanWarning(env *acctest.Env, resourceType string, name, id string) *tfprotov6.Diagnostic {
	existing, _ := env.Profile(kindsByType[resourceType], id)
	return acctest.Warning("", fmt.Sprintf("%s %q may exist already as %s", capitalized(kindName(resourceType)), name, id),
		fmt.Sprintf("A profile with this name and all configured values exists already:\n\n  %s, created on %s\n\n"+
			createsAnother+" If no resource of this or another configuration manages the existing profile,"+findManager+
			"  terraform state list -id=%[1]s\n\nTo adopt the existing profile, add this block, and replace %[3]s.NAME with the address of this resource:\n\n"+
			"  import {\n    to = %[3]s.NAME\n    id = %[1]q\n  }", id, existing["created_on"], resourceType))
}

// orphanError returns the error of duplicate_check = "error" for the warning.
func orphanError(warning *tfprotov6.Diagnostic) *tfprotov6.Diagnostic {
	return acctest.Error(warning.Summary, strings.Replace(warning.Detail, createsAnother, notCreated, 1)+toCreate)
}

// othersWarning returns the warning about new profiles after those that were named.
func othersWarning(resourceType string) *tfprotov6.Diagnostic {
	return acctest.Warning("", "Other new "+kindName(resourceType)+"s may exist already", "The account has profiles with the names and all configured values of other new profiles. "+
		"An apply creates each of them again. The data source "+resourceType+"s lists the existing profiles with their UUIDs. "+
		"If no resource of this or another configuration manages a profile (terraform state list -id=UUID), import it instead.")
}

func TestPlan_OrphanExists_EachDuplicateCheck(t *testing.T) {
	t.Parallel()
	for resourceType, kind := range kindsByType {
		env := acctest.New(t, emulator.Options{})
		id := add(t, env, kind, map[string]any{"name": "a"})
		config := acctest.Values{"name": "a"}
		want := orphanWarning(env, resourceType, "a", id)

		p := env.Protocol(t) // the default is "warn"
		planned, diags := p.Plan(t, resourceType, acctest.State{}, config)
		acctest.WantDiagnostics(t, diags, want)
		if got := planned.Values(); got["name"] != "a" || got["id"] != acctest.Unknown {
			t.Errorf("planned %v", got)
		}
		acctest.WantDiagnostics(t, planNew(t, env.Protocol(t, acctest.Values{"duplicate_check": "warn"}), resourceType, config), want)
		acctest.NoDiagnostics(t, planNew(t, env.Protocol(t, acctest.Values{"duplicate_check": "off"}), resourceType, config))

		p = env.Protocol(t, failsOnDuplicates)
		acctest.WantDiagnostics(t, planNew(t, p, resourceType, config), orphanError(want))
		// A plan of another process may have been clean.
		state, diags := p.Apply(t, resourceType, acctest.State{}, planned, config)
		acctest.WantDiagnostics(t, diags, orphanError(want))
		if n := len(env.Profiles(kind)); state.Values() != nil || n != 1 {
			t.Errorf("the state is %v, and there are %d profiles", state.Values(), n)
		}

		// An apply after a warning creates another profile.
		p = env.Protocol(t)
		planned, _ = p.Plan(t, resourceType, acctest.State{}, config)
		state, diags = p.Apply(t, resourceType, acctest.State{}, planned, config)
		acctest.NoDiagnostics(t, diags)
		if n := len(env.Profiles(kind)); state.Values() == nil || n != 2 {
			t.Errorf("the state is %v, and there are %d profiles", state.Values(), n)
		}
	}
}

// With "error", new profiles without an equal are created. The list of the plan is enough for all of them.
func TestPlan_DuplicateCheckError_OtherProfiles_Creates(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	add(t, env, emulator.MessagingProfile, map[string]any{"name": "b"})
	p := env.Protocol(t, failsOnDuplicates)
	for _, name := range []string{"a", "c"} {
		state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": name})
		if state.Values()["name"] != name {
			t.Errorf("the state is %v", state.Values())
		}
	}
	if lists := env.Counters().ByOperation["GET /profile/messaging"]; lists != 1 {
		t.Errorf("got %d lists", lists)
	}
}

// The account of another provider alias may have an equal profile.
func TestPlan_OtherAccount_IsNotCompared(t *testing.T) {
	t.Parallel()
	config := acctest.Values{"name": "a"}
	first, second := acctest.New(t, emulator.Options{}), acctest.New(t, emulator.Options{Token: "second"})
	id := add(t, first, emulator.MessagingProfile, map[string]any{"name": "a"})
	acctest.WantDiagnostics(t, planNew(t, first.Protocol(t), messagingProfile, config), orphanWarning(first, messagingProfile, "a", id))
	acctest.NoDiagnostics(t, planNew(t, second.Protocol(t), messagingProfile, config))
	// Profiles of different kinds are not compared.
	acctest.NoDiagnostics(t, planNew(t, first.Protocol(t), voiceProfile, config))
}

// TestPlan_Orphan_ComparesConfiguredValues plans each attribute of each kind with the value of an existing profile, with
// another value, without a value, and with an unknown value.
func TestPlan_Orphan_ComparesConfiguredValues(t *testing.T) {
	t.Parallel()
	for _, a := range contractAttributes(t) {
		env := acctest.New(t, emulator.Options{})
		id := add(t, env, a.kind, map[string]any{"name": "a", a.name: a.value})
		for value, isOrphan := range map[any]bool{a.value: true, a.other: false, nil: true, acctest.Unknown: true} {
			var want []*tfprotov6.Diagnostic
			if isOrphan {
				want = append(want, orphanWarning(env, a.resourceType, "a", id))
			}
			t.Logf("%s of %s is %v", a.name, a.resourceType, value)
			acctest.WantDiagnostics(t, planNew(t, env.Protocol(t), a.resourceType, acctest.Values{"name": "a", a.name: value}), want...)
		}
		if !a.nullable {
			continue
		}
		// The existing profile has no value.
		if err := env.Change(a.kind, id, map[string]any{a.name: nil}); err != nil {
			t.Fatal(err)
		}
		acctest.NoDiagnostics(t, planNew(t, env.Protocol(t), a.resourceType, acctest.Values{"name": "a", a.name: a.value}))
	}
}

// The plan finds the orphan in each form of list that the API may use.
func TestPlan_Orphan_EachFormOfList(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]emulator.Options{
		"document": {Shape: emulator.ShapeDocument}, "aliases": {FieldNames: emulator.FieldNamesAliasIgnore}, "pages": {PageSize: 2}, "NFD": {Decompose: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for resourceType, kind := range kindsByType {
				env := acctest.New(t, options)
				ids := make(map[string]string)
				for _, name := range []string{"a", "é", "b", "c", "d"} {
					ids[name] = add(t, env, kind, map[string]any{"name": name})
				}
				p := env.Protocol(t)
				for name, id := range ids {
					acctest.WantDiagnostics(t, planNew(t, p, resourceType, acctest.Values{"name": name}), orphanWarning(env, resourceType, name, id))
				}
			}
		})
	}
}

func TestPlan_Orphan_ComparesNames(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	composed, decomposed := "Caf\u00e9", "Cafe\u0301"
	id := add(t, env, emulator.MessagingProfile, map[string]any{"name": decomposed, "callback_url": "https://a.example/" + decomposed})
	p := env.Protocol(t)
	// Terraform normalises all text to NFC.
	acctest.WantDiagnostics(t, planNew(t, p, messagingProfile, acctest.Values{"name": composed, "callback_url": "https://a.example/" + composed}),
		orphanWarning(env, messagingProfile, composed, id))
	for _, name := range []string{"caf\u00e9", "CAF\u00c9", "Cafe", " " + composed, composed + " ", "Café2"} {
		acctest.NoDiagnostics(t, planNew(t, p, messagingProfile, acctest.Values{"name": name}))
	}
}

// Without a known name, no profile is compared, not even one that has no name.
func TestPlan_UnknownName_IsNotCompared(t *testing.T) {
	t.Parallel()
	nameless := acctest.Stub(t, returns(`{"success":true,"payload":[{"uuid":"`+uuid+`","name":""},{"uuid":"`+otherUUID+`"}]}`).respond)
	acctest.NoDiagnostics(t, planNew(t, nameless, messagingProfile, acctest.Values{"name": acctest.Unknown}))
	for _, check := range []string{"warn", "error"} {
		env := acctest.New(t, emulator.Options{})
		add(t, env, emulator.MessagingProfile, map[string]any{"name": "a", "long_code_weight": 7})
		acctest.NoDiagnostics(t, planNew(t, env.Protocol(t, acctest.Values{"duplicate_check": check}), messagingProfile,
			acctest.Values{"name": acctest.Unknown, "long_code_weight": 7}))
	}
}

// listed returns a list with profiles named a. Each has the given members.
func listed(members ...string) http.HandlerFunc {
	var profiles []string
	for _, object := range members {
		profiles = append(profiles, "{"+strings.Join(append([]string{`"name":"a"`}, object), ",")+"}")
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, `{"success":true,"payload":[`+strings.Join(profiles, ",")+`]}`)
	}
}

// TestPlan_Orphans_Text is the specification of the text for several candidates and for unusual data.
func TestPlan_Orphans_Text(t *testing.T) {
	t.Parallel()
	numbered := func(i int) string { return fmt.Sprintf("%08d-0000-4000-8000-000000000000", i) }
	eleven, lines, commands := make([]string, 11), "", ""
	for i := range eleven {
		eleven[i] = fmt.Sprintf(`"uuid":%q,"created_on":"2026-11-25T12:00:%02dZ"`, numbered(i), i)
		if i < 10 {
			lines += fmt.Sprintf("  %s, created on 2026-11-25T12:00:%02dZ\n", numbered(i), i)
			commands += "  terraform state list -id=" + numbered(i) + "\n"
		}
	}
	const (
		prefix    = "WARNING : Messaging profile \"a\" may exist already as " + uuid + ": "
		one       = prefix + "A profile with this name and all configured values exists already:\n\n"
		several   = prefix + "Profiles with this name and all configured values exist already:\n\n"
		adoptOne  = "To adopt the existing profile, add this block, and replace opentact_messaging_profile.NAME with the address of this resource:\n\n  import {\n    to = opentact_messaging_profile.NAME\n    id = \"" + uuid + "\"\n  }\n"
		adoptSome = "To adopt one of these profiles, add this block, and replace opentact_messaging_profile.NAME with the address of this resource:\n\n  import {\n    to = opentact_messaging_profile.NAME\n    id = \"UUID\"\n  }\n"
		ifOne     = "\n\n" + createsAnother + " If no resource of this or another configuration manages the existing profile," + findManager + "  terraform state list -id=" + uuid + "\n\n"
		ifSome    = "\n\n" + createsAnother + " If no resource of this or another configuration manages one of these profiles," + findManager
	)
	for name, test := range map[string]struct {
		list http.HandlerFunc
		want string
	}{
		"two": {
			listed(`"uuid":"`+uuid+`","created_on":"2026-11-25T12:00:00Z"`, `"uuid":"`+otherUUID+`","created_on":"2026-11-25T12:00:01Z"`),
			several + "  " + uuid + ", created on 2026-11-25T12:00:00Z\n  " + otherUUID + ", created on 2026-11-25T12:00:01Z" +
				ifSome + "  terraform state list -id=" + uuid + "\n  terraform state list -id=" + otherUUID + "\n\n" + adoptSome,
		},
		"eleven": {
			listed(eleven...),
			strings.ReplaceAll(several, uuid, numbered(0)) + lines + "  … and 1 more; the data source opentact_messaging_profiles lists them" + ifSome + commands + "\n" + adoptSome,
		},
		"no created_on":       {listed(`"uuid":"` + uuid + `"`), one + "  " + uuid + ifOne + adoptOne},
		"created_on is null":  {listed(`"uuid":"` + uuid + `","created_on":null`), one + "  " + uuid + ifOne + adoptOne},
		"created_on is empty": {listed(`"uuid":"` + uuid + `","created_on":""`), one + "  " + uuid + ifOne + adoptOne},
		"hostile created_on": {
			listed(`"uuid":"` + uuid + `","created_on":"2026\u001b[2J\r\n\u202e` + strings.Repeat("x", 1000) + `"`),
			one + "  " + uuid + ", created on 2026 [2J " + strings.Repeat("x", 491) + "…" + ifOne + adoptOne,
		},
		"created_on is a number": {listed(`"uuid":"`+uuid+`","created_on":7`, `"uuid":"x"`), one + "  " + uuid + ifOne + adoptOne},
		"upper-case UUID":        {listed(`"uuid":"` + strings.ToUpper(uuid) + `"`), ""}, // no import accepts it
		"no UUID":                {listed(`"created_on":"x"`), ""},
		"hostile UUID":           {listed(`"uuid":"\u001b[2J"`), ""},
		"malformed value of an attribute that is not configured": {listed(`"uuid":"` + uuid + `","sticky_sender":7`), one + "  " + uuid + ifOne + adoptOne},
		"items that are no profiles": {
			func(w http.ResponseWriter, _ *http.Request) {
				respond(w, http.StatusOK, `{"success":true,"payload":[7,null,"x",[],{}]}`)
			}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diags := planNew(t, acctest.Stub(t, test.list), messagingProfile, acctest.Values{"name": "a"})
			if diff := cmp.Diff(test.want, acctest.Describe(diags)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

// A name with characters that a terminal interprets is quoted without them.
func TestPlan_Orphan_HostileName_IsCleaned(t *testing.T) {
	t.Parallel()
	const name = "a\x1b[2J\r\nb"
	env := acctest.New(t, emulator.Options{})
	id := add(t, env, emulator.MessagingProfile, map[string]any{"name": name})
	acctest.WantDiagnostics(t, planNew(t, env.Protocol(t), messagingProfile, acctest.Values{"name": name}), orphanWarning(env, messagingProfile, "a [2J b", id))
}

// manyOrphans adds n profiles of a kind, and returns the configurations and the warnings about them.
func manyOrphans(t *testing.T, env *acctest.Env, resourceType string, n int) (configs []acctest.Values, warnings map[string]*tfprotov6.Diagnostic) {
	t.Helper()
	warnings = make(map[string]*tfprotov6.Diagnostic)
	for i := range n {
		name := fmt.Sprint("n", i)
		id := add(t, env, kindsByType[resourceType], map[string]any{"name": name})
		configs = append(configs, acctest.Values{"name": name})
		warnings[name] = orphanWarning(env, resourceType, name, id)
	}
	return configs, warnings
}

// planAll plans new profiles at the same time, and returns the diagnostics by name.
func planAll(t *testing.T, p *acctest.Protocol, resourceType string, configs []acctest.Values) map[string][]*tfprotov6.Diagnostic {
	t.Helper()
	var (
		mu      sync.Mutex
		working sync.WaitGroup
	)
	all, turn := make(map[string][]*tfprotov6.Diagnostic), make(chan struct{}, 10) // as many as Terraform
	for _, config := range configs {
		turn <- struct{}{}
		working.Go(func() {
			diags := planNew(t, p, resourceType, config)
			<-turn
			mu.Lock()
			defer mu.Unlock()
			name := config.Text("name")
			all[name] = append(all[name], diags...)
		})
	}
	working.Wait()
	return all
}

// 2,000 new profiles need one list and eleven warnings. Ten new profiles have the same name, because with the race detector,
// a busy machine reads a list of 2,000 for more than 15 seconds.
func TestPlan_ManyOrphans_WarningsNameTen(t *testing.T) {
	t.Parallel()
	const siblings = 10
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	for resourceType, n := range map[string]int{messagingProfile: 200, voiceProfile: 3} {
		kind, from := kindsByType[resourceType], len(env.Requests())
		configs, warnings := manyOrphans(t, env, resourceType, n)
		named, others, other := 0, 0, acctest.Describe([]*tfprotov6.Diagnostic{othersWarning(resourceType)})
		for name, diags := range planAll(t, p, resourceType, slices.Repeat(configs, siblings)) {
			for i := range diags {
				switch got := acctest.Describe(diags[i : i+1]); got {
				case acctest.Describe([]*tfprotov6.Diagnostic{warnings[name]}):
					named++
				case other:
					others++
				default:
					t.Errorf("%s: got %s", name, got)
				}
			}
		}
		if named != 10 || others != 1 {
			t.Errorf("%s: %d warnings name their profiles, and %d are about the others", resourceType, named, others)
		}
		wantRequests(t, env, from, "GET /rest/profile/"+string(kind))
	}
}

// Terraform does not merge errors. A plan has at most ten, for both kinds together.
func TestPlan_ManyOrphans_AtMostTenErrors(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t, failsOnDuplicates)
	errors, isLast := 0, 0
	var silent acctest.Values // a profile without an error
	for resourceType := range kindsByType {
		configs, warnings := manyOrphans(t, env, resourceType, 50)
		for name, diags := range planAll(t, p, resourceType, configs) {
			want := orphanError(warnings[name])
			if len(diags) == 0 {
				silent = acctest.Values{"name": name}
				continue
			}
			errors++
			if strings.Contains(diags[0].Detail, "at most") {
				isLast++
				want.Detail += "\n\nThe provider reports at most 10 such errors in a plan. Other new profiles may exist already too."
			}
			acctest.WantDiagnostics(t, diags, want)
		}
	}
	if errors != 10 || isLast != 1 {
		t.Errorf("got %d errors; %d of them mention other new profiles", errors, isLast)
	}

	// With -target, or with a plan of another process, Terraform may apply a profile whose plan had no error.
	planned, diags := p.Plan(t, messagingProfile, acctest.State{}, silent)
	acctest.NoDiagnostics(t, diags)
	state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, silent)
	acctest.WantError(t, diags, "", fmt.Sprintf("Messaging profile %q may exist already as ", silent["name"]), notCreated)
	if posts := env.Counters().ByOperation["POST /profile/messaging"]; state.Values() != nil || posts != 0 {
		t.Errorf("the state is %v after %d POSTs", state.Values(), posts)
	}
}
