// SPDX-License-Identifier: MPL-2.0

package chaos_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const (
	parallelism = 10
	// Of each kind there are distinct profiles, and some that cannot be told apart.
	distinct, alike = 20, 10
	wanted          = 2 * (distinct + alike)
	// mostApplies is how often an apply is repeated until it succeeds.
	mostApplies = 3
)

var seeds = flag.Uint64("seeds", 1, "how many seeds to run")

var results table

func TestMain(m *testing.M) {
	flag.Parse()
	status := acctest.Main(m)
	results.print(os.Stdout)
	os.Exit(status)
}

// scenario is one way in which the API fails.
type scenario struct {
	options emulator.Options
	// provider are lines of the provider's block.
	provider string
	// allDistinct gives each profile a name of its own. Creates of one name run one after
	// the other.
	allDistinct bool
	// rules are in force from the beginning to the end.
	rules func(seed uint64) []emulator.Rule
	// applies is how often an apply may be repeated until it succeeds.
	applies int
	// create, where set, makes the profiles in the place of a plain apply.
	create func(*life, *testing.T)
	// check, where set, looks at what became of it at the end.
	check func(*life, *testing.T)
}

func byToken(more string) string {
	return fmt.Sprintf("token = %q\n  %s", emulator.DefaultToken, more)
}

var scenarios = map[string]scenario{
	"a: every response to a create is lost": {provider: byToken(""), applies: 1, rules: loseCreates},
	"b: 30 % of all requests fail": {
		provider: byToken("max_retries = 10"), applies: mostApplies,
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
		provider: byToken(""), applies: 1,
		options: emulator.Options{RequestsPerSecond: 20},
		check: func(l *life, t *testing.T) {
			if l.env.Counters().ByStatus[http.StatusTooManyRequests] == 0 {
				t.Error("the limit was never reached")
			}
		},
	},
	"d: tokens that live two seconds": {
		provider: fmt.Sprintf("email = %q\n  password = %q", emulator.DefaultEmail, emulator.DefaultPassword), applies: 1,
		// Six rounds of ten creates last longer than a token.
		options: emulator.Options{TokenLifetime: 2 * time.Second, Latency: 400 * time.Millisecond},
		create: func(l *life, t *testing.T) {
			// One program alone, that which creates, calls the API here.
			l.row.applies++
			err := l.apply(t.Context(), 0, nil)
			if logins := l.env.Counters().ByOperation["GET /auth"]; err != nil || logins < 2 {
				t.Errorf("%d logins: %v", logins, err)
			}
		},
	},
	"e: an interrupt while creates are under way": {
		provider: byToken(""), applies: 1, allDistinct: true,
		create: (*life).interrupted,
	},
	"f: every response to a create is lost, and lists grow while their pages are read": {
		provider: byToken(""), applies: 1, rules: loseCreates,
		options: emulator.Options{PageSize: 7},
	},
	"g: every response to a create is lost, and the API shows text in NFD": {
		provider: byToken(""), applies: 1, rules: loseCreates,
		options: emulator.Options{Decompose: true},
	},
}

// loseCreates lets the API carry out each create and lose its response.
func loseCreates(uint64) []emulator.Rule {
	return []emulator.Rule{{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}}}
}

// TestChaos lets the profiles live in every scenario with every seed.
func TestChaos(t *testing.T) {
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

// life is that of all profiles in one scenario.
type life struct {
	*workspace
	scenario
	row row
}

// run creates the profiles, changes them all, and destroys them. After each step
// the API has to hold what the state says, and nothing else.
func (s scenario) run(t *testing.T, r row) {
	t.Helper()
	s.options.Shape = emulator.Shape(r.seed % 2)
	env := acctest.New(t, s.options)
	if s.rules != nil {
		for _, rule := range s.rules(r.seed) {
			env.Inject(t, rule)
		}
	}
	files := map[string]string{"main.tf": s.configuration(env.URL)}
	l := &life{workspace: &workspace{Workspace: acctest.NewWorkspace(t, files), env: env}, scenario: s, row: r}
	defer func() { results.add(l.row) }()
	if s.create != nil {
		s.create(l, t)
	}
	for generation := range 2 {
		l.converge(t, generation)
	}
	if s.check != nil {
		s.check(l, t)
	}
	var err error
	for range s.applies {
		if err = l.Destroy(t.Context()); err == nil {
			break
		}
	}
	if left := l.stored(); err != nil || len(left) > 0 {
		t.Errorf("after destroy the API holds %d profiles: %v", len(left), err)
	}
	for _, request := range env.Requests() {
		l.row.requests++
		if request.Fault != "" || request.Status == http.StatusTooManyRequests || request.Status == http.StatusUnauthorized {
			l.row.faults++
		}
	}
}

// converge applies a generation until that succeeds, and plans once more.
func (l *life) converge(t *testing.T, generation int) {
	t.Helper()
	var err error
	for range l.applies {
		l.row.applies++
		err = l.apply(t.Context(), generation, nil)
		l.compare(t, err == nil)
		if err == nil {
			break
		}
	}
	if err != nil {
		t.Fatalf("generation %d: %v", generation, err)
	}
	if changes, err := l.changes(t.Context(), generation); changes || err != nil {
		t.Errorf("generation %d: the next plan has changes: %t, %v", generation, changes, err)
	}
}

// compare holds the API against the state. If all was applied there are as many
// profiles as were declared.
func (l *life) compare(t *testing.T, all bool) {
	t.Helper()
	state, err := l.state(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	declared := len(state)
	if all {
		declared = wanted
	}
	stored := l.stored()
	l.row.count(declared, state, stored)
	if len(state) != declared || l.row.lost != 0 || l.row.duplicated != 0 {
		t.Errorf("%d profiles are in the state, %d in the API, %d in both, of %d", len(state), len(stored), l.row.found, declared)
	}
	for uuid, tainted := range state {
		if tainted {
			t.Errorf("%s is tainted", uuid)
		}
	}
}

// interrupted is an apply that is interrupted while the API holds as many creates
// back as Terraform sends at once, from one on that depends on the seed. Those
// are finished, and in the state, and the rest is not begun.
func (l *life) interrupted(t *testing.T) {
	t.Helper()
	before := int(3 + 7*l.row.seed%40)
	held := l.env.Inject(t, emulator.Rule{Method: http.MethodPost, Skip: before, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	stopping := newNotice("Interrupt received")
	over := make(chan struct{})
	var applied error
	go func() {
		defer close(over)
		applied = l.apply(ctx, 0, stopping)
		held.Release() // if it ended before so many were held
	}()
	if err := held.AwaitHeld(t.Context(), parallelism); err != nil {
		t.Fatal(err)
	}
	interrupt()
	select {
	case <-stopping.seen:
	case <-over:
	}
	held.Release()
	<-over
	if applied == nil {
		t.Error("the apply was not interrupted")
	}
	l.row.applies++
	l.compare(t, false)
	if stored := len(l.stored()); stored < before+parallelism || stored == wanted {
		t.Errorf("%d profiles were created, of which %d were under way", stored, parallelism)
	}
}

// configuration declares the profiles of both kinds.
func (s scenario) configuration(baseURL string) string {
	distinct, alike := distinct, alike
	if s.allDistinct {
		distinct, alike = distinct+alike, 0
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

resource "opentact_messaging_profile" "alike" {
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

resource "opentact_outbound_voice_profile" "alike" {
  count    = %[4]d
  name     = "Café"
  max_rate = var.generation + 0.005
}
`, baseURL, s.provider, distinct, alike)
}
