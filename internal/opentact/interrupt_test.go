// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// heldCreate begins a create, and ends its context while the API holds the
// POST. What it came to is sent when the create ends.
func heldCreate(t *testing.T, api *emulator.Emulator, profiles *opentact.Collection[messagingFields]) (*emulator.Injection, <-chan result) {
	t.Helper()
	held := inject(t, api, emulator.Rule{Method: http.MethodPost, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan result, 1)
	go func() {
		made, err := profiles.Create(ctx, weight(7))
		done <- result{made, err}
	}()
	if err := held.AwaitHeld(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	return held, done
}

type result struct {
	made opentact.Creation[messagingFields]
	err  error
}

func posts(api *emulator.Emulator) (n int) {
	for _, request := range api.Requests() {
		if request.Method == http.MethodPost {
			n++
		}
	}
	return n
}

// A create that is interrupted while the API works on it is finished.
func TestInterruptedCreateIsFinished(t *testing.T) {
	t.Parallel()
	api, client := emulated(t)
	held, done := heldCreate(t, api, opentact.CollectionOf(client, &messaging))
	held.Release()
	got := <-done
	if _, stored := api.Profile(emulator.MessagingProfile, got.made.UUID); got.err != nil || !stored || got.made.Lost != nil {
		t.Errorf("got %+v, %v", got.made, got.err)
	}
}

// A field that the API did not heed under its first spelling is still sent under
// the other: half a create would be replaced by the next apply.
func TestInterruptedCreateIsRespelled(t *testing.T) {
	t.Parallel()
	seven := withA(map[string]any{"tollfree_weight": 7})
	a := newCreateAPI(t, created(profileA), ok(seven))
	g := gate{arrived: make(chan struct{}, 2), open: make(chan struct{}), next: a.Config.Handler}
	a.Config.Handler = g
	profiles := opentact.CollectionOf(a.client(t), &messaging)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan result, 1)
	go func() {
		made, err := profiles.Create(ctx, weight(7))
		done <- result{made, err}
	}()
	<-g.arrived
	cancel()
	close(g.open)
	got := <-done
	if weight, _ := got.made.Fields.TollFreeWeight.Get(); got.err != nil || weight != 7 || len(a.log()) != 2 {
		t.Errorf("after %v got %+v, %v", a.log(), got.made, got.err)
	}
}

// A create that was refused, and waits to be sent again, has made nothing.
func TestInterruptedBeforeItWasSent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	api, client := emulated(t, func(c *opentact.Config) {
		c.RetryMaxWait = time.Hour
		c.Log = func(_ context.Context, attempt opentact.Attempt) {
			if attempt.Status == http.StatusTooManyRequests {
				cancel()
			}
		}
	})
	inject(t, api, emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionAnswer, Status: 429, RetryAfter: 3600}}})
	_, err := opentact.CollectionOf(client, &messaging).Create(ctx, weight(7))
	if _, unknown := errors.AsType[*opentact.UnknownOutcomeError](err); unknown || !errors.Is(err, context.Canceled) || posts(api) != 1 {
		t.Errorf("after %d POSTs: %v", posts(api), err)
	}
}
