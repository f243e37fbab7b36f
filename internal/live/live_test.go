// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// optIn is the environment variable that allows the tests to write to a real account.
const optIn = "OPENTACT_TESTACC_LIVE"

// TestMain selects Terraform. It keeps the proxies of the environment, because TestLive may need them.
func TestMain(m *testing.M) {
	if err := acctest.SelectTerraform(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// TestLive compares a real account with CONTRACT.md and prints a report.
func TestLive(t *testing.T) { //nolint:paralleltest // an account has one rate limit
	if os.Getenv(optIn) != "1" {
		t.Skip("writes to a real account: set " + optIn + "=1 and run make testacc-live, see CONTRIBUTING.md")
	}
	a := &account{credentials: credentialsFrom(os.Getenv), readOnly: strings.TrimRight(os.Getenv(readOnlyVariable), "\r\n"), pause: time.Sleep}
	base, err := opentact.ParseBaseURL(cmp.Or(os.Getenv("OPENTACT_BASE_URL"), opentact.DefaultBaseURL))
	if err != nil {
		t.Fatalf("OPENTACT_BASE_URL is not valid: %s", err)
	}
	a.base = base.String()
	t.Logf("The test creates and deletes profiles at %s. It changes only profiles whose names begin with %q.", a.base, acctest.NamePrefix)
	// Not with t.Log, which would indent it.
	fmt.Print("\nPlease paste the lines between the two marks into an issue. They contain no credentials, ids, names or URLs of your account.\n"+
		"They show the values that the API gives to omitted fields.\n\n", a.run(t).marked())
}

// run runs the lifecycle test of each kind and checks all statements. It deletes the
// profiles of tests at the beginning and at the end.
func (a *account) run(t *testing.T) report {
	t.Helper()
	if err := a.authenticate(); err != nil {
		t.Fatal(err)
	}
	sweep := func() {
		if err := a.sweep(); err != nil {
			t.Error(err)
		}
	}
	sweep()
	t.Cleanup(sweep)
	head := a.head()
	for _, lifecycle := range acctest.Lifecycles() {
		outcome := "not passed"
		t.Run(lifecycle.Type, func(t *testing.T) {
			lifecycle.RunIn(t, a, nil) // without TF_ACC, it skips the test
			if !t.Failed() {
				outcome = "passed"
			}
		})
		head = append(head, []string{"lifecycle test of " + lifecycle.Type, outcome})
	}
	r := a.check()
	r.head = head
	return r
}

// check checks all statements.
func (a *account) check() (r report) {
	for _, lifecycle := range acctest.Lifecycles() {
		r.add(string(lifecycle.Kind)+": ", a.newProbe(lifecycle).statements())
	}
	r.add("", a.statements())
	return r
}
