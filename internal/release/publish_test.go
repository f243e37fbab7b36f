// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const image = "ghcr.io/opentact/opentact-emulator"

// TestReleaseWorkflow_Gate checks that only a tag starts a release, and that the job with the
// secrets starts after all checks of the tag.
func TestReleaseWorkflow_Gate(t *testing.T) {
	t.Parallel()
	w := readWorkflow(t, "release.yml")
	for rule, values := range map[string]struct{ want, got any }{
		"event":           {map[string]any{"push": map[string]any{"tags": []any{"v*"}}}, w.On},
		"two runs":        {"${{ github.workflow }}-${{ github.ref }}", w.Concurrency.Group},
		"stops a release": {false, w.Concurrency.CancelInProgress},
		"jobs":            {2, len(w.Jobs)},
		"checks":          {[]string{`sh tools/check-tag.sh "$GITHUB_REF_NAME"`, ".ci/run"}, w.Jobs["test"].runs()},
		"gate":            {"test", w.Jobs["release"].Needs},
		"environment":     {"release", w.Jobs["release"].Environment},
	} {
		if diff := cmp.Diff(values.want, values.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", rule, diff)
		}
	}
	for id, j := range w.Jobs {
		for _, s := range append(j.Steps, step{If: j.If, Continue: j.Continue}) {
			if s.If != nil || s.Continue != nil {
				t.Errorf("%s: a job or step has a condition or ignores an error: %v %v %s%s", id, s.If, s.Continue, s.Uses, s.Run)
			}
		}
	}
	text := string(readFile(t, "../../.github/workflows/release.yml"))
	if test, _, _ := strings.Cut(text, "\n  release:\n"); strings.Contains(test, "secrets.") {
		t.Error("the tests can read a secret")
	}
}

// TestReleaseWorkflow_Attestations checks that the release job attests all files that users
// download, and the image, after GoReleaser has built them.
func TestReleaseWorkflow_Attestations(t *testing.T) {
	t.Parallel()
	steps := readWorkflow(t, "release.yml").Jobs["release"].Steps
	built := slices.IndexFunc(steps, func(s step) bool { return strings.HasSuffix(s.Run, " goreleaser release --clean") })
	if built < 0 || steps[built].Env["GITHUB_TOKEN"] != "${{ secrets.GITHUB_TOKEN }}" {
		t.Fatal("no step runs GoReleaser with GITHUB_TOKEN, which creates the release and pushes the image")
	}
	var subjects []map[string]any
	for _, s := range steps[built:] {
		if s.action() == "actions/attest" {
			subjects = append(subjects, s.With)
		}
	}
	want := []map[string]any{
		{"subject-path": "dist/*.zip\ndist/*.cdx.json\ndist/*_SHA256SUMS\n"},
		{"subject-name": image, "subject-digest": "${{ steps.image.outputs.digest }}"},
	}
	if diff := cmp.Diff(want, subjects); diff != "" {
		t.Errorf("attestations (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(steps[built:], func(s step) bool { return s.ID == "image" && strings.Contains(s.Run, "dist/artifacts.json") }) {
		t.Error("no step reads the digest of the image")
	}
}

// TestConfiguration_Image checks the container image: its name, platforms and tags, and that a
// second build has the same bytes.
func TestConfiguration_Image(t *testing.T) {
	t.Parallel()
	images := readConfiguration(t).Kos
	if len(images) != 1 {
		t.Fatalf("%d images", len(images))
	}
	got := images[0]
	if !regexp.MustCompile(`^gcr\.io/distroless/static-debian\d+:nonroot@sha256:[0-9a-f]{64}$`).MatchString(got.BaseImage) {
		t.Errorf("base image %q: want distroless static at a digest", got.BaseImage)
	}
	for label, value := range got.Labels {
		if value == "" || !strings.HasPrefix(label, "org.opencontainers.image.") {
			t.Errorf("label %s=%q", label, value)
		}
	}
	for rule, values := range map[string]struct{ want, got any }{
		"build":           {"emulator", got.Build},
		"repositories":    {[]string{image}, got.Repositories},
		"bare name":       {true, got.Bare},
		"platforms":       {[]string{"linux/amd64", "linux/arm64"}, got.Platforms},
		"tags":            {[]string{"{{ .Version }}", "{{ if not .Prerelease }}latest{{ end }}"}, got.Tags},
		"time":            {"{{ .CommitTimestamp }}", got.CreationTime},
		"user":            {"65532", got.User},
		"list of modules": {"", got.SBOM}, // the default is SPDX
		"source":          {"https://" + module, got.Labels["org.opencontainers.image.source"]},
		"license":         {"MPL-2.0", got.Labels["org.opencontainers.image.licenses"]},
		"version":         {"{{ .Version }}", got.Labels["org.opencontainers.image.version"]},
		"revision":        {"{{ .FullCommit }}", got.Labels["org.opencontainers.image.revision"]},
	} {
		if diff := cmp.Diff(values.want, values.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", rule, diff)
		}
	}
}

// TestSecurity_AttestedFiles checks that SECURITY.md names each attested file and the commands that
// check it.
func TestSecurity_AttestedFiles(t *testing.T) {
	t.Parallel()
	_, text, _ := strings.Cut(string(readFile(t, "../../SECURITY.md")), "\n### What is signed\n")
	repository := " --repo " + strings.TrimPrefix(module, "github.com/")
	for _, want := range []string{
		"_SHA256SUMS`", "archives and manifest of the provider", "archives of the emulator", "all lists of modules (`.cdx.json`)", "`" + image + "`", "Not signed: ",
		"gh attestation verify opentact-emulator_0.1.0_linux_amd64.zip" + repository, "gh attestation verify oci://" + image + ":0.1.0" + repository,
		"gpg --verify ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("SECURITY.md lacks %q", want)
		}
	}
}

// TestDocuments_StepsAndPromisesOfPeople checks that the documents name what only people can do: the steps
// of a release, and the response times that HashiCorp asks of its partners.
func TestDocuments_StepsAndPromisesOfPeople(t *testing.T) {
	t.Parallel()
	for file, names := range map[string][]string{
		"CONTRIBUTING.md": {
			"type RSA", "environment `release`", "Release immutability", "`opentact-emulator` public", "User Settings → Signing Keys",
			"Submit new Provider*", "Submit new Provider Signing Key", "`make release-check`", "branch with the name of the tag",
		},
		"SECURITY.md": {"48 hours", "five business days"},
	} {
		text := strings.Join(strings.Fields(string(readFile(t, filepath.Join("../..", file)))), " ")
		for _, name := range names {
			if !strings.Contains(text, name) {
				t.Errorf("%s lacks %q", file, name)
			}
		}
	}
}

// TestGoReleaser_ImageOnlyInRelease checks that only the workflow release builds and pushes the
// image: it needs a registry.
func TestGoReleaser_ImageOnlyInRelease(t *testing.T) {
	t.Parallel()
	script := string(readFile(t, "../../tools/release-check.sh"))
	if !strings.Contains(script, "goreleaser release --snapshot --clean $skip\n") {
		t.Error("release-check.sh does not use $skip")
	}
	if !strings.HasSuffix(script, "\necho '# Not checked: the container image and the attestations. Only the workflow release builds them.'\n") {
		t.Error("release-check.sh does not say at the end what it has not checked")
	}
	for _, value := range regexp.MustCompile(`(?m)^\s*skip=(.*)$`).FindAllStringSubmatch(script, -1) {
		if value[1] != "--skip=ko" && value[1] != "--skip=ko,sign" {
			t.Errorf("release-check.sh sets skip=%s", value[1])
		}
	}
	for _, pattern := range []string{".github/workflows/*", "tools/*.sh", ".ci/run", "GNUmakefile"} {
		files, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			if base := filepath.Base(file); base != "release.yml" && base != "release-check.sh" && strings.Contains(string(readFile(t, file)), "goreleaser release") {
				t.Errorf("%s builds a release", file)
			}
		}
	}
}

// TestCheckTag checks which tags tools/check-tag.sh accepts.
func TestCheckTag(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("requires git")
	}
	script, err := filepath.Abs("../../tools/check-tag.sh")
	if err != nil {
		t.Fatal(err)
	}
	origin := t.TempDir()
	git := func(args ...string) {
		run(t, "git", append([]string{"-C", origin, "-c", "user.name=n", "-c", "user.email=e", "-c", "tag.gpgSign=false", "-c", "commit.gpgSign=false", "-c", "core.hooksPath=" + os.DevNull}, args...)...)
	}
	git("init", "-q", "-b", "main")
	if err := os.WriteFile(filepath.Join(origin, "CHANGELOG.md"), []byte("## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n## [1.1.0] - 2026-11-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	git("add", ".")
	git("commit", "-qm", "Release")
	git("tag", "v1.2.0")
	git("tag", "-am", "Annotated", "v1.1.0")
	git("tag", "v1.3.0")
	git("tag", "v1.2.0-rc.1")
	git("checkout", "-qb", "side")
	git("commit", "-qm", "Side", "--allow-empty")
	git("tag", "-f", "v1.0.0")
	clone := t.TempDir()
	run(t, "git", "clone", "-q", "-o", "origin", origin, clone)
	git("branch", "v1.1.0", "main")
	ambiguous := t.TempDir()
	run(t, "git", "clone", "-q", "-o", "origin", origin, ambiguous)

	for name, test := range map[string]struct{ dir, tag, want string }{
		"Released":        {clone, "v1.2.0", ""},
		"Annotated":       {clone, "v1.1.0", ""},
		"NoHeading":       {clone, "v1.3.0", "## [1.3.0]"},
		"PreRelease":      {clone, "v1.2.0-rc.1", "## [1.2.0-rc.1]"},
		"NotOnMain":       {clone, "v1.0.0", "not on main"},
		"SameNamedBranch": {ambiguous, "v1.1.0", "a branch has the same name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := command(t, test.dir, "sh", script, test.tag).CombinedOutput()
			if (err == nil) != (test.want == "") || !strings.Contains(string(output), test.want) {
				t.Errorf("%v, %q, want %q", err, output, test.want)
			}
		})
	}
}
