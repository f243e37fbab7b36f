// SPDX-License-Identifier: MPL-2.0

package live_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/version"
)

// report is the result of a run, without any value of the account.
type report struct {
	// head has names and values.
	head [][]string
	// rows has a row for each statement: its text, source, verdict and the response.
	rows [][]string
}

func (r *report) add(prefix string, statements []statement) {
	for _, s := range statements {
		r.rows = append(r.rows, []string{prefix + s.text, s.source, s.verdict, s.detail})
	}
}

// head returns the part of the report that is known before the requests.
func (a *account) head() [][]string {
	way, _ := a.way()
	return [][]string{
		{"date", time.Now().UTC().Format(time.DateOnly)},
		{"provider", version.Current().String()},
		{"API", environment(a.base)},
		{"credentials", way},
	}
}

// environment returns which environment of the API has the base URL. It does not return the
// host, which may be private.
func environment(base string) string {
	switch base {
	case opentact.DefaultBaseURL:
		return "production"
	case "https://api.stage.opentact.org/rest":
		return "staging"
	default:
		return "another address"
	}
}

// with returns the texts of the statements that have the verdict.
func (r report) with(verdict string) (texts []string) {
	for _, row := range r.rows {
		if row[2] == verdict {
			texts = append(texts, row[0])
		}
	}
	return texts
}

// legend explains the columns of a report to readers without CONTRIBUTING.md.
const legend = `Source: D is the API document, V is other public material of the vendor, and I is inferred.
Verdict: "not reached" means that no response decided.
`

func (r report) String() string {
	var text strings.Builder
	text.WriteString("## OpenTact API compared with CONTRACT.md\n\n")
	for _, line := range r.head {
		fmt.Fprintf(&text, "- %s: %s\n", line[0], line[1])
	}
	for _, verdict := range []string{confirmed, refuted, notReached} {
		fmt.Fprintf(&text, "- %s: %d\n", verdict, len(r.with(verdict)))
	}
	text.WriteString("\n" + legend)
	text.WriteString("\n" + acctest.Table([]string{"statement", "source", "verdict", "response"}, r.rows))
	return text.String()
}

// marked returns the report between the two marks that show what to paste into an issue.
func (r report) marked() string {
	return "===== begin of the report =====\n" + r.String() + "===== end of the report =====\n"
}

// TestReport_Environment checks that a report names an environment and not a host.
func TestReport_Environment(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://api.opentact.org/rest":       "production",
		"https://api.stage.opentact.org/rest": "staging",
		"https://api.opentact.org.evil/rest":  "another address",
		"http://api.opentact.org/rest":        "another address",
	} {
		if got := environment(base); got != want {
			t.Errorf("%s: got %s, want %s", base, got, want)
		}
	}
}
