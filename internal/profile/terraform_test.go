// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestAccLifecycles creates, changes, imports and deletes a profile of each kind.
func TestAccLifecycles(t *testing.T) {
	t.Parallel()
	for _, lifecycle := range acctest.Lifecycles() {
		t.Run(lifecycle.Type, func(t *testing.T) {
			t.Parallel()
			lifecycle.Run(t)
			t.Run("write-only", func(t *testing.T) {
				t.Parallel()
				lifecycle.RunWriteOnly(t)
			})
		})
	}
}

// TestAccResource_ChangedByAnotherClient repairs drift, and creates a deleted profile again.
func TestAccResource_ChangedByAnotherClient(t *testing.T) {
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

// The name and the pattern of the data sources are known only in the apply.
func TestAccDataSources_UnknownArguments(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
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

// TestAccErrors tests how Terraform shows errors in a configuration.
func TestAccErrors(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	const weight = `long_code_weight\s+must\s+be\s+an\s+integer\s+from\s+0\s+to\s+9,`
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      env.Config(acctest.Block(messagingProfile, "test", acctest.Values{"name": "", "long_code_weight": 10})),
				ExpectError: regexp.MustCompile(weight + `\s+got\s+10\.`),
				PlanOnly:    true,
			},
			{ // 1 + 7e-154 in Terraform's numbers
				Config:      env.Config(acctest.Block(messagingProfile, "test", acctest.Values{"name": "a", "long_code_weight": acctest.Expr("(1 - 0.9) * 10")})),
				ExpectError: regexp.MustCompile(weight + `\s+got\s+1\.0{19}…;\s+round\s+it\s+with\s+floor\(number\s+\+\s+0\.5\)\.`),
				PlanOnly:    true,
			},
			{
				Config:   env.Config(acctest.Block(messagingProfile, "test", acctest.Values{"name": "a", "long_code_weight": acctest.Expr("floor((1 - 0.9) * 10 + 0.5)")})),
				PlanOnly: true, ExpectNonEmptyPlan: true,
			},
			{ // a value that is known only in the apply
				Config: env.Config("resource \"terraform_data\" \"weight\" {\n  input = 1.5\n}\n" +
					acctest.Block(messagingProfile, "test", acctest.Values{"name": "a", "long_code_weight": acctest.Expr("terraform_data.weight.output")})),
				ExpectError: regexp.MustCompile(weight + `\s+got\s+1\.5\.`),
			},
			{
				Config: env.Config("resource \"terraform_data\" \"pattern\" {\n  input = \"([\"\n}\n\n" +
					"data \"opentact_messaging_profiles\" \"test\" {\n  name_regex = terraform_data.pattern.output\n}\n"),
				ExpectError: regexp.MustCompile(`name_regex\s+must\s+be\s+a\s+regular\s+expression\s+in\s+RE2\s+syntax,\s+got\s+"\(\[":\s+missing\s+closing\s+\]\.`),
			},
			{
				Config:      env.Config("import {\n  to = opentact_messaging_profile.test\n  id = \"17\"\n}\n" + acctest.Block(messagingProfile, "test", acctest.Values{"name": "a"})),
				ExpectError: regexp.MustCompile(`must\s+be\s+a\s+UUID\s+\(32\s+hexadecimal\s+digits\s+in\s+groups\s+of\s+8-4-4-4-12\),\s+got\s+"17"`),
			},
			{
				Config:      env.Config("import {\n  to = opentact_messaging_profile.test\n  id = \"" + uuid + "\"\n}\n" + acctest.Block(messagingProfile, "test", acctest.Values{"name": "a"})),
				ExpectError: regexp.MustCompile(`Cannot\s+import\s+non-existent\s+remote\s+object`),
			},
		},
	})
}

// TestAccUpperCaseID imports by block and by command, and reads a data source. The state contains lower
// case.
func TestAccUpperCaseID(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	for resourceType, kind := range kindsByType {
		id := add(t, env, kind, map[string]any{"name": "a"})
		address := resourceType + ".test"
		config := acctest.Block(resourceType, "test", acctest.Values{"name": "a"}) + fmt.Sprintf("data %q \"test\" {\n  id = %q\n}\n", resourceType, strings.ToUpper(id))
		byBlock := acctest.NewWorkspace(t, env.Files(config+acctest.ImportBlock(address, strings.ToUpper(id))))
		if err := byBlock.Apply(t.Context()); err != nil {
			t.Fatal(err)
		}
		byCommand := acctest.NewWorkspace(t, env.Files(config))
		if err := byCommand.Import(t.Context(), address, strings.ToUpper(id)); err != nil {
			t.Fatal(err)
		}
		if got := statesIn(t, byBlock)["data."+address].Text("id"); got != id {
			t.Errorf("the id of the data source is %s, want %s", got, id)
		}
		for _, w := range []*acctest.Workspace{byBlock, byCommand} {
			if got := statesIn(t, w)[address].Text("id"); got != id {
				t.Errorf("the id is %s, want %s", got, id)
			}
			if planned := planIn(t, w).planned; len(planned) > 0 {
				t.Errorf("the plan changes %v", planned)
			}
		}
	}
}

// TestAccProvider_UnknownSettings gets the name of a profile and the provider's settings from another resource.
func TestAccProvider_UnknownSettings(t *testing.T) {
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
