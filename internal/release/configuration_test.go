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

// configuration is the part of .goreleaser.yml that the Registry and the users of a release depend on.
type configuration struct {
	Project string `yaml:"project_name"`
	Builds  []struct {
		ID, Main, Binary    string
		Env, Flags, Ldflags []string
		Goos, Goarch        []string
		Timestamp           string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		ID                  string
		IDs, Formats, Files []string
		NameTemplate        string `yaml:"name_template"`
	}
	Checksum struct {
		IDs          []string
		Algorithm    string
		NameTemplate string      `yaml:"name_template"`
		ExtraFiles   []extraFile `yaml:"extra_files"`
	}
	Sboms []struct{ Artifacts string }
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

func read(t *testing.T) (c configuration) {
	t.Helper()
	text, err := os.ReadFile("../../.goreleaser.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	c := read(t)
	same := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if len(c.Builds) != 2 || len(c.Archives) != 2 || len(c.Signs) != 1 || len(c.Sboms) != 1 {
		t.Fatalf("%d builds, %d archives, %d signs, %d sboms", len(c.Builds), len(c.Archives), len(c.Signs), len(c.Sboms))
	}
	for i, id := range []string{"provider", "emulator"} {
		build, archive := c.Builds[i], c.Archives[i]
		same("build", id, build.ID)
		same("env", []string{"CGO_ENABLED=0"}, build.Env)
		same("flags", []string{"-trimpath"}, build.Flags)
		same("timestamp", "{{ .CommitTimestamp }}", build.Timestamp)
		same("systems", []string{"darwin", "freebsd", "linux", "windows"}, build.Goos)
		same("architectures", []string{"386", "amd64", "arm", "arm64"}, build.Goarch)
		same("archive", id, archive.ID)
		same("what is archived", []string{id}, archive.IDs)
		same("format", []string{"zip"}, archive.Formats)
		if _, err := os.Stat(filepath.Join("../..", build.Main)); err != nil {
			t.Error(err)
		}
		for _, pattern := range archive.Files {
			if found, _ := filepath.Glob("../../" + pattern); len(found) > 0 {
				t.Errorf("%s would be in the archive of the %s", found, id)
			}
		}
	}
	same("project", "terraform-provider-opentact", c.Project)
	same("provider", "{{ .ProjectName }}_v{{ .Version }}", c.Builds[0].Binary)
	same("archive", "{{ .ProjectName }}_{{ .Version }}_{{ .Os }}_{{ .Arch }}", c.Archives[0].NameTemplate)
	same("what has a checksum", []string{"provider"}, c.Checksum.IDs)
	same("checksums", "{{ .ProjectName }}_{{ .Version }}_SHA256SUMS", c.Checksum.NameTemplate)
	same("algorithm", "sha256", c.Checksum.Algorithm)
	manifest := []extraFile{{"terraform-registry-manifest.json", "{{ .ProjectName }}_{{ .Version }}_manifest.json"}}
	same("manifest with a checksum", manifest, c.Checksum.ExtraFiles)
	same("manifest in the release", manifest, c.Release.ExtraFiles)
	same("what is signed", "checksum", c.Signs[0].Artifacts)
	for _, want := range []string{"--detach-sign", "${signature}", "${artifact}"} {
		if !slices.Contains(c.Signs[0].Args, want) {
			t.Errorf("the signature is made without %s", want)
		}
	}
	if slices.Contains(c.Signs[0].Args, "--armor") {
		t.Error("the Registry wants a binary signature")
	}
	same("what has a list of its modules", "binary", c.Sboms[0].Artifacts)
}

// A name that -X does not find is no error of the linker, so only the program shows it.
func TestVersionOfARelease(t *testing.T) {
	t.Parallel()
	for _, build := range read(t).Builds {
		var flags []string
		for _, flag := range build.Ldflags {
			flags = append(flags, strings.NewReplacer("{{ .Version }}", "9.8.7", "{{ .ShortCommit }}", "c0ffee1").Replace(flag))
		}
		program := filepath.Join(t.TempDir(), "program")
		run(t, "go", "build", "-ldflags="+strings.Join(flags, " "), "-o", program, "../../"+build.Main)
		if said := run(t, program, "-version"); !strings.HasSuffix(strings.TrimSpace(said), " 9.8.7 (c0ffee1)") {
			t.Errorf("the %s says %q", build.ID, said)
		}
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../terraform-registry-manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest any
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"version": 1.0, "metadata": map[string]any{"protocol_versions": []any{"6.0"}}}
	if diff := cmp.Diff(any(want), manifest); diff != "" {
		t.Error(diff)
	}
}

// run runs a program and returns what it prints.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, output)
	}
	return string(output)
}
