// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// Lifecycle is a lifecycle test of one profile with real Terraform. It creates the profile with only a name,
// imports it, changes every attribute to First, Second and First again, imports it twice and destroys it. After
// each step, Terraform makes another plan, which must be empty.
type Lifecycle struct {
	// Type is the type of the resource.
	Type string
	// Kind is the kind of the profile in the emulator.
	Kind emulator.Kind
	// Schema is the prefix of the names of the profile's schemas in openapi.yaml.
	Schema string
	// Defaults are the values that the API gives to omitted fields.
	Defaults Values
	// First and Second set every attribute, to different values.
	First, Second Values
}

// apiVariants are the variants of the API with which each lifecycle must be the same.
var apiVariants = map[string]emulator.Options{
	"default":                      {},
	"responses are leases":         {Shape: emulator.ShapeDocument},
	"ignores documented names":     {FieldNames: emulator.FieldNamesAliasIgnore},
	"rejects documented names":     {FieldNames: emulator.FieldNamesAliasReject},
	"leases, and only alias names": {Shape: emulator.ShapeDocument, FieldNames: emulator.FieldNamesAliasIgnore},
}

// NamePrefix is the prefix of the name of each profile that a test creates.
const NamePrefix = "tf-acc-"

// Account is an account in which a lifecycle test may create, change and delete profiles.
type Account interface {
	// Config returns a configuration that begins with a provider block for the account.
	Config(body string) string
	// Profile returns the fields of a profile by their documented names, and whether
	// the profile exists.
	Profile(kind emulator.Kind, uuid string) (map[string]any, bool)
}

// Run runs the lifecycle test against every variant of the API.
func (l Lifecycle) Run(t *testing.T) {
	t.Helper()
	for name, options := range apiVariants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options.Defaults = map[emulator.Kind]map[string]any{l.Kind: l.Defaults}
			env := New(t, options)
			l.RunIn(t, env, l.Defaults)
			if left := env.Profiles(l.Kind); len(left) > 0 {
				t.Errorf("profiles left in the API: %v", left)
			}
		})
	}
}

// RunIn runs the lifecycle test in one account. Defaults are the known values that the
// API gives to omitted fields.
func (l Lifecycle) RunIn(t *testing.T, account Account, defaults Values) {
	t.Helper()
	sameID := statecheck.CompareValue(compare.ValuesSame())
	address := l.Type + ".test"
	var id string
	// step applies the values in set, and checks the state and the API. omitted are the known values of omitted fields.
	step := func(action plancheck.ResourceActionType, set, omitted Values) resource.TestStep {
		want := make(Values)
		maps.Copy(want, omitted)
		maps.Copy(want, set)
		return resource.TestStep{
			Config: account.Config(Block(l.Type, "test", set)),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
			},
			ConfigStateChecks: append(StateChecks(address, want),
				sameID.AddStateValue(address, tfjsonpath.New("id")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("created_on"), knownvalue.NotNull()),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("modified_on"), knownvalue.NotNull()),
			),
			Check: func(state *terraform.State) error {
				id = state.RootModule().Resources[address].Primary.ID
				return checkProfile(account, l.Kind, id, want)
			},
		}
	}
	imported := resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true}
	importedByBlock := resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID}

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: Factories(),
		CheckDestroy:             func(*terraform.State) error { return checkDeleted(account, l.Kind, id) },
		Steps: []resource.TestStep{
			step(plancheck.ResourceActionCreate, Values{"name": NamePrefix + "lifecycle"}, defaults),
			imported,
			step(plancheck.ResourceActionUpdate, l.First, nil),
			step(plancheck.ResourceActionUpdate, l.Second, nil),
			step(plancheck.ResourceActionUpdate, l.First, nil),
			imported,
			importedByBlock,
		},
	})
}

// checkDeleted expects the account to have no profile with a UUID.
func checkDeleted(account Account, kind emulator.Kind, uuid string) error {
	if _, exists := account.Profile(kind, uuid); exists {
		return fmt.Errorf("profile %s still exists in the API", uuid)
	}
	return nil
}

// checkProfile expects the account to have a profile with the given fields.
func checkProfile(account Account, kind emulator.Kind, uuid string, want Values) error {
	profile, exists := account.Profile(kind, uuid)
	if !exists {
		return fmt.Errorf("the API has no profile %s", uuid)
	}
	got := make(map[string]string)
	wanted := make(map[string]string)
	for name, value := range want {
		got[name], wanted[name] = fmt.Sprint(profile[name]), fmt.Sprint(value)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		return fmt.Errorf("fields in the API (-want +got):\n%s", diff)
	}
	return nil
}

// Block returns a resource block. It omits values that are nil, and writes values of
// type Expr unquoted.
func Block(typeName, name string, values Values) string {
	var text strings.Builder
	fmt.Fprintf(&text, "resource %q %q {\n", typeName, name)
	for _, attribute := range slices.Sorted(maps.Keys(values)) {
		if value := values[attribute]; value != nil {
			fmt.Fprintf(&text, "  %s = %s\n", attribute, literal(value))
		}
	}
	return text.String() + "}\n"
}

// Expr is a Terraform expression.
type Expr string

func literal(value any) string {
	switch value := value.(type) {
	case string:
		return strconv.Quote(value)
	case Expr:
		return string(value)
	default:
		return fmt.Sprint(value)
	}
}

// StateChecks returns checks that expect the attributes of a resource to have the given
// values.
func StateChecks(address string, values Values) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for _, name := range slices.Sorted(maps.Keys(values)) {
		checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(name), known(values[name])))
	}
	return checks
}

func known(value any) knownvalue.Check {
	switch value := value.(type) {
	case nil:
		return knownvalue.Null()
	case string:
		return knownvalue.StringExact(value)
	case bool:
		return knownvalue.Bool(value)
	case int:
		return knownvalue.Int64Exact(int64(value))
	case float64:
		return knownvalue.Float64Exact(value)
	default:
		return knownvalue.StringFunc(func(string) error { return fmt.Errorf("no check for a value of type %T", value) })
	}
}
