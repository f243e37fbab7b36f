// SPDX-License-Identifier: MPL-2.0

package listcache_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// A caller looks for a list, and then joins a read. The read of another caller must not end
// unnoticed in between. Here a read takes no time, so it ends at any point of other callers.
func TestCache_InstantList_IsReadOnce(t *testing.T) {
	t.Parallel()
	for range 500 {
		f := &fake{}
		c := f.warmCache(t)
		together(8, func(n int) {
			switch n % 4 {
			case 0:
				find(t, c, true, n)
			case 1:
				list(t, c, 1)
			case 2:
				try(t, c)
			default:
				if _, err := c.Probe(t.Context(), time.Time{}, exists); err != nil {
					t.Error(err)
				}
			}
		})
		f.wantReadings(t, "a list", 1)

		f = &fake{list: failing(&apierror.APIError{Status: http.StatusForbidden})}
		c = f.warmCache(t)
		together(8, func(n int) { find(t, c, false, n) })
		f.wantReadings(t, "a failure", 1)
	}
}
