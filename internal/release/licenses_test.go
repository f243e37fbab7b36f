// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var modules = flag.String("modules", "", "the CycloneDX `file` that lists the provider's modules with their licenses, as make licenses does")

// allowed are the licenses under which a module may be in a program that is under the MPL 2.0, by their SPDX identifiers.
var allowed = []string{
	"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MPL-2.0",
	"BSD-Source-Code", // what the BSD-3-Clause of Go's own modules is taken for
}

// TestLicenses expects each module in the provider to have a license that is allowed.
func TestLicenses(t *testing.T) {
	t.Parallel()
	if *modules == "" {
		t.Skip("there is no list of licenses: make licenses makes one")
	}
	text, err := os.ReadFile(*modules)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Components []struct {
			Name, Version string
			Licenses      []struct {
				License struct{ ID, Name string }
			}
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]bool)
	for _, component := range list.Components {
		listed[component.Name] = true
		if len(component.Licenses) == 0 {
			t.Errorf("%s has no license that is known", component.Name)
		}
		for _, license := range component.Licenses {
			if !slices.Contains(allowed, license.License.ID) {
				t.Errorf("%s is under %s%s", component.Name, license.License.ID, license.License.Name)
			}
			t.Logf("%-60s %-40s %s", component.Name, component.Version, license.License.ID)
		}
	}
	for name := range strings.FieldsSeq(goList(t, "CGO_ENABLED=0", `{{if .Module}}{{if not .Module.Main}}{{.Module.Path}}{{end}}{{end}}`)) {
		if !listed[name] {
			t.Errorf("%s is in the provider, and not in the list", name)
		}
	}
}
