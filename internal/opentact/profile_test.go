// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

func TestParseUUID(t *testing.T) {
	t.Parallel()
	const lower = "0a0b0c0d-0000-4000-8000-00000000000e"
	for id, want := range map[string]string{
		lower: lower, "0A0B0C0D-0000-4000-8000-00000000000E": lower, "0A0b0c0d-0000-4000-8000-00000000000e": lower,
		"": "", "17": "", " " + lower: "", lower + "\n": "", "{" + lower + "}": "", "0g0b0c0d-0000-4000-8000-00000000000e": "",
	} {
		if got, err := opentact.ParseUUID(id); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", id, got, err, want)
		}
	}
}
