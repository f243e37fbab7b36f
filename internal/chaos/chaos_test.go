// SPDX-License-Identifier: MPL-2.0

package chaos_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
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
	// Each kind has profiles with different names, and profiles that are all equal.
	distinct, equal = 20, 10
	wanted          = 2 * (distinct + equal)
)

var seeds = flag.Uint64("seeds", 1, "the `number` of seeds of each scenario")

// scenario is one way in which the API fails.
type scenario struct {
	options emulator.Options
	// provider has the arguments of the provider block.
	provider string
	// allDistinct gives each profile its own name: creates of one name don't run in parallel.
	allDistinct bool
	// rules are the failures, from the first request to the last.
	rules func(seed uint64) []emulator.Rule
	// retries is the maximum number of retries of a failed apply.
	retries int
	// create runs before the first plain apply, and check before the destroy. Both may be nil.
	create, check func(*testing.T, *run)
}

func withToken(more string) string {
	return fmt.Sprintf("token = %q\n  %s", emulator.DefaultToken, more)
}

var scenarios = map[string]scenario{
	"a: every response to a create is lost": {provider: withToken(""), rules: loseCreates},
	"b: 30 % of all requests fail": {
		provider: withToken("max_retries = 10"), retries: 2,
		rules: func(seed uint64) []emulator.Rule {
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
		},
	},
	"c: 20 requests per second": {
		provider: withToken(""),
		options:  emulator.Options{RequestsPerSecond: 20},
		check: func(t *testing.T, r *run) {
			if r.env.Counters().ByStatus[http.StatusTooManyRequests] == 0 {
				t.Error("no request was throttled")
			}
		},
	},
	"d: tokens expire after two seconds": {
		provider: fmt.Sprintf("email = %q\n  password = %q", emulator.DefaultEmail, emulator.DefaultPassword),
		// The creates take longer than a token is valid: six rounds of ten.
		options: emulator.Options{TokenLifetime: 2 * time.Second, Latency: 400 * time.Millisecond},
		create: func(t *testing.T, r *run) {
			// So far, only the process that creates calls the API.
			err := r.apply(t.Context(), 0, nil)
			if logins := r.env.Counters().ByOperation["GET /auth"]; err != nil || logins < 2 {
				t.Errorf("%d logins: %v", logins, err)
			}
		},
	},
	"e: Ctrl-C during creates": {provider: withToken(""), allDistinct: true, create: interrupt},
	"f: every response to a create is lost, and lists grow while their pages are read": {
		provider: withToken(""), rules: loseCreates, options: emulator.Options{PageSize: 7},
	},
	"g: every response to a create is lost, and the API returns text in NFD": {
		provider: withToken(""), rules: loseCreates, options: emulator.Options{Decompose: true},
	},
}

// loseCreates loses the response to each create after the API has created the profile.
func loseCreates(uint64) []emulator.Rule {
	return []emulator.Rule{{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}}}
}

// TestAccChaos runs every scenario with every seed.
func TestAccChaos(t *testing.T) {
	t.Parallel()
	for name, s := range scenarios {
		for seed := range *seeds {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				t.Parallel()
				s.run(t, row{scenario: name, seed: seed})
			})
		}
	}
}

// run is the workspace of a scenario with its own API.
type run struct {
	*acctest.Workspace
	env *acctest.Env
	row row
}

// run creates the profiles, changes them all and destroys them. After each command, the API
// and the state must contain the same profiles.
func (s scenario) run(t *testing.T, result row) {
	t.Helper()
	s.options.Shape = emulator.Shape(result.seed % 2)
	env := acctest.New(t, s.options)
	if s.rules != nil {
		for _, rule := range s.rules(result.seed) {
			env.Inject(t, rule)
		}
	}
	files := map[string]string{"main.tf": s.configuration(env.URL)}
	r := &run{acctest.NewWorkspace(t, files), env, result}
	defer func() {
		results.mu.Lock()
		defer results.mu.Unlock()
		results.rows = append(results.rows, r.row)
	}()
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
		changes, err := r.Plan(t.Context(), tfexec.Var(fmt.Sprint("generation=", generation)), tfexec.Parallelism(parallelism))
		if changes || err != nil {
			t.Errorf("generation %d: the next plan has changes: %t, %v", generation, changes, err)
		}
	}
	if s.check != nil {
		s.check(t, r)
	}
	err := r.Destroy(t.Context())
	for i := 0; err != nil && i < s.retries; i++ {
		err = r.Destroy(t.Context())
	}
	if left := r.stored(); err != nil || len(left) > 0 {
		t.Errorf("%d profiles are left in the API: %v", len(left), err)
	}
	for _, request := range env.Requests() {
		r.row.requests++
		if request.Fault != "" || request.Status == http.StatusTooManyRequests || request.Status == http.StatusUnauthorized {
			r.row.failures++
		}
	}
}

// apply applies a generation of the configuration.
func (r *run) apply(ctx context.Context, generation int, out io.Writer) error {
	r.row.applies++
	r.SetStdout(out)
	defer r.SetStdout(io.Discard)
	return r.Apply(ctx, tfexec.Var(fmt.Sprint("generation=", generation)), tfexec.Parallelism(parallelism))
}

func (r *run) applyAndCompare(t *testing.T, generation int) error {
	t.Helper()
	err := r.apply(t.Context(), generation, nil)
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
	var state []string
	if shown.Values != nil {
		for _, resource := range shown.Values.RootModule.Resources {
			uuid := fmt.Sprint(resource.AttributeValues["id"])
			if resource.Tainted || slices.Contains(state, uuid) {
				t.Errorf("%s is tainted (%t), or has the id of another resource: %s", resource.Address, resource.Tainted, uuid)
			}
			state = append(state, uuid)
		}
	}
	declared := len(state)
	if applied {
		declared = wanted
	}
	stored := r.stored()
	r.row.count(declared, state, stored)
	if len(state) != declared || r.row.lost != 0 || r.row.duplicated != 0 {
		t.Errorf("%d profiles declared, %d in the state, %d in the API, %d in both", declared, len(state), len(stored), r.row.found)
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

// interrupt interrupts an apply while the API holds as many creates as Terraform sends at
// once. Terraform must finish these creates, save them in the state, and begin no others. The
// seed determines the time of the interrupt.
func interrupt(t *testing.T, r *run) {
	t.Helper()
	before := int(3 + 7*r.row.seed%40)
	held := r.env.Inject(t, emulator.Rule{Method: http.MethodPost, Skip: before, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stopping := &interruptNotice{seen: make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		err := r.apply(ctx, 0, stopping)
		held.Release() // if the apply ended early
		stopping.once.Do(func() { close(stopping.seen) })
		done <- err
	}()
	if err := held.AwaitHeld(t.Context(), parallelism); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-stopping.seen
	held.Release()
	if err := <-done; err == nil {
		t.Error("the apply was not interrupted")
	}
	r.compare(t, false)
	if stored := len(r.stored()); stored < before+parallelism || stored == wanted {
		t.Errorf("%d profiles were created, want at least %d, but not all", stored, before+parallelism)
	}
}

// interruptNotice is a writer that closes seen when Terraform reports the interrupt.
type interruptNotice struct {
	seen chan struct{}
	once sync.Once
}

func (n *interruptNotice) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "Interrupt received") {
		n.once.Do(func() { close(n.seen) })
	}
	return len(p), nil
}

// configuration declares the profiles of both kinds.
func (s scenario) configuration(baseURL string) string {
	distinct, equal := distinct, equal
	if s.allDistinct {
		distinct, equal = distinct+equal, 0
	}
	return fmt.Sprintf(`
terraform {
  required_providers {
    opentact = { source = "opentact/opentact" }
  }
}

provider "opentact" {
  base_url = %q
  %s
}

variable "generation" {
  type    = number
  default = 0
}

resource "opentact_messaging_profile" "distinct" {
  count            = %[3]d
  name             = "Café-${count.index}"
  callback_url     = "https://sms.example.com/${count.index}"
  toll_free_weight = var.generation
}

resource "opentact_messaging_profile" "equal" {
  count         = %[4]d
  name          = "Café"
  sticky_sender = var.generation == 0
}

resource "opentact_outbound_voice_profile" "distinct" {
  count             = %[3]d
  name              = "Café-${count.index}"
  channel_limit     = count.index
  daily_spend_limit = var.generation + 0.1
}

resource "opentact_outbound_voice_profile" "equal" {
  count    = %[4]d
  name     = "Café"
  max_rate = var.generation + 0.005
}
`, baseURL, s.provider, distinct, equal)
}
