// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// The same cases each time, and nothing left behind, unless a flag says otherwise.
func init() {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": "500", "rapid.nofailfile": "true"} {
		_ = flag.Set(name, value)
	}
}

// version is what a thing was called from a time on: "" is nothing, once it was
// deleted.
type version struct {
	name string
	at   time.Time
}

// world is an API whose things are changed by this process and by others. It takes
// its time, and its lists fail in every way.
type world struct {
	mu      sync.Mutex
	random  *rand.Rand
	history [][]version
	names   int
	// refused has when a GET of each thing was answered that there is none.
	refused [][]time.Time
	// mischief is what may be wrong with a list: none of it fails for good.
	mischief []string
	// violations are what should not have happened.
	violations []string
}

func (w *world) violate(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.violations = append(w.violations, fmt.Sprintf(format, args...))
}

// newName returns a name that nothing had before.
func (w *world) newName() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names++
	return strconv.Itoa(w.names)
}

// change appends to a thing's history. What was deleted stays so.
func (w *world) change(i int, name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if last := w.history[i][len(w.history[i])-1]; last.name == "" {
		return false
	}
	w.history[i] = append(w.history[i], version{name, time.Now()})
	return true
}

func (w *world) current(i int) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.history[i][len(w.history[i])-1].name
}

// take makes a request take some time.
func (w *world) take() {
	w.mu.Lock()
	wait := time.Duration(w.random.Int64N(int64(4 * time.Second)))
	w.mu.Unlock()
	time.Sleep(wait)
}

func (w *world) json(i int) string {
	return fmt.Sprintf(`{"uuid":%q,"created_on":"c","modified_on":"m","name":%q}`, uuidOfThing(i), w.current(i))
}

// answer is the API. The state is that of some moment between request and answer.
func (w *world) answer(req *http.Request) (*http.Response, error) {
	w.take()
	defer w.take()
	if path.Base(req.URL.Path) == plain.Path {
		return w.list()
	}
	var i int
	_, _ = fmt.Sscanf(path.Base(req.URL.Path), "%x-", &i)
	gone := answerOf(404, `{"success":false,"message":"no such thing","status":404}`)
	switch req.Method {
	case http.MethodPatch:
		var body struct{ Name string }
		_ = json.NewDecoder(req.Body).Decode(&body)
		if !w.change(i, body.Name) {
			return gone, nil
		}
	case http.MethodDelete:
		if !w.change(i, "") {
			return gone, nil
		}
		return answerOf(200, `{"success":true,"payload":{}}`), nil
	default:
		if w.current(i) == "" {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.refused[i] = append(w.refused[i], time.Now())
			return gone, nil
		}
	}
	return answerOf(200, `{"success":true,"payload":`+w.json(i)+`}`), nil
}

// list answers all things that there are, if it does.
func (w *world) list() (*http.Response, error) {
	w.mu.Lock()
	mischief := w.mischief[w.random.IntN(len(w.mischief))]
	w.mu.Unlock()
	var things []string
	for i := range w.history {
		if w.current(i) != "" {
			things = append(things, w.json(i))
		}
	}
	switch mischief {
	case "failure":
		return answerOf(500, "oops"), nil
	case "refusal":
		return answerOf(403, `{"success":false,"message":"no"}`), nil
	case "cut":
		return nil, io.ErrUnexpectedEOF
	case "slow":
		time.Sleep(40 * time.Second)
	case "a thing without a name":
		things = append(things[:len(things)/2], strings.ReplaceAll(strings.Join(things[len(things)/2:], ","), `"name"`, `"nick"`))
	case "no thing at all":
		things = append(things, `"oops"`, `{"uuid":"x"}`)
	case "other contents":
		if w.current(0) == "" {
			break
		}
		things = append(things, fmt.Sprintf(`{"uuid":%q,"created_on":"c","modified_on":"m","name":"another"}`, uuidOfThing(0)))
	case "some are left out":
		things = things[:len(things)/2]
	}
	things = slices.DeleteFunc(things, func(t string) bool { return t == "" })
	return answerOf(200, `{"success":true,"payload":[`+strings.Join(things, ",")+`]}`), nil
}

var everyMischief = []string{"", "", "", "failure", "refusal", "cut", "slow", "a thing without a name", "no thing at all", "other contents", "some are left out"}

// process is one that manages the things.
type process struct {
	*world
	things *Collection[Named]

	mu sync.Mutex
	// known is what it knows of each thing, "" for nothing.
	known []string
	// written is the place in the history of its last write that has ended.
	written []int
}

func (p *process) knows(i int) Profile[Named] {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[i] == "" {
		return Profile[Named]{UUID: uuidOfThing(i)}
	}
	return Profile[Named]{UUID: uuidOfThing(i), Fields: Named{Name: Value(p.known[i])}}
}

func (p *process) learn(i int, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[i] = name
}

func (p *process) lastWrite(i int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.written[i]
}

// wrote notes a write that has ended.
func (p *process) wrote(i int, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.written[i] = max(p.written[i], p.place(i, name))
	p.known[i] = name
}

// place is where a name is in a thing's history, -1 for nowhere.
func (w *world) place(i int, name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.IndexFunc(w.history[i], func(v version) bool { return v.name == name })
}

// judge finds fault with what has been said of a thing that was so after a time at
// the latest.
func (p *process) judge(what string, i int, name string, lastWrite int, after time.Time) {
	place := p.place(i, name)
	p.world.mu.Lock()
	history := slices.Clone(p.history[i])
	p.world.mu.Unlock()
	switch {
	case place < 0:
		p.violate("%s: thing %d was never called %q", what, i, name)
	case place < lastWrite:
		p.violate("%s: thing %d is called %q, and this process has called it %q since", what, i, name, history[lastWrite].name)
	case place+1 < len(history) && history[place+1].at.Before(after):
		p.violate("%s: thing %d is called %q, which it was until %s ago", what, i, name, time.Since(history[place+1].at))
	}
}

func (p *process) read(ctx context.Context, i int, known Profile[Named]) {
	begun, lastWrite := time.Now(), p.lastWrite(i)
	got, err := p.things.Get(ctx, known)
	switch {
	case err == nil:
		p.judge("a read", i, got.Fields.ProfileName(), lastWrite, time.Now().Add(-maxAge))
		p.learn(i, got.Fields.ProfileName())
	case IsGone(err):
		p.world.mu.Lock()
		confirmed := slices.ContainsFunc(p.refused[i], func(at time.Time) bool { return !at.Before(begun) })
		p.world.mu.Unlock()
		if !confirmed {
			p.violate("thing %d is said to be gone, and no GET said so", i)
		}
	default:
		p.violate("a read of thing %d failed: %v", i, err)
	}
}

// list may be as old as the API is slow.
func (p *process) list(ctx context.Context) {
	after := time.Now().Add(-maxAge)
	var lastWrites []int
	for i := range p.history {
		lastWrites = append(lastWrites, p.lastWrite(i))
	}
	all, err := p.things.List(ctx)
	if err != nil {
		return // of those that fail it is said why
	}
	for _, thing := range all {
		var i int
		_, _ = fmt.Sscanf(thing.UUID, "%x-", &i)
		p.judge("a list", i, thing.Fields.ProfileName(), lastWrites[i], after)
	}
}

// step is one thing that somebody does.
type step struct {
	What  string
	Thing int
	Wait  time.Duration
}

func (p *process) do(ctx context.Context, s step) {
	time.Sleep(s.Wait)
	i := s.Thing
	switch s.What {
	case "read":
		p.read(ctx, i, p.knows(i))
	case "look up":
		p.read(ctx, i, Profile[Named]{UUID: uuidOfThing(i)})
	case "read and give up":
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, _ = p.things.Get(ctx, p.knows(i))
	case "list":
		p.list(ctx)
	case "write":
		name := p.newName()
		if _, err := p.things.Update(ctx, p.knows(i), Named{Name: Value(name)}); err == nil {
			p.wrote(i, name)
		}
	case "delete":
		if err := p.things.Delete(ctx, p.knows(i)); err == nil {
			p.wrote(i, "")
		}
	case "others write":
		p.change(i, p.newName())
	case "others delete":
		p.change(i, "")
	}
}

// Whatever this process and others do at the same time, and whatever is wrong with
// lists: a read shows nothing older than the last write of this process, or than
// half a minute, and a thing is gone only if a GET said so. Time is faked.
func TestReadsAreNeverOutOfDate(t *testing.T) {
	t.Parallel()
	const things = 5
	whats := []string{"read", "read", "read", "read", "read", "look up", "read and give up", "list", "write", "delete", "others write", "others write", "others delete"}
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		mischief := append([]string{""}, rapid.SliceOfN(rapid.SampledFrom(everyMischief), 0, 3).Draw(r, "mischief")...)
		steps := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) step {
			return step{
				What:  rapid.SampledFrom(whats).Draw(r, "what"),
				Thing: rapid.IntRange(0, things-1).Draw(r, "thing"),
				Wait:  time.Duration(rapid.IntRange(0, 12).Draw(r, "wait")) * time.Second,
			}
		}), 1, 12)
		workers := rapid.SliceOfN(steps, 1, 6).Draw(r, "workers")
		var violations []string
		synctest.Test(t, func(t *testing.T) {
			w := &world{random: rand.New(rand.NewPCG(seed, 0)), history: make([][]version, things), refused: make([][]time.Time, things), mischief: mischief}
			for i := range w.history {
				w.history[i] = []version{{w.newName(), time.Now()}}
			}
			client := scripted(Credentials{Token: "t"}, w.answer)
			p := &process{world: w, things: CollectionOf(client, &plain), known: make([]string, things), written: make([]int, things)}
			var working sync.WaitGroup
			for _, steps := range workers {
				working.Go(func() {
					for _, s := range steps {
						p.do(t.Context(), s)
					}
				})
			}
			working.Wait()
			violations = w.violations
		})
		for _, violation := range violations {
			r.Error(violation)
		}
	})
}
