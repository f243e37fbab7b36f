// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/opentact/terraform-provider-opentact"

// linked lists the packages that are in the provider's program, each with what it imports.
func linked(t *testing.T) map[string][]string {
	t.Helper()
	imports := make(map[string][]string)
	for line := range strings.Lines(goList(t, "CGO_ENABLED=0", `{{.ImportPath}} {{join .Imports " "}}`)) {
		words := strings.Fields(line)
		imports[words[0]] = words[1:]
	}
	return imports
}

// goList is what go list says of the provider and all that it imports.
func goList(t *testing.T, variable, format string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", format, module)
	command.Env = append(os.Environ(), variable)
	said, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

// TestLinkedPackages expects no code for tests in the provider, nor the emulator, nor anything that only they need.
func TestLinkedPackages(t *testing.T) {
	t.Parallel()
	imports := linked(t)
	var own []string
	for name := range imports {
		if name == module || strings.HasPrefix(name, module+"/") {
			own = append(own, strings.TrimPrefix(name, module+"/"))
		}
		for _, unwanted := range []string{
			"github.com/getkin/kin-openapi", "github.com/hashicorp/terraform-plugin-testing", "github.com/hashicorp/terraform-plugin-sdk", "github.com/hashicorp/terraform-exec",
			"github.com/hashicorp/terraform-json", "github.com/hashicorp/hc-install", "github.com/google/go-cmp", "pgregory.net/rapid", "net/http/httptest", "testing/",
		} {
			if name == unwanted || strings.HasPrefix(name, strings.TrimSuffix(unwanted, "/")+"/") { // testing itself is below
				t.Errorf("the provider contains %s", name)
			}
		}
	}
	slices.Sort(own)
	want := []string{module, "internal/messagingprofile", "internal/opentact"}
	for _, part := range []string{"apierror", "auth", "create", "endpoint", "listcache", "pager", "redact", "transport", "wire"} {
		want = append(want, "internal/opentact/internal/"+part)
	}
	want = append(want, "internal/outboundvoiceprofile", "internal/profile", "internal/provider", "internal/version")
	if diff := cmp.Diff(want, own); diff != "" {
		t.Errorf("what of this module is in the provider (-want +got):\n%s", diff)
	}
	// HashiCorp's plugin library has helpers for tests among its code.
	for name, imported := range imports {
		if slices.Contains(imported, "testing") && name != "github.com/hashicorp/go-plugin" && name != "github.com/mitchellh/go-testing-interface" {
			t.Errorf("%s imports testing", name)
		}
	}
	t.Logf("%d packages: %s", len(imports), strings.Join(slices.Sorted(maps.Keys(imports)), " "))
}

// No package but Go's own has C in it, so the program is the same whether cgo is there or not.
func TestNoCgo(t *testing.T) {
	t.Parallel()
	if c := strings.TrimSpace(goList(t, "CGO_ENABLED=1", `{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}`)); c != "" {
		t.Errorf("these need cgo: %s", c)
	}
	for _, file := range []string{".goreleaser.yml", "GNUmakefile"} {
		text, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "CGO_ENABLED=0") {
			t.Errorf("%s builds with cgo", file)
		}
	}
}
