// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"time"

	"pgregory.net/rapid"
)

// simScenario is a kind of case. Values are drawn from its lists, so frequent ones are
// repeated. The simplest value comes first, because a failing case is reduced to it.
type simScenario struct {
	name string
	// unavoidable says when no client can keep a promise. A case may then break it, with a
	// warning if the client can know of it.
	unavoidable string

	server func(*rapid.T, *simServer)
	// ops are what the operations do. then are what follows a create.
	ops, then                          []string
	posts, lists, gets, writes, logins []simFate
	fields                             []simFields
	humans                             []string
	maxOps, maxProcesses               int
	oneAfterTheOther, interrupts       bool
}

// ofSame are profiles that an API or a client may confuse, and others.
var (
	ofSame = []simFields{{"a", 1}, {"a", 1}, {"a", 1}, {"a", 2}, {"A", 1}, {"b", 1}}
	onlyA  = []simFields{{"a", 1}}
	withE  = []simFields{{"a", 1}, {"é", 1}, {"b c", 1}}

	lostPosts = []simFate{
		"acts, ok", "acts, lost", "never, lost", "acts, 502", "never, 502", "acts, 500", "never, 500", "acts, truncated", "never, 503", "acts, 520",
	}
	latePosts = []simFate{
		"acts, ok", "late, lost", "late, 502", "late, timeout", "late, 504", "late, 408", "acts, timeout", "never, timeout", "acts, 504", "never, lost", "acts, lost",
	}
	repeatedPosts  = []simFate{"acts, ok", "twice, lost", "twice, ok", "twice, 502", "acts, lost", "never, lost"}
	falsePosts     = []simFate{"acts, ok", "never, false before", "acts, false before", "never, false sibling", "acts, false sibling", "never, false older", "acts, false older", "never, lost"}
	changedPosts   = []simFate{"acts, ok", "acts upper, ok", "acts upper, lost", "acts spaced, ok", "acts spaced, lost", "acts NFD, ok", "acts NFD, lost", "acts other, ok"}
	rejectedPosts  = []simFate{"acts, ok", "never, 400", "never, 403 page", "never, 404 page", "never, 413 page", "never, 302", "never, not a success", "never, refused", "never, lost", "acts, lost", "late, lost"}
	throttledPosts = []simFate{"acts, ok", "never, 429", "never, 429 after 0", "never, 429 after 2", "never, 503 after 1", "acts, lost", "never, lost", "late, lost"}

	failingLists   = []simFate{"ok", "lost", "502", "503", "truncated", "timeout", "403", "500 page", "maintenance"}
	throttledLists = []simFate{"ok", "429", "429 after 0", "429 after 2", "503 after 1"}
	failingGets    = []simFate{"ok", "lost", "503", "404 page", "302", "truncated"}
	failingWrites  = []simFate{
		"acts, ok", "acts, lost", "never, lost", "acts, 502", "never, 502", "never, 404 page", "never, 429", "never, 400",
		"acts, empty", "never, empty", "acts, {}", "never, {}", "acts, maintenance", "never, maintenance", "never, 302", "never, 410",
	}
	failingLogins = []simFate{"ok", "lost", "503", "429", "429 after 0", "maintenance"}

	equalAtOnce = "Others make an equal profile after the baseline was read. Nothing tells it from one that a lost request made."
)

// simScenarios are all kinds of cases. All promises hold in all of them, apart from
// unavoidable violations.
var simScenarios = []simScenario{
	{name: "no failures", fields: ofSame, humans: []string{"create", "delete newest", "delete old"}, maxProcesses: 2, unavoidable: equalAtOnce},
	{name: "responses lost", posts: lostPosts, fields: ofSame},
	{name: "responses lost, equal creates at once", posts: lostPosts, fields: onlyA, maxOps: 5},
	{name: "responses lost, clocks differ", posts: lostPosts, fields: ofSame, server: skewed},
	{name: "responses lost, one process after the other", posts: lostPosts, fields: onlyA, maxProcesses: 3, oneAfterTheOther: true, server: skewed},
	{name: "requests late", posts: latePosts, fields: ofSame},
	{
		name: "requests repeated", posts: repeatedPosts, fields: ofSame,
		unavoidable: "A proxy sends a POST again after the client got a response, or after it read the last list.",
	},
	{
		name: "responses false", posts: falsePosts, fields: ofSame, humans: []string{"create"}, maxProcesses: 2, maxOps: 3,
		unavoidable: "A false response holds a young profile that no list has shown, before a create has shown the difference of the clocks. " + equalAtOnce,
	},
	{name: "names changed", posts: changedPosts, fields: withE},
	{name: "requests rejected", posts: rejectedPosts, fields: ofSame},
	{name: "lists fail", posts: lostPosts, lists: failingLists, gets: failingGets, fields: ofSame},
	{
		name: "lists lag", posts: lostPosts, fields: ofSame, server: lagging, then: []string{"get", "delete"},
		unavoidable: "The API says that a new profile is not found.",
	},
	{
		name: "lists lag, one process after the other", posts: lostPosts, fields: onlyA, server: laggingSkewed, maxProcesses: 3, oneAfterTheOther: true,
		unavoidable: "An older process made an equal profile in the second in which the baseline was read, the API shows no created_on, or its clocks differ in a way that the process can't know yet.",
	},
	{name: "lists cut", posts: lostPosts, fields: onlyA, server: cut, humans: []string{"delete newest", "delete newest", "create"}, unavoidable: equalAtOnce},
	{name: "lists cached, with Age", posts: lostPosts, fields: onlyA, server: cached("age"), maxProcesses: 2, oneAfterTheOther: true, unavoidable: "The time of an old baseline is not known."},
	{
		name: "lists cached, with an old Date", posts: lostPosts, fields: onlyA, server: cached("date"), maxProcesses: 2, oneAfterTheOther: true,
		unavoidable: "An older process made an equal profile after the Date of the baseline.",
	},
	{name: "lists cached, without a mark", posts: lostPosts, fields: onlyA, server: cached("none"), maxProcesses: 2, oneAfterTheOther: true, unavoidable: "As for lists that lag."},
	{
		name: "lists paged", posts: lostPosts, fields: ofSame, server: paged, humans: []string{"replace", "replace", "delete old", "create"},
		unavoidable: equalAtOnce,
	},
	{name: "lists paged, siblings", posts: lostPosts, fields: []simFields{{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}}, server: paged, maxOps: 6},
	{name: "aliases with equal resources", posts: lostPosts, fields: onlyA, maxProcesses: 3, unavoidable: equalAtOnce},
	{
		name: "others at work", posts: lostPosts, fields: ofSame, maxProcesses: 2,
		humans: []string{"create", "create", "delete newest", "delete old", "rename old"}, unavoidable: equalAtOnce,
	},
	{name: "interrupted", posts: concat(latePosts, lostPosts), lists: failingLists, fields: ofSame, interrupts: true},
	{name: "throttled", posts: throttledPosts, lists: throttledLists, gets: throttledLists, fields: ofSame, maxOps: 5},
	{name: "tokens expire", posts: lostPosts, logins: failingLogins, fields: ofSame, server: withLogins},
	{
		name: "updates and deletes", ops: []string{"create", "get", "update", "delete"}, then: []string{"get", "update", "delete"}, posts: lostPosts,
		gets: failingGets, writes: failingWrites, lists: failingLists, fields: ofSame, humans: []string{"delete old"},
	},
	{
		name: "no path to the profiles", ops: []string{"get", "delete", "update", "create"}, then: []string{"get", "delete"}, posts: lostPosts, fields: ofSame,
		server: outage, unavoidable: "An outage ends after the GET that said not found, and before the list that confirms it.",
	},
	{
		name: "all at once", ops: []string{"create", "create", "create", "get", "delete"}, then: []string{"get", "delete"},
		posts: concat(lostPosts, latePosts, repeatedPosts, falsePosts, changedPosts, rejectedPosts, throttledPosts),
		lists: concat(failingLists, throttledLists), gets: failingGets, writes: failingWrites, logins: failingLogins,
		fields: ofSame, humans: []string{"create", "delete newest", "delete old", "rename old", "replace"},
		maxProcesses: 2, maxOps: 4, interrupts: true, server: anyServer,
		unavoidable: "All of the above.",
	},
}

func concat(lists ...[]simFate) (all []simFate) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

func draw[V any](r *rapid.T, label string, from ...V) V {
	return rapid.SampledFrom(from).Draw(r, label)
}

func drawTime(r *rapid.T, label string, from, to, unit time.Duration) time.Duration {
	return time.Duration(rapid.Int64Range(int64(from/unit), int64(to/unit)).Draw(r, label)) * unit
}

func skewed(r *rapid.T, s *simServer) {
	s.Skew = draw(r, "skew", 0, 0, -2*time.Second, 2*time.Second, -120*time.Second, 120*time.Second)
	s.Times = draw(r, "times", "seconds", "milliseconds", "none")
}

func lagging(r *rapid.T, s *simServer) {
	s.Lags = rapid.SliceOfN(rapid.Custom(func(r *rapid.T) time.Duration {
		return drawTime(r, "lag", 0, 3*time.Second, 50*time.Millisecond)
	}), 1, 3).Draw(r, "lags")
	s.GetLag = draw(r, "GET lag", 0, 0, 0, time.Second)
}

func laggingSkewed(r *rapid.T, s *simServer) {
	lagging(r, s)
	if rapid.IntRange(0, 3).Draw(r, "is skewed") == 3 {
		skewed(r, s)
	}
}

func cut(r *rapid.T, s *simServer) { s.Cut = rapid.IntRange(1, 4).Draw(r, "cut") }

func cached(mark string) func(*rapid.T, *simServer) {
	return func(r *rapid.T, s *simServer) {
		s.CacheTime, s.CacheMark = draw(r, "cache time", time.Second, 3*time.Second, 10*time.Second, 60*time.Second), mark
	}
}

func paged(r *rapid.T, s *simServer) { s.PageSize = rapid.IntRange(1, 3).Draw(r, "page size") }

func withLogins(r *rapid.T, s *simServer) {
	s.TokenTime = draw(r, "token time", time.Hour, 10*time.Second, 2*time.Second, 500*time.Millisecond)
}

func outage(r *rapid.T, s *simServer) {
	s.Outage = simOutage{
		From: drawTime(r, "from", 0, 3*time.Second, 100*time.Millisecond), To: drawTime(r, "to", 0, 60*time.Second, time.Second),
		Collection: draw(r, "collection", "404", "404 page", "410", "302", "503", "500 page", "lost", "timeout", "maintenance"),
	}
}

// anyServer draws up to three properties.
func anyServer(r *rapid.T, s *simServer) {
	for range rapid.IntRange(0, 3).Draw(r, "properties") {
		rapid.SampledFrom([]func(*rapid.T, *simServer){skewed, lagging, cut, paged, withLogins, cached("age"), cached("date"), cached("none")}).Draw(r, "property")(r, s)
	}
}

// drawCase draws a case of a scenario.
func (sc simScenario) drawCase(r *rapid.T) simCase {
	c := simCase{
		RequestTimeout: draw(r, "request timeout", 10*time.Second, 30*time.Second),
		RetryMaxWait:   draw(r, "retry max wait", 30*time.Second, time.Second),
		MaxRetries:     rapid.IntRange(0, 3).Draw(r, "max retries"),
		Server: simServer{
			Times:       draw(r, "times", "seconds", "milliseconds"),
			Clock:       draw(r, "clock", 0, 0, 10*time.Minute, -10*time.Minute) + drawTime(r, "part of a second", 0, 900*time.Millisecond, 100*time.Millisecond),
			NewestFirst: rapid.Bool().Draw(r, "newest first"),
			PageSize:    draw(r, "page size", 0, 0, 0, 1, 2, 100),
			Sparse:      draw(r, "sparse", false, false, false, true),
		},
	}
	if sc.server != nil {
		sc.server(r, &c.Server)
	}
	fields := rapid.SampledFrom(sc.fields)
	c.Before = rapid.SliceOfN(rapid.Custom(func(r *rapid.T) simBefore {
		return simBefore{fields.Draw(r, "fields"), draw(r, "age", time.Hour, 5*365*24*time.Hour, time.Minute, time.Second)}
	}), 0, 3).Draw(r, "before")
	process := rapid.Custom(func(r *rapid.T) simProcess {
		return simProcess{
			Start: drawTime(r, "start", 0, 3*time.Second, 100*time.Millisecond), After: sc.oneAfterTheOther,
			Ops:   rapid.SliceOfN(rapid.Custom(sc.drawOp), 1, max(3, sc.maxOps)).Draw(r, "ops"),
			Plans: rapid.Bool().Draw(r, "plans"),
		}
	})
	minProcesses := 1
	if sc.maxProcesses > 1 && len(sc.humans) == 0 {
		minProcesses = 2
	}
	c.Processes = rapid.SliceOfN(process, minProcesses, max(1, sc.maxProcesses)).Draw(r, "processes")
	if len(sc.humans) > 0 {
		c.Humans = rapid.SliceOfN(rapid.Custom(func(r *rapid.T) simHuman {
			return simHuman{drawTime(r, "at", 0, 8*time.Second, 50*time.Millisecond), rapid.SampledFrom(sc.humans).Draw(r, "what"), fields.Draw(r, "fields")}
		}), 0, 3).Draw(r, "humans")
	}
	return c
}

func (sc simScenario) drawOp(r *rapid.T) simOp {
	op := simOp{
		What: "create", Fields: rapid.SampledFrom(sc.fields).Draw(r, "fields"),
		Start:   drawTime(r, "start", 0, 3*time.Second, 100*time.Millisecond),
		Latency: draw(r, "latency", 20*time.Millisecond, time.Millisecond, 100*time.Millisecond, 400*time.Millisecond),
		Late:    drawTime(r, "late", 100*time.Millisecond, 8*time.Second, 100*time.Millisecond),
	}
	if len(sc.ops) > 0 {
		op.What, op.Target = rapid.SampledFrom(sc.ops).Draw(r, "what"), rapid.IntRange(0, 2).Draw(r, "target")
	}
	if len(sc.then) > 0 {
		op.Then = rapid.SliceOfN(rapid.SampledFrom(sc.then), 0, 2).Draw(r, "then")
	}
	if sc.interrupts && rapid.Bool().Draw(r, "is interrupted") {
		op.Interrupt = drawTime(r, "interrupt", 10*time.Millisecond, 10*time.Second, 10*time.Millisecond)
	}
	fates := func(label string, from []simFate) (fates []simFate) {
		if len(from) > 0 {
			fates = rapid.SliceOfN(rapid.SampledFrom(from), 0, 4).Draw(r, label)
		}
		return fates
	}
	op.Posts, op.Lists, op.Gets = fates("posts", sc.posts), fates("lists", sc.lists), fates("gets", sc.gets)
	op.Writes, op.Logins = fates("writes", sc.writes), fates("logins", sc.logins)
	return op
}
