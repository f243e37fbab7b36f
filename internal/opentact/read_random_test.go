// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/listcache"
)

// Random tests run the same cases each time and write no files, unless flags say
// otherwise.
func init() {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": "500", "rapid.nofailfile": "true"} {
		_ = flag.Set(name, value)
	}
}

// process reads and writes the profiles of a historyAPI by one client. It checks what it
// reads.
type process struct {
	*historyAPI
	profiles *opentact.Collection[opentact.Named]

	mu sync.Mutex
	// known is the name that the process knows for each profile, "" if none.
	known []string
	// written is the version of each profile that the last finished write made.
	written []int
}

func (p *process) knownProfile(i int) opentact.Profile[opentact.Named] {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[i] == "" {
		return opentact.Profile[opentact.Named]{UUID: numberedUUID(i)}
	}
	return profileWith(numberedUUID(i), named(p.known[i]))
}

func (p *process) setKnown(i int, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[i] = name
}

func (p *process) lastWrite(i int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.written[i]
}

// finishWrite records a write that has ended.
func (p *process) finishWrite(i int, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.written[i] = max(p.written[i], p.versionOf(i, name))
	p.known[i] = name
}

// check records an error if a name is older than the last write of this process, or than
// the time given.
func (p *process) check(what string, i int, name string, lastWrite int, after time.Time) {
	version, history := p.versionOf(i, name), p.historyOf(i)
	switch {
	case version < 0:
		p.errorf("%s: profile %d never had the name %q", what, i, name)
	case version < lastWrite:
		p.errorf("%s: profile %d has the name %q, but this process has written %q since", what, i, name, history[lastWrite].name)
	case version+1 < len(history) && history[version+1].at.Before(after):
		p.errorf("%s: profile %d has the name %q, which it had until %s ago", what, i, name, time.Since(history[version+1].at))
	}
}

func (p *process) get(ctx context.Context, i int, known opentact.Profile[opentact.Named]) {
	start, lastWrite := time.Now(), p.lastWrite(i)
	got, err := p.profiles.Get(ctx, known)
	switch {
	case err == nil:
		p.check("get", i, got.Fields.ProfileName(), lastWrite, time.Now().Add(-listcache.MaxAge))
		p.setKnown(i, got.Fields.ProfileName())
	case !p.respondedNotFound(i, start):
		p.errorf("get: profile %d: no GET said that it is not found: %v", i, err)
	case !opentact.IsNotFound(err) && !p.listsMayFail():
		p.errorf("get: profile %d is not found, which the lists confirm: %v", i, err)
	}
}

// list checks a list, which may be as old as the API is slow.
func (p *process) list(ctx context.Context) {
	after := time.Now().Add(-listcache.MaxAge)
	var lastWrites []int
	for i := range p.known {
		lastWrites = append(lastWrites, p.lastWrite(i))
	}
	all, err := p.profiles.List(ctx)
	if err != nil {
		return // the API may fail
	}
	for _, listed := range all {
		if listed.Err != nil {
			continue
		}
		i := numberOf(listed.UUID)
		p.check("list", i, listed.Fields.ProfileName(), lastWrites[i], after)
	}
}

// operation is one thing that the process or another client does.
type operation struct {
	What    string
	Profile int
	Wait    time.Duration
}

// operations are drawn at random, so frequent ones are repeated.
var operations = []string{
	"get", "get", "get", "get", "get", "get without state", "get and give up", "list", "update", "delete",
	"others update", "others update", "others delete",
}

func (p *process) do(ctx context.Context, op operation) {
	time.Sleep(op.Wait)
	i := op.Profile
	switch op.What {
	case "get":
		p.get(ctx, i, p.knownProfile(i))
	case "get without state":
		p.get(ctx, i, opentact.Profile[opentact.Named]{UUID: numberedUUID(i)})
	case "get and give up":
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, _ = p.profiles.Get(ctx, p.knownProfile(i))
	case "list":
		p.list(ctx)
	case "update":
		name := p.newName()
		if _, err := p.profiles.Update(ctx, p.knownProfile(i), named(name)); err == nil {
			p.finishWrite(i, name)
		}
	case "delete":
		if err := p.profiles.Delete(ctx, p.knownProfile(i)); err == nil {
			p.finishWrite(i, "")
		}
	case "others update":
		p.change(i, p.newName())
	case "others delete":
		p.change(i, "")
	}
}

// This process and others read and write at random while lists fail. A read must not
// return anything older than the last write of this process, or than 30 seconds. A
// profile is not found only if a GET said so. A read fails only if the lists, which
// confirm that, may fail too. Time is fake.
func TestCollection_Get_RandomOperations_NeverReturnsStaleProfile(t *testing.T) {
	t.Parallel()
	const profiles = 5
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		failures := append([]string{""}, rapid.SliceOfN(rapid.SampledFrom(listFailures), 0, 3).Draw(r, "failures")...)
		sequence := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) operation {
			return operation{
				What:    rapid.SampledFrom(operations).Draw(r, "what"),
				Profile: rapid.IntRange(0, profiles-1).Draw(r, "profile"),
				Wait:    time.Duration(rapid.IntRange(0, 12).Draw(r, "wait")) * time.Second,
			}
		}), 1, 12)
		workers := rapid.SliceOfN(sequence, 1, 6).Draw(r, "workers")
		var errs []string
		synctest.Test(t, func(t *testing.T) {
			api := newHistoryAPI(profiles, rand.New(rand.NewPCG(seed, 0)), failures)
			p := &process{
				historyAPI: api, profiles: opentact.CollectionOf(newFakeClient(api.roundTrip), &nameOnly),
				known: make([]string, profiles), written: make([]int, profiles),
			}
			var working sync.WaitGroup
			for _, sequence := range workers {
				working.Go(func() {
					for _, op := range sequence {
						p.do(t.Context(), op)
					}
				})
			}
			working.Wait()
			time.Sleep(time.Hour) // until lists that callers gave up have ended
			errs = api.errs
		})
		for _, err := range errs {
			r.Error(err)
		}
	})
}
