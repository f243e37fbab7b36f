// SPDX-License-Identifier: MPL-2.0

package listcache

import (
	"context"
	"fmt"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
)

// unusable returns why a list can't serve reads, or "". An empty list is usable.
func unusable(list *pager.List, err error) string {
	switch {
	case err != nil && apierror.StatusOf(err) != 0:
		// The error may quote the webhook of any profile. Redaction does not know all
		// webhooks.
		return fmt.Sprintf("its response with status %d is not a list that can be used", apierror.StatusOf(err))
	case err != nil:
		return err.Error()
	case time.Since(list.Started) > MaxAge:
		return fmt.Sprintf("it took longer than %s to read", MaxAge)
	}
	for _, listed := range list.Profiles {
		if listed.MayServe() {
			return ""
		}
	}
	if list.Unserved.Count > 0 {
		return list.Unserved.String()
	}
	return ""
}

func (c *Cache) isOff() bool {
	select {
	case <-c.off:
		return true
	default:
		return false
	}
}

// switchOff switches the cache off until the process ends. After that, each read of a
// profile is a GET. The caller holds c.mu.
func (c *Cache) switchOff(ctx context.Context, reason string) {
	if c.isOff() {
		return
	}
	c.options.Logger.DebugContext(ctx, fmt.Sprintf("Can't use the list of %s: reading profiles one by one: %s", c.options.Kind, reason))
	close(c.off)
}
