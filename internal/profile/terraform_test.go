// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestAccArcs lets a profile of each kind live in Terraform.
func TestAccArcs(t *testing.T) {
	t.Parallel()
	for _, arc := range acctest.Lifecycles() {
		t.Run(arc.Type, func(t *testing.T) {
			t.Parallel()
			arc.Run(t)
		})
	}
}

// TestAccForeignChanges shows in Terraform what is tested in detail without it:
// drift is repaired, and what others deleted is created anew.
func TestAccForeignChanges(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	const address = messagingProfile + ".test"
	config := env.Config(acctest.Block(messagingProfile, "test", acctest.Values{"name": "a", "long_code_weight": 3}))
	only := func() string { return acctest.Values(env.Profiles(emulator.MessagingProfile)[0]).Text("uuid") }
	expect := func(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
		return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					if err := env.Change(emulator.MessagingProfile, only(), map[string]any{"long_code_weight": 8}); err != nil {
						t.Error(err)
					}
				},
				Config: config, ConfigPlanChecks: expect(plancheck.ResourceActionUpdate),
				ConfigStateChecks: acctest.StateChecks(address, acctest.Values{"long_code_weight": 3}),
			},
			{
				PreConfig: func() {
					if err := env.Remove(emulator.MessagingProfile, only()); err != nil {
						t.Error(err)
					}
				},
				Config: config, ConfigPlanChecks: expect(plancheck.ResourceActionCreate),
			},
			{
				PreConfig: func() {
					if err := env.Remove(emulator.MessagingProfile, only()); err != nil {
						t.Error(err)
					}
				},
				Config: config, Destroy: true,
			},
		},
	})
}

func TestAccDataSources(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	// Neither the name nor the filter is known before the apply.
	config := env.Config(acctest.Block(messagingProfile, "a", acctest.Values{"name": "a", "sticky_sender": true}) +
		acctest.Block(messagingProfile, "b", acctest.Values{"name": "b"}) + `
resource "terraform_data" "b" {
  input = "b"
}

data "opentact_messaging_profile" "by_id" {
  id = opentact_messaging_profile.a.id
}

data "opentact_messaging_profile" "by_name" {
  name       = terraform_data.b.output
  depends_on = [opentact_messaging_profile.b]
}

data "opentact_messaging_profiles" "all" {
  name_regex = "^[a${terraform_data.b.output}]$"
  depends_on = [opentact_messaging_profile.a, opentact_messaging_profile.b]
}
`)
	names := knownvalue.ListExact([]knownvalue.Check{
		knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact("a"), "sticky_sender": knownvalue.Bool(true)}),
		knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact("b"), "sticky_sender": knownvalue.Bool(false)}),
	})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: config,
			ConfigStateChecks: append(append(
				acctest.StateChecks("data.opentact_messaging_profile.by_id", acctest.Values{"name": "a", "sticky_sender": true}),
				acctest.StateChecks("data.opentact_messaging_profile.by_name", acctest.Values{"name": "b", "sticky_sender": false})...),
				statecheck.ExpectKnownValue("data.opentact_messaging_profiles.all", tfjsonpath.New("profiles"), names)),
		}},
	})
}

// TestAccErrors shows what Terraform makes of errors in a configuration.
func TestAccErrors(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      env.Config(acctest.Block(messagingProfile, "test", acctest.Values{"name": "", "long_code_weight": 10})),
				ExpectError: regexp.MustCompile(`(?s)long_code_weight.*between 0 and 9`),
				PlanOnly:    true,
			},
			{
				Config:      env.Config("import {\n  to = opentact_messaging_profile.test\n  id = \"17\"\n}\n" + acctest.Block(messagingProfile, "test", acctest.Values{"name": "a"})),
				ExpectError: regexp.MustCompile(`"17"\s+is\s+not\s+a\s+uuid`),
			},
			{
				Config:      env.Config("import {\n  to = opentact_messaging_profile.test\n  id = \"" + uuid + "\"\n}\n" + acctest.Block(messagingProfile, "test", acctest.Values{"name": "a"})),
				ExpectError: regexp.MustCompile(`Cannot\s+import\s+non-existent\s+remote\s+object`),
			},
		},
	})
}

// TestAccUnknown has nothing known when the plan is made but that there is to be
// a profile: its name, and where the API is and what it wants, come from other
// resources.
func TestAccUnknown(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf(`
resource "terraform_data" "from" {
  input = { base_url = %q, token = %q, name = "from elsewhere", callback_url = null }
}

provider "opentact" {
  base_url = terraform_data.from.output.base_url
  token    = terraform_data.from.output.token
}

`, env.URL, env.Token) + acctest.Block(messagingProfile, "test", acctest.Values{
				"name": acctest.Expr("terraform_data.from.output.name"), "callback_url": acctest.Expr("terraform_data.from.output.callback_url"),
			}),
			ConfigStateChecks: acctest.StateChecks(messagingProfile+".test", acctest.Values{"name": "from elsewhere", "callback_url": nil}),
		}},
	})
}
