// SPDX-License-Identifier: MPL-2.0

package create

import (
	"context"
	"fmt"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// post sends the POST once and checks that the response describes a new profile.
func (r *recovery) post(ctx context.Context) (wire.RawFields, error) {
	response, err := r.request.Post(ctx)
	if err != nil {
		return nil, err
	}
	fields := response.Fields
	if _, named := fields[wire.Name]; !named { // it may be another object that has a UUID
		ctx, cancel := WithGracePeriod(ctx, r.options.RequestTimeout)
		defer cancel()
		full, err := r.options.Get(ctx, fields.UUID(), r.request.Sent)
		if err != nil {
			r.described = &candidate{RawFields: fields, doubt: "it could not be read: " + err.Error()}
			return nil, r.unexpected(fmt.Sprintf("it shows no name, and the profile can't be read: %v", err))
		}
		fields.Fill(full)
	}
	if err := r.accept(ctx, response); err != nil {
		return nil, r.unexpected("it describes " + err.Error())
	}
	return fields, nil
}

// accept makes the profile of a response the one of this create. It fails if the profile
// is not new, or has another name.
func (r *recovery) accept(ctx context.Context, response Response) error {
	fields, createdOn := response.Fields, response.Fields.Text(wire.CreatedOn)
	uuid := fields.UUID()
	switch {
	case r.isOwned(uuid):
		r.foreign = uuid
		return errOwned(uuid)
	case r.existed(uuid, r.lastList):
		r.foreign = uuid
		return fmt.Errorf("profile %s, which existed before", uuid)
	}
	isBefore, mayBeSkew := r.clock.isBeforeRequest(createdOn, response, r.hasValues(fields))
	switch {
	case isBefore && (!mayBeSkew || !r.hasAppeared(ctx, uuid)):
		doubt := fmt.Sprintf("its created_on (%s) is before the request (%s)", createdOn, response.Date.Add(-response.Elapsed).UTC().Format(time.RFC3339))
		r.described = &candidate{RawFields: fields, age: older, doubt: doubt}
		return fmt.Errorf("profile %s, which seems to be older: %s", uuid, doubt)
	case !r.hasName(fields):
		r.described = &candidate{RawFields: fields}
		return fmt.Errorf("profile %s, which has another name", uuid)
	}
	if err := r.own(uuid); err != nil { // another create was faster
		r.foreign = uuid
		return err
	}
	r.clock.learn(createdOn, response)
	return nil
}

// hasAppeared reports whether a list shows a profile that earlier lists lacked, and all
// profiles of the earlier lists. The profile then counts as new, and the clocks of the API
// differ. Lists may lag, so it reads up to five.
func (r *recovery) hasAppeared(ctx context.Context, uuid string) bool {
	ctx, cancel := WithGracePeriod(ctx, r.options.RequestTimeout+r.options.RetryMaxWait)
	defer cancel()
	for n := range maxLists {
		list, err := r.list(ctx, r.request.Sent, r.options.List)
		if err == nil && list.Incomplete() == nil && list.Find(uuid) != nil {
			return r.hasAll(list)
		}
		if n == maxLists-1 || Sleep(ctx, r.options.MaxWait(n)) != nil {
			return false
		}
	}
	return false
}

// hasAll reports whether a list shows all profiles that existed before this create. A
// profile that was deleted meanwhile is excluded, so it matters only once.
func (r *recovery) hasAll(list *pager.List) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	hasAll := r.hasBaseline
	for uuid, number := range r.firstList {
		if number <= r.lastList && list.Find(uuid) == nil && !r.excluded[uuid] {
			hasAll, r.excluded[uuid] = false, true
		}
	}
	return hasAll
}

// isWrong reports whether the response to the last POST holds another profile.
func (r *recovery) isWrong() bool { return r.foreign != "" || r.described != nil }

// unexpected returns the error of a POST whose response does not describe its profile.
func (r *recovery) unexpected(reason string) error {
	info := r.request.Info
	info.Last = apierror.Ambiguous
	return &apierror.ResponseError{Request: info, Reason: reason}
}
