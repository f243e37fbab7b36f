// SPDX-License-Identifier: MPL-2.0

//go:build unix

package chaos_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

func init() {
	scenarios["h: Terraform and the provider are killed during creates"] = scenario{
		// Each profile has its own name, so all creates run in parallel.
		variables: "equal = 0", create: kill,
	}
}

// kill kills Terraform and the provider while the API holds the responses to creates. No
// state contains the created profiles. The next plan must name them, and kill imports them
// by the printed blocks. The seed determines how many creates succeed before.
func kill(t *testing.T, r *run) {
	t.Helper()
	// The plan has several import blocks for one resource. Terraform 1.16.1 has the fix, but builds of the main branch may
	// lack it.
	r.SkipBug(t, "hashicorp/terraform#39068", `1\.16\.0.*|1\.17\.0-(alpha20260729|alpha20260812|dev)`)
	before := int(3 + 7*r.seed%40)
	killApply(t, r, before)
	stored, orphans := r.stored(), r.orphans(t)
	// OpenTofu saves the state only every 20 seconds, so all profiles may be orphans.
	if len(stored) != before+parallelism || len(orphans) < parallelism {
		t.Errorf("the API has %d profiles and %d orphans, want %d and at least %d", len(stored), len(orphans), before+parallelism, parallelism)
	}

	r.AddEnv(t, map[string]string{"OPENTACT_DUPLICATE_CHECK": "error"})
	if err := r.apply(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "may exist already") {
		t.Errorf("the apply before the imports: %v", err)
	}
	if !slices.Equal(r.stored(), stored) {
		t.Error("the apply before the imports created or deleted profiles")
	}

	r.AddEnv(t, map[string]string{"OPENTACT_DUPLICATE_CHECK": "warn"})
	imports := ""
	for hasMore := true; hasMore; {
		var blocks map[string]string
		blocks, hasMore = printedImports(t, r)
		if hasMore && len(blocks) < maxNamed {
			t.Fatalf("the plan names %d profiles and says that there are more", len(blocks))
		}
		for uuid, block := range blocks {
			if !slices.Contains(orphans, uuid) {
				t.Errorf("%s is not an orphan", uuid)
			}
			orphans = slices.DeleteFunc(orphans, func(other string) bool { return other == uuid })
			imports += block
		}
		r.Write(t, map[string]string{"imports.tf": imports})
	}
	if len(orphans) > 0 {
		t.Errorf("no plan names %v", orphans)
	}
	r.AddEnv(t, map[string]string{"OPENTACT_DUPLICATE_CHECK": "error"})
	if err := r.applyAndCompare(t, 0); err != nil {
		t.Fatal(err)
	}
}

// killApply starts an apply. The first creates succeed; before is their number. The API
// carries out the next creates and holds their responses. When it holds as many as Terraform
// sends at once, killApply kills the apply and all its child processes.
func killApply(t *testing.T, r *run, before int) {
	t.Helper()
	held := r.env.Inject(t, emulator.Rule{Method: http.MethodPost, Skip: before, Faults: []emulator.Fault{{Action: emulator.ActionHoldAfter}}})
	command := r.Command(t, "apply", "-auto-approve", "-input=false", "-no-color", fmt.Sprint("-parallelism=", parallelism))
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the provider belongs to the group too
	// A killed provider does not remove its socket.
	sockets, err := os.MkdirTemp("", "killed") //nolint:usetesting // T.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(sockets) })
	command.Env = append(command.Env, "TMPDIR="+sockets)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	r.applies++
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	killGroup := sync.OnceValue(func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) })
	t.Cleanup(func() { _ = killGroup() })
	ended := make(chan error, 1)
	go func() {
		err := command.Wait()
		held.Release() // if the apply ended early
		ended <- err
	}()
	if err := held.AwaitHeld(t.Context(), parallelism); err != nil {
		t.Fatalf("%v\n%v\n%s", err, <-ended, &output)
	}
	if err := killGroup(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || err.Error() != "signal: killed" {
		t.Errorf("the apply was not killed: %v\n%s", err, &output)
	}
}

// orphans returns the UUIDs of the profiles that the state does not contain.
func (r *run) orphans(t *testing.T) []string {
	t.Helper()
	shown, err := r.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	orphans := r.stored()
	if shown.Values == nil {
		return orphans
	}
	for _, resource := range shown.Values.RootModule.Resources {
		orphans = slices.DeleteFunc(orphans, func(uuid string) bool { return uuid == resource.AttributeValues["id"] })
	}
	return orphans
}

// maxNamed is the number of orphans of one kind that a plan names.
const maxNamed = 10

// importBlock matches the import block in a warning about an orphan.
var importBlock = regexp.MustCompile(`import \{\n +to = (\w+)\.NAME\n +id = "(.+)"\n +\}`)

// printedImports runs a plan, and returns the import blocks of its warnings by UUID. The
// address of the warning replaces the one in the block. hasMore reports whether the plan
// says that there are more orphans.
func printedImports(t *testing.T, r *run) (blocks map[string]string, hasMore bool) {
	t.Helper()
	var output bytes.Buffer
	if _, err := r.PlanJSON(t.Context(), &output, tfexec.Parallelism(parallelism)); err != nil {
		t.Fatalf("%v\n%s", err, &output)
	}
	blocks = make(map[string]string)
	for _, d := range acctest.PrintedDiagnostics(t, output.Bytes()) {
		switch block := importBlock.FindStringSubmatch(d.Detail); {
		case strings.HasPrefix(d.Summary, "Other new "):
			hasMore = true
		case block == nil || d.Severity != "warning" || !strings.HasPrefix(d.Address, block[1]+".distinct["):
			t.Error(d)
		default:
			blocks[block[2]] = acctest.ImportBlock(d.Address, block[2])
		}
	}
	return blocks, hasMore
}
