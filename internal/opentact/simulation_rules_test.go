// SPDX-License-Identifier: MPL-2.0

package opentact_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/opentact/terraform-provider-opentact/internal/opentact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
)

// The promises of the client. Each has a column in the table.
var simRules = []string{
	1: "shared",      // No two resources have one UUID.
	2: "others'",     // No profile of others is adopted, or named as a duplicate.
	3: "unnamed",     // A profile that a create made is in a state, or an error or a warning is about it.
	4: "silent loss", // A success was carried out. Where nothing was created, nothing was.
	5: "too many",    // No more duplicates are named than outcomes were ambiguous.
	6: "not found",   // With true lists, an ambiguous create finds its profile. A clear outcome is not ambiguous.
	7: "dropped",     // A profile that exists is neither reported as not found nor as deleted.
}

// violation is a promise that a case broke.
type violation struct {
	rule int
	text string
	// unavoidable reports whether no client can keep the promise in this case. The client
	// has then warned of it, if it could know.
	unavoidable bool
}

func (r *simRun) violate(rule int, format string, args ...any) {
	r.broken = append(r.broken, violation{rule: rule, text: fmt.Sprintf("%s %d: ", r.op.What, r.index) + fmt.Sprintf(format, args...)})
}

// judge returns the promises that the case broke.
func (s *simulation) judge() (broken []violation) {
	for _, run := range s.runs {
		if run.op.What == "create" {
			s.judgeSharing(run)
			s.judgeOthers(run)
			s.judgeSuccess(run)
			s.judgeRecovery(run)
		}
	}
	s.judgeUnnamed()
	for _, run := range s.runs {
		broken = append(broken, run.broken...)
	}
	return broken
}

// creates returns the creates of the case.
func (s *simulation) creates() []*simRun {
	return slices.DeleteFunc(slices.Clone(s.runs), func(r *simRun) bool { return r.op.What != "create" })
}

// judgeSharing checks rule 1.
func (s *simulation) judgeSharing(run *simRun) {
	p := s.find(run.created.UUID)
	for _, other := range s.creates() {
		if p == nil || other.index <= run.index || other.created.UUID != run.created.UUID {
			continue
		}
		wrong := other // the one that did not make it
		if p.maker == other.index {
			wrong = run
		}
		if other.process == run.process {
			wrong.violate(1, "has %v, as create %d has", p, run.index+other.index-wrong.index)
			continue
		}
		s.violateSharing(wrong, p, 1, "has %v, as create %d has", p, run.index+other.index-wrong.index)
	}
}

// violateUnless records a violation. It is unavoidable if the client can't know better
// and has warned.
func (r *simRun) violateUnless(unavoidable bool, rule int, format string, args ...any) {
	r.violate(rule, format, args...)
	r.broken[len(r.broken)-1].unavoidable = unavoidable && r.warns()
}

// violateSharing is violateUnless for a profile that a create has.
func (s *simulation) violateSharing(r *simRun, p *simProfile, rule int, format string, args ...any) {
	r.violateUnless(s.isIndistinguishable(p, r), rule, format, args...)
	if s.isBelievable(p, r) {
		r.broken[len(r.broken)-1].unavoidable = true
	}
}

// judgeOthers checks rules 2 and 5.
func (s *simulation) judgeOthers(run *simRun) {
	if p := s.find(run.created.UUID); p != nil && !s.mayBelong(p, run) {
		s.violateSharing(run, p, 2, "has %v, which others made", p)
	}
	for _, uuid := range run.created.Duplicates {
		p := s.find(uuid)
		switch {
		case p == nil:
			run.violate(2, "names the duplicate %s, which never existed", uuid)
		case !s.mayBelong(p, run):
			run.violateUnless(s.isIndistinguishable(p, run), 2, "names the duplicate %v, which others made", p)
		default:
			for _, holder := range s.creates() {
				if holder.created.UUID == uuid { // another process may have taken it for its own
					run.violateUnless(holder.process != run.process, 2, "names the duplicate %v, which create %d has", p, holder.index)
				}
			}
		}
	}
	if named, ambiguous := len(run.created.Duplicates), run.ambiguous(); named > ambiguous {
		run.violate(5, "names %d duplicates after %d ambiguous requests", named, ambiguous)
	}
}

// mayBelong reports whether a create may have a profile: it made the profile, or an equal
// create of its process did.
func (s *simulation) mayBelong(p *simProfile, run *simRun) bool {
	return p.maker >= 0 && s.runs[p.maker].process == run.process && (p.maker == run.index || s.runs[p.maker].op.Fields == run.op.Fields)
}

// isIndistinguishable reports whether the client can't distinguish a profile of others from
// one that the create made: both have the same fields, and the times don't show that the
// profile of others existed before the baseline.
func (s *simulation) isIndistinguishable(p *simProfile, run *simRun) bool {
	baseline := run.process.baseline
	if baseline == nil || run.isDescribed(p) || run.process.knows(p) || !p.had(run.op.Fields) {
		return false
	}
	threshold := baseline.date
	switch {
	case s.Times == "none" || baseline.aged:
		return true
	case s.Skew > 0 && !s.knowsSkew(run): // created_on looks newer than it is
		return true
	case s.Skew != 0 && s.mayKnowSkew(run):
		threshold = threshold.Add(-2 * time.Second) // both clocks are read in whole seconds
	}
	return !p.created().Add(s.Clock).Before(threshold)
}

// isDescribed reports whether a false response holds a profile.
func (r *simRun) isDescribed(p *simProfile) bool {
	return slices.ContainsFunc(r.posts, func(post simPost) bool { return post.other == p })
}

// isBelievable reports whether the client can't know that a response is false: the profile
// is in no list that the process has read, and it is only so much older than the request
// as the clocks of an API may differ. There is no warning then.
func (s *simulation) isBelievable(p *simProfile, run *simRun) bool {
	age := run.ended.Sub(p.created())
	isYoung := age < 30*time.Second || age < 6*time.Minute && !s.knowsSkew(run)
	isKnown := run.process.knows(p) && s.PageSize == 0 // a later page may have failed
	return run.isDescribed(p) && !isKnown && (s.Times == "none" || isYoung)
}

// knowsSkew reports whether the process of a create could compare the two clocks of the
// API before: another create had a clear response.
func (s *simulation) knowsSkew(run *simRun) bool {
	return slices.ContainsFunc(s.creates(), func(r *simRun) bool {
		return r.process == run.process && r.err == nil && r.created.Ambiguous == nil && r.ended.Before(run.begun)
	})
}

// mayKnowSkew reports whether the process of a create may have learned the skew before the
// create ended.
func (s *simulation) mayKnowSkew(run *simRun) bool {
	return slices.ContainsFunc(s.creates(), func(r *simRun) bool {
		return r.process == run.process && r != run && r.err == nil && r.begun.Before(run.ended)
	})
}

// judgeUnnamed checks rule 3. Equal creates of a process may swap their profiles, so the
// creates of one name and process are judged together.
func (s *simulation) judgeUnnamed() {
	named := make(map[string]bool)
	for _, run := range s.creates() {
		named[run.created.UUID] = true
		for _, uuid := range slices.Concat(run.created.Duplicates, run.created.Possible) {
			named[uuid] = true
		}
		if ambiguous, ok := run.ambiguousError(); ok {
			for _, candidate := range ambiguous.Candidates {
				named[candidate.UUID] = true
			}
		}
	}
	type group struct {
		process *simulatedProcess
		name    string
	}
	spare := make(map[group]int)  // how many profiles an error or a warning is about
	hidden := make(map[group]int) // how many profiles came from a request that came twice, which no client can see
	unnamed := make(map[group][]*simProfile)
	for _, p := range s.all() {
		if p.maker < 0 {
			continue
		}
		maker := s.runs[p.maker]
		g := group{maker.process, lockedName(maker.op.Fields.Name)}
		if s.warnsOfUnnamed(maker) {
			spare[g]++
		}
		// After a response, no list is about duplicates. After an ambiguous error, people look.
		// A list that is cut may show only one of two.
		if p.repeated && (!maker.shown[p.number] || s.Cut > 0 || maker.created.Ambiguous == nil || opentact.OutcomeOf(maker.err) == apierror.Ambiguous) {
			hidden[g]++
		}
		if _, exists := p.version(farFuture); exists && !named[numberedUUID(p.number)] {
			unnamed[g] = append(unnamed[g], p)
		}
	}
	for g, profiles := range unnamed {
		for i, p := range profiles[:max(0, len(profiles)-spare[g])] {
			maker := s.runs[p.maker]
			// Creates that adopted the profile of others can't know that another one is
			// theirs.
			swapped := slices.ContainsFunc(s.creates(), func(r *simRun) bool {
				return r.process == g.process && slices.ContainsFunc(r.broken, func(v violation) bool { return v.rule == 2 && v.unavoidable })
			})
			maker.violate(3, "no error or warning names %v", p)
			maker.broken[len(maker.broken)-1].unavoidable = swapped || i < hidden[g]
		}
	}
}

// farFuture is a time after the end of every case.
var farFuture = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)

// warnsOfUnnamed reports whether the error or warning of a create says that there may be
// another profile, without its UUID.
func (*simulation) warnsOfUnnamed(run *simRun) bool {
	return opentact.OutcomeOf(run.err) == apierror.Ambiguous ||
		run.created.Resends > 0
}

// lockedName returns the same text for names that an API may treat as equal.
func lockedName(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(name)), " "))
}

// judgeSuccess checks rule 4.
func (s *simulation) judgeSuccess(run *simRun) {
	p := s.find(run.created.UUID)
	switch {
	case run.err == nil && p == nil:
		run.violate(4, "succeeded without a profile")
	case run.err == nil && p.maker == run.index && !p.had(run.op.Fields) && !p.had(simFields{norm.NFD.String(run.op.Fields.Name), run.op.Fields.Weight}):
		run.violate(4, "succeeded with other values, %v", p)
	case run.err == nil || run.created.UUID != "" || !opentact.OutcomeOf(run.err).NothingHappened():
	case slices.ContainsFunc(s.all(), func(p *simProfile) bool { return p.maker == run.index }):
		run.violate(4, "made a profile and says that nothing was created: %v", run.err)
	}
}

// judgeUse checks rules 4 and 7 after an operation on a profile that exists.
func (s *simulation) judgeUse(run *simRun, what string, p *simProfile, begun time.Time, err error) {
	now := time.Now()
	_, existed := p.version(begun)
	v, exists := p.version(now)
	switch {
	case !existed || !exists: // others deleted it
	case what == "update" && err == nil && !p.had(run.op.update(v.Name)):
		run.violate(4, "an update of %v succeeded, but was not carried out", p)
	case opentact.IsNotFound(err), what == "delete" && err == nil:
		run.violate(7, "%s says that %v does not exist", what, p)
		// If an outage ends between a GET and a list, the list does not show it. A new profile
		// that the API does not find yet looks as if it was deleted.
		run.broken[len(run.broken)-1].unavoidable = s.Outage.String() != "" && now.Sub(s.start) > s.Outage.To || begun.Sub(p.created()) < s.GetLag
	}
}

// judgeRecovery checks rule 6.
func (s *simulation) judgeRecovery(run *simRun) {
	_, isAmbiguous := run.ambiguousError()
	made := 0
	for _, p := range s.all() {
		if p.maker == run.index {
			made++
		}
	}
	switch {
	case isAmbiguous && run.ambiguous() == 0:
		run.violate(6, "is ambiguous without an ambiguous response")
		// If the clocks differ, only a list shows that the first profile is new.
		run.broken[len(run.broken)-1].unavoidable = s.Skew < -10*time.Second && !s.knowsSkew(run)
	case isAmbiguous && s.mustRecover(run):
		run.violate(6, "is not recovered")
	case made > 1 && s.mustRecover(run):
		run.violate(6, "makes %d profiles", made)
	}
}

// mustRecover reports whether a create can find out the outcome of its requests. That is
// so if lists are true and up to date, the API acts at once or not at all, and others
// leave profiles of this name alone.
func (s *simulation) mustRecover(run *simRun) bool {
	server := s.simServer
	if len(server.Lags) > 0 || server.GetLag > 0 || server.Cut > 0 || server.CacheTime > 0 || server.TokenTime > 0 && server.TokenTime < time.Hour || server.Outage.To > 0 || server.Skew < 0 && !s.knowsSkew(run) {
		return false
	}
	resent := slices.ContainsFunc(run.posts, func(p simPost) bool { return p.fate.isAmbiguous() && strings.HasPrefix(string(p.fate), "never") })
	for _, other := range s.runs {
		isEqual := lockedName(other.op.Fields.Name) == lockedName(run.op.Fields.Name) && other.op.What == "create"
		switch isSibling := other.process == run.process; {
		case isSibling && (len(other.op.Lists) > 0 || len(other.op.Logins) > 0 || server.Sparse && len(other.op.Gets) > 0 || isEqual && !other.isSimple(s.MaxRetries)),
			!isSibling && isEqual && (!other.isSimple(s.MaxRetries) || !other.ended.Before(run.process.begun)),
			s.PageSize > 0 && resent && other != run: // while a list changes, it may not show that a profile is missing
			return false
		}
	}
	return !slices.ContainsFunc(s.Humans, func(h simHuman) bool {
		return strings.Contains(h.What, "newest") || lockedName(h.Fields.Name) == lockedName(run.op.Fields.Name) || s.PageSize > 0 && resent
	})
}

// isSimple reports whether the API acts at once on each POST of a create, or not at all,
// and whether the create may resend often enough.
func (r *simRun) isSimple(maxRetries int) bool {
	failed := 0
	for _, p := range r.posts {
		acts, end := p.fate.parts()
		if acts != "acts" && acts != "never" || p.fate.isTimeout() || strings.HasPrefix(end, "false") {
			return false
		}
		if end != "ok" && !p.fate.isAmbiguous() && !strings.HasPrefix(end, "429") {
			return false
		}
		if end != "ok" {
			failed++
		}
	}
	return r.op.Interrupt == 0 && failed <= maxRetries
}
