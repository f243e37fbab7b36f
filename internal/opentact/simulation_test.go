// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
)

type simulatedFields struct {
	opentact.Named
	Weight opentact.Optional[int64] `json:"weight,omitzero"`
}

var simulated = opentact.Spec[simulatedFields]{Name: "simulated profile", Path: "profile/simulated"}

func (f simFields) forClient() simulatedFields {
	return simulatedFields{Named: named(f.Name), Weight: opentact.Value(int64(f.Weight))}
}

// simCase is one case: an API, and the processes and people that use it. A case says what
// happens. The client decides how it ends.
type simCase struct {
	Server         simServer
	RequestTimeout time.Duration
	RetryMaxWait   time.Duration
	MaxRetries     int
	// Before are the profiles that exist at the beginning, oldest first.
	Before    []simBefore
	Processes []simProcess
	Humans    []simHuman
}

// simBefore is a profile that exists at the beginning.
type simBefore struct {
	Fields simFields
	Age    time.Duration
}

// simProcess is a process: a client, and what it does in parallel.
type simProcess struct {
	// Start is when it begins: after the process before it if After is set, otherwise
	// after the beginning of the case.
	Start time.Duration
	After bool
	Ops   []simOp
	// Plans reports whether each create looks for existing profiles first, as a plan does.
	Plans bool
}

// simOp is what a process does with one resource.
type simOp struct {
	// What is create, get, update or delete.
	What string
	// Fields are what a create or an update sends.
	Fields simFields
	// Target is the index in Before of the profile to get, update or delete. Without such a
	// profile, the operation does nothing.
	Target int
	// Then are operations after a successful create.
	Then []string
	// Start is when it begins after the process began. Interrupt is when its context ends
	// after that. If it is 0, the context does not end.
	Start, Interrupt time.Duration
	// Latency is the time that a request or a response needs. Late is how late the API
	// acts on a request that is late.
	Latency, Late time.Duration
	// Posts, Lists, Gets, Writes and Logins are the fates of the requests of this
	// operation. Further requests end well. Writes are PATCH and DELETE.
	Posts, Lists, Gets, Writes, Logins []simFate
}

// simHuman is what somebody else does at a time.
type simHuman struct {
	At time.Duration
	// What is create, delete newest, delete old, rename old, or replace: a delete old and a
	// create at once. An old profile is the oldest that no create of the case made.
	What   string
	Fields simFields
}

// simulation is a case while it runs, and its result.
type simulation struct {
	simCase
	simAPI
	runs []*simRun

	eventsMu sync.Mutex
	events   []string
}

// simulatedProcess is a process while it runs.
type simulatedProcess struct {
	profiles *opentact.Collection[simulatedFields]
	begun    time.Time
	plans    bool

	mu sync.Mutex
	// baseline is nil if no list was read before the first POST.
	baseline *simBaseline
	posted   bool
}

// simBaseline is what a process knows about the profiles before its first create.
type simBaseline struct {
	shown []int
	// date is the Date of the response. aged reports whether it has an Age.
	date time.Time
	aged bool
	// ofCreate reports whether a create read it.
	ofCreate bool
}

// simRun is an operation while it runs, and its result.
type simRun struct {
	index   int
	op      simOp
	process *simulatedProcess

	begun, ended time.Time
	created      opentact.Created[simulatedFields]
	err          error
	// broken are the violations that the operation itself noticed.
	broken []violation

	mu       sync.Mutex
	requests map[string]int
	sent     int
	posts    []simPost
	// shown are the profiles that lists have shown to the operation. After a GET that does
	// not find one of them, the operation must treat it as deleted.
	shown map[int]bool
}

// runCase runs a case in a bubble of its own.
func runCase(t *testing.T, c simCase) (s *simulation) {
	synctest.Test(t, func(t *testing.T) { s = c.run(t.Context()) })
	return s
}

func (c simCase) run(ctx context.Context) *simulation {
	s := &simulation{simCase: c}
	s.simAPI = simAPI{simServer: c.Server, start: time.Now(), cache: make(map[string]cachedPage)}
	for _, p := range c.Before {
		s.create(p.Fields, madeBefore, s.start.Add(-p.Age))
	}
	for _, p := range c.Processes {
		process := &simulatedProcess{plans: p.Plans}
		for _, op := range p.Ops {
			s.runs = append(s.runs, &simRun{index: len(s.runs), op: op, process: process, requests: make(map[string]int), shown: make(map[int]bool)})
		}
	}
	// No two of them do something at the same time. Else the order would be random.
	for i, h := range c.Humans {
		time.AfterFunc(h.At+time.Duration(i+1)*331*time.Nanosecond, func() { s.human(h) })
	}
	var all sync.WaitGroup
	runs := s.runs
	for _, p := range c.Processes {
		if p.After {
			all.Wait()
		}
		mine := runs[:len(p.Ops)]
		runs = runs[len(p.Ops):]
		all.Go(func() {
			time.Sleep(p.Start)
			s.process(ctx, mine)
		})
	}
	all.Wait()
	time.Sleep(time.Hour) // until the API has acted on all requests
	return s
}

// process runs the operations of a process.
func (s *simulation) process(ctx context.Context, runs []*simRun) {
	credentials := opentact.Credentials{Token: simToken}
	switch {
	case s.TokenTime > 0:
		credentials = opentact.Credentials{Email: "a@example.com", Password: "secret"}
	case runs[0].process.plans: // about half of them
		credentials = opentact.Credentials{APIKey: simAPIKey}
	}
	client := opentact.NewWithTransport(opentact.Config{
		BaseURL: &url.URL{Scheme: "https", Host: "api.example", Path: "/rest"}, Credentials: credentials,
		RequestTimeout: s.RequestTimeout, RetryMaxWait: s.RetryMaxWait, MaxRetries: s.MaxRetries,
	}, simNetwork{s})
	profiles := opentact.CollectionOf(client, &simulated)
	var working sync.WaitGroup
	runs[0].process.profiles, runs[0].process.begun = profiles, time.Now()
	for _, run := range runs {
		working.Go(func() {
			time.Sleep(run.op.Start + time.Duration(run.index+1)*7919*time.Nanosecond)
			ctx, cancel := context.WithCancel(context.WithValue(ctx, simRunKey{}, run))
			defer cancel()
			if run.op.Interrupt > 0 {
				time.AfterFunc(run.op.Interrupt, func() {
					if ctx.Err() == nil {
						s.log(run, "is interrupted")
					}
					cancel()
				})
			}
			run.begun = time.Now()
			s.do(ctx, run)
		})
	}
	working.Wait()
}

// do runs one operation.
func (s *simulation) do(ctx context.Context, run *simRun) {
	switch {
	case run.op.What == "create":
		if run.process.plans {
			s.plan(ctx, run)
		}
		run.created, run.err = run.process.profiles.Create(ctx, run.op.Fields.forClient())
		run.mu.Lock()
		run.ended = time.Now()
		run.mu.Unlock()
		s.log(run, "ends: %s", run.result())
		if run.err != nil {
			return
		}
		for _, then := range run.op.Then {
			s.use(ctx, run, then, run.created.Profile)
		}
	case run.op.Target < len(s.Before):
		s.use(ctx, run, run.op.What, profileWith(numberedUUID(run.op.Target), s.Before[run.op.Target].Fields.forClient()))
	}
}

// plan looks for profiles that equal the one to create.
func (s *simulation) plan(ctx context.Context, run *simRun) {
	found, err := run.process.profiles.Existing(ctx, run.op.Fields.forClient(), false)
	if err != nil {
		s.log(run, "can't look for existing profiles: %v", err)
		return
	}
	var uuids []string
	for _, profile := range found {
		uuids = append(uuids, profile.UUID)
	}
	s.log(run, "finds existing profiles: %s", short(uuids))
}

// update returns what an update of the operation sends.
func (op simOp) update(name string) simFields { return simFields{name, op.Fields.Weight + 10} }

// use gets, updates or deletes a profile, and checks the result.
func (s *simulation) use(ctx context.Context, run *simRun, what string, known opentact.Profile[simulatedFields]) {
	begun := time.Now()
	p := s.find(known.UUID)
	var err error
	switch what {
	case "get":
		_, err = run.process.profiles.Get(ctx, known)
	case "update":
		_, err = run.process.profiles.Update(ctx, known, run.op.update(known.Fields.ProfileName()).forClient())
	case "delete":
		err = run.process.profiles.Delete(ctx, known)
	}
	s.log(run, "%s of %v ends: %v", what, p, err)
	if p != nil { // otherwise the create is to blame
		s.judgeUse(run, what, p, begun, err)
	}
}

// human does what somebody else does.
func (s *simulation) human(h simHuman) {
	newest, old := -1, -1
	for _, number := range s.existing(time.Now()) {
		if newest = number; old < 0 && s.all()[number].maker < 0 {
			old = number
		}
	}
	change := func(what string, number int, do func(*simVersion)) {
		if number >= 0 && s.change(number, do) {
			s.log(nil, "%s p%d", what, number)
		}
	}
	remove := func(v *simVersion) { v.deleted = true }
	switch h.What {
	case "delete newest":
		change("deletes", newest, remove)
	case "delete old", "replace":
		change("deletes", old, remove)
	case "rename old":
		change(fmt.Sprintf("names %q", h.Fields.Name), old, func(v *simVersion) { v.Name = h.Fields.Name })
	}
	if h.What == "create" || h.What == "replace" {
		s.log(nil, "creates %v: %s", s.create(h.Fields, madeByHuman, time.Now()), h.Fields)
	}
}

// nextFate returns the fate of the next request of a kind.
func (r *simRun) nextFate(what string) simFate {
	r.mu.Lock()
	defer r.mu.Unlock()
	fates := map[string][]simFate{
		http.MethodPost: r.op.Posts, "LIST": r.op.Lists, http.MethodGet: r.op.Gets,
		http.MethodPatch: r.op.Writes, http.MethodDelete: r.op.Writes, "LOGIN": r.op.Logins,
	}[what]
	n := r.requests[what]
	r.requests[what]++
	if n < len(fates) {
		return fates[n]
	}
	return "ok"
}

// latency returns how long the next message needs. It is never the same twice.
func (r *simRun) latency() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent++
	return r.op.Latency + time.Duration((r.index+1)*1009+r.sent*13)
}

// posted records a POST.
func (r *simRun) posted(p simPost) {
	r.mu.Lock()
	r.posts = append(r.posts, p)
	r.mu.Unlock()
	r.process.mu.Lock()
	defer r.process.mu.Unlock()
	r.process.posted = true
}

// ambiguous counts the POSTs that may or may not have made a profile.
func (r *simRun) ambiguous() (n int) {
	for _, p := range r.posts {
		if p.fate.isAmbiguous() {
			n++
		}
	}
	return n
}

// sawList records a page of a list that a create reads, or another operation. The last list
// before the first POST of a process is the baseline. A list of a create takes precedence
// over lists of other operations.
func (r *simRun) sawList(isFirst bool, header http.Header, shown []int) {
	r.mu.Lock()
	for _, number := range shown {
		r.shown[number] = r.shown[number] || r.ended.IsZero() // not for what follows a create
	}
	r.mu.Unlock()
	r.process.mu.Lock()
	defer r.process.mu.Unlock()
	known, ofCreate := r.process.baseline, r.op.What == "create"
	if r.process.posted || known != nil && known.ofCreate && !ofCreate {
		return
	}
	if isFirst || known == nil {
		date, _ := http.ParseTime(header.Get("Date"))
		if known != nil && known.ofCreate { // a list in pages is read again, and was complete the first time
			date = known.date
		}
		known = &simBaseline{date: date, aged: header.Get("Age") != "", ofCreate: ofCreate}
		r.process.baseline = known
	}
	known.shown = append(known.shown, shown...)
}

// sawNotFound records that a GET does not find a profile. The profile may be too new.
func (r *simRun) sawNotFound(number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.shown, number)
}

// knows reports whether the baseline shows a profile.
func (p *simulatedProcess) knows(profile *simProfile) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.baseline != nil && slices.Contains(p.baseline.shown, profile.number)
}

// result describes the end of a create.
func (r *simRun) result() string {
	parts := []string{"no profile"}
	if r.created.UUID != "" {
		parts[0] = "has " + short(r.created.UUID)
	}
	if r.created.Ambiguous != nil {
		parts = append(parts, fmt.Sprintf("warns, resent %d times", r.created.Resends))
	}
	if len(r.created.Duplicates) > 0 {
		parts = append(parts, fmt.Sprint("duplicates ", short(r.created.Duplicates)))
	}
	if ambiguous, ok := r.ambiguousError(); ok {
		var candidates []string
		for _, c := range ambiguous.Candidates {
			candidates = append(candidates, c.UUID)
		}
		parts = append(parts, "ambiguous: "+ambiguous.Reason, fmt.Sprint("candidates ", short(candidates)))
	} else if r.err != nil {
		parts = append(parts, fmt.Sprintf("outcome %v, error: %v", opentact.OutcomeOf(r.err), r.err))
	}
	return strings.Join(parts, ", ")
}

func (r *simRun) ambiguousError() (*opentact.AmbiguousCreateError, bool) {
	return errors.AsType[*opentact.AmbiguousCreateError](r.err)
}

// warns reports whether the end of a create tells people that something went wrong.
func (r *simRun) warns() bool { return r.created.Ambiguous != nil || r.err != nil }

// short shortens the UUIDs in a value.
func short(value any) string {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("p%d", numberOf(v))
	case []string:
		names := make([]string, len(v))
		for i, uuid := range v {
			names[i] = short(uuid)
		}
		return strings.Join(names, " ")
	case []int:
		return fmt.Sprint("p", v)
	default:
		return fmt.Sprint(v)
	}
}

// log adds an event to the trace. run is nil for a human.
func (s *simulation) log(run *simRun, format string, args ...any) {
	who := "human"
	if run != nil {
		who = fmt.Sprintf("%s %d", run.op.What, run.index)
	}
	event := fmt.Sprintf("%9.3fs  %-9s %s", time.Since(s.start).Seconds(), who, fmt.Sprintf(format, args...))
	s.eventsMu.Lock()
	defer s.eventsMu.Unlock()
	s.events = append(s.events, event)
}
