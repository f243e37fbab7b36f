// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// configuration is the part of .goreleaser.yml that the rules of the Registry are about.
type configuration struct {
	Project string `yaml:"project_name"`
	Builds  []struct {
		ID, Main, Binary string
		Ldflags          []string
	}
	Archives []struct {
		IDs, Formats, Files []string
		NameTemplate        string `yaml:"name_template"`
	}
	Checksum struct {
		IDs          []string
		Algorithm    string
		NameTemplate string      `yaml:"name_template"`
		ExtraFiles   []extraFile `yaml:"extra_files"`
	}
	Signs []struct {
		Artifacts string
		Args      []string
	}
	Release struct {
		ExtraFiles []extraFile `yaml:"extra_files"`
	}
}

type extraFile struct {
	Glob         string
	NameTemplate string `yaml:"name_template"`
}

func readConfiguration(t *testing.T) (c configuration) {
	t.Helper()
	if err := yaml.Unmarshal(readFile(t, "../../.goreleaser.yml"), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Builds) != 2 || len(c.Archives) != 2 || len(c.Signs) != 1 {
		t.Fatalf("%d builds, %d archives, %d signs", len(c.Builds), len(c.Archives), len(c.Signs))
	}
	return c
}

func readFile(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestConfiguration_RegistryRules checks the rules of the Registry:
// https://developer.hashicorp.com/terraform/registry/providers/publishing
func TestConfiguration_RegistryRules(t *testing.T) {
	t.Parallel()
	c := readConfiguration(t)
	manifest := []extraFile{{"terraform-registry-manifest.json", "{{ .ProjectName }}_{{ .Version }}_manifest.json"}}
	for rule, values := range map[string]struct{ want, got any }{
		"project":                  {"terraform-provider-opentact", c.Project},
		"name of the program":      {"{{ .ProjectName }}_v{{ .Version }}", c.Builds[0].Binary},
		"name of the archive":      {"{{ .ProjectName }}_{{ .Version }}_{{ .Os }}_{{ .Arch }}", c.Archives[0].NameTemplate},
		"builds in the archive":    {[]string{c.Builds[0].ID}, c.Archives[0].IDs},
		"format of the archive":    {[]string{"zip"}, c.Archives[0].Formats},
		"other files in it":        {[]string{"none*"}, c.Archives[0].Files}, // otherwise GoReleaser adds README and LICENSE
		"archives with a checksum": {[]string{c.Builds[0].ID}, c.Checksum.IDs},
		"algorithm of checksums":   {"sha256", c.Checksum.Algorithm},
		"name of the checksums":    {"{{ .ProjectName }}_{{ .Version }}_SHA256SUMS", c.Checksum.NameTemplate},
		"manifest with a checksum": {manifest, c.Checksum.ExtraFiles},
		"manifest in the release":  {manifest, c.Release.ExtraFiles},
		"files with a signature":   {"checksum", c.Signs[0].Artifacts},
		"signature is a file":      {true, slices.Contains(c.Signs[0].Args, "--detach-sign")},
		"signature is binary":      {false, slices.Contains(c.Signs[0].Args, "--armor")},
	} {
		if diff := cmp.Diff(values.want, values.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", rule, diff)
		}
	}
	if found, _ := filepath.Glob("../../none*"); len(found) > 0 {
		t.Errorf("the archive would contain %s", found)
	}
}

// TestManifest_ProtocolVersion checks the manifest, from which the Registry reads the protocol.
func TestManifest_ProtocolVersion(t *testing.T) {
	t.Parallel()
	var manifest any
	if err := json.Unmarshal(readFile(t, "../../terraform-registry-manifest.json"), &manifest); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"version": 1.0, "metadata": map[string]any{"protocol_versions": []any{"6.0"}}}
	if diff := cmp.Diff(any(want), manifest); diff != "" {
		t.Error(diff)
	}
}

// TestConfiguration_LdflagsSetVersion builds both programs with the flags of a release. The
// linker reports no error if -X names a variable that does not exist.
func TestConfiguration_LdflagsSetVersion(t *testing.T) {
	t.Parallel()
	template := strings.NewReplacer("{{ .Version }}", "9.8.7", "{{ .ShortCommit }}", "c0ffee1")
	for _, build := range readConfiguration(t).Builds {
		program := filepath.Join(t.TempDir(), "program")
		run(t, "go", "build", "-ldflags="+template.Replace(strings.Join(build.Ldflags, " ")), "-o", program, "../../"+build.Main)
		if output := run(t, program, "-version"); !strings.HasSuffix(strings.TrimSpace(output), " 9.8.7 (c0ffee1)") {
			t.Errorf("the %s prints %q", build.ID, output)
		}
	}
}

// run runs a program and returns its output.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
	}
	return string(output)
}
