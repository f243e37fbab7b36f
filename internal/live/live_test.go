// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"cmp"
	"os"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// optIn is the environment variable without which no account is written to.
const optIn = "OPENTACT_TESTACC_LIVE"

// TestLive lets a profile of each kind live in a real account, and prints what its API has shown.
func TestLive(t *testing.T) { //nolint:paralleltest // the tests of the emulator are not to mix with it
	if os.Getenv(optIn) != "1" {
		t.Skip("writes to a real account: set " + optIn + "=1, as CONTRIBUTING.md says, and run make testacc-live")
	}
	c := credentials{os.Getenv("OPENTACT_TOKEN"), os.Getenv("OPENTACT_EMAIL"), os.Getenv("OPENTACT_PASSWORD")}
	if c.token == "" && (c.email == "" || c.password == "") {
		t.Fatal("set OPENTACT_TOKEN, or OPENTACT_EMAIL and OPENTACT_PASSWORD")
	}
	// The provider talks to the witness, so it is here that https is insisted on.
	parsed, err := opentact.ParseBaseURL(cmp.Or(os.Getenv("OPENTACT_BASE_URL"), opentact.DefaultBaseURL))
	if err != nil {
		t.Fatalf("OPENTACT_BASE_URL cannot be used: %s", err)
	}
	base := parsed.String()
	t.Logf("The account at %s: profiles whose names begin with %q are made and removed, and no others.", base, acctest.NamePrefix)
	live(t, base, newAccount(t, base, c, ""))
}

// live does all there is to do in an account, and returns what it has shown.
func live(t *testing.T, base string, a *account) map[string]verdict {
	t.Helper()
	a.sweep() // what an earlier run has left behind
	t.Cleanup(a.sweep)
	for _, arc := range acctest.Lifecycles() {
		t.Run(arc.Type, func(t *testing.T) { arc.RunIn(t, a, nil) }) // one by one: an account has one rate limit
	}
	a.probe(base)
	return report(a.witness, t.Logf)
}
