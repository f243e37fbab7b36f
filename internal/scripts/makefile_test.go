// SPDX-License-Identifier: MPL-2.0

package scripts_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMakefile_Targets_UseDoctorAndSelectedTerraform reads the recipes, because a machine may lack make.
func TestMakefile_Targets_UseDoctorAndSelectedTerraform(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	var doctor, terraform []string
	for rule := range strings.SplitSeq(string(text), "\n.PHONY: ") {
		target, rule, _ := strings.Cut(rule, "\n")
		if strings.HasPrefix(rule, target+": doctor ") {
			doctor = append(doctor, target)
		}
		if strings.Contains(rule, "\t@$(TERRAFORM); ") {
			terraform = append(terraform, target)
		}
	}
	if want := []string{"demo", "try", "testacc"}; !slices.Equal(doctor, want) {
		t.Errorf("the targets %q run the doctor first, want %q", doctor, want)
	}
	if want := []string{"testacc", "testacc-live", "chaos", "bench", "fmt"}; !slices.Equal(terraform, want) {
		t.Errorf("the targets %q use the same Terraform, want %q", terraform, want)
	}
}
