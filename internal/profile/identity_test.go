// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-exec/tfexec"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// A resource has an identity after each operation.
func TestIdentity_EachOperation(t *testing.T) {
	t.Parallel()
	for resourceType, kind := range kindsByType {
		env := acctest.New(t, emulator.Options{})
		p := env.Protocol(t)
		want := func(after string, state acctest.State) {
			t.Helper()
			id := acctest.Values(env.Profiles(kind)[0]).Text("uuid")
			if diff := cmp.Diff(acctest.Values{"id": id}, p.Identity(t, resourceType, state.Identity)); diff != "" {
				t.Errorf("%s, after %s: %s", resourceType, after, diff)
			}
		}
		config := acctest.Values{"name": "a"}
		state := p.Converge(t, resourceType, acctest.State{}, config)
		want("create", state)
		want("read", refresh(t, p, resourceType, state))
		planned, _ := p.Plan(t, resourceType, state, acctest.Values{"name": "b"})
		want("plan", planned)
		state = p.Converge(t, resourceType, state, acctest.Values{"name": "b"})
		want("update", state)

		// A version of the provider without identity wrote the state.
		old := state
		old.Identity = nil
		want("read of an old state", refresh(t, p, resourceType, old))
		wantNoChange(t, p, resourceType, old, acctest.Values{"name": "b"})
		want("update of an old state", p.Converge(t, resourceType, old, config))

		id := state.Values().Text("id")
		byID, diags := p.Import(t, resourceType, id)
		acctest.NoDiagnostics(t, diags)
		want("import", byID)
		byIdentity, diags := p.ImportByIdentity(t, resourceType, acctest.Values{"id": id})
		acctest.NoDiagnostics(t, diags)
		want("import by identity", byIdentity)
		want("read after an import by identity", refresh(t, p, resourceType, byIdentity))
		if diff := cmp.Diff(refresh(t, p, resourceType, byID).Values(), refresh(t, p, resourceType, byIdentity).Values()); diff != "" {
			t.Errorf("%s: an import by identity differs: %s", resourceType, diff)
		}

		env.Protect(kind, id, "in use")
		kept, diags := p.Apply(t, resourceType, state, acctest.State{Value: p.Null(t, resourceType)}, nil)
		acctest.WantError(t, diags, "", "in use")
		want("a delete that was rejected", kept)
	}
}

// The framework requires an identity even if the profile is not found. Read takes it from the
// id in the state, so the state needs no identity.
func TestIdentity_ProfileNotFound_RemovesState(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	for _, identified := range []bool{true, false} {
		state := p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a"})
		if err := env.Remove(emulator.MessagingProfile, state.Values().Text("id")); err != nil {
			t.Fatal(err)
		}
		if !identified {
			state.Identity = nil
		}
		refreshNotFound(t, p, messagingProfile, state)
	}
}

// A tainted resource has an identity. A resource without a profile has none.
func TestIdentity_FailedCreate(t *testing.T) {
	t.Parallel()
	p := acctest.Stub(t, mismatching)
	config := acctest.Values{"name": "a", "long_code_weight": 9}
	planned, _ := p.Plan(t, messagingProfile, acctest.State{}, config)
	state, diags := p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	acctest.WantError(t, diags, "long_code_weight", "untaint")
	if diff := cmp.Diff(acctest.Values{"id": uuid}, p.Identity(t, messagingProfile, state.Identity)); diff != "" {
		t.Error(diff)
	}

	env := acctest.New(t, emulator.Options{})
	env.Inject(t, emulator.Rule{Faults: []emulator.Fault{{Action: emulator.ActionReject}}})
	p = env.Protocol(t)
	config = acctest.Values{"name": "a"}
	planned, _ = p.Plan(t, messagingProfile, acctest.State{}, config)
	state, diags = p.Apply(t, messagingProfile, acctest.State{}, planned, config)
	acctest.WantError(t, diags, "", "Nothing was created")
	if identity := p.Identity(t, messagingProfile, state.Identity); state.Values() != nil || identity != nil {
		t.Errorf("the state is %v, the identity %v", state.Values(), identity)
	}
}

func TestImport_InvalidIdentity(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	for _, id := range []any{nil, "", "17", uuid + " "} {
		_, diags := p.ImportByIdentity(t, messagingProfile, acctest.Values{"id": id})
		acctest.WantError(t, diags, "", "The import ID of a messaging profile must be a UUID", "Nothing was imported.")
	}
	imported, diags := p.ImportByIdentity(t, messagingProfile, acctest.Values{"id": strings.ToUpper(uuid)})
	acctest.NoDiagnostics(t, diags)
	if id := p.Identity(t, messagingProfile, imported.Identity); id["id"] != uuid || imported.Values()["id"] != uuid {
		t.Errorf("the identity is %v, the state %v", id, imported.Values())
	}
	if len(env.Requests()) > 0 {
		t.Error("a request was made")
	}
}

// TestAccIdentity_ImportBlocks checks with Terraform that the identity is stored, that an
// update does not change it, and that an import block accepts it.
func TestAccIdentity_ImportBlocks(t *testing.T) {
	t.Parallel()
	for resourceType, kind := range kindsByType {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, emulator.Options{})
			address := resourceType + ".test"
			sameID := statecheck.CompareValue(compare.ValuesSame())
			step := func(name string) resource.TestStep {
				return resource.TestStep{
					Config: env.Config(acctest.Block(resourceType, "test", acctest.Values{"name": name})),
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("id")),
						sameID.AddStateValue(address, tfjsonpath.New("id")),
					},
				}
			}
			resource.Test(t, resource.TestCase{
				TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					step("a"),
					step("b"),
					{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
					{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
					{ResourceName: address, ImportState: true, ImportStateVerify: true},
				},
			})
		})
	}
}

// TestAccIdentity_StateWithoutIdentity uses a state without the data that earlier versions of
// Terraform and the provider did not write.
func TestAccIdentity_StateWithoutIdentity(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	config := func(weight int) map[string]string {
		blocks := ""
		for resourceType := range kindsByType {
			values := acctest.Values{"name": "a"}
			if resourceType == messagingProfile {
				values["long_code_weight"] = weight
			}
			blocks += acctest.Block(resourceType, "test", values)
		}
		return env.Files(blocks)
	}
	w := acctest.NewWorkspace(t, config(3))
	if err := w.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(filepath.Join(w.Dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	w.Write(t, map[string]string{"terraform.tfstate": withoutMembers(t, written, "identity", "identity_schema_version", "private")})
	for _, refresh := range []bool{true, false} {
		if planned := planIn(t, w, tfexec.Refresh(refresh)).planned; len(planned) > 0 {
			t.Errorf("planned to change: %v", planned)
		}
	}
	w.Write(t, config(4))
	if planned := planIn(t, w).planned; len(planned) != 1 {
		t.Errorf("planned to change: %v", planned)
	}
	if err := w.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	if planned := planIn(t, w).planned; len(planned) > 0 {
		t.Errorf("planned to change: %v", planned)
	}
}

// withoutMembers returns a state file whose instances lack some members.
func withoutMembers(t *testing.T, file []byte, members ...string) string {
	t.Helper()
	var state map[string]any
	err := json.Unmarshal(file, &state)
	resources, _ := state["resources"].([]any)
	if err != nil || len(resources) == 0 {
		t.Fatalf("no resources in the state: %v", err)
	}
	for _, resource := range resources {
		resource, _ := resource.(map[string]any)
		instances, _ := resource["instances"].([]any)
		for _, instance := range instances {
			instance, _ := instance.(map[string]any)
			for _, member := range members {
				delete(instance, member)
			}
		}
	}
	without, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range members {
		if strings.Contains(string(without), strconv.Quote(member)) {
			t.Fatalf("the state still has %s", member)
		}
	}
	return string(without)
}
