// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// RunWriteOnly runs a lifecycle test of the write-only attributes. It sets them to ephemeral values, with and without a
// version, imports the profile, and removes the attributes. Plans and states never contain a value. RunWriteOnly
// does nothing for a kind without write-only attributes.
func (l Lifecycle) RunWriteOnly(t *testing.T) {
	t.Helper()
	fields := l.writeOnlyFields(t)
	if len(fields) == 0 {
		return
	}
	env, address := New(t, emulator.Options{}), l.Type+".test"
	var id string
	// step applies an ephemeral value of each field, with a version unless it is nil. Without values, it removes the
	// attributes. Then the API must have the values in stored.
	step := func(action plancheck.ResourceActionType, values Values, version any, stored Values) resource.TestStep {
		set, want, variables, declared := Values{"name": NamePrefix + "write-only"}, Values{}, config.Variables{}, ""
		planChecks := []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}
		var stateChecks []statecheck.StateCheck
		for _, field := range fields {
			declared += fmt.Sprintf("variable %q {\n  type      = string\n  ephemeral = true\n  default   = null\n}\n", field)
			want[field] = stored[field]
			if values == nil {
				continue
			}
			set[field+"_wo"], set[field+"_wo_version"] = Expr("var."+field), version
			variables[field] = config.StringVariable(values.Text(field))
			for _, name := range []string{field, field + "_wo"} {
				planChecks = append(planChecks, plancheck.ExpectKnownValue(address, tfjsonpath.New(name), knownvalue.Null()))
				stateChecks = append(stateChecks, statecheck.ExpectKnownValue(address, tfjsonpath.New(name), knownvalue.Null()))
			}
			stateChecks = append(stateChecks, statecheck.ExpectKnownValue(address, tfjsonpath.New(field+"_wo_version"), known(version)))
		}
		return resource.TestStep{
			Config: env.Config(declared + Block(l.Type, "test", set)), ConfigVariables: variables,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: planChecks}, ConfigStateChecks: stateChecks,
			Check: func(state *terraform.State) error {
				id = state.RootModule().Resources[address].Primary.ID
				return checkProfile(env, l.Kind, id, want)
			},
		}
	}
	ignored := slices.Clone(fields) // an import reads their values
	for _, field := range fields {
		ignored = append(ignored, field+"_wo_version")
	}
	imported := resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: ignored}
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
		ProtoV6ProviderFactories: Factories(),
		CheckDestroy:             func(*terraform.State) error { return checkDeleted(env, l.Kind, id) },
		Steps: []resource.TestStep{
			step(plancheck.ResourceActionCreate, l.First, nil, l.First),
			step(plancheck.ResourceActionUpdate, l.Second, 1, l.Second),
			step(plancheck.ResourceActionNoop, l.First, 1, l.Second),
			imported,
			step(plancheck.ResourceActionUpdate, nil, nil, nil),
		},
	})
}

// writeOnlyFields returns the fields that have write-only attributes.
func (l Lifecycle) writeOnlyFields(t *testing.T) (fields []string) {
	t.Helper()
	for _, attribute := range NewProtocol(t).resource(t, l.Type).Block.Attributes {
		if attribute.WriteOnly {
			fields = append(fields, strings.TrimSuffix(attribute.Name, "_wo"))
		}
	}
	return fields
}
