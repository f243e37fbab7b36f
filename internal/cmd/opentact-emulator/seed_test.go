// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The seed is the example in the manual.
func TestRun_SeedFromManual_ServesProfiles(t *testing.T) {
	t.Parallel()
	var document json.RawMessage
	_, rest, _ := strings.Cut(manual(), "so that imports can use it:\n")
	if err := json.NewDecoder(strings.NewReader(rest)).Decode(&document); err != nil {
		t.Fatal(err)
	}
	p := start(t, "-addr", "127.0.0.1:0", "-seed", seedFile(t, string(document)))
	if status := p.get(t, "/profile/messaging/3f1d7c2e-5b0a-4e57-9d1c-0a4b8f6e2d31", "emulator-token"); status != http.StatusOK {
		t.Errorf("a profile of the seed has status %d", status)
	}
}

func seedFile(t *testing.T, document string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(name, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRun_InvalidSeed_Fails(t *testing.T) {
	t.Parallel()
	seed := seedFile(t, "{\"messaging\": [\n{\"name\": 7}]}")
	for file, want := range map[string]string{
		seed:            "invalid seed " + seed + ":\nline 2: name must be a string, got 7\n",
		seed + ".other": "can't read the seed: open " + seed + ".other",
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-seed", file}, &stdout, &stderr); code != exitError {
			t.Errorf("exit code %d, want %d", code, exitError)
		}
		if !strings.Contains(stderr.String(), want) || stdout.Len() > 0 {
			t.Errorf("want %q on standard error alone; got %q and %q", want, &stderr, &stdout)
		}
	}
}

func TestRun_Seed_PrintsNumberOfProfiles(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{}`:                             "loaded 0 profiles from FILE",
		`{"messaging": []}`:              "loaded 0 profiles from FILE",
		`{"messaging": [{"name": "a"}]}`: "loaded 1 profile from FILE (1 messaging)",
		`{"outbound_voice": [{"name": "a"}, {"name": "b"}], "messaging": [{"name": "a"}]}`: "loaded 3 profiles from FILE (1 messaging, 2 outbound_voice)",
	} {
		file := seedFile(t, document)
		p := start(t, "-addr", "127.0.0.1:0", "-seed", file) // returns after the greeting
		if want = "opentact-emulator: " + strings.Replace(want, "FILE", file, 1) + "\n"; p.stderr.String() != want {
			t.Errorf("%s: standard error is %q, want %q", document, p.stderr, want)
		}
	}
}
