// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

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
