// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opentact/terraform-provider-opentact/internal/emulator"
	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

// emulated starts an emulator, and returns it with a client that wastes no time
// on waiting.
func emulated(t *testing.T, change ...func(*opentact.Config)) (*emulator.Emulator, *opentact.Client) {
	t.Helper()
	api, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(api)
	server.Config.ErrorLog = discardLog()
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(api.RemoveRules)
	base, err := opentact.ParseBaseURL(server.URL + emulator.BasePath)
	if err != nil {
		t.Fatal(err)
	}
	config := opentact.Config{
		BaseURL: base, Credentials: opentact.Credentials{Token: emulator.DefaultToken, Source: "the test"}, UserAgent: "test/1",
		RequestTimeout: 10 * time.Second, MaxRetries: 10, RetryMaxWait: time.Millisecond,
	}
	for _, c := range change {
		c(&config)
	}
	return api, opentact.New(config)
}

func inject(t *testing.T, api *emulator.Emulator, rule emulator.Rule) *emulator.Injection {
	t.Helper()
	injection, err := api.Inject(rule)
	if err != nil {
		t.Fatal(err)
	}
	return injection
}

// everythingFails hits a third of all requests, each in one of many ways.
func everythingFails(seed uint64) emulator.Rule {
	return emulator.Rule{Probability: 0.3, Seed: seed, Faults: []emulator.Fault{
		{Action: emulator.ActionAnswer, Status: 429},
		{Action: emulator.ActionAnswer, Status: 500},
		{Action: emulator.ActionPage, Status: 502},
		{Action: emulator.ActionAnswer, Status: 503},
		{Action: emulator.ActionCloseBefore},
		{Action: emulator.ActionCloseAfter},
		{Action: emulator.ActionCut},
	}}
}

// Creates that cannot be told apart run at once while everything fails. Each
// gets a profile of its own, and there is none beside.
func TestIdenticalCreatesEachGetTheirOwn(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			api, client := emulated(t)
			inject(t, api, everythingFails(seed))
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
					if len(made.Surplus) > 0 {
						t.Errorf("create %d: surplus %v", i, made.Surplus)
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
				t.Errorf("the API's profiles and the creates' (-stored +created):\n%s", diff)
			}
		})
	}
}

// Creates are interrupted at any moment while everything fails, and in every
// other round lists lag behind by more than a search waits. Each profile that
// there is in the end was given to one create, or is named as surplus, or a create
// says that nobody knows, or that there may be one too many. None was given to two.
func TestInterruptedCreatesAreAccountedFor(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			api, client := emulated(t)
			if seed%2 == 1 {
				inject(t, api, emulator.Rule{Method: http.MethodGet, Probability: 0.5, Seed: seed, Faults: []emulator.Fault{
					{Action: emulator.ActionLag, For: emulator.Duration(20 * time.Millisecond)},
				}})
			}
			inject(t, api, everythingFails(seed))
			profiles := opentact.CollectionOf(client, &messaging)
			random := rand.New(rand.NewPCG(seed, 0))
			var mu sync.Mutex
			given := make(map[string]int)       // by uuid
			unaccounted := make(map[string]int) // by name: how many more there may be
			var working sync.WaitGroup
			for i := range 40 {
				name, after := fmt.Sprint("name-", i%5), time.Duration(random.IntN(40))*time.Millisecond
				working.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), after)
					defer cancel()
					made, err := profiles.Create(ctx, messagingFields{Named: named(name)})
					mu.Lock()
					defer mu.Unlock()
					_, unknown := errors.AsType[*opentact.UnknownOutcomeError](err)
					switch {
					case made.UUID != "":
						given[made.UUID]++
					case unknown:
						unaccounted[name]++
					}
					unaccounted[name] += made.Repeats
					for _, uuid := range made.Surplus {
						given[uuid]++
						unaccounted[name]--
					}
				})
			}
			working.Wait()
			for _, p := range api.Profiles(emulator.MessagingProfile) {
				uuid, name := fmt.Sprint(p["uuid"]), fmt.Sprint(p["name"])
				if given[uuid] == 0 {
					unaccounted[name]--
				} else if given[uuid]--; given[uuid] > 0 {
					t.Errorf("%s was given to two creates", uuid)
				}
				if unaccounted[name] < 0 {
					t.Errorf("nobody says that %s, named %s, may exist", uuid, name)
				}
			}
			for uuid, left := range given {
				if left > 0 {
					t.Errorf("%s was given, and does not exist", uuid)
				}
			}
		})
	}
}
