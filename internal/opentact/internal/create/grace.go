// SPDX-License-Identifier: MPL-2.0

package create

import (
	"context"
	"time"
)

// When Terraform is interrupted, it ends the contexts of all operations and waits for the
// operations. A request that waits to be sent ends at once. Work after a request was sent
// gets a grace period.

// WithGracePeriod returns a context that ends one grace period after ctx, or when the
// returned function is called.
func WithGracePeriod(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() { stop(); cancel() }
}

// Sleep waits for a time. It returns an error if ctx ends first.
func Sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
