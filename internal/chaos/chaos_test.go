// SPDX-License-Identifier: MPL-2.0

package chaos_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const (
	parallelism = 10
	// wanted is the number of profiles in the configuration.
	wanted = 60
)

// configuration declares, for each kind, profiles with different names and profiles that are
// all equal.
const configuration = `
terraform {
  required_providers {
    opentact = { source = "opentact/opentact" }
  }
}

provider "opentact" {
  max_retries = var.max_retries
}

variable "max_retries" {
  type    = number
  default = null
}

variable "equal" {
  type    = number
  default = 10
}

variable "generation" {
  type    = number
  default = 0
}

resource "opentact_messaging_profile" "distinct" {
  count            = 30 - var.equal
  name             = "Café-${count.index}"
  callback_url     = "https://sms.example.com/${count.index}/${var.generation}"
  toll_free_weight = var.generation
}

resource "opentact_messaging_profile" "equal" {
  count         = var.equal
  name          = "Café"
  sticky_sender = var.generation == 0
}

resource "opentact_outbound_voice_profile" "distinct" {
  count             = 30 - var.equal
  name              = "Café-${count.index}"
  channel_limit     = count.index
  daily_spend_limit = var.generation + 0.1
}

resource "opentact_outbound_voice_profile" "equal" {
  count    = var.equal
  name     = "Café"
  max_rate = var.generation + 0.005
}
`

var seeds = flag.Uint64("seeds", 1, "the `number` of seeds of each scenario")

// scenario is one way in which the API fails.
type scenario struct {
	options emulator.Options
	// variables are the contents of terraform.tfvars.
	variables string
	// logsIn makes the provider use email and password instead of a token.
	logsIn bool
	// apiKey makes the provider use an API key instead of a token.
	apiKey string
	// writeOnly makes the webhooks write-only.
	writeOnly bool
	// rules are the failures, from the first request to the last. It may be nil.
	rules func(seed uint64) []emulator.Rule
	// retries is the maximum number of retries of a failed apply.
	retries int
	// create runs before the first plain apply. It may be nil.
	create func(*testing.T, *run)
}

// scenarios are all scenarios by name. killed_unix_test.go adds another one.
var scenarios = map[string]scenario{
	"a: every response to a create is lost":         {rules: loseCreates},
	"b: 30 % of all requests fail, with an API key": {apiKey: "chaos-key==", variables: "max_retries = 10", retries: 2, rules: failOften},
	"c: 20 requests per second":                     {options: emulator.Options{RequestsPerSecond: 20}},
	"d: tokens expire after two seconds": {
		// The creates take longer than a token is valid: six rounds of ten.
		logsIn: true, options: emulator.Options{TokenLifetime: 2 * time.Second, Latency: 400 * time.Millisecond},
		create: func(t *testing.T, r *run) {
			// So far, only the process that creates calls the API.
			err := r.apply(t.Context(), 0)
			if logins := r.env.Counters().ByOperation["GET /auth"]; err != nil || logins < 2 {
				t.Errorf("%d logins: %v", logins, err)
			}
		},
	},
	// Creates of one name don't run in parallel.
	"e: Ctrl-C during creates": {variables: "equal = 0", create: interrupt},
	"f: every response to a create is lost, and lists grow while their pages are read": {
		rules: loseCreates, options: emulator.Options{PageSize: 7},
	},
	"g: every response to a create is lost, and the API returns text in NFD": {
		rules: loseCreates, options: emulator.Options{Decompose: true},
	},
	"i: 30 % of all requests fail, and webhooks are write-only": {variables: "max_retries = 10", retries: 2, rules: failOften, writeOnly: true},
}

// failOften fails 30 % of all requests in different ways.
func failOften(seed uint64) []emulator.Rule {
	return []emulator.Rule{{Probability: 0.3, Seed: seed, Faults: []emulator.Fault{
		{Action: emulator.ActionRespond, Status: http.StatusTooManyRequests},
		{Action: emulator.ActionRespond, Status: http.StatusInternalServerError},
		{Action: emulator.ActionPage, Status: http.StatusBadGateway},
		{Action: emulator.ActionRespond, Status: http.StatusServiceUnavailable},
		{Action: emulator.ActionCloseBefore},
		{Action: emulator.ActionCloseAfter},
		{Action: emulator.ActionCut},
		{Action: emulator.ActionDelay, For: emulator.Duration(50 * time.Millisecond)},
	}}}
}

// loseCreates loses the response to each create after the API has created the profile.
func loseCreates(uint64) []emulator.Rule {
	return []emulator.Rule{{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}}}
}

func TestMain(m *testing.M) { os.Exit(acctest.Main(m)) }

// TestAccChaos runs every scenario with every seed and prints a table.
func TestAccChaos(t *testing.T) {
	t.Parallel()
	if *seeds == 0 {
		t.Fatal("-seeds must be 1 or more")
	}
	var mu sync.Mutex
	var rows [][]string
	for name, s := range scenarios {
		for seed := range *seeds {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				t.Parallel()
				r := s.start(t, seed)
				defer func() {
					if t.Skipped() {
						return
					}
					requests, failed := r.requests()
					if failed == 0 && !s.logsIn {
						t.Error("no request failed")
					}
					mu.Lock()
					defer mu.Unlock()
					rows = append(rows, []string{
						name, fmt.Sprint(seed), fmt.Sprint(requests), fmt.Sprint(failed), fmt.Sprint(r.applies), fmt.Sprint(r.lost), fmt.Sprint(r.duplicated),
					})
				}()
				s.run(t, r)
			})
		}
	}
	t.Cleanup(func() { // runs after all scenarios
		slices.SortFunc(rows, slices.Compare)
		fmt.Print(acctest.Table([]string{"scenario", "seed", "requests", "failed requests", "applies", "lost", "duplicated"}, rows))
	})
}

// run is the workspace of a scenario with its own API.
type run struct {
	*acctest.Workspace
	env  *acctest.Env
	seed uint64
	// applies counts the commands that created or changed profiles.
	applies int
	// lost and duplicated are the highest numbers of such profiles after any command.
	lost, duplicated int
}

func (s scenario) start(t *testing.T, seed uint64) *run {
	t.Helper()
	s.options.Shape = emulator.Shape(seed % 2)
	if s.apiKey != "" {
		s.options.APIKeys = map[string]time.Duration{s.apiKey: 0}
	}
	env := acctest.New(t, s.options)
	if s.rules != nil {
		for _, rule := range s.rules(seed) {
			env.Inject(t, rule)
		}
	}
	config := configuration
	if s.writeOnly { // Terraform before 1.11 rejects a conditional value even if it is null
		config = strings.ReplaceAll(config, "callback_url ", "callback_url_wo ")
	}
	w := acctest.NewWorkspace(t, map[string]string{"main.tf": config, "terraform.tfvars": s.variables})
	if s.writeOnly {
		w.RequireTerraform(t, ">= 1.11", "a write-only attribute")
	}
	variables := map[string]string{"OPENTACT_BASE_URL": env.URL}
	switch {
	case s.logsIn:
		variables["OPENTACT_EMAIL"], variables["OPENTACT_PASSWORD"] = emulator.DefaultEmail, emulator.DefaultPassword
	case s.apiKey != "":
		variables["OPENTACT_API_KEY"] = s.apiKey
	default:
		variables["OPENTACT_TOKEN"] = env.Token
	}
	w.AddEnv(t, variables)
	return &run{Workspace: w, env: env, seed: seed}
}

// run creates the profiles, changes them all and destroys them. After each command, the API
// and the state must contain the same profiles.
func (s scenario) run(t *testing.T, r *run) {
	t.Helper()
	if s.create != nil {
		s.create(t, r)
	}
	for generation := range 2 {
		err := r.applyAndCompare(t, generation)
		for i := 0; err != nil && i < s.retries; i++ {
			err = r.applyAndCompare(t, generation)
		}
		if err != nil {
			t.Fatalf("generation %d: %v", generation, err)
		}
		r.checkWebhooks(t, generation, s.writeOnly)
		changes, err := r.Plan(t.Context(), tfexec.Var(fmt.Sprint("generation=", generation)), tfexec.Parallelism(parallelism))
		if changes || err != nil {
			t.Errorf("generation %d: the next plan has changes: %t, %v", generation, changes, err)
		}
	}
	err := r.Destroy(t.Context())
	for i := 0; err != nil && i < s.retries; i++ {
		err = r.Destroy(t.Context())
	}
	if left := r.stored(); err != nil || len(left) > 0 {
		t.Errorf("%d profiles are left in the API: %v", len(left), err)
	}
}

// apply applies a generation of the configuration.
func (r *run) apply(ctx context.Context, generation int) error {
	r.applies++
	return r.Apply(ctx, tfexec.Var(fmt.Sprint("generation=", generation)), tfexec.Parallelism(parallelism))
}

func (r *run) applyAndCompare(t *testing.T, generation int) error {
	t.Helper()
	err := r.apply(t.Context(), generation)
	r.compare(t, err == nil)
	return err
}

// compare compares the API with the state. After a successful apply, all declared profiles
// must exist.
func (r *run) compare(t *testing.T, applied bool) {
	t.Helper()
	shown, err := r.Show(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stored := r.stored()
	var state []string
	found := 0
	if shown.Values != nil {
		for _, resource := range shown.Values.RootModule.Resources {
			uuid := fmt.Sprint(resource.AttributeValues["id"])
			if resource.Tainted || slices.Contains(state, uuid) {
				t.Errorf("%s is tainted (%t), or has the id of another resource: %s", resource.Address, resource.Tainted, uuid)
			}
			state = append(state, uuid)
			if slices.Contains(stored, uuid) {
				found++
			}
		}
	}
	declared := len(state)
	if applied {
		declared = wanted
	}
	r.lost, r.duplicated = max(r.lost, declared-found), max(r.duplicated, len(stored)-found)
	if len(state) != declared || r.lost != 0 || r.duplicated != 0 {
		t.Errorf("%d profiles declared, %d in the state, %d in the API, %d in both", declared, len(state), len(stored), found)
	}
}

// checkWebhooks checks the webhooks in the API, and that write-only ones are not in the state.
func (r *run) checkWebhooks(t *testing.T, generation int, writeOnly bool) {
	t.Helper()
	for _, profile := range r.env.Profiles(emulator.MessagingProfile) {
		_, index, distinct := strings.Cut(fmt.Sprint(profile["name"]), "-")
		if want := fmt.Sprintf("https://sms.example.com/%s/%d", index, generation); distinct && profile["callback_url"] != want {
			t.Errorf("generation %d: callback_url of %s is %v", generation, profile["name"], profile["callback_url"])
		}
	}
	state, err := os.ReadFile(filepath.Join(r.Dir, "terraform.tfstate"))
	if err != nil || strings.Contains(string(state), "sms.example.com") == writeOnly {
		t.Errorf("generation %d: write-only webhooks: %t, state: %v\n%s", generation, writeOnly, err, state)
	}
}

// stored returns the UUIDs of the profiles in the API.
func (r *run) stored() (uuids []string) {
	for _, kind := range emulator.Kinds() {
		for _, profile := range r.env.Profiles(kind) {
			uuids = append(uuids, fmt.Sprint(profile["uuid"]))
		}
	}
	return uuids
}

// requests counts the requests that the API received, and those that it failed.
func (r *run) requests() (all, failed int) {
	for _, request := range r.env.Requests() {
		all++
		if request.Fault != "" || request.Status == http.StatusTooManyRequests || request.Status == http.StatusUnauthorized {
			failed++
		}
	}
	return all, failed
}

// interrupt interrupts an apply while the API holds as many creates as Terraform sends at
// once. Terraform must finish these creates, save them in the state, and begin no others. The
// seed determines the time of the interrupt.
func interrupt(t *testing.T, r *run) {
	t.Helper()
	before := int(3 + 7*r.seed%40)
	held := r.env.Inject(t, emulator.Rule{Method: http.MethodPost, Skip: before, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	r.SetStdout(in)
	done := make(chan error, 1)
	go func() {
		err := r.apply(ctx, 0)
		held.Release() // if the apply ended early
		_ = in.Close()
		done <- err
	}()
	stopping := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() && !strings.Contains(lines.Text(), "Interrupt received") {
			continue
		}
		close(stopping)
		_, _ = io.Copy(io.Discard, out)
	}()
	if err := held.AwaitHeld(t.Context(), parallelism); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-stopping
	held.Release()
	if err := <-done; err == nil {
		t.Error("the apply was not interrupted")
	}
	r.SetStdout(io.Discard) // terraform-exec keeps only the first part of an output that it can't also write here
	r.compare(t, false)
	if stored := len(r.stored()); stored < before+parallelism || stored == wanted {
		t.Errorf("%d profiles were created, want at least %d, but not all", stored, before+parallelism)
	}
}
