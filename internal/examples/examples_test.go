// SPDX-License-Identifier: MPL-2.0

package examples_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const root = "../../examples"

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// requirement is the block that the examples of the Registry's pages omit.
const requirement = "terraform {\n  required_providers {\n    opentact = { source = \"opentact/opentact\" }\n  }\n}\n"

// workspace returns a workspace with files of an example, and an emulator with the profiles of
// examples/seed.json.
func workspace(t *testing.T, files ...string) (*acctest.Workspace, *acctest.Env) {
	t.Helper()
	env := acctest.New(t, emulator.Options{})
	if err := env.Seed([]byte(content(t, filepath.Join(root, "seed.json")))); err != nil {
		t.Fatal(err)
	}
	return workspaceFor(t, env, files...), env
}

// workspaceFor returns a workspace with files of an example for an emulator.
func workspaceFor(t *testing.T, env *acctest.Env, files ...string) *acctest.Workspace {
	t.Helper()
	texts := make(map[string]string)
	requires := false
	for _, file := range files {
		// All files are in one directory, except those in tests/.
		name := filepath.Base(file)
		if filepath.Base(filepath.Dir(file)) == "tests" {
			name = filepath.Join("tests", name)
		}
		texts[name] = content(t, file)
		requires = requires || strings.Contains(texts[name], "required_providers")
	}
	if !requires {
		texts["requirement.tf"] = requirement
	}
	w := acctest.NewWorkspace(t, texts)
	w.AddEnv(t, map[string]string{"OPENTACT_BASE_URL": env.URL, "OPENTACT_TOKEN": env.Token})
	return w
}

// checkRuns validates and applies the example. A second plan must have no changes.
func checkRuns(t *testing.T, w *acctest.Workspace) {
	t.Helper()
	valid, err := w.Validate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !valid.Valid {
		t.Fatalf("not valid: %+v", valid.Diagnostics)
	}
	if err := w.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	if changes, err := w.Plan(t.Context()); err != nil || changes {
		t.Errorf("a second plan has changes: %t, %v", changes, err)
	}
}

// TestAccExamples runs each example of the Registry's pages.
func TestAccExamples(t *testing.T) {
	t.Parallel()
	found, err := filepath.Glob(filepath.Join(root, "*", "*", "*.tf"))
	if err != nil || len(found) < 10 {
		t.Fatalf("%d examples: %v", len(found), err)
	}
	for _, file := range append(found, filepath.Join(root, "provider", "provider.tf")) {
		t.Run(strings.TrimPrefix(file, root+"/"), func(t *testing.T) {
			t.Parallel()
			files := []string{file}
			imports := strings.HasPrefix(filepath.Base(file), "import-")
			if imports { // needs a configured resource
				files = append(files, filepath.Join(filepath.Dir(file), "resource.tf"))
			}
			w, env := workspace(t, files...)
			if strings.Contains(file, "identity") {
				w.RequireTerraform(t, ">= 1.12", "an import by identity")
			}
			checkRuns(t, w)
			if imports {
				checkProfiles(t, env, seeded)
			}
		})
	}
}

// TestAccQuickstart runs the quickstart in an empty account.
func TestAccQuickstart(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	w := workspaceFor(t, env, filepath.Join(root, "quickstart", "main.tf"))
	checkRuns(t, w)
	if err := w.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkProfiles(t, env, 0)
}

// seeded is the number of profiles of each kind in examples/seed.json.
const seeded = 3

// checkProfiles checks the number of profiles of each kind.
func checkProfiles(t *testing.T, env *acctest.Env, want int) {
	t.Helper()
	for _, kind := range emulator.Kinds() {
		if n := len(env.Profiles(kind)); n != want {
			t.Errorf("%d profiles of kind %s, want %d", n, kind, want)
		}
	}
}

// TestAccImportCommands runs the import command of each resource's page.
func TestAccImportCommands(t *testing.T) {
	t.Parallel()
	for _, lifecycle := range acctest.Lifecycles() {
		t.Run(lifecycle.Type, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(root, "resources", lifecycle.Type)
			w, env := workspace(t, filepath.Join(dir, "resource.tf"))
			command := strings.Fields(content(t, filepath.Join(dir, "import.sh")))
			if len(command) != 4 || command[0] != "terraform" || command[1] != "import" {
				t.Fatalf("%q is not an import", command)
			}
			if err := w.Import(t.Context(), command[2], command[3]); err != nil {
				t.Fatal(err)
			}
			if err := w.Apply(t.Context()); err != nil {
				t.Fatal(err)
			}
			checkProfiles(t, env, seeded)
		})
	}
}

// TestAccQueries runs the query of each list resource's page and imports the results.
func TestAccQueries(t *testing.T) {
	t.Parallel()
	for _, lifecycle := range acctest.Lifecycles() {
		t.Run(lifecycle.Type, func(t *testing.T) {
			t.Parallel()
			w, env := workspace(t, filepath.Join(root, "list-resources", lifecycle.Type, "list-resource.tfquery.hcl"), filepath.Join(root, "provider", "provider.tf"))
			w.RequireTerraform(t, ">= 1.14", "terraform query")
			w.Run(t, "query", "-generate-config-out=profiles.tf")
			generated := content(t, filepath.Join(w.Dir, "profiles.tf"))
			if n := strings.Count(generated, "\nimport {"); n != 2 {
				t.Errorf("%d profiles found, want 2", n)
			}
			if !strings.Contains(generated, `resource "`+lifecycle.Type+`" "production_0" {`) { // as the guide says
				t.Errorf("the labels are not numbered:\n%s", generated)
			}
			checkRuns(t, w)
			checkProfiles(t, env, seeded)
		})
	}
}

// TestAccModuleTest runs the tests of the example module, those with mocks included.
func TestAccModuleTest(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(root, "module-test")
	w, env := workspace(t, filepath.Join(dir, "main.tf"), filepath.Join(dir, "tests", "team.tftest.hcl"), filepath.Join(dir, "tests", "mocked.tftest.hcl"))
	w.RequireTerraform(t, ">= 1.7", "terraform test with mocks")
	var output strings.Builder
	if err := w.Test(t.Context(), &output); err != nil {
		t.Fatalf("%v\n%s", err, &output)
	}
	if !strings.Contains(output.String(), `"passed":5`) {
		t.Error(output.String())
	}
	checkProfiles(t, env, seeded) // terraform test destroys what it creates
	if created := env.Counters().ByStatus[http.StatusCreated]; created != 2 {
		t.Errorf("%d profiles created, want 2", created)
	}
}
