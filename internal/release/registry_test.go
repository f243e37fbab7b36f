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
		Goos, Goarch     []string
		Ignore           []struct{ Goos, Goarch string }
	}
	Archives []struct {
		IDs, Formats []string
		Files        []any
		NameTemplate string `yaml:"name_template"`
	}
	Checksum struct {
		IDs          []string
		Algorithm    string
		NameTemplate string      `yaml:"name_template"`
		ExtraFiles   []extraFile `yaml:"extra_files"`
	}
	Kos []struct {
		Build, User, SBOM             string
		BaseImage                     string `yaml:"base_image"`
		CreationTime                  string `yaml:"creation_time"`
		Bare                          bool
		Repositories, Platforms, Tags []string
		Labels                        map[string]string
	}
	Signs []struct {
		Artifacts string
		Args      []string
	}
	Release struct {
		Prerelease string
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
		"other files in it":        {[]any{"none*"}, c.Archives[0].Files}, // otherwise GoReleaser adds README and LICENSE
		"files of the emulator":    {[]any{map[string]any{"src": "LICENSE", "info": map[string]any{"mtime": "{{ .CommitDate }}"}}}, c.Archives[1].Files},
		"archives with a checksum": {[]string{c.Builds[0].ID}, c.Checksum.IDs},
		"algorithm of checksums":   {"sha256", c.Checksum.Algorithm},
		"name of the checksums":    {"{{ .ProjectName }}_{{ .Version }}_SHA256SUMS", c.Checksum.NameTemplate},
		"manifest with a checksum": {manifest, c.Checksum.ExtraFiles},
		"manifest in the release":  {manifest, c.Release.ExtraFiles},
		"pre-releases":             {"auto", c.Release.Prerelease},
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

// TestConfiguration_Platforms checks that GoReleaser builds both programs for each of platforms.
func TestConfiguration_Platforms(t *testing.T) {
	t.Parallel()
	known := strings.Fields(run(t, "go", "tool", "dist", "list"))
	for _, build := range readConfiguration(t).Builds {
		var got []string
		for _, system := range build.Goos {
			for _, architecture := range build.Goarch {
				if slices.Contains(known, system+"/"+architecture) && !slices.Contains(build.Ignore, struct{ Goos, Goarch string }{system, architecture}) {
					got = append(got, system+"_"+architecture)
				}
			}
		}
		if diff := cmp.Diff(platforms, got); diff != "" {
			t.Errorf("platforms of the %s (-want +got):\n%s", build.ID, diff)
		}
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
		run(t, "go", "build", "-buildvcs=false", "-ldflags="+template.Replace(strings.Join(build.Ldflags, " ")), "-o", program, "../../"+build.Main)
		if output := run(t, program, "-version"); !strings.HasSuffix(strings.TrimSpace(output), " 9.8.7 (c0ffee1)") {
			t.Errorf("the %s prints %q", build.ID, output)
		}
	}
}

// command returns a command that runs in dir. Variables such as GIT_DIR must not name another
// repository.
func command(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	c.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "GIT_") })
	return c
}

// run runs a program and returns its output.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	output, err := command(t, "", name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
	}
	return string(output)
}
