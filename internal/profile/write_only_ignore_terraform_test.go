// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

func ignoring(attributes string) string {
	return "  lifecycle {\n    ignore_changes = " + attributes + "\n  }\n"
}

// Terraform applies ignore_changes only to plans: a plan gets the write-only values of the state, which are null. An apply
// gets the configured values. TestAccWebhookCredentialsGuide_IgnoreChanges* show more combinations.
func TestAccWriteOnly_IgnoreChanges_Outcomes(t *testing.T) {
	t.Parallel()
	newVersion := plannedUpdate(map[string]string{"callback_url_wo_version": "1 → 2"})
	ignored := plannedProfile{Action: noAction, Warnings: []string{warnsIgnored}}
	unsets := plannedUpdate(map[string]string{"callback_url": unknownAfter}, warnsUnset)
	nothing := plannedProfile{Action: noAction}
	written := plannedUpdate(nil, warnsNewValue)
	const failure = "The plan had no value for callback_url_wo, so it unsets callback_url."
	type step struct {
		ignore string
		values acctest.Values
		// url is the new value.
		url  string
		plan plannedProfile
		// writes reports whether the apply writes the value. It fails if failure is set.
		writes  bool
		failure string
	}
	for name, test := range map[string]struct {
		before acctest.Values
		steps  []step
	}{
		"with version": {withVersion(1), []step{
			{"[callback_url_wo]", withVersion(1), otherWebhook, ignored, false, ""},
			{"[callback_url_wo_version]", withVersion(2), otherWebhook, nothing, false, ""},
			{"all", withVersion(2), otherWebhook, nothing, false, ""},
			{"[callback_url_wo]", withVersion(2), otherWebhook, newVersion, true, ""},
		}},
		"without version": {withWriteOnly(), []step{
			{"[callback_url_wo]", withWriteOnly(), otherWebhook, unsets, false, failure},
			{"[callback_url_wo, callback_url_wo_version]", withVersion(1), otherWebhook, unsets, false, failure},
			{"[callback_url]", withWriteOnly(), otherWebhook, written, true, ""},
			{"[callback_url_wo_version]", withVersion(1), foreignWebhook, written, true, ""},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWriteOnlyTest(t)
			w.create(t, test.before)
			stored := webhook
			for _, step := range test.steps {
				w.configure(t, profileBlock(step.values, ignoring(step.ignore)), step.url)
				w.wantPlan(t, step.ignore, step.plan)
				from := len(w.env.Requests())
				result := runJSON(t, w.Workspace, "apply", "-auto-approve")
				var want []string
				if step.writes {
					want, stored = patchBody(step.url), step.url
				}
				if diff := cmp.Diff(want, writesOf(w.env, from)); diff != "" {
					t.Errorf("%s: writes (-want +got):\n%s", step.ignore, diff)
				}
				if result.failed != (step.failure != "") || result.failed && !strings.Contains(result.diagnostics[len(result.diagnostics)-1].Detail, step.failure) {
					t.Errorf("%s: failed: %t, %v", step.ignore, result.failed, result.diagnostics)
				}
				w.wantOnlyInAPI(t, step.ignore, stored)
			}
			w.configure(t, profileBlock(test.before, ""), stored)
			w.Run(t, "apply", "-auto-approve")
			w.wantNoPlan(t, "without ignore_changes")
		})
	}
}
