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

// Lifecycle is the life of one profile in real Terraform: created with nothing but
// its name, imported, every attribute updated, and changed back, imported
// again, and destroyed. After each step Terraform plans once more, and the plan
// has to be empty.
type Lifecycle struct {
	// Type is the resource's type, Kind the profile's in the emulator, and Schema
	// what the names of its schemas in openapi.yaml begin with.
	Type   string
	Kind   emulator.Kind
	Schema string
	// Defaults are what the API makes of fields that are left out.
	Defaults Values
	// First and Second set every attribute, each to another value.
	First, Second Values
}

// apis are the APIs that a profile's life has to be the same with.
var apis = map[string]emulator.Options{
	"as described":                 {},
	"answers as in the document":   {Shape: emulator.ShapeDocument},
	"ignores documented spellings": {FieldNames: emulator.FieldNamesAliasIgnore},
	"refuses documented spellings": {FieldNames: emulator.FieldNamesAliasReject},
	"another API in every respect": {Shape: emulator.ShapeDocument, FieldNames: emulator.FieldNamesAliasIgnore},
}

// NamePrefix is what the names of profiles begin with that tests make.
const NamePrefix = "tf-acc-"

// Account is an API whose profiles an arc may create, change and remove.
type Account interface {
	// Config returns a configuration that begins with a provider block for it.
	Config(body string) string
	// Profile returns the fields of a profile, by the document's names.
	Profile(kind emulator.Kind, uuid string) (map[string]any, bool)
}

// Run runs the arc against every API that the emulator can be.
func (a Lifecycle) Run(t *testing.T) {
	t.Helper()
	for name, options := range apis {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options.Defaults = map[emulator.Kind]map[string]any{a.Kind: a.Defaults}
			env := New(t, options)
			a.RunIn(t, env, a.Defaults)
			if left := env.Profiles(a.Kind); len(left) > 0 {
				t.Errorf("the API still holds %v", left)
			}
		})
	}
}

// RunIn runs the arc in one account. Defaults are what its API makes of fields that
// are left out, as far as anybody knows.
func (a Lifecycle) RunIn(t *testing.T, account Account, defaults Values) {
	t.Helper()
	minimal := Values{"name": NamePrefix + "arc"}
	sameID := statecheck.CompareValue(compare.ValuesSame())
	address := a.Type + ".test"
	var id string
	step := func(set Values, action plancheck.ResourceActionType) resource.TestStep {
		want := maps.Clone(set)
		if len(set) == 1 { // nothing but the name
			maps.Copy(want, defaults)
		}
		return resource.TestStep{
			Config: account.Config(Block(a.Type, "test", set)),
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
				return holds(account, a.Kind, id, want)
			},
		}
	}
	imported := resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true}
	importedByBlock := resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID}

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: Factories(),
		CheckDestroy: func(*terraform.State) error {
			if _, exists := account.Profile(a.Kind, id); exists {
				return fmt.Errorf("the API still holds %s", id)
			}
			return nil
		},
		Steps: []resource.TestStep{
			step(minimal, plancheck.ResourceActionCreate),
			imported,
			step(a.First, plancheck.ResourceActionUpdate),
			step(a.Second, plancheck.ResourceActionUpdate),
			step(a.First, plancheck.ResourceActionUpdate),
			imported,
			importedByBlock,
		},
	})
}

// holds expects an account to hold a profile with the given fields.
func holds(account Account, kind emulator.Kind, uuid string, want Values) error {
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
		return fmt.Errorf("the API holds other values: %s", diff)
	}
	return nil
}

// Block writes a resource block. Values that are nil are left out, and those
// of type Expr stand as they are.
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

// StateChecks expects a resource's attributes to have the given values.
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
		return knownvalue.StringExact(fmt.Sprintf("a value of type %T", value))
	}
}
