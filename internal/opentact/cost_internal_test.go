// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"encoding/json"
	"strings"
	"testing"
)

// costFields has a field that is concealed.
type costFields struct {
	Named
	URL Optional[string] `json:"url,omitzero"`
}

// An API may have stored a URL of any length, and send messages of any length. What is
// looked for, and where, is bounded all the same.
func TestConcealIsBounded(t *testing.T) {
	t.Parallel()
	spec := Spec[costFields]{Name: "thing", Path: "thing", Concealed: []string{"url"}}
	c := CollectionOf(New(Config{Credentials: Credentials{Token: "t"}}), &spec)
	long, err := json.Marshal("https://h.example/" + strings.Repeat("path-number-1/", 100_000))
	if err != nil {
		t.Fatal(err)
	}
	call := c.newListCall(members{"url": long})
	got := call.conceal(strings.Repeat("x", 100) + "path-number-1/" + strings.Repeat("x", gigantic))
	if len(call.hidden) > longestSecret/unmistakable || len(got) > maxConcealed+100 {
		t.Errorf("%d values are looked for, %d bytes are left", len(call.hidden), len(got))
	}
	if strings.Contains(got, "path-number-1") {
		t.Error("the beginning is not looked for")
	}
}
