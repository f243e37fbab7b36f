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

// Its request times out, but the API carries it out while the client looks.
func TestInterruptedCreateWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	api, client := emulated(t, func(c *opentact.Config) { c.RequestTimeout = time.Second })
	profiles := opentact.CollectionOf(client, &messaging)
	looking := inject(t, api, emulator.Rule{Method: http.MethodGet, Path: "/profile/messaging", Skip: 1, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	held, done := heldCreate(t, api, profiles)
	if err := looking.AwaitHeld(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	held.Release()
	for len(api.Profiles(emulator.MessagingProfile)) == 0 {
		time.Sleep(time.Millisecond)
	}
	looking.Release()
	got := <-done
	if _, stored := api.Profile(emulator.MessagingProfile, got.made.UUID); got.err != nil || !stored || got.made.Lost == nil || posts(api) != 1 {
		t.Errorf("after %d POSTs got %+v, %v", posts(api), got.made, got.err)
	}
}

// Where it cannot be found, it is not sent again: only the rest of the work ends.
func TestInterruptedCreateIsNotSentAgain(t *testing.T) {
	t.Parallel()
	api, client := emulated(t, func(c *opentact.Config) { c.RequestTimeout = 200 * time.Millisecond })
	held, done := heldCreate(t, api, opentact.CollectionOf(client, &messaging))
	got := <-done
	wantUnknown(t, got.err, "no new profile has this name yet, and there was no time to look again")
	if posts(api) != 1 {
		t.Errorf("%d POSTs", posts(api))
	}
	held.Release()
}

// A request that took too long is not sent again: the API may be working on it.
func TestSlowCreateIsNotSentAgain(t *testing.T) {
	t.Parallel()
	api, client := emulated(t, func(c *opentact.Config) { c.RequestTimeout = 200 * time.Millisecond })
	inject(t, api, emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	_, err := opentact.CollectionOf(client, &messaging).Create(t.Context(), weight(7))
	wantUnknown(t, err, "no new profile has this name yet, and the API may still be working on it")
	wantInError(t, err, "request_timeout (200ms)")
	if posts(api) != 1 {
		t.Errorf("%d POSTs", posts(api))
	}
}

// The list does not answer either. The search ends all the same.
func TestInterruptedSearchEnds(t *testing.T) {
	t.Parallel()
	api, client := emulated(t, func(c *opentact.Config) { c.RequestTimeout = 100 * time.Millisecond })
	lists := inject(t, api, emulator.Rule{Method: http.MethodGet, Path: "/profile/messaging", Skip: 1, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	held, done := heldCreate(t, api, opentact.CollectionOf(client, &messaging))
	got := <-done
	wantUnknown(t, got.err, "the list could not be read: ")
	held.Release()
	lists.Release()
}

// A create that waits for its turn in a pause has sent nothing.
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
	if _, unknown := errors.AsType[*opentact.UnknownOutcomeError](err); unknown || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
