// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"archive/zip"
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
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64", "windows_386", "windows_amd64", "windows_arm64",
}

// TestArchives_RegistryRules checks a release that GoReleaser built.
func TestArchives_RegistryRules(t *testing.T) {
	t.Parallel()
	if *dist == "" {
		t.Skip("requires a release: run make release-check")
	}
	const project = "terraform-provider-opentact_"
	sums := glob(t, project+"*_SHA256SUMS")
	if len(sums) != 1 {
		t.Fatalf("checksums: %q", sums)
	}
	version := strings.TrimSuffix(strings.TrimPrefix(sums[0], project), "_SHA256SUMS")

	var archives, lists []string
	summed := []string{project + version + "_manifest.json"}
	for _, platform := range platforms {
		for archive, program := range map[string]string{project: "terraform-provider-opentact_v" + version, "opentact-emulator_": "opentact-emulator"} {
			name := archive + version + "_" + platform + ".zip"
			archives, lists = append(archives, name), append(lists, program+"_"+platform+".cdx.json")
			if archive == project {
				summed = append(summed, name)
			}
			checkArchive(t, name, program)
		}
	}
	var got []string
	for line := range strings.Lines(string(readFile(t, filepath.Join(*dist, sums[0])))) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		got = append(got, name)
	}
	for what, names := range map[string][2][]string{
		"archives": {archives, glob(t, "*.zip")}, "lists of modules": {lists, glob(t, "*.cdx.json")}, "checksums": {summed, got},
	} {
		if diff := cmp.Diff(slices.Sorted(slices.Values(names[0])), slices.Sorted(slices.Values(names[1]))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// checkArchive checks that an archive contains only the program.
func checkArchive(t *testing.T, archive, program string) {
	t.Helper()
	opened, err := zip.OpenReader(filepath.Join(*dist, archive))
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = opened.Close() }()
	file := opened.File[0]
	if len(opened.File) != 1 || strings.TrimSuffix(file.Name, ".exe") != program || file.Mode()&0o111 == 0 || file.UncompressedSize64 > maxBytes {
		t.Errorf("%s contains %d files, the first is %s with mode %s and %d bytes", archive, len(opened.File), file.Name, file.Mode(), file.UncompressedSize64)
	}
}

// glob returns the names of files in dist.
func glob(t *testing.T, pattern string) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(*dist, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}
