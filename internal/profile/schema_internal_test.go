// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// An attribute whose removal is not described would leave a promise of the
// documentation out.
func TestRemovalIsDescribedOrRefused(t *testing.T) {
	t.Parallel()
	for nullable, want := range map[bool]string{true: removedIsReset, false: removedIsKept} {
		described, err := describeRemoval(schema.BoolAttribute{Optional: true, MarkdownDescription: "Flag."}, nullable)
		if err != nil || described.GetMarkdownDescription() != "Flag."+want {
			t.Errorf("got %v, %v", described, err)
		}
	}
	if required, err := describeRemoval(schema.BoolAttribute{Required: true, MarkdownDescription: "Flag."}, true); err != nil || required.GetMarkdownDescription() != "Flag." {
		t.Errorf("got %v, %v", required, err)
	}
	if _, err := describeRemoval(schema.NumberAttribute{Optional: true}, true); err == nil || !strings.Contains(err.Error(), "schema.NumberAttribute") {
		t.Errorf("got %v", err)
	}
}
