// SPDX-License-Identifier: MPL-2.0

package create

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

const (
	// maxCandidates is the maximum number of candidates that an error names.
	maxCandidates = 10
	// maxLists is the maximum number of lists that a search reads.
	maxLists = 5
	// decideWait is the minimum wait before the list that confirms a candidate whose time does
	// not show whether it is new. The times of responses are whole seconds.
	decideWait = time.Second
	// duplicateWait is the minimum wait after the first POST before the list that shows
	// duplicates. Lists may lag.
	duplicateWait = 2 * time.Second
)

// recovery is the state of one create. Its methods find the profile after an ambiguous
// outcome.
type recovery struct {
	*Creator
	request Request
	// started is when the first POST was sent. lastList is the number of the last list
	// before that. A profile that this list or an earlier one shows existed before.
	started  time.Time
	lastList int
	// cause is the error of the last POST with an ambiguous outcome.
	cause error
	// ambiguous counts the POSTs with an ambiguous outcome. resends counts the POSTs
	// after the first.
	ambiguous, resends int
	// If the response to the last POST holds another profile, foreign or described is set.
	// foreign is the UUID of a profile that certainly existed before or belongs to another
	// resource. described is a profile that this create may have made.
	foreign   string
	described *candidate
	// latest is what the last list shows. candidates are the profiles of all lists that this
	// create may have made. Those of the last list come first.
	latest     evidence
	candidates []candidate
	// recovered reports whether the profile was found in a list. undecided reports whether
	// its time did not show that it is new.
	recovered, undecided bool
}

// run sends the POST. After an ambiguous outcome, it resends the POST if recover allows
// it.
func (r *recovery) run(ctx context.Context) (wire.RawFields, error) {
	r.started, r.lastList = time.Now(), r.lists()
	for {
		fields, err := r.post(ctx)
		switch {
		case apierror.OutcomeOf(err) == apierror.Ambiguous:
			r.cause = err
			r.ambiguous++
			fields, err = r.recover(ctx)
		case err != nil && r.resends > 0:
			// This POST made no profile, but the one before may have.
			fields, err = r.findAfter(ctx, err)
		}
		if err != nil || fields != nil {
			return fields, err
		}
		r.resends++
	}
}

// recover finds out whether a POST with an ambiguous outcome made a profile. If the POST
// made no profile and may be resent, recover returns neither fields nor an error.
func (r *recovery) recover(ctx context.Context) (wire.RawFields, error) {
	reason := r.noResend()
	lists := 2
	if r.isWrong() {
		lists = 1
	}
	found, err := r.find(ctx, lists, reason == "")
	if err == nil && found == nil && reason != "" {
		err = r.ambiguousError(r.absence() + ", and " + reason)
	}
	return found, err
}

// noResend returns why the POST must not be resent, or "".
func (r *recovery) noResend() string {
	_, baselineErr := r.baselineResult()
	switch {
	case r.isWrong():
		return "the provider does not resend a request after such a response"
	case baselineErr != nil:
		return "the list before the first create could not be read: " + baselineErr.Error()
	case apierror.IsTimeout(r.cause):
		return "the API may still be working on it"
	case r.resends >= r.options.MaxRetries:
		return fmt.Sprintf("the create was tried as often as max_retries (%d) allows", r.options.MaxRetries)
	default:
		return ""
	}
}

// findAfter looks for the profile after a resent POST failed with a clear error. The
// reason may be that the POST before has made the profile.
func (r *recovery) findAfter(ctx context.Context, cause error) (wire.RawFields, error) {
	_ = Sleep(ctx, r.pause()) // after an interrupt, look at once
	found, err := r.find(ctx, 1, false)
	if err == nil && found == nil {
		err = r.ambiguousAfter(cause, r.absence()+", and the request that followed failed")
	}
	return found, err
}

// find reads lists until one shows a profile to adopt, and returns that profile. It returns
// nil after as many lists without a candidate as lists says. If proof is set, only complete
// lists count, and an incomplete list starts the count again.
func (r *recovery) find(ctx context.Context, lists int, proof bool) (wire.RawFields, error) {
	absent := 0       // the number of lists without a candidate
	unconfirmed := "" // the UUID of a candidate that another list must confirm
	for n := 1; ; n++ {
		if err := r.look(ctx); err != nil {
			return nil, r.ambiguousAfter(err, "the list could not be read")
		}
		chosen, reason := r.choose()
		wait := r.pause()
		isComplete := r.latest.incomplete == nil
		isLast := n == maxLists || r.isWrong()
		switch {
		case reason != "" && !r.latest.showsLag():
			return nil, r.ambiguousError(reason)
		case reason != "": // lists lag, so a later one may show the profile
			wait = r.options.MaxWait(n - 1)
		case chosen == nil && unconfirmed != "" && isComplete:
			return nil, r.ambiguousError("one list shows a profile with this name, and the next one does not")
		case chosen == nil:
			if absent++; proof && !isComplete {
				absent = 0
			}
			if unconfirmed == "" && absent >= lists {
				return nil, nil //nolint:nilnil // there is no profile
			}
			reason = r.absence()
		case chosen.age == newer || chosen.UUID() == unconfirmed:
			return r.adopt(*chosen)
		default:
			unconfirmed, reason, wait = chosen.UUID(), "the times of the API do not show whether the profile is new", decideWait
			isLast = isLast || absent > 0 // an earlier list lacked it, so it may be an old profile
		}
		switch {
		case isLast:
			return nil, r.ambiguousError(reason)
		case chosen != nil: // after an interrupt too, because this probably is the profile
			_ = Sleep(context.WithoutCancel(ctx), wait)
		case Sleep(ctx, wait) != nil:
			return nil, r.ambiguousError(reason + ", and it was interrupted before it could look again")
		}
	}
}

// pause returns the wait before the next list, in which the API may catch up. It is not
// random. After a timeout, the API gets another request_timeout.
func (r *recovery) pause() time.Duration {
	if apierror.IsTimeout(r.cause) {
		return r.options.RequestTimeout
	}
	return r.options.MaxWait(r.resends)
}

// look reads the list once.
func (r *recovery) look(ctx context.Context) error {
	ctx, cancel := WithGracePeriod(ctx, r.options.RequestTimeout+r.options.RetryMaxWait)
	defer cancel()
	shown, err := r.gather(ctx)
	if err != nil {
		return err
	}
	earlier := slices.DeleteFunc(r.candidates, shown.shows)
	r.latest, r.candidates = shown, slices.Concat(shown.candidates, earlier)
	return nil
}

// choose returns the candidate that this create probably made, or nil if there are no
// candidates. The reason says why it can't choose one.
func (r *recovery) choose() (chosen *candidate, reason string) {
	isNewer := r.latest.matching(newer)
	others := append(r.latest.matching(undecided), r.latest.matching(older)...)
	_, baselineErr := r.baselineResult()
	switch {
	case len(r.latest.candidates) == 0:
		return nil, ""
	case baselineErr != nil:
		return nil, "it is not known which profiles are new, because the list before the first create could not be read: " + baselineErr.Error()
	case len(isNewer) > r.ambiguous:
		return nil, fmt.Sprintf("%d new profiles have this name and the values that were sent, and only %d of these requests had an ambiguous outcome", len(isNewer), r.ambiguous)
	case len(isNewer) > 0:
		return &isNewer[0], ""
	case len(others) > 1:
		return nil, "several profiles have this name and the values that were sent, and the times of the API do not show which one is new"
	case len(others) == 1 && others[0].age == undecided:
		return &others[0], ""
	case len(others) == 1:
		return nil, "a profile has this name and the values that were sent, but its created_on is before the first list: it is older, or the clocks of the API differ"
	default:
		return nil, "a profile that the first list did not show has this name and other values than were sent"
	}
}

// adopt makes a candidate the profile of this create.
func (r *recovery) adopt(c candidate) (wire.RawFields, error) {
	if err := r.own(c.UUID()); err != nil { // another create was faster
		return nil, r.ambiguousError("the list shows " + err.Error())
	}
	r.recovered, r.undecided = true, c.age == undecided
	return c.RawFields, nil
}

// duplicates returns further profiles that the POSTs of this create made. It reads one more
// list, because earlier lists may have lacked them. If there are more candidates than
// ambiguous POSTs, all of them are only possible.
func (r *recovery) duplicates(ctx context.Context) (certain, possible []string) {
	maxDuplicates := r.ambiguous // each of these POSTs may have made a profile
	if r.recovered {
		maxDuplicates-- // one of them made the profile of this create
	}
	if maxDuplicates > 0 {
		// After an interrupt, look at once. After an error, the warning about the resend says that there may be
		// duplicates.
		_ = Sleep(ctx, max(r.pause(), time.Until(r.started.Add(duplicateWait))))
		_ = r.look(ctx)
	}
	owned := r.ownedNow()
	for _, c := range r.candidates {
		switch {
		case owned[c.UUID()]:
		case !c.matches && c.doubt == "": // it has other values
		case c.age == older && r.clock.isLearned(): // otherwise it may only seem to be older
		case c.matches && c.age == newer && r.latest.shows(c):
			certain = append(certain, c.UUID())
		default:
			possible = append(possible, c.UUID())
		}
	}
	switch {
	case len(certain) > maxDuplicates:
		certain, possible = nil, slices.Concat(certain, possible)
	case maxDuplicates > 0 && len(certain) == maxDuplicates:
		possible = nil
	}
	return certain, possible
}

// absence says for an error that no list shows a new profile.
func (r *recovery) absence() string {
	text := "no new profile has this name"
	if len(r.latest.owned) > 0 {
		text += " except those of other resources, " + redact.Enumerate(r.latest.owned)
	}
	if r.latest.incomplete != nil {
		text += ", but " + r.latest.incomplete.Error()
	}
	return text
}

// ambiguousAfter returns the error of a create whose outcome stays ambiguous because another
// request failed.
func (r *recovery) ambiguousAfter(failed error, reason string) error {
	err := r.ambiguousError(reason + ": " + failed.Error())
	err.Failed = failed
	return err
}

// ambiguousError returns the error of a create whose outcome stays ambiguous.
func (r *recovery) ambiguousError(reason string) *apierror.AmbiguousCreateError {
	err := &apierror.AmbiguousCreateError{Name: r.request.Name, Reason: reason, Foreign: r.foreign, Err: r.cause}
	candidates := r.candidates
	if r.described != nil {
		candidates = slices.DeleteFunc(slices.Clone(candidates), func(c candidate) bool { return c.UUID() == r.described.UUID() })
		candidates = append([]candidate{*r.described}, candidates...)
	}
	if len(candidates) > maxCandidates {
		err.Reason += fmt.Sprintf(" (these are the first %d of %d)", maxCandidates, len(candidates))
		candidates = candidates[:maxCandidates]
	}
	for _, c := range candidates {
		err.Candidates = append(err.Candidates, apierror.Candidate{UUID: c.UUID(), Doubts: r.doubts(c)})
	}
	return err
}
