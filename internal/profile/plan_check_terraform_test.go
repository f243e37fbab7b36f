// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

// wantConditions checks that a command succeeded, and that it printed only warnings about profiles that may exist
// already, with their condition. Their number depends on the order in which Terraform reads and plans.
func (r commandResult) wantConditions(t *testing.T) {
	t.Helper()
	r.wantDiagnostics(t, len(r.diagnostics), "warning", "may exist already", orphanWording)
}

// countCreates returns the number of creates since a position of the request log.
func countCreates(env *acctest.Env, from int) (n int) {
	for _, write := range env.Writes(from) {
		if strings.HasPrefix(write, http.MethodPost) {
			n++
		}
	}
	return n
}

func countedProfiles(count int, name string) string {
	return fmt.Sprintf("resource %q \"test\" {\n  count = %d\n  name  = %s\n}\n", messagingProfile, count, name)
}

const (
	orphanWording = "If no resource of this or another configuration manages "
	equalName     = `"equal"`
	indexedName   = `"a${count.index}"`
)

// A plan knows only some of the profiles with the same name. Its warnings must say so.
func TestAccPlanCheck_MoreEqualProfiles_WarnsWithCondition(t *testing.T) {
	t.Parallel()
	for _, parallelism := range []int{1, 10} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t, emulator.Options{})
			w := accountWorkspace(t, env, "")
			argument := fmt.Sprint("-parallelism=", parallelism)
			exist := 0
			for _, count := range []int{3, 5, 100, 105} {
				w.Write(t, accountFiles(countedProfiles(count, equalName)))
				from := len(env.Requests())
				runJSON(t, w, "apply", "-auto-approve", argument).wantConditions(t)
				if n := countCreates(env, from); n != count-exist || len(statesIn(t, w)) != count {
					t.Errorf("%d creates and %d profiles in the state, want %d and %d", n, len(statesIn(t, w)), count-exist, count)
				}
				exist = count
			}
			runJSON(t, w, "plan", argument).wantClean(t)
		})
	}
}

// If an element is inserted into a list, each later resource gets another name. The new profile gets a name that
// another resource has before the apply.
func TestAccPlanCheck_NameMovesToNewProfile_WarnsWithCondition(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	w := accountWorkspace(t, env, countedProfiles(3, `"a${count.index + 1}"`))
	runJSON(t, w, "apply", "-auto-approve").wantClean(t)
	w.Write(t, accountFiles(countedProfiles(4, indexedName)))
	from := len(env.Requests())
	runJSON(t, w, "apply", "-auto-approve").wantConditions(t)
	if writes := env.Writes(from); len(writes) != 4 || countCreates(env, from) != 1 {
		t.Errorf("the apply sent %v", writes)
	}
	runJSON(t, w, "plan").wantClean(t)
}

// With unique names, the error mode stops no change.
func TestAccPlanCheck_ErrorMode_UniqueNames_AppliesEverything(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	add(t, env, emulator.MessagingProfile, map[string]any{"name": "of another configuration"})
	config := func(count, weight int) map[string]string {
		return accountFiles(countedProfiles(count, indexedName) + fmt.Sprintf(
			"resource %q \"voice\" {\n  count         = %d\n  name          = \"a${count.index}\"\n  channel_limit = %d\n}\n", voiceProfile, count, weight))
	}
	w := accountWorkspace(t, env, "")
	setDuplicateCheck(t, w, "error")
	const replaced = "-replace=" + messagingProfile + ".test[0]"
	apply := func(args ...string) {
		t.Helper()
		runJSON(t, w, "apply", append(args, "-auto-approve")...).wantClean(t)
	}
	applySaved := func(args ...string) {
		t.Helper()
		runJSON(t, w, "plan", append(args, "-out=plan")...).wantClean(t)
		runJSON(t, w, "apply", "plan").wantClean(t)
	}
	for _, step := range []struct {
		name          string
		count, weight int
		apply         func()
		creates       int
	}{
		{"create", 2, 1, func() { apply() }, 4},
		{"create from a saved plan", 3, 1, func() { applySaved() }, 2},
		{"update beside create", 4, 2, func() { apply() }, 2},
		{"update beside create from a saved plan", 5, 3, func() { applySaved() }, 2},
		{"replace", 5, 3, func() { apply(replaced) }, 1},
		{"replace from a saved plan", 5, 3, func() { applySaved(replaced) }, 1},
		{"replace beside create", 6, 3, func() { apply(replaced) }, 3},
		{"replace beside create from a saved plan", 7, 3, func() { applySaved(replaced) }, 3},
		{"taint", 7, 3, func() { w.Run(t, "taint", messagingProfile+".test[0]"); apply() }, 1},
		{"taint from a saved plan", 7, 3, func() { w.Run(t, "taint", messagingProfile+".test[0]"); applySaved() }, 1},
	} {
		w.Write(t, config(step.count, step.weight))
		from := len(env.Requests())
		step.apply()
		if n := countCreates(env, from); n != step.creates {
			t.Errorf("%s: %d creates, want %d", step.name, n, step.creates)
		}
		if n := len(env.Profiles(emulator.MessagingProfile)); n != step.count+1 {
			t.Errorf("%s: the API has %d profiles, want %d", step.name, n, step.count+1)
		}
	}
	plan := runJSON(t, w, "plan")
	plan.wantClean(t)
	if plan.planned != (plannedChanges{}) {
		t.Errorf("the last plan is not empty: %+v", plan.planned)
	}
}

// The new profile of a replacement equals the old one. Terraform does not print warnings of the plan for it, and
// the process of the apply does not know the old profile. So an apply warns, or fails in the error mode. After such
// an error, the state contains the old profile as a deposed object.
func TestAccPlanCheck_CreateBeforeDestroy_ApplyWarnsOrFails(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	const address = messagingProfile + ".test"
	w := accountWorkspace(t, env, "resource \""+messagingProfile+"\" \"test\" {\n  name = \"a\"\n\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n")
	runJSON(t, w, "apply", "-auto-approve").wantClean(t)
	current := func() string { return statesIn(t, w)[address].Text("id") }
	wantReplaced := func(old string) {
		t.Helper()
		if current() == old || len(env.Profiles(emulator.MessagingProfile)) != 1 {
			t.Errorf("%s was not replaced: %v", old, env.Profiles(emulator.MessagingProfile))
		}
	}

	old := current()
	runJSON(t, w, "plan", "-replace="+address, "-out=plan").wantClean(t)
	runJSON(t, w, "apply", "plan").wantDiagnostics(t, 1, "warning", address, `Messaging profile "a" may exist already as `+old, orphanWording)
	wantReplaced(old)

	setDuplicateCheck(t, w, "error")
	old, from := current(), len(env.Requests())
	runJSON(t, w, "plan", "-replace="+address).wantClean(t)
	runJSON(t, w, "apply", "-auto-approve", "-replace="+address).wantDiagnostics(t, 1, "error",
		address, `Messaging profile "a" may exist already as `+old, "The new profile is not created", `set duplicate_check or OPENTACT_DUPLICATE_CHECK to "warn"`)
	if len(env.Writes(from)) > 0 || !strings.Contains(readFile(t, w, "terraform.tfstate"), old) {
		t.Errorf("%v, and the state is %s", env.Writes(from), readFile(t, w, "terraform.tfstate"))
	}

	setDuplicateCheck(t, w, "warn")
	got := runJSON(t, w, "apply", "-auto-approve")
	got.wantDiagnostics(t, len(got.diagnostics), "warning", old)
	wantReplaced(old)
	runJSON(t, w, "plan").wantClean(t)
}

// An orphan stops a plan, an apply, and the apply of a plan that was saved before it appeared.
func TestAccPlanCheck_ErrorMode_Orphan_StopsPlanAndApply(t *testing.T) {
	t.Parallel()
	const many = 12
	env := acctest.New(t, emulator.Options{})
	w := accountWorkspace(t, env, countedProfiles(many, indexedName))
	setDuplicateCheck(t, w, "error")
	runJSON(t, w, "plan", "-out=plan").wantClean(t)
	wantNoCreate := func(got commandResult, errors int) {
		t.Helper()
		got.wantDiagnostics(t, errors, "error", "may exist already", orphanWording, "The new profile is not created")
		if writes := env.Writes(0); len(writes) > 0 || len(statesIn(t, w)) > 0 {
			t.Errorf("terraform %s: %v, state: %v", got.command, writes, statesIn(t, w))
		}
	}

	id := add(t, env, emulator.MessagingProfile, map[string]any{"name": "a3"})
	got := runJSON(t, w, "plan")
	wantNoCreate(got, 1)
	got.wantDiagnostics(t, 1, "error", messagingProfile+".test[3]", id)
	wantNoCreate(runJSON(t, w, "apply", "-auto-approve"), 1)

	for i := range many {
		if i != 3 {
			add(t, env, emulator.MessagingProfile, map[string]any{"name": fmt.Sprint("a", i)})
		}
	}
	wantNoCreate(runJSON(t, w, "plan"), 10)
	wantNoCreate(runJSON(t, w, "apply", "plan"), many)
}

// The refresh before a destroy plans the new profiles of the configuration too. With "warn", it does not stop.
func TestAccPlanCheck_ErrorMode_Orphan_StopsDestroy(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	w := accountWorkspace(t, env, countedProfiles(1, indexedName))
	setDuplicateCheck(t, w, "error")
	runJSON(t, w, "apply", "-auto-approve").wantClean(t)
	w.Write(t, accountFiles(countedProfiles(2, indexedName)))
	orphan := add(t, env, emulator.MessagingProfile, map[string]any{"name": "a1"})
	runJSON(t, w, "destroy", "-auto-approve").wantDiagnostics(t, 1, "error", messagingProfile+".test[1]", orphan)
	if n := len(env.Profiles(emulator.MessagingProfile)); n != 2 {
		t.Errorf("the API has %d profiles, want 2", n)
	}
	setDuplicateCheck(t, w, "warn")
	runJSON(t, w, "destroy", "-auto-approve").wantClean(t)
	if _, exists := env.Profile(emulator.MessagingProfile, orphan); !exists || len(env.Profiles(emulator.MessagingProfile)) != 1 {
		t.Errorf("the API has %v", env.Profiles(emulator.MessagingProfile))
	}
}

// With the credentials of another account, no profile of the state exists.
func TestAccNotFound_AnotherAccount_Warns(t *testing.T) {
	t.Parallel()
	env, other := acctest.New(t, emulator.Options{}), acctest.New(t, emulator.Options{})
	w := accountWorkspace(t, env, countedProfiles(1, `"a"`))
	runJSON(t, w, "apply", "-auto-approve").wantClean(t)
	runJSON(t, w, "plan", "-destroy", "-out=destroy").wantClean(t)
	const address = messagingProfile + ".test[0]"
	id, state := statesIn(t, w)[address].Text("id"), readFile(t, w, "terraform.tfstate")
	useAccount(t, w, other)
	removed := []string{address, `Messaging profile "a" (` + id + ") no longer exists", "an apply removes it from the state"}
	nothingDeleted := []string{`Messaging profile "a" (` + id + ") did not exist", "nothing was deleted"} // Terraform prints no address for a deletion
	for _, test := range []struct {
		command []string
		texts   []string
		remains int // profiles in the state
	}{
		{[]string{"plan"}, removed, 1},
		{[]string{"plan", "-refresh-only"}, removed, 1},
		{[]string{"apply", "-refresh-only", "-auto-approve"}, removed, 0},
		{[]string{"destroy", "-refresh=false", "-auto-approve"}, nothingDeleted, 0},
		{[]string{"apply", "destroy"}, nothingDeleted, 0},
		{[]string{"apply", "-auto-approve"}, removed, 1},
	} {
		w.Write(t, map[string]string{"terraform.tfstate": state})
		got := runJSON(t, w, test.command[0], test.command[1:]...)
		got.wantDiagnostics(t, 1, "warning", append(test.texts, "profile "+id+" does not exist",
			"check base_url and the account of the credentials from the environment variable OPENTACT_TOKEN")...)
		if n := len(statesIn(t, w)); n != test.remains {
			t.Errorf("terraform %s: %d profiles in the state, want %d", got.command, n, test.remains)
		}
	}
	if len(env.Profiles(emulator.MessagingProfile)) != 1 || len(other.Profiles(emulator.MessagingProfile)) != 1 {
		t.Error("a profile of the first account was deleted, or the last apply created no profile")
	}

	// Terraform drops the warnings of the refresh before a destroy (hashicorp/terraform Context.destroyPlan).
	w.Write(t, map[string]string{"terraform.tfstate": state})
	if got := runJSON(t, w, "destroy", "-auto-approve"); got.failed || len(statesIn(t, w)) > 0 || len(env.Profiles(emulator.MessagingProfile)) != 1 {
		t.Errorf("destroy: failed: %t, state: %v, %v", got.failed, statesIn(t, w), got.diagnostics)
	}
}

// The index page says how to recover after an apply with the credentials of another account. Terraform ignores an import
// block for an address in the state, so a refresh must first remove the profile of the other account.
func TestAccNotFound_AnotherAccountApplied_RefreshThenImport(t *testing.T) {
	t.Parallel()
	env, other := acctest.New(t, emulator.Options{}), acctest.New(t, emulator.Options{})
	const address = messagingProfile + ".test[0]"
	w := accountWorkspace(t, env, countedProfiles(1, `"a"`))
	runJSON(t, w, "apply", "-auto-approve").wantClean(t)
	id, from := statesIn(t, w)[address].Text("id"), len(env.Requests())
	useAccount(t, w, other)
	runJSON(t, w, "apply", "-auto-approve").wantDiagnostics(t, 1, "warning", "no longer exists")

	useAccount(t, w, env)
	runJSON(t, w, "apply", "-refresh-only", "-auto-approve").wantDiagnostics(t, 1, "warning", "no longer exists")
	runJSON(t, w, "plan").wantDiagnostics(t, 1, "warning", "may exist already", id)
	w.Write(t, map[string]string{"import.tf": acctest.ImportBlock(address, id)})
	runJSON(t, w, "apply", "-auto-approve").wantClean(t)
	if got := statesIn(t, w)[address].Text("id"); got != id || len(env.Writes(from)) > 0 {
		t.Errorf("the state has %s, want %s, after %v", got, id, env.Writes(from))
	}
}

// A plan names ten profiles, and reports all others together.
func TestAccPlanCheck_ManyProfiles_PrintsElevenWarnings(t *testing.T) {
	t.Parallel()
	const many = 15
	env, other := acctest.New(t, emulator.Options{}), acctest.New(t, emulator.Options{})
	for i := range many {
		add(t, env, emulator.MessagingProfile, map[string]any{"name": fmt.Sprint("a", i)})
	}
	w := accountWorkspace(t, env, countedProfiles(many, indexedName))
	printed := func(summary, others string, args ...string) {
		t.Helper()
		output := w.Run(t, args...)
		named, merged := strings.Count(output, summary), strings.Count(output, "Warning: "+others)
		if warnings := strings.Count(output, "Warning: ") - strings.Count(output, "development overrides are in effect"); warnings != 11 || named != 10 || merged != 1 {
			t.Errorf("terraform %v: %d warnings, %d with a name, %d for the others:\n%s", args, warnings, named, merged, output)
		}
	}
	printed(`" may exist already as `, "Other new messaging profiles may exist already", "plan", "-no-color")
	runJSON(t, w, "apply", "-auto-approve").wantDiagnostics(t, 2*11, "warning", "may exist already")
	runJSON(t, w, "plan", "-destroy", "-out=destroy").wantClean(t)
	useAccount(t, w, other)
	printed(`) no longer exists`, "Other messaging profiles no longer exist", "plan", "-no-color")
	printed(`) no longer exists`, "Other messaging profiles no longer exist", "plan", "-no-color", "-refresh-only")
	w.Write(t, accountFiles(""))
	printed(`) no longer exists`, "Other messaging profiles no longer exist", "plan", "-no-color")
	printed(`) did not exist`, "Other messaging profiles did not exist", "apply", "-no-color", "destroy")
}

// A plan reports the credentials or the connection once, not for each new profile.
func TestAccPlanCheck_WrongTokenOrUnreachable_IsReportedOnce(t *testing.T) {
	t.Parallel()
	const many = 20
	env := acctest.New(t, emulator.Options{})
	w := accountWorkspace(t, env, countedProfiles(many, indexedName))
	w.AddEnv(t, map[string]string{"OPENTACT_TOKEN": "wrong"})
	got := runJSON(t, w, "plan")
	got.wantDiagnostics(t, 1, "error", "Could not authenticate with the API", "the environment variable OPENTACT_TOKEN", "status 401", "Nothing was changed",
		"may also respond with 401 if a permission is missing")
	if n := len(env.Requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	url := acctest.ClosedURL(t)
	w.AddEnv(t, map[string]string{"OPENTACT_BASE_URL": url})
	got = runJSON(t, w, "plan")
	got.wantDiagnostics(t, 1, "warning", "Could not check new profiles", url, "The plan is complete")
	if got.planned != (plannedChanges{Add: many}) {
		t.Errorf("the plan is %+v", got.planned)
	}
}

// A name that only the apply knows is checked in the apply.
func TestAccPlanCheck_UnknownName_IsCheckedInApply(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, emulator.Options{})
	id := add(t, env, emulator.MessagingProfile, map[string]any{"name": "a"})
	w := accountWorkspace(t, env, "resource \"terraform_data\" \"name\" {\n  input = \"a\"\n}\n\n"+
		acctest.Block(messagingProfile, "test", acctest.Values{"name": acctest.Expr("terraform_data.name.output")}))
	setDuplicateCheck(t, w, "error")
	runJSON(t, w, "plan", "-out=plan").wantClean(t)
	runJSON(t, w, "apply", "plan").wantDiagnostics(t, 1, "error", messagingProfile+".test", `Messaging profile "a" may exist already as `+id, "The new profile is not created")
	if writes := env.Writes(0); len(writes) > 0 {
		t.Errorf("the apply sent %v", writes)
	}
	setDuplicateCheck(t, w, "warn")
	got := runJSON(t, w, "apply", "-auto-approve")
	got.wantDiagnostics(t, len(got.diagnostics), "warning", id)
	if len(got.diagnostics) == 0 || countCreates(env, 0) != 1 {
		t.Errorf("%d creates: %v", countCreates(env, 0), got.diagnostics)
	}
}

// Each provider configuration checks the profiles of its own account.
func TestAccPlanCheck_ProviderAlias_ChecksItsAccount(t *testing.T) {
	t.Parallel()
	env, other := acctest.New(t, emulator.Options{}), acctest.New(t, emulator.Options{})
	orphan := add(t, other, emulator.MessagingProfile, map[string]any{"name": "a"})
	resource := func(label, provider string) string {
		return strings.TrimSuffix(acctest.Block(messagingProfile, label, acctest.Values{"name": "a"}), "}\n") + "  provider = " + provider + "\n}\n"
	}
	alias := strings.Replace(other.Config(""), "{\n", "{\n  alias    = \"other\"\n", 1)
	w := acctest.NewWorkspace(t, env.Files(alias+resource("first", "opentact")+resource("second", "opentact.other")))
	runJSON(t, w, "plan").wantDiagnostics(t, 1, "warning", messagingProfile+".second", orphan)
}
