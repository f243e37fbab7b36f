// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// TestDataSources_FieldsWithWriteOnlyAttribute_AreSensitive compares the data sources of each kind with the resource.
// The resource has a write-only attribute for each sensitive field, and shows the field itself. None of its attributes
// is sensitive, so an output may contain the whole resource.
func TestDataSources_FieldsWithWriteOnlyAttribute_AreSensitive(t *testing.T) {
	t.Parallel()
	schemas, err := acctest.NewProtocol(t).Server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	isSensitive := make(map[string]int)
	for _, lifecycle := range acctest.Lifecycles() {
		isWriteOnly := make(map[string]bool)
		for _, attribute := range schemas.ResourceSchemas[lifecycle.Type].Block.Attributes {
			field, hasSuffix := strings.CutSuffix(attribute.Name, "_wo")
			if attribute.WriteOnly != hasSuffix || attribute.Sensitive {
				t.Errorf("%s: %s: write-only %t, sensitive %t", lifecycle.Type, attribute.Name, attribute.WriteOnly, attribute.Sensitive)
			}
			isWriteOnly[field] = isWriteOnly[field] || hasSuffix
		}
		compare := func(dataSource string, attributes []*tfprotov6.SchemaAttribute) {
			for _, attribute := range attributes {
				if attribute.Sensitive != isWriteOnly[attribute.Name] {
					t.Errorf("data source %s: %s: sensitive %t", dataSource, attribute.Name, attribute.Sensitive)
				}
				if attribute.Sensitive {
					isSensitive[dataSource]++
				}
			}
		}
		compare(lifecycle.Type, schemas.DataSourceSchemas[lifecycle.Type].Block.Attributes)
		several := lifecycle.Type + "s"
		for _, attribute := range schemas.DataSourceSchemas[several].Block.Attributes {
			if attribute.NestedType != nil {
				compare(several, attribute.NestedType.Attributes)
			}
		}
	}
	for _, dataSource := range []string{messagingProfile, messagingProfile + "s"} {
		if isSensitive[dataSource] != 2 {
			t.Errorf("data source %s has %d sensitive attributes, want 2", dataSource, isSensitive[dataSource])
		}
	}
}

// TestAccDataSource_Webhook_IsSensitive prints webhooks of data sources with Terraform.
func TestAccDataSource_Webhook_IsSensitive(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	add(t, env, emulator.MessagingProfile, map[string]any{"name": "a", "callback_url": webhook})
	const (
		sources = "data \"opentact_messaging_profile\" \"a\" {\n  name = \"a\"\n}\n\ndata \"opentact_messaging_profiles\" \"all\" {}\n"
		one     = "data.opentact_messaging_profile.a.callback_url"
		all     = "data.opentact_messaging_profiles.all.profiles[0].callback_url"
	)
	w := acctest.NewWorkspace(t, env.Files(sources))
	for _, value := range []string{one, all} {
		output := "output \"webhook\" {\n  value = " + value + "\n}\n"
		w.Write(t, map[string]string{"output.tf": output})
		if printed, err := w.Command(t, "plan").CombinedOutput(); err == nil || !strings.Contains(string(printed), "Output refers to sensitive values") {
			t.Errorf("%s: %v\n%s", value, err, printed)
		}
		w.Write(t, map[string]string{"output.tf": strings.Replace(output, "\n}", "\n  sensitive = true\n}", 1)})
		printed := w.Run(t, "plan") + w.Run(t, "apply", "-auto-approve") + w.Run(t, "output") + w.Run(t, "show")
		if !strings.Contains(printed, "(sensitive value)") || strings.Contains(printed, webhook) {
			t.Errorf("%s:\n%s", value, printed)
		}
		if got := w.Run(t, "output", "-raw", "webhook"); got != webhook {
			t.Errorf("%s is %q", value, got)
		}
	}
}

// TestAccResource_WholeResource_IsOutput checks that an output of a whole resource needs no "sensitive = true".
func TestAccResource_WholeResource_IsOutput(t *testing.T) {
	t.Parallel()
	for _, lifecycle := range acctest.Lifecycles() {
		env := acctest.New(t, emulator.Options{})
		w := acctest.NewWorkspace(t, env.Files(fmt.Sprintf("resource %[1]q \"a\" {\n  name = \"a\"\n}\n\noutput \"all\" {\n  value = %[1]s.a\n}\n", lifecycle.Type)))
		w.Run(t, "apply", "-auto-approve")
		if got := w.Run(t, "output", "all"); !strings.Contains(got, `"name" = "a"`) {
			t.Errorf("%s: %s", lifecycle.Type, got)
		}
	}
}

// TestListResource_Webhook_IsShown checks that the results have the values that the API returns, which
// Terraform writes into generated configuration.
func TestListResource_Webhook_IsShown(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	p := env.Protocol(t)
	p.Converge(t, messagingProfile, acctest.State{}, acctest.Values{"name": "a", "callback_url_wo": webhook, "callback_url_wo_version": 1})
	listed, diags := p.List(t, messagingProfile, nil, true, everything, everything)
	acctest.NoDiagnostics(t, diags)
	want := acctest.Values{"callback_url": webhook, "callback_url2": nil, "callback_url_wo": nil, "callback_url_wo_version": nil}
	for name, value := range want {
		if got := listed[0].Resource[name]; got != value {
			t.Errorf("%s is %v, want %v", name, got, value)
		}
	}
}
