// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"slices"
	"strings"
	"testing"
)

// Of many profiles the first ten are named, and how many more there are.
func TestImportCommandsAreFew(t *testing.T) {
	t.Parallel()
	r := &profileResource[everyType]{kind: &Kind[everyType]{TypeName: "thing"}}
	for n, more := range map[int]string{10: "", 12: "\n  and so on, for 2 more"} {
		got := r.importCommands(slices.Repeat([]string{"UUID"}, n)...)
		if strings.Count(got, "terraform import 'opentact_thing.NAME' UUID") != 10 || !strings.HasSuffix(got, "UUID"+more) {
			t.Errorf("of %d: %s", n, got)
		}
	}
}
