// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// TestWriteOnly_Diagnostics_Text is the specification of the whole text of each diagnostic of a plan or an apply
// about a write-only attribute. NAME is the field.
func TestWriteOnly_Diagnostics_Text(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before    acctest.Values
		changedTo any
		planned   acctest.Values
		// applied is the configuration of the apply, or nil if there is no apply.
		applied acctest.Values
		want    string
	}{
		"new value": {
			writeOnly(secretA), nil, writeOnly(secretB), nil,
			`WARNING : NAME_wo of messaging profile "a" has a new value: ` +
				`The update writes the value of NAME_wo in the configuration. The plan can't show this change, because the value is write-only.`,
		},
		"changed by another client": {
			writeOnly(secretA), byHand, writeOnly(secretA), nil,
			`WARNING : NAME of messaging profile "a" was changed outside of Terraform: ` +
				`The API returned another value than the one that the provider wrote last. The update writes the value of NAME_wo. ` +
				`The plan can't show this change, because the value is write-only.`,
		},
		"removed": {
			writeOnly(secretA), nil, acctest.Values{}, nil,
			`WARNING : NAME of messaging profile "a" is unset: ` +
				`The configuration no longer sets NAME_wo, or ignore_changes hides it. So the update unsets NAME, and the API chooses its value. ` +
				`To keep the value, set NAME_wo again. If ignore_changes contains NAME_wo or is all, remove it from there and set NAME_wo_version.`,
		},
		"hidden by ignore_changes": {
			versioned(secretA, 1), nil, acctest.Values{"_wo_version": 1, "sticky_sender": true}, nil,
			`WARNING : NAME_wo of messaging profile "a" is ignored: ` +
				`ignore_changes hides NAME_wo from the plan, so the profile keeps its value. Without ignore_changes, the provider writes NAME_wo ` +
				`if NAME_wo_version changes, or if the value was changed outside of Terraform.`,
		},
		"hidden by ignore_changes, without a version": {
			writeOnly(secretA), nil, acctest.Values{}, writeOnly(secretA),
			`ERROR : Could not update messaging profile "a": ` +
				"The plan had no value for NAME_wo, so it unsets NAME. But the configuration sets NAME_wo. Nothing was changed.\n\n" +
				`If ignore_changes contains NAME_wo or is all, remove it from there, and set NAME_wo_version. The provider then writes NAME_wo only if NAME_wo_version changes.`,
		},
		"move to the plain attribute, which ignore_changes hides": {
			writeOnly(secretA), nil, acctest.Values{}, plain(secretA),
			`ERROR : Could not update messaging profile "a": ` +
				"The plan had no value for NAME, so it unsets NAME. But the configuration sets NAME. Nothing was changed.\n\n" +
				`If ignore_changes contains NAME or is all, remove it from there.`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachSecretField(t, func(t *testing.T, f *secretField) {
				state := f.converge(t, acctest.State{}, f.config(test.before))
				if test.changedTo != nil {
					f.change(t, state, test.changedTo)
					state = f.refresh(t, state, false)
				}
				planned, diags := f.plan(t, f.env.Protocol(t), state, f.config(test.planned))
				if test.applied != nil {
					_, diags = f.apply(t, f.env.Protocol(t), state, planned, f.config(test.applied))
				}
				if diff := cmp.Diff(strings.ReplaceAll(test.want, "NAME", f.name), strings.TrimSpace(acctest.Describe(diags))); diff != "" {
					t.Errorf("diagnostics (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestWriteOnly_InvalidCombination_Text is the specification of the errors of terraform validate.
func TestWriteOnly_InvalidCombination_Text(t *testing.T) {
	t.Parallel()
	const both = "NAME must not be set together with NAME_wo, got both."
	const alone = "NAME_wo_version must be set together with NAME_wo, got no NAME_wo."
	const version = "NAME_wo_version must be an integer from 0 to 9007199254740991, got "
	p := acctest.NewProtocol(t)
	eachSecretField(t, func(t *testing.T, f *secretField) {
		for _, test := range []struct {
			values acctest.Values
			want   []string
		}{
			{acctest.Values{}, nil},
			{plain(secretA), nil},
			{writeOnly(secretA), nil},
			{writeOnly(acctest.Unknown), nil},
			{versioned(secretA, 1), nil},
			{versioned(secretA, 0), nil},
			{versioned(secretA, int64(1<<53-1)), nil},
			{versioned(acctest.Unknown, acctest.Unknown), nil},
			{versioned(nil, acctest.Unknown), nil}, // the version may become null
			{acctest.Values{"": acctest.Unknown, "_wo": secretA}, nil},
			{acctest.Values{"": secretA, "_wo": acctest.Unknown}, nil},
			{acctest.Values{"": secretA, "_wo": acctest.Unknown, "_wo_version": 1}, nil},
			{acctest.Values{"": secretA, "_wo": secretA}, []string{both}},
			{acctest.Values{"": secretA, "_wo": secretB, "_wo_version": 1}, []string{both}},
			{versioned(nil, 1), []string{alone}},
			{acctest.Values{"": secretA, "_wo_version": 1}, []string{alone}},
			{versioned(secretA, -1), []string{version + "-1."}},
			{versioned(secretA, 1.5), []string{version + "1.5."}},
			{versioned(secretA, int64(1<<53)), []string{version + "9007199254740992."}},
		} {
			diags := p.ValidateResource(t, f.resourceType, f.config(test.values))
			f.checkValidation(t, diags)
			var got []string
			for _, d := range diags {
				got = append(got, d.Detail)
			}
			if diff := cmp.Diff(test.want, f.unnamed(got)); diff != "" {
				t.Errorf("%v: %s", test.values, diff)
			}
		}
	})
}

// checkValidation checks that errors show no secret. An error about a version may point at it.
func (f *secretField) checkValidation(t *testing.T, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diags {
		at := d.Attribute.String()
		if d.Severity != tfprotov6.DiagnosticSeverityError || at != "" && at != fmt.Sprintf("AttributeName(%q)", f.name+"_wo_version") || strings.Contains(d.Detail, secretPart) {
			t.Errorf("got %s", acctest.Describe(diags))
		}
	}
}

// unnamed replaces the name of the field by NAME.
func (f *secretField) unnamed(texts []string) []string {
	var replaced []string
	for _, text := range texts {
		replaced = append(replaced, strings.ReplaceAll(text, f.name, "NAME"))
	}
	return replaced
}

// Ten warnings name their profiles, and one more stands for all others.
func TestWriteOnly_ManyProfiles_WarningsNameTen(t *testing.T) {
	t.Parallel()
	eachSecretField(t, func(t *testing.T, f *secretField) {
		p := f.env.Protocol(t)
		got := make(map[string]int)
		want := map[string]int{
			"F_wo of other messaging profiles has a new value":               1,
			"F of other messaging profiles was changed outside of Terraform": 1,
			"F_wo of other messaging profiles is ignored":                    1,
			"F of other messaging profiles is unset":                         1,
		}
		for i := range 12 {
			name := fmt.Sprint("n", i)
			state := f.converge(t, acctest.State{}, f.config(with(versioned(secretA, 1), "name", name)))
			unversioned := f.converge(t, state, f.config(with(writeOnly(secretA), "name", name)))
			f.change(t, state, byHand)
			for _, plan := range []struct {
				state  acctest.State
				config acctest.Values
			}{
				{unversioned, writeOnly(secretB)}, {f.refresh(t, state, false), versioned(secretA, 1)},
				{state, acctest.Values{"_wo_version": 1, "sticky_sender": true}}, {state, acctest.Values{}},
			} {
				_, diags := p.Plan(t, f.resourceType, plan.state, f.config(with(plan.config, "name", name)))
				for _, d := range diags {
					got[strings.ReplaceAll(d.Summary, f.name, "F")]++
				}
			}
			if i < 10 {
				for _, effect := range []string{"F_wo of messaging profile %q has a new value", "F of messaging profile %q was changed outside of Terraform",
					"F_wo of messaging profile %q is ignored", "F of messaging profile %q is unset"} {
					want[fmt.Sprintf(effect, name)] = 1
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
