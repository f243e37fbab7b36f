// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"encoding/json"
	"flag"
	"slices"
	"testing"
)

var modules = flag.String("modules", "", "the CycloneDX `file` of the provider; make licenses writes one")

// allowed are the SPDX identifiers of the licenses that a module in the provider may have.
var allowed = []string{
	"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MPL-2.0",
	"BSD-Source-Code", // cyclonedx-gomod reports this for the BSD-3-Clause of Go's modules
}

// TestLicenses checks the licenses that cyclonedx-gomod found.
func TestLicenses(t *testing.T) {
	t.Parallel()
	if *modules == "" {
		t.Skip("requires a list of modules: run make licenses")
	}
	var list struct {
		Components []struct {
			Name     string
			Licenses []struct{ License struct{ ID, Name string } }
		}
	}
	if err := json.Unmarshal(readFile(t, *modules), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Components) < 10 {
		t.Errorf("only %d modules", len(list.Components))
	}
	for _, module := range list.Components {
		if len(module.Licenses) == 0 {
			t.Errorf("%s has no known license", module.Name)
		}
		for _, l := range module.Licenses {
			if !slices.Contains(allowed, l.License.ID) {
				t.Errorf("%s has the license %s%s", module.Name, l.License.ID, l.License.Name)
			}
		}
	}
}
