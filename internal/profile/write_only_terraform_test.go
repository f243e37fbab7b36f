// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const (
	writeOnlyAddress = messagingProfile + ".test"
	otherWebhook     = "https://user:0ther-s3cret@b.example/"
	foreignWebhook   = "https://user:f0reign-s3cret@c.example/"
)

// The summaries of the warnings about callback_url_wo, and an unset value that is not known yet.
const (
	warnsChanged  = `callback_url of messaging profile "a" was changed outside of Terraform`
	warnsUnset    = `callback_url of messaging profile "a" is unset`
	warnsIgnored  = `callback_url_wo of messaging profile "a" is ignored`
	warnsNewValue = `callback_url_wo of messaging profile "a" has a new value`
	unknownAfter  = "null → " + afterApply
)

// writeOnlyTest is a workspace with one messaging profile. The ephemeral variable "webhook" has the value of
// its write-only attribute.
type writeOnlyTest struct {
	*acctest.Workspace
	env *acctest.Env
}

func newWriteOnlyTest(t *testing.T) *writeOnlyTest {
	t.Helper()
	w := &writeOnlyTest{acctest.NewWorkspace(t, nil), acctest.New(t, emulator.Options{})}
	w.RequireTerraform(t, ">= 1.11", "a write-only attribute, unlike TestWriteOnly_*,")
	return w
}

// withPlain, withWriteOnly and withVersion return a configuration of the profile.
func withPlain(url string) acctest.Values { return acctest.Values{"name": "a", "callback_url": url} }

func withWriteOnly() acctest.Values {
	return acctest.Values{"name": "a", "callback_url_wo": acctest.Expr("var.webhook")}
}

func withVersion(version int) acctest.Values {
	values := withWriteOnly()
	values["callback_url_wo_version"] = version
	return values
}

// profileBlock returns the block of the profile. more is more text in the block.
func profileBlock(values acctest.Values, more string) string {
	return strings.TrimSuffix(acctest.Block(messagingProfile, "test", values), "}\n") + more + "}\n"
}

// configure sets the configuration, and the variable to a value.
func (w *writeOnlyTest) configure(t *testing.T, body, value string) {
	t.Helper()
	w.Write(t, w.env.Files("variable \"webhook\" {\n  type      = string\n  ephemeral = true\n}\n\n"+body))
	w.setVariable(t, value)
}

func (w *writeOnlyTest) setVariable(t *testing.T, value string) {
	t.Helper()
	w.Write(t, map[string]string{"terraform.tfvars": fmt.Sprintf("webhook = %q\n", value)})
}

// plannedProfile is what a plan says about the profile.
type plannedProfile struct {
	Action tfjson.Actions
	// Changes contains the attributes that change, as "before → after".
	Changes map[string]string
	// Warnings contains the summaries.
	Warnings []string
}

var noAction = tfjson.Actions{tfjson.ActionNoop}

// plannedUpdate returns a planned update. It also changes modified_on.
func plannedUpdate(changes map[string]string, warnings ...string) plannedProfile {
	all := map[string]string{"modified_on": afterApply}
	for name, change := range changes {
		all[name] = change
	}
	return plannedProfile{tfjson.Actions{tfjson.ActionUpdate}, all, warnings}
}

// wantPlan plans, writes the plan to the file "plan", and checks it.
func (w *writeOnlyTest) wantPlan(t *testing.T, step string, want plannedProfile, args ...string) {
	t.Helper()
	result := runJSON(t, w.Workspace, "plan", append(args, "-out=plan")...)
	result.wantDiagnostics(t, len(want.Warnings), "warning")
	if result.failed {
		t.FailNow()
	}
	shown, err := w.ShowPlanFile(t.Context(), "plan")
	if err != nil {
		t.Fatal(err)
	}
	got := plannedProfile{}
	for _, d := range result.diagnostics {
		got.Warnings = append(got.Warnings, d.Summary)
	}
	for _, change := range shown.ResourceChanges {
		if change.Address == writeOnlyAddress {
			got.Action, got.Changes = change.Change.Actions, changesOf(change.Change)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: plan (-want +got):\n%s", step, diff)
	}
}

// changesOf returns the attributes that an update changes.
func changesOf(change *tfjson.Change) (changes map[string]string) {
	if !change.Actions.Update() {
		return nil
	}
	before, _ := change.Before.(map[string]any)
	after, _ := change.After.(map[string]any)
	unknown, _ := change.AfterUnknown.(map[string]any)
	changes = map[string]string{}
	for name, value := range before {
		switch {
		case name == "modified_on" && unknown[name] == true:
			changes[name] = afterApply
		case unknown[name] == true:
			changes[name] = show(value) + " → " + afterApply
		case after[name] != value:
			changes[name] = show(value) + " → " + show(after[name])
		}
	}
	return changes
}

// wantApply applies and checks the bodies of the writes. The apply must succeed.
func (w *writeOnlyTest) wantApply(t *testing.T, step string, want []string, args ...string) {
	t.Helper()
	from := len(w.env.Requests())
	if result := runJSON(t, w.Workspace, "apply", append([]string{"-auto-approve"}, args...)...); result.failed {
		t.Fatalf("%s: apply: %v", step, result.diagnostics)
	}
	if diff := cmp.Diff(want, writesOf(w.env, from)); diff != "" {
		t.Errorf("%s: writes (-want +got):\n%s", step, diff)
	}
}

// wantUpdate checks a plan, its apply and the next plan. Then the API has url, and the state has no value.
func (w *writeOnlyTest) wantUpdate(t *testing.T, step string, planned plannedProfile, writes []string, url string) {
	t.Helper()
	w.wantPlan(t, step, planned)
	w.wantApply(t, step, writes)
	w.wantOnlyInAPI(t, step, url)
	w.wantNoPlan(t, step)
}

// wantNoPlan checks that a plan changes nothing and warns about nothing.
func (w *writeOnlyTest) wantNoPlan(t *testing.T, step string, args ...string) {
	t.Helper()
	result := runJSON(t, w.Workspace, "plan", args...)
	result.wantClean(t)
	if result.planned != (plannedChanges{}) {
		t.Errorf("%s: terraform %s: planned %+v", step, result.command, result.planned)
	}
}

// wantOnlyInAPI checks that the API has a value and that the state file has none.
func (w *writeOnlyTest) wantOnlyInAPI(t *testing.T, step, url string) {
	t.Helper()
	w.wantStored(t, step, url)
	if got := statesIn(t, w.Workspace)[writeOnlyAddress]; got["callback_url"] != nil || got["callback_url_wo"] != nil {
		t.Errorf("%s: the state contains %v", step, got)
	}
	w.checkStateFile(t, step)
}

// checkStateFile checks that the state file contains no value of a webhook.
func (w *writeOnlyTest) checkStateFile(t *testing.T, step string) {
	t.Helper()
	if state := readFile(t, w.Workspace, "terraform.tfstate"); strings.Contains(state, secretPart) {
		t.Errorf("%s: the state file contains a value:\n%s", step, state)
	}
}

// wantStored checks callback_url of each profile in the API.
func (w *writeOnlyTest) wantStored(t *testing.T, step string, want ...any) {
	t.Helper()
	var got []any
	for _, profile := range w.env.Profiles(emulator.MessagingProfile) {
		got = append(got, profile["callback_url"])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: callback_url in the API (-want +got):\n%s", step, diff)
	}
}

// change changes callback_url of the profile in the API.
func (w *writeOnlyTest) change(t *testing.T, value any) {
	t.Helper()
	for _, profile := range w.env.Profiles(emulator.MessagingProfile) {
		if err := w.env.Change(emulator.MessagingProfile, fmt.Sprint(profile["uuid"]), map[string]any{"callback_url": value}); err != nil {
			t.Fatal(err)
		}
	}
}

// create creates the profile.
func (w *writeOnlyTest) create(t *testing.T, values acctest.Values) {
	t.Helper()
	w.configure(t, profileBlock(values, ""), webhook)
	w.wantApply(t, "create", []string{`{"callback_url":"` + webhook + `","name":"a"}`})
}

func patchBody(url string) []string { return []string{`{"callback_url":"` + url + `"}`} }

func TestAccWriteOnly_WithoutVersion_WritesNewValues(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	w.create(t, withWriteOnly())
	w.wantOnlyInAPI(t, "create", webhook)
	w.wantNoPlan(t, "create")

	w.setVariable(t, otherWebhook)
	w.wantPlan(t, "new value, without a refresh", plannedUpdate(nil, warnsNewValue), "-refresh=false")
	w.wantUpdate(t, "new value", plannedUpdate(nil, warnsNewValue), patchBody(otherWebhook), otherWebhook)

	w.configure(t, profileBlock(withVersion(1), ""), otherWebhook)
	w.wantUpdate(t, "first version", plannedUpdate(map[string]string{"callback_url_wo_version": "null → 1"}), patchBody(otherWebhook), otherWebhook)
}

// With a version, a value that is new in each run is not written.
func TestAccWriteOnly_WithVersion_WritesOnlyNewVersions(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	w.create(t, withVersion(1))
	w.wantOnlyInAPI(t, "create", webhook)
	w.setVariable(t, otherWebhook)
	w.wantApply(t, "new value", nil)
	w.wantOnlyInAPI(t, "new value", webhook)

	w.configure(t, profileBlock(withVersion(2), ""), otherWebhook)
	w.wantUpdate(t, "new version", plannedUpdate(map[string]string{"callback_url_wo_version": "1 → 2"}), patchBody(otherWebhook), otherWebhook)

	w.configure(t, profileBlock(withWriteOnly(), ""), otherWebhook)
	w.wantUpdate(t, "no version", plannedUpdate(map[string]string{"callback_url_wo_version": "2 → null"}), nil, otherWebhook)
}

// A refresh alone notices the change too. Its state has no value.
func TestAccWriteOnly_ChangedByAnotherClient_IsRepaired(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values  acctest.Values
		changed any
	}{"without version": {withWriteOnly(), foreignWebhook}, "with version, unset": {withVersion(1), nil}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWriteOnlyTest(t)
			w.create(t, test.values)
			w.change(t, test.changed)
			w.wantNoPlan(t, "without a refresh", "-refresh=false")
			w.wantUpdate(t, "changed", plannedUpdate(nil, warnsChanged), patchBody(webhook), webhook)

			w.change(t, test.changed)
			w.wantApply(t, "refreshed", nil, "-refresh-only")
			if state := readFile(t, w.Workspace, "terraform.tfstate"); strings.Contains(state, secretPart) {
				t.Errorf("the state file contains a value:\n%s", state)
			}
			w.wantPlan(t, "refreshed", plannedUpdate(nil, warnsChanged), "-refresh=false")
			w.wantApply(t, "refreshed", patchBody(webhook), "-refresh=false")
			w.wantOnlyInAPI(t, "refreshed", webhook)
		})
	}
}

// No plan contains a value: not the printed one, not its JSON. TestAccWebhookCredentialsGuide_Steps checks more plans.
func TestAccWriteOnly_Plans_ContainNoValue(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	noValue := func(step string, args ...string) {
		t.Helper()
		text := w.Run(t, append(append([]string{"plan", "-no-color"}, args...), "-out=plan")...)
		shown := w.Run(t, "show", "-json", "plan")
		if strings.Contains(text+shown, secretPart) {
			t.Errorf("%s: the plan contains a value:\n%s\n%s", step, text, shown)
		}
		var parsed tfjson.Plan
		if err := json.Unmarshal([]byte(shown), &parsed); err != nil {
			t.Fatal(err)
		}
		for _, resource := range parsed.PlannedValues.RootModule.Resources {
			for _, name := range []string{"callback_url", "callback_url_wo"} {
				if value, exists := resource.AttributeValues[name]; value != nil || !exists {
					t.Errorf("%s: %s is planned as %v", step, name, value)
				}
			}
		}
	}
	w.create(t, withWriteOnly())
	w.setVariable(t, otherWebhook)
	w.change(t, foreignWebhook)
	noValue("changed")
	noValue("refresh only", "-refresh-only")
	noValue("replace", "-replace="+writeOnlyAddress)
	noValue("destroy", "-destroy")
	w.configure(t, profileBlock(withVersion(1), ""), otherWebhook)
	noValue("new version")
}

// The first plan shows the value that the state contains. Later plans and states don't.
func TestAccWriteOnly_MovesBetweenPlainAndWriteOnly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values acctest.Values
		url    string
	}{"without version, to a new value": {withWriteOnly(), otherWebhook}, "with version, to the same value": {withVersion(1), webhook}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWriteOnlyTest(t)
			w.create(t, withPlain(webhook))
			toWriteOnly, toPlain := map[string]string{"callback_url": show(webhook) + " → null"}, map[string]string{"callback_url": "null → " + show(webhook)}
			if test.values["callback_url_wo_version"] != nil {
				toWriteOnly["callback_url_wo_version"], toPlain["callback_url_wo_version"] = "null → 1", "1 → null"
			}
			w.configure(t, profileBlock(test.values, ""), test.url)
			w.wantUpdate(t, "to write-only", plannedUpdate(toWriteOnly), changedBody(webhook, test.url), test.url)

			w.configure(t, profileBlock(withPlain(webhook), ""), test.url)
			w.wantPlan(t, "to plain", plannedUpdate(toPlain))
			w.wantApply(t, "to plain", patchBody(webhook))
			w.wantStored(t, "to plain", webhook)
			if got := statesIn(t, w.Workspace)[writeOnlyAddress].Text("callback_url"); got != webhook {
				t.Errorf("callback_url in the state is %q", got)
			}
			w.wantNoPlan(t, "to plain")
		})
	}
}

// changedBody returns the write that changes a known value to another, if they differ.
func changedBody(from, to string) []string {
	if from == to {
		return nil
	}
	return patchBody(to)
}

func TestAccWriteOnly_Removal_Unsets(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	w.create(t, withVersion(1))
	w.configure(t, profileBlock(acctest.Values{"name": "a"}, ""), webhook)
	changes := map[string]string{"callback_url": unknownAfter, "callback_url_wo_version": "1 → null"}
	w.wantPlan(t, "removal, without a refresh", plannedUpdate(changes, warnsUnset), "-refresh=false")
	w.wantPlan(t, "removal", plannedUpdate(changes, warnsUnset))
	w.wantApply(t, "removal", []string{`{"callback_url":null}`})
	w.wantStored(t, "removal", nil)
	w.wantNoPlan(t, "removal")
}

// A value from another resource is known in the apply. It may be another value, the same one or null.
func TestAccWriteOnly_UnknownValue_BecomesKnownInApply(t *testing.T) {
	t.Parallel()
	for _, later := range []any{otherWebhook, webhook, nil} {
		t.Run(fmt.Sprint(later), func(t *testing.T) {
			t.Parallel()
			w := newWriteOnlyTest(t)
			// The object is unknown in the plan that replaces terraform_data.
			config := func(generation int, value any) string {
				return fmt.Sprintf("resource \"terraform_data\" \"from\" {\n  input            = { url = %s }\n  triggers_replace = %d\n}\n", show(value), generation) +
					profileBlock(acctest.Values{"name": "a", "callback_url_wo": acctest.Expr("terraform_data.from.output.url")}, "")
			}
			w.configure(t, config(1, webhook), "")
			w.wantApply(t, "create", []string{`{"callback_url":"` + webhook + `","name":"a"}`})
			w.configure(t, config(2, later), "")
			w.wantPlan(t, "unknown", plannedUpdate(map[string]string{"callback_url": unknownAfter}))
			writes := map[any][]string{otherWebhook: patchBody(otherWebhook), nil: {`{"callback_url":null}`}}
			w.wantApply(t, "known", writes[later], "plan")
			w.wantStored(t, "known", later)
			if got := statesIn(t, w.Workspace)[writeOnlyAddress]["callback_url"]; got != nil {
				t.Errorf("callback_url in the state is %v", got)
			}
			w.wantNoPlan(t, "known")
		})
	}
}

// A saved plan has no ephemeral values, so an apply may get other ones.
func TestAccWriteOnly_SavedPlan_WritesValueOfApply(t *testing.T) {
	t.Parallel()
	w := newWriteOnlyTest(t)
	for _, step := range []struct {
		name    string
		values  acctest.Values
		applied string
		body    []string
	}{
		{"create", withWriteOnly(), foreignWebhook, []string{`{"callback_url":"` + foreignWebhook + `","name":"a"}`}},
		{"new value", withWriteOnly(), otherWebhook, patchBody(otherWebhook)},
		{"new version", withVersion(2), foreignWebhook, patchBody(foreignWebhook)},
	} {
		w.configure(t, profileBlock(step.values, ""), webhook)
		w.Run(t, "plan", "-out=plan")
		w.wantApply(t, step.name, step.body, "-var=webhook="+step.applied, "plan")
		w.wantOnlyInAPI(t, step.name, step.applied)
		w.setVariable(t, step.applied)
		w.wantNoPlan(t, step.name)
	}
}

// The configuration sets the new value, also if its version is the old one.
func TestAccWriteOnly_Replacement_WritesValue(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values    acctest.Values
		lifecycle string
		replace   func(w *writeOnlyTest) (args []string)
	}{
		"option": {withWriteOnly(), "", func(*writeOnlyTest) []string { return []string{"-replace=" + writeOnlyAddress} }},
		"tainted, create before destroy": {withVersion(1), "  lifecycle {\n    create_before_destroy = true\n  }\n", func(w *writeOnlyTest) []string {
			w.Run(t, "taint", writeOnlyAddress)
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWriteOnlyTest(t)
			w.create(t, test.values)
			w.configure(t, profileBlock(test.values, test.lifecycle), otherWebhook)
			args, from := test.replace(w), len(w.env.Requests())
			w.Run(t, append([]string{"apply", "-auto-approve"}, args...)...)
			if n := countCreates(w.env, from); n != 1 || len(w.env.Writes(from)) != 2 {
				t.Errorf("the API got %v", w.env.Writes(from))
			}
			w.wantOnlyInAPI(t, "replaced", otherWebhook)
			w.wantNoPlan(t, "replaced")
		})
	}
}

// Terraform would print the line that an error points at.
func TestAccWriteOnly_OlderTerraform_Rejects(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	w := acctest.NewWorkspace(t, env.Files(profileBlock(acctest.Values{"name": "a", "callback_url_wo": webhook}, "")))
	w.RequireTerraform(t, "< 1.11", "the error about a write-only attribute, unlike TestWriteOnly_*,")
	output, err := w.Command(t, "plan", "-no-color").CombinedOutput()
	for _, want := range []string{"WriteOnly Attribute Not Allowed", "OpenTofu supports them since 1.11"} {
		if text := strings.Join(strings.Fields(strings.ReplaceAll(string(output), "│", "")), " "); err == nil || !strings.Contains(text, want) {
			t.Errorf("want an error with %q, got %v:\n%s", want, err, output)
		}
	}
	if strings.Contains(string(output), secretPart) {
		t.Errorf("the error shows the value:\n%s", output)
	}
}
