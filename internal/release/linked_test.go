// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/opentact/terraform-provider-opentact"

// goList returns the lines that go list prints for the packages in the provider.
func goList(t *testing.T, variable, format string) []string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-buildvcs=false", "-deps", "-f", format, module)
	command.Env = append(os.Environ(), variable)
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(output)), "\n")
}

// TestLinkedPackages checks that the provider contains no code for tests and no part of the
// emulator.
func TestLinkedPackages(t *testing.T) {
	t.Parallel()
	unwanted := []string{
		module + "/internal/acctest", module + "/internal/cmd", module + "/internal/emulator",
		"github.com/getkin/kin-openapi", "github.com/hashicorp/terraform-plugin-testing", "github.com/hashicorp/terraform-plugin-sdk", "github.com/hashicorp/terraform-exec",
		"github.com/hashicorp/terraform-json", "github.com/hashicorp/hc-install", "github.com/google/go-cmp", "pgregory.net/rapid", "net/http/httptest",
	}
	mayImportTesting := []string{"github.com/hashicorp/go-plugin", "github.com/mitchellh/go-testing-interface"}
	for _, line := range goList(t, "CGO_ENABLED=0", `{{.ImportPath}} {{join .Imports " "}}`) {
		words := strings.Fields(line)
		name, imports := words[0], words[1:]
		if slices.ContainsFunc(unwanted, func(prefix string) bool { return strings.HasPrefix(name+"/", prefix+"/") }) || strings.HasPrefix(name, "testing/") {
			t.Errorf("the provider contains %s", name)
		}
		if slices.Contains(imports, "testing") && !slices.Contains(mayImportTesting, name) {
			t.Errorf("%s imports testing", name)
		}
	}
}

// TestNoCgo checks that only the standard library contains C code, and that no program is
// built with it.
func TestNoCgo(t *testing.T) {
	t.Parallel()
	if packages := goList(t, "CGO_ENABLED=1", `{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}`); packages[0] != "" {
		t.Errorf("these packages contain C: %s", packages)
	}
	for _, file := range []string{".goreleaser.yml", "GNUmakefile"} {
		if !strings.Contains(string(readFile(t, filepath.Join("../..", file))), "CGO_ENABLED=0") {
			t.Errorf("%s builds with cgo", file)
		}
	}
}
