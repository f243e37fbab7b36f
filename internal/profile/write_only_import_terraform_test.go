// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// An import reads the value into the state or the plan, and the next apply removes it.
func TestAccWriteOnly_Import_SecondPlanIsEmpty(t *testing.T) {
	t.Parallel()
	for way, test := range map[string]struct {
		values acctest.Values
		url    string
		// imports imports the profile with an id. configure sets the configuration and more blocks.
		imports func(t *testing.T, w *writeOnlyTest, id string, configure func(blocks string))
	}{
		"command": {withWriteOnly(), otherWebhook, func(t *testing.T, w *writeOnlyTest, id string, configure func(string)) {
			t.Helper()
			configure("")
			w.Run(t, "import", "-input=false", writeOnlyAddress, id)
		}},
		"block": {withVersion(1), webhook, func(_ *testing.T, _ *writeOnlyTest, id string, configure func(string)) {
			configure(acctest.ImportBlock(writeOnlyAddress, id))
		}},
		"identity": {withVersion(1), otherWebhook, func(t *testing.T, w *writeOnlyTest, id string, configure func(string)) {
			t.Helper()
			w.RequireTerraform(t, ">= 1.12", "an import by identity, unlike TestWriteOnly_*,")
			configure(fmt.Sprintf("import {\n  to       = %s\n  identity = { id = %q }\n}\n", writeOnlyAddress, id))
		}},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := newWriteOnlyTest(t)
			id := add(t, w.env, emulator.MessagingProfile, plainProfile())
			test.imports(t, w, id, func(blocks string) { w.configure(t, profileBlock(test.values, "")+blocks, test.url) })
			changes := map[string]string{"callback_url": show(webhook) + " → null"}
			if test.values["callback_url_wo_version"] != nil {
				changes["callback_url_wo_version"] = "null → 1"
			}
			w.wantUpdate(t, "import", plannedUpdate(changes), changedBody(webhook, test.url), test.url)
		})
	}
}

func plainProfile() map[string]any { return map[string]any{"name": "a", "callback_url": webhook} }

// ignore_changes = [callback_url] keeps the imported value in the plan. The next refresh removes it from the state.
func TestAccWriteOnly_Import_IgnoresPlain_WritesValue(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	id := add(t, w.env, emulator.MessagingProfile, plainProfile())
	w.configure(t, profileBlock(withWriteOnly(), ignoring("[callback_url]"))+acctest.ImportBlock(writeOnlyAddress, id), otherWebhook)
	w.wantApply(t, "import", patchBody(otherWebhook))
	w.wantStored(t, "import", otherWebhook)
	w.Run(t, "apply", "-refresh-only", "-auto-approve")
	w.wantOnlyInAPI(t, "refresh", otherWebhook)
	w.wantNoPlan(t, "refresh")
}

// earlierState returns a state that a provider without write-only attributes wrote.
func earlierState(t *testing.T, attributes map[string]any) string {
	t.Helper()
	type object = map[string]any
	private, err := json.Marshal(object{"configured": []byte(`["callback_url","name"]`)}) // JSON encodes bytes in base64
	if err != nil {
		t.Fatal(err)
	}
	state, err := json.Marshal(object{
		"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "00000000-0000-4000-8000-000000000000", "outputs": object{},
		"resources": []object{{
			"mode": "managed", "type": messagingProfile, "name": "test", "provider": `provider["registry.terraform.io/opentact/opentact"]`,
			"instances": []object{{"schema_version": 0, "attributes": attributes, "sensitive_attributes": []any{}, "private": private}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(state)
}

func TestAccWriteOnly_StateOfEarlierProvider_MovesToWriteOnly(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	id := add(t, w.env, emulator.MessagingProfile, plainProfile())
	attributes, _ := w.env.Profile(emulator.MessagingProfile, id)
	delete(attributes, "uuid")
	attributes["id"] = id
	w.Write(t, map[string]string{"terraform.tfstate": earlierState(t, attributes)})
	w.configure(t, profileBlock(withPlain(webhook), ""), otherWebhook)
	w.wantNoPlan(t, "earlier state")
	w.wantNoPlan(t, "earlier state, without a refresh", "-refresh=false")
	w.Write(t, map[string]string{"terraform.tfstate": earlierState(t, attributes)})
	w.configure(t, profileBlock(acctest.Values{"name": "a"}, ""), otherWebhook)
	w.wantPlan(t, "removal", plannedUpdate(map[string]string{"callback_url": show(webhook) + " → " + afterApply}, warnsUnset))

	w.configure(t, profileBlock(withWriteOnly(), ""), otherWebhook)
	w.wantUpdate(t, "to write-only", plannedUpdate(map[string]string{"callback_url": show(webhook) + " → null"}), patchBody(otherWebhook), otherWebhook)
}

// Generated configuration contains the URL and no write-only attribute.
func TestAccWriteOnly_GeneratedConfiguration_PlansNoChange(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	id := add(t, w.env, emulator.MessagingProfile, plainProfile())
	block := acctest.ImportBlock(writeOnlyAddress, id)
	// Terraform 1.16.0 needs the provider: hashicorp/terraform#39144. An import block of a resource rejects it.
	w.configure(t, strings.Replace(block, "\n", "\n  provider = opentact\n", 1), otherWebhook)
	w.Run(t, "plan", "-input=false", "-generate-config-out=generated.tf")
	w.configure(t, block, otherWebhook)
	w.checkGenerated(t)
	w.wantApply(t, "import", nil)
	w.wantNoPlan(t, "import")
}

// checkGenerated checks the URL in the file generated.tf.
func (w *writeOnlyTest) checkGenerated(t *testing.T) {
	t.Helper()
	generated := readFile(t, w.Workspace, "generated.tf")
	if !strings.Contains(generated, show(webhook)) || strings.Contains(generated, "callback_url_wo = \"") {
		t.Errorf("generated configuration:\n%s", generated)
	}
}

// TestAccWriteOnly_Query_ShowsURL lists a profile whose webhook is write-only in its own workspace. The list shows the URL.
func TestAccWriteOnly_Query_ShowsURL(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	w.create(t, withWriteOnly())
	w.RequireTerraform(t, ">= 1.14", "terraform query, unlike TestWriteOnly_*,")
	query := fmt.Sprintf("list %q \"all\" {\n  provider         = opentact\n  include_resource = true\n}\n", messagingProfile)
	other := &writeOnlyTest{acctest.NewWorkspace(t, map[string]string{"all.tfquery.hcl": query}), w.env}
	other.configure(t, "", webhook)
	other.Run(t, "query", "-generate-config-out="+filepath.Join(other.Dir, "generated.tf"))
	other.checkGenerated(t)
	other.wantApply(t, "import", nil)
	w.wantNoPlan(t, "import in another workspace")

	id := fmt.Sprint(w.env.Profiles(emulator.MessagingProfile)[0]["uuid"])
	resource.Test(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Query: true, Config: w.env.Config(query),
			QueryResultChecks: []querycheck.QueryResultCheck{
				querycheck.ExpectResourceKnownValues(messagingProfile+".all",
					queryfilter.ByResourceIdentity(map[string]knownvalue.Check{"id": knownvalue.StringExact(id)}), []querycheck.KnownValueCheck{
						{Path: tfjsonpath.New("callback_url"), KnownValue: knownvalue.StringExact(webhook)},
						{Path: tfjsonpath.New("callback_url_wo"), KnownValue: knownvalue.Null()},
						{Path: tfjsonpath.New("callback_url_wo_version"), KnownValue: knownvalue.Null()},
					}),
			},
		}},
	})
}
