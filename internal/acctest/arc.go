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

// Arc is the life of one profile in real Terraform: created with nothing but
// its name, imported, every attribute updated, and changed back, imported
// again, and destroyed. After each step Terraform plans once more, and the plan
// has to be empty.
type Arc struct {
	// Type is the resource's type, Kind the profile's in the emulator.
	Type string
	Kind emulator.Kind
	// Defaults are what the API makes of fields that are left out.
	Defaults Values
	// First and Second set every attribute, each to another value.
	First, Second Values
}

// apis are the APIs that a profile's life has to be the same with.
var apis = map[string]emulator.Options{
	"as described":                 {},
	"answers as in the document":   {Shape: emulator.ShapeDocument},
	"ignores documented spellings": {Spelling: emulator.SpellingOtherIgnoring},
	"refuses documented spellings": {Spelling: emulator.SpellingOtherRefusing},
	"another API in every respect": {Shape: emulator.ShapeDocument, Spelling: emulator.SpellingOtherIgnoring},
}

// Run runs the arc against every API.
func (a Arc) Run(t *testing.T) {
	t.Helper()
	for name, options := range apis {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options.Defaults = map[emulator.Kind]map[string]any{a.Kind: a.Defaults}
			a.run(t, New(t, options))
		})
	}
}

func (a Arc) run(t *testing.T, env *Env) {
	t.Helper()
	minimal := Values{"name": "arc"}
	sameID := statecheck.CompareValue(compare.ValuesSame())
	address := a.Type + ".test"
	step := func(set Values, action plancheck.ResourceActionType) resource.TestStep {
		want := maps.Clone(set)
		if len(set) == 1 { // nothing but the name
			want = maps.Clone(a.Defaults)
			maps.Copy(want, set)
		}
		return resource.TestStep{
			Config: env.Config(Block(a.Type, "test", set)),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
			},
			ConfigStateChecks: append(StateChecks(address, want),
				sameID.AddStateValue(address, tfjsonpath.New("id")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("created_on"), knownvalue.NotNull()),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("modified_on"), knownvalue.NotNull()),
			),
			Check: func(*terraform.State) error { return env.checkOnly(a.Kind, want) },
		}
	}
	imported := resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true}
	importedByBlock := resource.TestStep{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID}

	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: Factories(),
		CheckDestroy:             func(*terraform.State) error { return env.checkNone(a.Kind) },
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

// checkOnly expects the emulator to hold one profile of the kind, with the
// given fields.
func (e *Env) checkOnly(kind emulator.Kind, want Values) error {
	profiles := e.Profiles(kind)
	if len(profiles) != 1 {
		return fmt.Errorf("the API holds %d profiles", len(profiles))
	}
	got := make(map[string]string)
	wanted := make(map[string]string)
	for name, value := range want {
		got[name], wanted[name] = fmt.Sprint(profiles[0][name]), fmt.Sprint(value)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		return fmt.Errorf("the API holds other values: %s", diff)
	}
	return nil
}

func (e *Env) checkNone(kind emulator.Kind) error {
	if profiles := e.Profiles(kind); len(profiles) != 0 {
		return fmt.Errorf("the API still holds %v", profiles)
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
