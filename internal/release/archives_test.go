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

// TestArchives_RegistryRules checks the archives of the provider that GoReleaser built.
func TestArchives_RegistryRules(t *testing.T) {
	t.Parallel()
	if *dist == "" {
		t.Skip("requires a release: run make release-check")
	}
	sums, err := filepath.Glob(filepath.Join(*dist, "terraform-provider-opentact_*_SHA256SUMS"))
	if err != nil || len(sums) != 1 {
		t.Fatalf("checksums: %q, %v", sums, err)
	}
	release := strings.TrimSuffix(filepath.Base(sums[0]), "_SHA256SUMS")
	want := []string{release + "_manifest.json"}
	for _, platform := range platforms {
		archive := release + "_" + platform + ".zip"
		want = append(want, archive)
		checkArchive(t, archive, strings.Replace(release, "_", "_v", 1))
	}
	var got []string
	for line := range strings.Lines(string(readFile(t, sums[0]))) {
		_, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		got = append(got, name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files with a checksum (-want +got):\n%s", diff)
	}
}

// maxBytes is the maximum size of a program.
const maxBytes = 20e6

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
