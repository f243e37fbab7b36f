// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const (
	firstURL  = "https://hook:first-password@sms.example.com/inbound"
	secondURL = "https://hook:second-password@sms.example.com/inbound"
	thirdURL  = "https://hook:third-password@sms.example.com/inbound"
)

// webhookWorkspace returns a workspace with the first configuration of the guide about webhook credentials, and an
// empty emulator.
func webhookWorkspace(t *testing.T) (*acctest.Workspace, *acctest.Env) {
	t.Helper()
	env := acctest.New(t, emulator.Options{})
	w := workspaceFor(t, env)
	w.RequireTerraform(t, ">= 1.11", "a write-only attribute")
	w.Write(t, map[string]string{"main.tf": webhookExample(t)})
	return w, env
}

// webhookExample returns the first configuration of the guide about webhook credentials.
func webhookExample(t *testing.T) string {
	t.Helper()
	return blocks(pages(t)["guides/webhook-credentials"], "terraform")[0]
}

// setWebhook sets the variable of the guide as its steps do.
func setWebhook(t *testing.T, w *acctest.Workspace, url string) {
	t.Helper()
	w.AddEnv(t, map[string]string{"TF_VAR_webhook_url": url})
}

// checkWebhook checks the webhook of the only messaging profile.
func checkWebhook(t *testing.T, env *acctest.Env, want any) {
	t.Helper()
	if profiles := env.Profiles(emulator.MessagingProfile); len(profiles) != 1 || profiles[0]["callback_url"] != want {
		t.Errorf("the profiles are %v, want one with the webhook %v", profiles, want)
	}
}

// onlyProfile returns the UUID of the only messaging profile.
func onlyProfile(t *testing.T, env *acctest.Env) string {
	t.Helper()
	profiles := env.Profiles(emulator.MessagingProfile)
	if len(profiles) != 1 {
		t.Fatalf("%d profiles", len(profiles))
	}
	uuid, _ := profiles[0]["uuid"].(string)
	return uuid
}

// checkUnchanged checks that a plan has no changes. Workspace.Plan doesn't pass TF_VAR_ variables.
func checkUnchanged(t *testing.T, w *acctest.Workspace) {
	t.Helper()
	if output := w.Run(t, "plan", "-no-color"); !strings.Contains(output, "No changes.") {
		t.Errorf("the plan has changes:\n%s", output)
	}
}

// addToResource adds lines to the resource of a configuration, whose block is the last one.
func addToResource(config, lines string) string {
	return strings.TrimSuffix(config, "}\n") + lines + "}\n"
}

// TestAccWebhookCredentialsGuide_Steps_StoreNoURL follows the guide: set the webhook, rotate it, repair a change by
// another client, and remove it. Terraform must print the warning that the guide quotes.
func TestAccWebhookCredentialsGuide_Steps_StoreNoURL(t *testing.T) {
	t.Parallel()
	quotes := blocks(pages(t)["guides/webhook-credentials"], "text")
	if len(quotes) != 1 {
		t.Fatalf("the guide quotes %d warnings: %q", len(quotes), quotes)
	}
	w, env := webhookWorkspace(t)
	apply := func(warning string) {
		t.Helper()
		output := w.Run(t, "plan", "-no-color", "-out=saved")
		if !strings.Contains(words(output), words(warning)) {
			t.Errorf("the plan does not print this:\n%s\nbut this:\n%s", warning, output)
		}
		output += w.Run(t, "show", "-no-color", "-json", "saved") + w.Run(t, "apply", "-no-color", "saved")
		if output += content(t, filepath.Join(w.Dir, "terraform.tfstate")); strings.Contains(output, "-password") {
			t.Errorf("Terraform prints or stores the URL:\n%s", output)
		}
		checkUnchanged(t, w)
	}

	setWebhook(t, w, firstURL)
	apply("callback_url_wo = (write-only attribute)")
	checkWebhook(t, env, firstURL)

	setWebhook(t, w, secondURL)
	apply(quotes[0])
	checkWebhook(t, env, secondURL)

	if err := env.Change(emulator.MessagingProfile, onlyProfile(t, env), map[string]any{"callback_url": thirdURL}); err != nil {
		t.Fatal(err)
	}
	apply(`Warning: callback_url of messaging profile "Support desk" was changed outside of Terraform`)
	checkWebhook(t, env, secondURL)

	w.Write(t, map[string]string{"main.tf": strings.Replace(webhookExample(t), "  callback_url_wo = var.webhook_url\n", "", 1)})
	apply(`Warning: callback_url of messaging profile "Support desk" is unset`)
	checkWebhook(t, env, nil)
}

// TestAccWebhookCredentialsGuide_SeveralProfiles_GetTheirURLs runs the example with for_each.
func TestAccWebhookCredentialsGuide_SeveralProfiles_GetTheirURLs(t *testing.T) {
	t.Parallel()
	w, env := webhookWorkspace(t)
	w.Write(t, map[string]string{"main.tf": blocks(pages(t)["guides/webhook-credentials"], "terraform")[1]})
	want := map[any]any{"sales": firstURL, "support": secondURL}
	w.AddEnv(t, map[string]string{"TF_VAR_webhook_urls": fmt.Sprintf(`{"sales":%q,"support":%q}`, firstURL, secondURL)})
	w.Run(t, "apply", "-auto-approve")
	got := make(map[any]any)
	for _, profile := range env.Profiles(emulator.MessagingProfile) {
		got[profile["name"]] = profile["callback_url"]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("webhooks (-want +got):\n%s", diff)
	}
	checkUnchanged(t, w)
}

// TestAccWebhookCredentialsGuide_SavedPlan_NeedsVariable checks that an apply of a saved plan needs the variable again.
func TestAccWebhookCredentialsGuide_SavedPlan_NeedsVariable(t *testing.T) {
	t.Parallel()
	w, env := webhookWorkspace(t)
	setWebhook(t, w, firstURL)
	w.Run(t, "plan", "-out=saved")
	apply := w.Command(t, "apply", "-no-color", "-input=false", "saved")
	for i, variable := range apply.Env {
		if strings.HasPrefix(variable, "TF_VAR_") {
			apply.Env[i] = "IGNORED="
		}
	}
	if output, err := apply.CombinedOutput(); err == nil || !strings.Contains(string(output), "No value for required variable") {
		t.Errorf("%v\n%s", err, output)
	}
	if writes := env.Writes(0); len(writes) > 0 {
		t.Errorf("the apply wrote: %q", writes)
	}
}

// TestAccWebhookCredentialsGuide_Version_WritesOnlyNewVersion checks that a new value is written only with a new version.
func TestAccWebhookCredentialsGuide_Version_WritesOnlyNewVersion(t *testing.T) {
	t.Parallel()
	w, env := webhookWorkspace(t)
	withVersion := addToResource(webhookExample(t), "  callback_url_wo_version = 1\n")
	w.Write(t, map[string]string{"main.tf": withVersion})
	setWebhook(t, w, firstURL)
	w.Run(t, "apply", "-auto-approve")

	setWebhook(t, w, secondURL)
	checkUnchanged(t, w)
	w.Write(t, map[string]string{"main.tf": strings.Replace(withVersion, "version = 1", "version = 2", 1)})
	if output := w.Run(t, "apply", "-no-color", "-auto-approve"); !strings.Contains(output, "callback_url_wo_version = 1 -> 2") {
		t.Errorf("the plan of a new version prints\n%s", output)
	}
	checkWebhook(t, env, secondURL)
}

// TestAccWebhookCredentialsGuide_MoveAndImport_PrintOldURL checks that the plan of a move, or of an import, prints the
// old URL, and that the state then has none.
func TestAccWebhookCredentialsGuide_MoveAndImport_PrintOldURL(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, w *acctest.Workspace, env *acctest.Env){
		"from callback_url": func(t *testing.T, w *acctest.Workspace, _ *acctest.Env) {
			t.Helper()
			w.Write(t, map[string]string{"main.tf": "resource \"opentact_messaging_profile\" \"support\" {\n  name = \"Support desk\"\n  callback_url = \"" + firstURL + "\"\n}\n"})
			w.Run(t, "apply", "-auto-approve")
			w.Write(t, map[string]string{"main.tf": webhookExample(t)})
		},
		"import": func(t *testing.T, w *acctest.Workspace, env *acctest.Env) {
			t.Helper()
			uuid, err := env.Add(emulator.MessagingProfile, map[string]any{"name": "Support desk", "callback_url": firstURL})
			if err != nil {
				t.Fatal(err)
			}
			w.Write(t, map[string]string{"import.tf": "import {\n  to = opentact_messaging_profile.support\n  id = \"" + uuid + "\"\n}\n"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, env := webhookWorkspace(t)
			setWebhook(t, w, secondURL)
			prepare(t, w, env)
			output := w.Run(t, "apply", "-no-color", "-auto-approve")
			if !strings.Contains(output, `= "`+firstURL+`" -> null`) || strings.Contains(output, secondURL) {
				t.Errorf("the plan does not print the old URL alone:\n%s", output)
			}
			checkWebhook(t, env, secondURL)
			if state := content(t, filepath.Join(w.Dir, "terraform.tfstate")); strings.Contains(state, "-password") {
				t.Errorf("the state contains a URL:\n%s", state)
			}
		})
	}
}

// TestAccWebhookCredentialsGuide_IgnoreChanges_AsInTable checks the guide's table of ignore_changes.
func TestAccWebhookCredentialsGuide_IgnoreChanges_AsInTable(t *testing.T) {
	t.Parallel()
	const warning = "callback_url_wo of messaging profile \"Support desk\" is ignored"
	for _, row := range []struct {
		ignored         string
		hasVersion      bool
		afterNewValue   string
		afterNewVersion string
		afterChange     string
		warns           bool
	}{
		{"[callback_url_wo]", true, firstURL, secondURL, thirdURL, true},
		{"[callback_url_wo, callback_url_wo_version]", true, firstURL, firstURL, thirdURL, true},
		{"all", true, firstURL, firstURL, thirdURL, false},
		{"[callback_url]", true, firstURL, secondURL, secondURL, false},
		{"[callback_url]", false, secondURL, secondURL, secondURL, false},
	} {
		t.Run(fmt.Sprintf("%s, version %t", row.ignored, row.hasVersion), func(t *testing.T) {
			t.Parallel()
			w, env := webhookWorkspace(t)
			write := func(version string) {
				t.Helper()
				lines := "  lifecycle {\n    ignore_changes = " + row.ignored + "\n  }\n"
				if row.hasVersion {
					lines = "  callback_url_wo_version = " + version + "\n" + lines
				}
				w.Write(t, map[string]string{"main.tf": addToResource(webhookExample(t), lines)})
			}
			apply := func(want string, warns bool) {
				t.Helper()
				if output := w.Run(t, "apply", "-no-color", "-auto-approve"); strings.Contains(words(output), warning) != warns {
					t.Errorf("the apply prints\n%s", output)
				}
				checkWebhook(t, env, want)
			}
			write("1")
			setWebhook(t, w, firstURL)
			apply(firstURL, false)
			setWebhook(t, w, secondURL)
			apply(row.afterNewValue, row.warns)
			write("2")
			apply(row.afterNewVersion, row.warns && row.afterNewVersion == firstURL)
			if err := env.Change(emulator.MessagingProfile, onlyProfile(t, env), map[string]any{"callback_url": thirdURL}); err != nil {
				t.Fatal(err)
			}
			apply(row.afterChange, row.warns)
		})
	}
}

// TestAccWebhookCredentialsGuide_IgnoreChangesWithoutVersion_ApplyFails checks that an apply fails and keeps the webhook.
func TestAccWebhookCredentialsGuide_IgnoreChangesWithoutVersion_ApplyFails(t *testing.T) {
	t.Parallel()
	for _, ignored := range []string{"[callback_url_wo]", "all"} {
		t.Run(ignored, func(t *testing.T) {
			t.Parallel()
			w, env := webhookWorkspace(t)
			w.Write(t, map[string]string{"main.tf": addToResource(webhookExample(t), "  lifecycle {\n    ignore_changes = "+ignored+"\n  }\n")})
			setWebhook(t, w, firstURL)
			w.Run(t, "apply", "-auto-approve")
			output, err := w.Command(t, "apply", "-no-color", "-auto-approve").CombinedOutput()
			if err == nil || !strings.Contains(words(string(output)), "Nothing was changed.") || !strings.Contains(string(output), "is unset") {
				t.Errorf("%v\n%s", err, output)
			}
			checkWebhook(t, env, firstURL)
		})
	}
}

// TestResourcePage_ShowsExampleOfGuide checks that the page of the resource has the example that the tests of the guide run.
func TestResourcePage_ShowsExampleOfGuide(t *testing.T) {
	t.Parallel()
	if !strings.Contains(pages(t)["resources/messaging_profile"], webhookExample(t)) {
		t.Errorf("the page lacks this example:\n%s", webhookExample(t))
	}
}
