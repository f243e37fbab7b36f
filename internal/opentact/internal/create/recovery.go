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

// maxCandidates is the maximum number of candidates that an error names.
const maxCandidates = 10

// recovery is the state of one create. Its methods find the profile after an ambiguous
// outcome.
type recovery struct {
	*Creator
	request Request
	// cause is the error of the last POST with an ambiguous outcome.
	cause error
	// ambiguous counts the POSTs with an ambiguous outcome. resends counts the POSTs
	// after the first.
	ambiguous, resends int
	// recovered reports whether the profile was found in a list.
	recovered bool
}

// run sends the POST. After an ambiguous outcome, it resends the POST if recover allows
// it.
func (r *recovery) run(ctx context.Context) (wire.RawFields, error) {
	for {
		fields, err := r.post(ctx)
		switch {
		case apierror.OutcomeOf(err) == apierror.Ambiguous:
			r.cause = err
			r.ambiguous++
			fields, err = r.recover(ctx)
		case err != nil && r.resends > 0:
			// This POST made no profile, but the one before may have.
			fields, err = r.lookOnceMore(ctx, err)
		}
		if err != nil || fields != nil {
			return fields, err
		}
		r.resends++
	}
}

// post sends the POST once and checks that the response describes a new profile.
func (r *recovery) post(ctx context.Context) (wire.RawFields, error) {
	fields, err := r.request.Post(ctx)
	if err != nil {
		return nil, err
	}
	unexpected := func(reason string) error {
		info := r.request.Info
		info.Last = apierror.Ambiguous
		return &apierror.ResponseError{Request: info, Reason: reason}
	}
	if _, named := fields[wire.Name]; !named { // it may be another object that has a UUID
		ctx, cancel := WithGracePeriod(ctx, r.options.RequestTimeout)
		defer cancel()
		full, err := r.options.Get(ctx, fields.UUID(), r.request.Sent)
		if err != nil {
			return nil, unexpected(fmt.Sprintf("it shows no name, and the profile can't be read: %v", err))
		}
		fields.Fill(full)
	}
	if err := r.own(fields.UUID()); err != nil {
		return nil, unexpected("it describes " + err.Error())
	}
	return fields, nil
}

// recover finds out whether a POST with an ambiguous outcome made a profile. If the POST
// made no profile and may be resent, recover returns neither fields nor an error.
func (r *recovery) recover(ctx context.Context) (wire.RawFields, error) {
	found, seen, err := r.look(ctx)
	if found == nil && err == nil {
		// The list may lag, so it is read again after a pause.
		if sleep(ctx, r.pause()) != nil {
			return nil, r.ambiguousError("no new profile has this name yet, and it was interrupted after looking only once", nil)
		}
		found, seen, err = r.look(ctx)
	}
	switch {
	case err != nil || found != nil:
		return found, err
	case seen.incomplete != nil:
		return nil, r.ambiguousError("no new profile has this name, but the list is not complete: "+seen.incomplete.Error(), nil)
	case len(seen.missing) > 0:
		return nil, r.ambiguousError("the list does not show what was certainly created before: "+redact.Enumerate(seen.missing), nil)
	case apierror.IsTimeout(r.cause):
		return nil, r.ambiguousError("no new profile has this name yet, and the API may still be working on it", nil)
	case r.resends >= r.options.MaxRetries:
		return nil, r.ambiguousError(fmt.Sprintf("%s, and the create was tried as often as max_retries (%d) allows", seen.noNewProfile(), r.options.MaxRetries), nil)
	}
	return nil, nil
}

// lookOnceMore looks for the profile after a resent POST failed with a clear error. The
// reason may be that the POST before has made the profile.
func (r *recovery) lookOnceMore(ctx context.Context, cause error) (wire.RawFields, error) {
	_ = sleep(ctx, r.pause()) // after an interrupt, look at once
	found, _, err := r.look(ctx)
	if err != nil || found != nil {
		return found, err
	}
	return nil, r.ambiguousError(fmt.Sprintf("no new profile has this name, and the request that followed failed: %v", cause), nil)
}

// pause returns the wait before the next list, in which the API may catch up. It is not
// random. After a timeout, the API gets another request_timeout.
func (r *recovery) pause() time.Duration {
	if apierror.IsTimeout(r.cause) {
		return r.options.RequestTimeout
	}
	return r.options.MaxWait(r.resends)
}

// look reads the list once. It returns the profile that this create adopts, or nil.
func (r *recovery) look(ctx context.Context) (found wire.RawFields, seen evidence, err error) {
	ctx, cancel := WithGracePeriod(ctx, r.options.RequestTimeout+r.options.RetryMaxWait)
	defer cancel()
	if seen, err = r.gather(ctx); err != nil {
		return nil, seen, r.ambiguousError("the list could not be read: "+err.Error(), nil)
	}
	candidates := slices.Concat(seen.matching, seen.differing)
	baselineErr := r.baselineError()
	switch {
	case baselineErr != nil && len(candidates) > 0:
		return nil, seen, r.ambiguousError("it is not known which profiles are new, because the list before the first create could not be read: "+baselineErr.Error(), candidates)
	case baselineErr != nil:
		return nil, seen, r.ambiguousError("no profile has this name, but the list before the first create could not be read: "+baselineErr.Error(), nil)
	case len(seen.matching) > r.ambiguous:
		return nil, seen, r.ambiguousError(fmt.Sprintf("%d new profiles have this name and the values that were sent, and only %d of these requests had an ambiguous outcome",
			len(seen.matching), r.ambiguous), candidates)
	case len(seen.matching) == 0 && len(seen.differing) > 0:
		return nil, seen, r.ambiguousError("a new profile has this name and other values than were sent", candidates)
	case len(seen.matching) == 0:
		return nil, seen, nil
	}
	found = seen.matching[0]
	if err := r.own(found.UUID()); err != nil {
		return nil, seen, r.ambiguousError("the list shows "+err.Error(), seen.matching)
	}
	r.recovered = true
	return found, seen, nil
}

// duplicates looks for further profiles that the POSTs of this create made. Earlier lists
// may have lacked them.
func (r *recovery) duplicates(ctx context.Context) (uuids []string) {
	maxDuplicates := r.ambiguous // each of these POSTs may have made a profile
	if r.recovered {
		maxDuplicates-- // one of them made the profile of this create
	}
	if maxDuplicates == 0 {
		return nil
	}
	_ = sleep(ctx, r.pause()) // after an interrupt, look at once
	ctx, cancel := WithGracePeriod(ctx, r.options.RequestTimeout+r.options.RetryMaxWait)
	defer cancel()
	seen, err := r.gather(ctx)
	if err != nil || len(seen.missing) > 0 {
		return nil // the warning about a resend says that there may be duplicates
	}
	for _, fields := range seen.matching[:min(len(seen.matching), maxDuplicates)] {
		r.Exclude(fields.UUID())
		uuids = append(uuids, fields.UUID())
	}
	return uuids
}

// ambiguousError returns the error of a create whose outcome stays ambiguous.
func (r *recovery) ambiguousError(reason string, candidates []wire.RawFields) error {
	err := &apierror.AmbiguousCreateError{Name: r.request.Name, Reason: reason, Err: r.cause}
	if len(candidates) > maxCandidates {
		err.Reason += fmt.Sprintf(" (these are the first %d of %d)", maxCandidates, len(candidates))
		candidates = candidates[:maxCandidates]
	}
	for _, fields := range candidates {
		err.Candidates = append(err.Candidates, apierror.Candidate{UUID: fields.UUID(), Differences: r.differences(fields)})
	}
	return err
}
