// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-exec/tfexec"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// everything is a limit that no list of a test reaches.
const everything = 100

// Terraform prints the names of results unchanged, so they must not contain escape sequences.
func TestListResource_NameWithEscapes_IsCleaned(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		respond(w, http.StatusOK, `{"success":true,"payload":[{"uuid":"`+uuid+`","name":"a\u001b]0;b\u0007\u001b[31m\u202e`+strings.Repeat("c", 1000)+`"}]}`)
	})
	listed, diags := p.List(t, messagingProfile, nil, false, everything, everything)
	acctest.NoDiagnostics(t, diags)
	if name := listed[0].DisplayName; !strings.HasPrefix(name, "a ]0;b [31m ccc") || len(name) > 600 {
		t.Errorf("%q", name)
	}
}

// Each result has a display name and an identity. It has the resource only if Terraform asks
// for it. The resource is the same as after a refresh.
func TestListResource_Results(t *testing.T) {
	t.Parallel()
	for resourceType, kind := range kindsByType {
		env := acctest.New(t, emulator.Options{})
		p := env.Protocol(t)
		second := add(t, env, kind, map[string]any{"name": "b"})
		first := add(t, env, kind, map[string]any{"name": "a"})
		want := []acctest.ListResult{
			{DisplayName: "a", Identity: acctest.Values{"id": first}},
			{DisplayName: "b", Identity: acctest.Values{"id": second}},
		}
		got, diags := p.List(t, resourceType, nil, false, everything, everything)
		acctest.NoDiagnostics(t, diags)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", resourceType, diff)
		}
		for i := range want {
			state, diags := p.ImportByIdentity(t, resourceType, want[i].Identity)
			acctest.NoDiagnostics(t, diags)
			want[i].Resource = refresh(t, p, resourceType, state).Values()
		}
		got, diags = p.List(t, resourceType, nil, true, everything, everything)
		acctest.NoDiagnostics(t, diags)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", resourceType, diff)
		}
	}
}

func TestListResource_RegexAndLimit(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	for _, name := range []string{"prod-b", "prod-a", "test-a", "Prod-a"} {
		add(t, env, emulator.MessagingProfile, map[string]any{"name": name})
	}
	for _, test := range []struct {
		regex any
		limit int64
		most  int
		want  string
		// warning is the detail of the warning about the limit.
		warning string
	}{
		{nil, everything, everything, "Prod-a prod-a prod-b test-a", ""},
		{"^prod-", everything, everything, "prod-a prod-b", ""},
		{"-a$", everything, everything, "Prod-a prod-a test-a", ""},
		{"nothing", everything, everything, "", ""},
		{"", everything, everything, "Prod-a prod-a prod-b test-a", ""},
		{nil, 3, everything, "Prod-a prod-a prod-b", "4 profiles match, but the list shows only the first 3. To list all profiles, set the limit of the list block to 4 or more."},
		{"-a$", 1, everything, "Prod-a", "3 profiles match, but the list shows only the first 1. To list all profiles, set the limit of the list block to 3 or more."},
		{nil, 3, 1, "", "4 profiles match, but the list shows only the first 3. To list all profiles, set the limit of the list block to 4 or more."},
		{nil, 4, everything, "Prod-a prod-a prod-b test-a", ""},
		{nil, 0, everything, "Prod-a prod-a prod-b test-a", ""}, // Terraform always sends one
		{nil, everything, 2, "Prod-a prod-a", ""},               // Terraform stops reading
	} {
		listed, diags := p.List(t, messagingProfile, acctest.Values{"name_regex": test.regex}, true, test.limit, test.most)
		want := ""
		if test.warning != "" {
			want = "WARNING : Not all messaging profiles are listed: " + test.warning + "\n"
		}
		if got := acctest.Describe(diags); got != want {
			t.Errorf("%+v: got %s", test, got)
		}
		var names []string
		for _, one := range listed {
			if one.Identity != nil { // or it is the warning
				names = append(names, one.DisplayName)
			}
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}

// Profiles with equal names are in the order of their UUIDs, not in the order of their
// creation.
func TestLists_EqualNames_SortedByUUID(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	var want, got, read []string
	for range 9 {
		want = append(want, add(t, env, emulator.MessagingProfile, map[string]any{"name": "a"}))
	}
	slices.Sort(want)
	listed, diags := p.List(t, messagingProfile, nil, false, everything, everything)
	acctest.NoDiagnostics(t, diags)
	for _, one := range listed {
		got = append(got, one.Identity.Text("id"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the list resource differs: %s", diff)
	}
	all, diags := p.ReadDataSource(t, messagingProfile+"s", nil)
	acctest.NoDiagnostics(t, diags)
	for _, one := range all.List("profiles") {
		read = append(read, one.Text("id"))
	}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("the data source differs: %s", diff)
	}
}

// After an error, the list has no other result.
func TestListResource_Errors(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	add(t, env, emulator.MessagingProfile, map[string]any{"name": "a"})
	_, diags := p.List(t, messagingProfile, acctest.Values{"name_regex": "("}, false, everything, everything)
	acctest.WantError(t, diags, "name_regex", "must be a regular expression", "missing closing )")
	if len(env.Requests()) > 0 {
		t.Error("a request was sent")
	}

	env.Inject(t, emulator.Rule{Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: http.StatusForbidden}}})
	listed, diags := p.List(t, messagingProfile, nil, false, everything, everything)
	acctest.WantError(t, diags, "", "Could not list messaging profiles", "403", "do not have permission")
	if len(listed) != 1 || listed[0].Identity != nil {
		t.Errorf("results after the error: %v", listed)
	}

	// Without the malformed profile, the list would look complete.
	broken := acctest.Stub(t, func(w http.ResponseWriter, _ *http.Request) {
		good := strings.TrimSuffix(strings.TrimPrefix(profileJSON(""), `{"success":true,"payload":`), "}")
		bad := strings.NewReplacer(uuid, otherUUID, `"long_code_weight":1`, `"long_code_weight":"x"`).Replace(good)
		respond(w, http.StatusOK, `{"success":true,"payload":[`+good+`,`+bad+`]}`)
	})
	_, diags = broken.List(t, messagingProfile, nil, false, everything, everything)
	acctest.WantError(t, diags, "", "Could not list messaging profiles", "long_code_weight has an invalid value")

	unconfigured := acctest.NewProtocol(t)
	acctest.NoDiagnostics(t, unconfigured.Configure(t, acctest.Values{"base_url": env.URL, "token": acctest.Unknown}))
	_, diags = unconfigured.List(t, messagingProfile, nil, false, everything, everything)
	acctest.WantError(t, diags, "", "not known before apply: token.")
}

// TestAccListResource_Query runs `terraform query`.
func TestAccListResource_Query(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	add(t, env, emulator.OutboundVoiceProfile, map[string]any{"name": "test-b"})
	id := add(t, env, emulator.OutboundVoiceProfile, map[string]any{"name": "prod-a", "max_rate": 0.1})
	const address = "opentact_outbound_voice_profile.prod"
	identity := map[string]knownvalue.Check{"id": knownvalue.StringExact(id)}
	byIdentity := queryfilter.ByResourceIdentity(identity)
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Query: true,
			Config: env.Config("list \"opentact_outbound_voice_profile\" \"prod\" {\n  provider         = opentact\n  include_resource = true\n" +
				"  config {\n    name_regex = \"^prod-\"\n  }\n}\n"),
			QueryResultChecks: []querycheck.QueryResultCheck{
				querycheck.ExpectLength(address, 1),
				querycheck.ExpectIdentity(address, identity),
				querycheck.ExpectResourceDisplayName(address, byIdentity, knownvalue.StringExact("prod-a")),
				querycheck.ExpectResourceKnownValues(address, byIdentity, []querycheck.KnownValueCheck{
					{Path: tfjsonpath.New("max_rate"), KnownValue: knownvalue.Float64Exact(0.1)},
				}),
			},
		}},
	})
}

// addOneOfEach adds a profile for each value of each attribute, and for each number that a
// conversion may change. It returns the number of profiles.
func addOneOfEach(t *testing.T, env *acctest.Env) (profiles int) {
	t.Helper()
	for _, a := range contractAttributes(t) {
		for _, value := range []any{a.value, a.other} {
			add(t, env, a.kind, map[string]any{"name": fmt.Sprintf("%s \"%v\" ${x} %%{y}", a.name, value), a.name: value})
			profiles++
		}
	}
	for _, number := range exactNumbers {
		add(t, env, emulator.OutboundVoiceProfile, map[string]any{
			"name": "number", "channel_limit": json.Number(number), "max_rate": json.Number(number), "daily_spend_limit": json.Number(number),
		})
		profiles++
	}
	return profiles
}

// A result of a list contains an identity and a resource. After an import by the identity, a
// configuration with the resource's attributes plans no change.
func TestImport_ListedProfile_PlansNoChange(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	adopted, profiles := 0, addOneOfEach(t, env)
	for resourceType := range kindsByType {
		listed, diags := p.List(t, resourceType, nil, true, everything, everything)
		acctest.NoDiagnostics(t, diags)
		for _, one := range listed {
			config := maps.Clone(one.Resource)
			for _, computed := range []string{"id", "created_on", "modified_on"} {
				delete(config, computed)
			}
			acctest.NoDiagnostics(t, p.ValidateResource(t, resourceType, config))
			state, diags := p.ImportByIdentity(t, resourceType, one.Identity)
			acctest.NoDiagnostics(t, diags)
			wantNoChange(t, p, resourceType, refresh(t, p, resourceType, state), config)
			adopted++
		}
	}
	if adopted != profiles {
		t.Errorf("%d of %d profiles were adopted", adopted, profiles)
	}
}

// TestAccListResource_GeneratedConfiguration_PlansNoChange applies the configuration that
// `terraform query -generate-config-out` writes. It imports all profiles and changes none.
func TestAccListResource_GeneratedConfiguration_PlansNoChange(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	w := acctest.NewWorkspace(t, env.Files(""))
	queries := ""
	for resourceType := range kindsByType {
		queries += fmt.Sprintf("list %q \"all\" {\n  provider = opentact\n}\n", resourceType)
	}
	w.Write(t, map[string]string{"all.tfquery.hcl": queries})
	w.RequireTerraform(t, ">= 1.14", "terraform query, unlike TestImport_ListedProfile_PlansNoChange,")
	profiles := addOneOfEach(t, env)
	results, err := w.QueryJSON(t.Context(), tfexec.GenerateConfigOut(filepath.Join(w.Dir, "generated.tf")))
	if err != nil {
		t.Fatal(err)
	}
	for message := range results {
		if message.Err != nil {
			t.Fatal(message.Err)
		}
	}
	var said strings.Builder
	w.SetStdout(&said)
	if err := w.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("Apply complete! Resources: %d imported, 0 added, 0 changed, 0 destroyed.", profiles)
	if !strings.Contains(said.String(), want) {
		t.Errorf("want %q, got %s", want, &said)
	}
	if writes := env.Writes(0); len(writes) > 0 {
		t.Errorf("the API got writes: %v", writes)
	}
	if changes, err := w.Plan(t.Context()); changes || err != nil {
		t.Errorf("the second plan: changes %t, %v", changes, err)
	}
}
