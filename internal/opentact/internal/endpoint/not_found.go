// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/create"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// Delete deletes a profile. If the profile did not exist before, Delete returns an error for
// which IsNotFound is true. A 404 after an ambiguous attempt is a success. The DELETE may
// have been sent, so the requests after it get a grace period after ctx has ended.
func (e *Endpoint) Delete(ctx context.Context, uuid string, known wire.RawFields) error {
	_, err := e.exchange(ctx, "delete", http.MethodDelete, uuid, known)
	ctx, cancel := create.WithGracePeriod(ctx, e.api.RequestTimeout)
	defer cancel()
	switch {
	case apierror.IsNotFound(err):
		mayBeDeleted := apierror.OutcomeOf(err) == apierror.Ambiguous
		err = e.confirmNotFound(ctx, uuid, mayBeDeleted, err)
		if mayBeDeleted && apierror.IsNotFound(err) {
			err = nil
		}
	case isAmbiguousSuccess(err):
		err = e.confirmDeleted(ctx, uuid, known, err)
	}
	if err == nil || apierror.IsNotFound(err) {
		e.creator.Exclude(uuid)
	}
	return err
}

// isAmbiguousSuccess reports whether the response to a DELETE has a 2xx status, but does
// not say that the API deleted the profile. It may be empty, or the page of another server.
func isAmbiguousSuccess(err error) bool {
	response, ok := errors.AsType[*apierror.ResponseError](err)
	return ok && response.Status >= 200 && response.Status < 300
}

// confirmDeleted reads the profile after an ambiguous success of a DELETE. It returns nil
// if the profile does not exist. Otherwise it adds the result of the GET to deleteErr.
func (e *Endpoint) confirmDeleted(ctx context.Context, uuid string, known wire.RawFields, deleteErr error) error {
	_, err := e.exchange(ctx, "read", http.MethodGet, uuid, known)
	switch err = e.confirmNotFound(ctx, uuid, true, err); {
	case apierror.IsNotFound(err):
		return nil
	case err == nil:
		return fmt.Errorf("%w; a GET after it shows that the profile still exists", deleteErr)
	default:
		return fmt.Errorf("%w; a GET after it does not show whether the profile still exists: %w", deleteErr, err)
	}
}

// maxProbes is the maximum number of lists that are read because they show a profile that
// is not found. Lists may lag.
const maxProbes = 4

// confirmNotFound finds out whether a 404 for a profile counts. It counts if a list lacks
// the profile, or if the API's own response to a list shows at least that the API has the
// collection. Otherwise the path is wrong, or another server may have sent the 404. If a
// DELETE may have acted before, a list that still shows the profile lags.
func (e *Endpoint) confirmNotFound(ctx context.Context, uuid string, mayBeDeleted bool, err error) error {
	if !apierror.IsNotFound(err) || e.cache.Lacks(uuid) {
		return err
	}
	for n := 1; ; n++ {
		list, listErr := e.cache.Probe(ctx, time.Now(), collectionExists)
		isShown := list != nil && list.Find(uuid) != nil && !mayBeDeleted
		switch {
		case isShown && n < maxProbes:
			_ = create.Sleep(ctx, e.maxWait(n-1)) // after an interrupt, Probe ends
			continue
		case isShown:
			return notFoundError(err, "the list of profiles shows this profile, so the API or a gateway responds wrongly")
		case listErr != nil && ctx.Err() != nil:
			listErr = e.listWithoutResponse(ctx.Err())
		case apierror.StatusOf(listErr) == http.StatusNotFound:
			info := e.listRequest().Info()
			info.Last, info.EarlierAmbiguous = apierror.Rejected, apierror.OutcomeOf(err) == apierror.Ambiguous
			return &apierror.ResponseError{
				Request: info, Status: http.StatusNotFound,
				Reason: "neither the profile nor its collection is found, so the path in base_url may be wrong",
			}
		case collectionExists(listErr):
			return err
		}
		listErr = fmt.Errorf("the API responded that the profile does not exist. The provider could not confirm this, because the list of profiles failed: %w", listErr)
		return &outcomeError{error: listErr, outcome: apierror.OutcomeOf(err)}
	}
}

// notFoundError returns the error of a 404 that does not count.
func notFoundError(err error, reason string) error {
	apiErr, _ := errors.AsType[*apierror.APIError](err) // IsNotFound has checked this
	return &apierror.ResponseError{Request: apiErr.Request, Status: apiErr.Status, Reason: reason}
}

// collectionExists reports whether the API's own response to a list shows that it has the
// collection. listErr is the error of the list. A 401 shows that only for the token of a
// new login, because a configured token or API key may have expired. A list from a cache shows it too.
func collectionExists(listErr error) bool {
	_, isStale := errors.AsType[*apierror.StaleError](listErr)
	response, isResponse := errors.AsType[*apierror.ResponseError](listErr)
	credentials, isCredentials := errors.AsType[*apierror.CredentialsError](listErr)
	apiErr, isAPI := errors.AsType[*apierror.APIError](listErr)
	switch {
	case listErr == nil, isStale:
		return true
	case isResponse:
		return response.Success
	case isCredentials:
		return credentials.Rejected == apierror.LoginToken // of an APIError, because a page is a ResponseError
	default:
		return isAPI && apiErr.Status == http.StatusForbidden
	}
}

// outcomeError is an error with the outcome of more than one request.
type outcomeError struct {
	error
	outcome apierror.Outcome
}

func (e *outcomeError) Outcome() apierror.Outcome { return e.outcome }

func (e *outcomeError) Unwrap() error { return e.error }
