// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"archive/zip"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var dist = flag.String("dist", "", "the `directory` of a release to check, as make release-check does")

// most is how large a program may be, in bytes.
const most = 20e6

// platforms are those that a release is made for.
var platforms = []string{
	"darwin_amd64", "darwin_arm64", "freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64", "windows_386", "windows_amd64", "windows_arm64",
}

func TestArchives(t *testing.T) {
	t.Parallel()
	if *dist == "" {
		t.Skip("there is no release to check: make release-check builds one")
	}
	const project = "terraform-provider-opentact_"
	sums := only(t, project+"*_SHA256SUMS")
	version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(sums), project), "_SHA256SUMS")

	var provider, emulator, summed []string
	for _, platform := range platforms {
		name := project + version + "_" + platform + ".zip"
		provider = append(provider, name)
		holdsOnly(t, name, program("terraform-provider-opentact_v"+version, platform))
		name = "opentact-emulator_" + version + "_" + platform + ".zip"
		emulator = append(emulator, name)
		holdsOnly(t, name, program("opentact-emulator", platform))
	}
	var archives []string
	for _, archive := range glob(t, "*.zip") {
		archives = append(archives, filepath.Base(archive))
	}
	want := slices.Sorted(slices.Values(slices.Concat(provider, emulator)))
	if diff := cmp.Diff(want, archives); diff != "" {
		t.Errorf("archives (-want +got):\n%s", diff)
	}

	for line := range strings.Lines(string(content(t, sums))) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		summed = append(summed, name)
		file := filepath.Join(*dist, name)
		if strings.HasSuffix(name, "_manifest.json") {
			file = "../../terraform-registry-manifest.json"
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(content(t, file))); got != sum {
			t.Errorf("%s has the checksum %s, not %s", name, got, sum)
		}
	}
	slices.Sort(summed)
	want = slices.Sorted(slices.Values(append(slices.Clone(provider), project+version+"_manifest.json")))
	if diff := cmp.Diff(want, summed); diff != "" {
		t.Errorf("what has a checksum (-want +got):\n%s", diff)
	}

	for _, platform := range platforms {
		for _, name := range []string{"terraform-provider-opentact_v" + version, "opentact-emulator"} {
			modules := string(content(t, only(t, name+"_"+platform+".cdx.json")))
			if !strings.Contains(modules, `"CycloneDX"`) || !strings.Contains(modules, "pkg:golang/golang.org/x/") {
				t.Errorf("the modules of %s for %s are not listed", name, platform)
			}
		}
	}

	host := runtime.GOOS + "_" + runtime.GOARCH
	for _, archive := range []string{project + version + "_" + host + ".zip", "opentact-emulator_" + version + "_" + host + ".zip"} {
		program := extract(t, archive)
		if said := run(t, program, "-version"); !strings.Contains(said, " "+version+" (") {
			t.Errorf("%s says %s", archive, said)
		}
		built := run(t, "go", "version", "-m", program)
		for _, want := range []string{"-trimpath=true", "CGO_ENABLED=0"} {
			if !strings.Contains(built, want) {
				t.Errorf("%s is built without %s", archive, want)
			}
		}
	}
}

// program is the name of a program for a platform.
func program(name, platform string) string {
	if strings.HasPrefix(platform, "windows_") {
		name += ".exe"
	}
	return name
}

// holdsOnly opens an archive in which there has to be one program and nothing else.
func holdsOnly(t *testing.T, archive, want string) {
	t.Helper()
	opened, err := zip.OpenReader(filepath.Join(*dist, archive))
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = opened.Close() }()
	for _, file := range opened.File {
		t.Logf("%-64s %s %5.1f MB", archive, file.Name, float64(file.UncompressedSize64)/1e6)
		if file.UncompressedSize64 > most {
			t.Errorf("%s holds a program of %d bytes, more than %d", archive, file.UncompressedSize64, int(most))
		}
		if file.Name != want || len(opened.File) != 1 || file.Mode()&0o111 == 0 {
			t.Errorf("%s holds %s with mode %s, and is to hold the program %s alone", archive, file.Name, file.Mode(), want)
		}
	}
}

// extract takes the first file out of an archive.
func extract(t *testing.T, archive string) string {
	t.Helper()
	opened, err := zip.OpenReader(filepath.Join(*dist, archive))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	file, err := opened.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), opened.File[0].Name)
	if err := os.WriteFile(name, unpacked, 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}

func content(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(*dist, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func only(t *testing.T, pattern string) string {
	t.Helper()
	found := glob(t, pattern)
	if len(found) != 1 {
		t.Fatalf("%d files match %s", len(found), pattern)
	}
	return found[0]
}
