// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"archive/zip"
	"encoding/json"
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var dist = flag.String("dist", "", "the `directory` of a release; make release-check builds one")

// platforms are the platforms of a release.
var platforms = []string{
	"darwin_amd64", "darwin_arm64", "freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64", "linux_s390x", "windows_386", "windows_amd64", "windows_arm64",
}

// releaseName returns the name of the release in -dist: terraform-provider-opentact_VERSION.
func releaseName(t *testing.T) string {
	t.Helper()
	if *dist == "" {
		t.Skip("requires a release: run make release-check")
	}
	sums := glob(t, "terraform-provider-opentact_*_SHA256SUMS")
	if len(sums) != 1 {
		t.Fatalf("checksums: %q", sums)
	}
	return strings.TrimSuffix(sums[0], "_SHA256SUMS")
}

// glob returns the sorted names of the files in -dist that match pattern.
func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(*dist, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		names[i] = filepath.Base(name)
	}
	slices.Sort(names)
	return names
}

// TestArchives_Contents checks all archives that GoReleaser built, and that there are no others.
func TestArchives_Contents(t *testing.T) {
	t.Parallel()
	release := releaseName(t)
	version := strings.TrimPrefix(release, "terraform-provider-opentact_")
	var want []string
	for _, platform := range platforms {
		provider, emulator := release+"_"+platform+".zip", "opentact-emulator_"+version+"_"+platform+".zip"
		want = append(want, provider, emulator)
		checkArchive(t, provider, strings.Replace(release, "_", "_v", 1))
		checkArchive(t, emulator, "LICENSE", "opentact-emulator")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, glob(t, "*.zip")); diff != "" {
		t.Errorf("archives (-want +got):\n%s", diff)
	}
}

// TestArchives_RegistryChecksums checks that the Registry finds a checksum for each archive of
// the provider and for the manifest, and no other one.
func TestArchives_RegistryChecksums(t *testing.T) {
	t.Parallel()
	release := releaseName(t)
	want := []string{release + "_manifest.json"}
	for _, platform := range platforms {
		want = append(want, release+"_"+platform+".zip")
	}
	var got []string
	for line := range strings.Lines(string(readFile(t, filepath.Join(*dist, release+"_SHA256SUMS")))) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		got = append(got, name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files with a checksum (-want +got):\n%s", diff)
	}
}

// TestArchives_ModuleLists checks that each program has a list of its modules.
func TestArchives_ModuleLists(t *testing.T) {
	t.Parallel()
	release := releaseName(t)
	var want []string
	for _, program := range []string{strings.Replace(release, "_", "_v", 1), "opentact-emulator"} {
		for _, platform := range platforms {
			want = append(want, program+"_"+platform+".cdx.json")
		}
	}
	slices.Sort(want)
	got := glob(t, "*.cdx.json")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lists of modules (-want +got):\n%s", diff)
	}
	for _, name := range got {
		var list struct {
			BOMFormat  string
			Components []struct{ PURL string }
		}
		if err := json.Unmarshal(readFile(t, filepath.Join(*dist, name)), &list); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if list.BOMFormat != "CycloneDX" || len(list.Components) == 0 || !strings.HasPrefix(list.Components[0].PURL, "pkg:golang/") {
			t.Errorf("%s has the format %q and %d modules", name, list.BOMFormat, len(list.Components))
		}
	}
}

// maxBytes is the maximum size of a program.
const maxBytes = 20e6

// checkArchive checks that an archive contains exactly the named files, and that the last one is
// a program.
func checkArchive(t *testing.T, archive string, want ...string) {
	t.Helper()
	opened, err := zip.OpenReader(filepath.Join(*dist, archive))
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = opened.Close() }()
	var got []string
	for _, file := range opened.File {
		name := strings.TrimSuffix(file.Name, ".exe")
		got = append(got, name)
		if name == want[len(want)-1] && (file.Mode()&0o111 == 0 || file.UncompressedSize64 > maxBytes) {
			t.Errorf("%s: %s has the mode %s and %d bytes", archive, name, file.Mode(), file.UncompressedSize64)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", archive, diff)
	}
}
