// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"bytes"
	"testing"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// plan is the result of terraform plan.
type plan struct {
	// planned holds the attributes of each resource that changes, by address.
	planned map[string]acctest.Values
	// warnings holds the text of the warnings, by address.
	warnings map[string]string
}

// planIn runs terraform plan in a workspace. It writes the plan to the file "plan".
func planIn(t *testing.T, w *acctest.Workspace, options ...tfexec.PlanOption) plan {
	t.Helper()
	got := plan{planned: map[string]acctest.Values{}, warnings: map[string]string{}}
	var output bytes.Buffer
	if _, err := w.PlanJSON(t.Context(), &output, append(options, tfexec.Out("plan"))...); err != nil {
		t.Fatalf("%v\n%s", err, &output)
	}
	for _, d := range acctest.PrintedDiagnostics(t, output.Bytes()) {
		got.warnings[d.Address] = d.Severity + ": " + d.Summary + ": " + d.Detail
	}
	shown, err := w.ShowPlanFile(t.Context(), "plan")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range shown.ResourceChanges {
		if change.Change.Actions.NoOp() {
			continue
		}
		values, _ := change.Change.After.(map[string]any)
		unknown, _ := change.Change.AfterUnknown.(map[string]any)
		for name, is := range unknown {
			if is == true {
				values[name] = acctest.Unknown
			}
		}
		got.planned[change.Address] = values
	}
	return got
}

// statesIn returns the attributes of all resources by address.
func statesIn(t *testing.T, w *acctest.Workspace) map[string]acctest.Values {
	t.Helper()
	shown, err := w.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]acctest.Values{}
	if shown.Values == nil { // the state is empty
		return states
	}
	for _, resource := range shown.Values.RootModule.Resources {
		states[resource.Address] = resource.AttributeValues
	}
	return states
}
