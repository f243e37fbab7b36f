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

type createResult struct {
	made opentact.Created[messagingFields]
	err  error
}

// startCreate starts a create with a weight of 7. The channel gets its result.
func startCreate(ctx context.Context, profiles *opentact.Collection[messagingFields]) <-chan createResult {
	done := make(chan createResult, 1)
	go func() {
		made, err := profiles.Create(ctx, fieldsWithWeight(7))
		done <- createResult{made, err}
	}()
	return done
}

func TestCollection_Create_InterruptedInFlight_IsFinished(t *testing.T) {
	t.Parallel()
	api, client := newEmulator(t)
	held := inject(t, api, emulator.Rule{Method: http.MethodPost, Times: 1, Faults: []emulator.Fault{{Action: emulator.ActionHold}}})
	ctx, cancel := context.WithCancel(t.Context())
	done := startCreate(ctx, opentact.CollectionOf(client, &messaging))
	if err := held.AwaitHeld(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	held.Release()
	got := <-done
	if _, stored := api.Profile(emulator.MessagingProfile, got.made.UUID); got.err != nil || !stored || got.made.Ambiguous != nil {
		t.Errorf("got %+v, %v", got.made, got.err)
	}
}

// An interrupted create still sends a field that was not applied under its alias.
// Otherwise the next apply would replace the profile.
func TestCollection_Create_InterruptedInFlight_TriesAlias(t *testing.T) {
	t.Parallel()
	a := newScriptedCreateAPI(t, created(profileA), success(profileSeven))
	g := gate{arrived: make(chan struct{}, 2), open: make(chan struct{}), next: a.Config.Handler}
	a.Config.Handler = g
	ctx, cancel := context.WithCancel(t.Context())
	done := startCreate(ctx, a.messaging(t))
	<-g.arrived
	cancel()
	close(g.open)
	got := <-done
	if weight, _ := got.made.Fields.TollFreeWeight.Get(); got.err != nil || weight != 7 || len(a.requestLines()) != 2 {
		t.Errorf("got %+v, %v after %v", got.made, got.err, a.requestLines())
	}
}

// A throttled create made nothing, even if it is interrupted while it waits.
func TestCollection_Create_InterruptedWhileThrottled_IsNotAmbiguous(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	api, client := newEmulator(t, func(c *opentact.Config) { c.RetryMaxWait = time.Hour }, onAttempt(func(status int64) {
		if status == http.StatusTooManyRequests {
			cancel()
		}
	}))
	inject(t, api, emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionRespond, Status: 429, RetryAfter: 3600}}})
	_, err := opentact.CollectionOf(client, &messaging).Create(ctx, fieldsWithWeight(7))
	posts := 0
	for _, request := range api.Requests() {
		if request.Method == http.MethodPost {
			posts++
		}
	}
	if _, ambiguous := errors.AsType[*opentact.AmbiguousCreateError](err); ambiguous || !errors.Is(err, context.Canceled) || posts != 1 {
		t.Errorf("got %v after %d POSTs", err, posts)
	}
}
