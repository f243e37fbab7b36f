// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"cmp"
	"os"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// optIn is the environment variable that allows the tests to write to a real account.
const optIn = "OPENTACT_TESTACC_LIVE"

// TestLive compares a real account with CONTRACT.md and prints a table of the statements.
func TestLive(t *testing.T) { //nolint:paralleltest // an account has one rate limit
	if os.Getenv(optIn) != "1" {
		t.Skip("writes to a real account: set " + optIn + "=1 and run make testacc-live, see CONTRIBUTING.md")
	}
	a := &account{token: os.Getenv("OPENTACT_TOKEN"), email: os.Getenv("OPENTACT_EMAIL"), password: os.Getenv("OPENTACT_PASSWORD"), pause: time.Sleep}
	base, err := opentact.ParseBaseURL(cmp.Or(os.Getenv("OPENTACT_BASE_URL"), opentact.DefaultBaseURL))
	if err != nil {
		t.Fatalf("OPENTACT_BASE_URL is not valid: %s", err)
	}
	a.base = base.String()
	t.Logf("The test creates and deletes profiles at %s. It changes only profiles whose names begin with %q.", a.base, acctest.NamePrefix)
	t.Logf("Please send this table. It contains no value of your account.\n%s", a.run(t))
}

// run runs the lifecycle test of each kind and checks all statements. It deletes the
// profiles of tests at the beginning and at the end.
func (a *account) run(t *testing.T) report {
	t.Helper()
	a.authenticate(t)
	sweep := func() {
		if err := a.sweep(); err != nil {
			t.Error(err)
		}
	}
	sweep()
	t.Cleanup(sweep)
	for _, lifecycle := range acctest.Lifecycles() {
		t.Run(lifecycle.Type, func(t *testing.T) { lifecycle.RunIn(t, a, nil) })
	}
	return a.check(t)
}

// authenticate logs in, unless the account has a token.
func (a *account) authenticate(t *testing.T) {
	t.Helper()
	if a.token != "" {
		return
	}
	var r response
	if r, a.token = a.login(); a.token == "" {
		t.Fatalf("set OPENTACT_TOKEN, or OPENTACT_EMAIL and OPENTACT_PASSWORD: %s, without a token", r)
	}
}

// check checks all statements.
func (a *account) check(t *testing.T) (all report) {
	t.Helper()
	a.authenticate(t)
	add := func(prefix string, statements []statement) {
		for _, s := range statements {
			all = append(all, []string{prefix + s.text, s.source, s.verdict, s.detail})
		}
	}
	for _, lifecycle := range acctest.Lifecycles() {
		p, err := a.newProbe(lifecycle)
		if err != nil {
			t.Errorf("%s: no statement was checked: %v", lifecycle.Kind, err)
			continue
		}
		add(string(lifecycle.Kind)+": ", p.statements())
	}
	add("", a.statements())
	return all
}

// report has a row for each statement: its text, source, verdict and the response.
type report [][]string

func (r report) String() string {
	return acctest.Table([]string{"statement", "source", "verdict", "response"}, r)
}
