// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// For many profiles, the text has ten commands and the number of the other profiles.
func TestImportCommands_ManyProfiles_WritesTen(t *testing.T) {
	t.Parallel()
	r := &profileResource[everyType]{kind: &Kind[everyType]{TypeName: "thing"}}
	for n, more := range map[int]string{10: "", 12: "\n  … and 2 more"} {
		got := r.importCommands(slices.Repeat([]string{"UUID"}, n)...)
		if strings.Count(got, "terraform import 'opentact_thing.NAME' UUID") != 10 || !strings.HasSuffix(got, "UUID"+more) {
			t.Errorf("%d profiles: got %s", n, got)
		}
	}
}

// If another client may have created a profile, the warning has the command that shows which
// resource manages it. A profile that the last request created needs no such command.
func TestWarnAmbiguousCreate_SummaryAndCheck(t *testing.T) {
	t.Parallel()
	r := &profileResource[everyType]{kind: &Kind[everyType]{TypeName: "thing", Spec: &opentact.Spec[everyType]{Name: "thing"}}}
	lost := errors.New("it was lost")
	own := opentact.Profile[everyType]{UUID: "own"}
	for _, test := range []struct {
		created opentact.Created[everyType]
		summary string
		check   []string // UUIDs
	}{
		{opentact.Created[everyType]{Profile: own, Ambiguous: lost, Recovered: true}, `Adopted thing "a b" after an ambiguous create`, []string{"own"}},
		{opentact.Created[everyType]{Profile: own, Ambiguous: lost, Resends: 1, Recovered: true, Undecided: true}, `Resent the create of thing "a b"`, []string{"own"}},
		{opentact.Created[everyType]{Profile: own, Ambiguous: lost, Resends: 1}, `Resent the create of thing "a b"`, nil},
		{opentact.Created[everyType]{Profile: own, Ambiguous: lost, Resends: 1, Possible: []string{"p", "q"}}, `Possible duplicates of thing "a b"`, []string{"p", "q"}},
		{opentact.Created[everyType]{Profile: own, Ambiguous: lost, Resends: 1, Possible: []string{"p"}, Duplicates: []string{"d"}}, `Duplicates of thing "a b"`, []string{"p", "d"}},
	} {
		var diags diag.Diagnostics
		r.warnAmbiguousCreate(&diags, everyType{Named: opentact.Named{Name: opentact.Value("a\x1b b")}}, test.created)
		if len(diags) != 1 || diags[0].Summary() != test.summary {
			t.Errorf("got %v, want %s", diags, test.summary)
			continue
		}
		var checked []string
		for _, command := range strings.Split(diags[0].Detail(), "  terraform state list -id=")[1:] {
			uuid, _, _ := strings.Cut(command, "\n")
			checked = append(checked, uuid)
		}
		if !slices.Equal(checked, test.check) {
			t.Errorf("%s: got %s, want a check of %q", test.summary, diags[0].Detail(), test.check)
		}
	}
}
