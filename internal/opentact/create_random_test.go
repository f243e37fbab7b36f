// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// randomFailures returns a rule that makes about a third of all requests fail in many
// ways.
func randomFailures(seed uint64) emulator.Rule {
	return emulator.Rule{Probability: 0.3, Seed: seed, Faults: []emulator.Fault{
		{Action: emulator.ActionRespond, Status: 429},
		{Action: emulator.ActionRespond, Status: 500},
		{Action: emulator.ActionPage, Status: 502},
		{Action: emulator.ActionRespond, Status: 503},
		{Action: emulator.ActionCloseBefore},
		{Action: emulator.ActionCloseAfter},
		{Action: emulator.ActionCut},
	}}
}

// Identical creates run at once while requests fail. Each must get a profile of its own,
// and the API must hold no other profiles.
func TestCollection_Create_IdenticalAtOnce_EachGetsItsOwnProfile(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api, client := newFakeEmulator(t, emulator.Options{})
				inject(t, api, randomFailures(seed))
				profiles := opentact.CollectionOf(client, &messaging)
				const creates = 30
				uuids := make([]string, creates)
				var working sync.WaitGroup
				for i := range creates {
					working.Go(func() {
						made, err := profiles.Create(t.Context(), messagingFields{Named: named(fmt.Sprint("same-", i%3))})
						if err != nil {
							t.Errorf("create %d: %v", i, err)
						}
						uuids[i] = made.UUID
						if len(made.Duplicates) > 0 {
							t.Errorf("create %d: duplicates %v", i, made.Duplicates)
						}
					})
				}
				working.Wait()
				var stored []string
				for _, p := range api.Profiles(emulator.MessagingProfile) {
					stored = append(stored, fmt.Sprint(p["uuid"]))
				}
				slices.Sort(uuids)
				slices.Sort(stored)
				if diff := cmp.Diff(stored, uuids); diff != "" {
					t.Errorf("profiles (-stored +created):\n%s", diff)
				}
			})
		})
	}
}

// Creates are interrupted at random while requests fail. In every other round, lists lag
// longer than recovery waits. Each profile that exists in the end belongs to exactly one
// create or is named as its duplicate. Otherwise a create of its name reports an
// ambiguous outcome or a resend.
func TestCollection_Create_InterruptedAtRandom_EachProfileIsAccountedFor(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			api, client := newEmulator(t)
			if seed%2 == 1 {
				inject(t, api, emulator.Rule{Method: http.MethodGet, Probability: 0.5, Seed: seed, Faults: []emulator.Fault{
					{Action: emulator.ActionLag, For: emulator.Duration(20 * time.Millisecond)},
				}})
			}
			inject(t, api, randomFailures(seed))
			profiles := opentact.CollectionOf(client, &messaging)
			random := rand.New(rand.NewPCG(seed, 0))
			var mu sync.Mutex
			owners := make(map[string]int)      // by UUID
			unaccounted := make(map[string]int) // by name: how many more profiles may exist
			var working sync.WaitGroup
			for i := range 40 {
				name, after := fmt.Sprint("name-", i%5), time.Duration(random.IntN(40))*time.Millisecond
				working.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), after)
					defer cancel()
					made, err := profiles.Create(ctx, messagingFields{Named: named(name)})
					mu.Lock()
					defer mu.Unlock()
					_, ambiguous := errors.AsType[*opentact.AmbiguousCreateError](err)
					switch {
					case made.UUID != "":
						owners[made.UUID]++
					case ambiguous:
						unaccounted[name]++
					}
					unaccounted[name] += made.Resends
					for _, uuid := range made.Duplicates {
						owners[uuid]++
						unaccounted[name]--
					}
				})
			}
			working.Wait()
			for _, p := range api.Profiles(emulator.MessagingProfile) {
				uuid, name := fmt.Sprint(p["uuid"]), fmt.Sprint(p["name"])
				if owners[uuid] == 0 {
					unaccounted[name]--
				} else if owners[uuid]--; owners[uuid] > 0 {
					t.Errorf("%s belongs to two creates", uuid)
				}
				if unaccounted[name] < 0 {
					t.Errorf("no create reports that %s, named %s, may exist", uuid, name)
				}
			}
			for uuid, left := range owners {
				if left > 0 {
					t.Errorf("%s belongs to a create and does not exist", uuid)
				}
			}
		})
	}
}

// Lists grow while their pages are read, because other creates run. Every first response
// is lost, and each create gets its own profile.
func TestCollection_Create_PagedListGrows_EachGetsItsOwnProfile(t *testing.T) {
	t.Parallel()
	for seed := range 5 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api, client := newFakeEmulator(t, emulator.Options{PageSize: 3})
				inject(t, api, emulator.Rule{Method: http.MethodPost, Faults: []emulator.Fault{{Action: emulator.ActionCloseAfter}}})
				profiles := opentact.CollectionOf(client, &messaging)
				const creates, parallelism = 30, 10
				slots := make(chan struct{}, parallelism)
				uuids := make([]string, creates)
				var working sync.WaitGroup
				for i := range creates {
					working.Go(func() {
						slots <- struct{}{}
						defer func() { <-slots }()
						made, err := profiles.Create(t.Context(), messagingFields{Named: named(fmt.Sprint("n", i))})
						if err != nil || made.Ambiguous == nil {
							t.Errorf("create %d: %v", i, err)
						}
						uuids[i] = made.UUID
					})
				}
				working.Wait()
				slices.Sort(uuids)
				stored := api.Profiles(emulator.MessagingProfile)
				if unique := slices.Compact(uuids); len(unique) != creates || len(stored) != creates {
					t.Errorf("%d creates got %d profiles, and the API holds %d", creates, len(unique), len(stored))
				}
			})
		})
	}
}
