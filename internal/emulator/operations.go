// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"net/http"
	"time"
)

// operate is the last handler of the chain. It validates a request, performs its operation, and writes the response.
func (e *Emulator) operate(w http.ResponseWriter, r *http.Request) {
	req, rejected := e.validate(r)
	if rejected != nil {
		rejected.write(w)
		return
	}
	e.perform(req).write(w)
}

// perform performs the operation of a valid request: login, or one of the five operations of each kind.
func (e *Emulator) perform(req validRequest) response {
	switch {
	case req.kind == loginKind:
		return e.login()
	case req.method == http.MethodPost:
		return e.create(req)
	case req.method == http.MethodGet && req.uuid == "":
		return e.list(req)
	case req.method == http.MethodGet:
		p, err := e.get(req)
		return e.profileResponse(req.kind, p, err)
	case req.method == http.MethodPatch:
		p, err := e.store.modify(req.kind, req.uuid, req.fields)
		return e.profileResponse(req.kind, p, err)
	case req.method == http.MethodDelete:
		return e.remove(req)
	}
	return rejection(http.StatusNotImplemented, "The emulator does not implement this operation")
}

// create responds with 201 for one shape and 200 for the other, because the vendor declares both.
func (e *Emulator) create(req validRequest) response {
	p := e.store.create(req.kind, newUUID(), e.withDefaults(req.kind, req.fields))
	status := http.StatusCreated
	if e.options.Shape == ShapeDocument {
		status = http.StatusOK
	}
	return success(status, e.profilePayload(req.kind, p))
}

func (e *Emulator) list(req validRequest) response {
	profiles := e.store.list(req.kind)
	if req.lag > 0 {
		profiles = e.store.listAt(req.kind, time.Now().Add(-req.lag))
	}
	if e.options.PageSize == 0 {
		return success(http.StatusOK, e.listPayload(req.kind, profiles))
	}
	total, size := len(profiles), e.options.PageSize
	page := profiles[min(req.skip, total):]
	page = page[:min(size, len(page))]
	return success(http.StatusOK, map[string]any{"take": size, "skip": req.skip, "total": total, "data": e.listPayload(req.kind, page)})
}

func (e *Emulator) get(req validRequest) (profile, error) {
	if req.lag == 0 {
		return e.store.get(req.kind, req.uuid)
	}
	for _, p := range e.store.listAt(req.kind, time.Now().Add(-req.lag)) {
		if p.uuid == req.uuid {
			return p, nil
		}
	}
	return profile{}, errNotFound
}

func (e *Emulator) remove(req validRequest) response {
	if err := e.store.remove(req.kind, req.uuid, false); err != nil {
		return e.errorResponse(req.kind, err)
	}
	return emptySuccess()
}

func (e *Emulator) profileResponse(kind Kind, p profile, err error) response {
	if err != nil {
		return e.errorResponse(kind, err)
	}
	return success(http.StatusOK, e.profilePayload(kind, p))
}

// errorResponse converts an error of the store.
func (e *Emulator) errorResponse(kind Kind, err error) response {
	var inUse *inUseError
	switch {
	case errors.Is(err, errNotFound):
		return rejection(http.StatusNotFound, "There is no "+e.kinds[kind].noun+" with this UUID")
	case errors.As(err, &inUse):
		return rejection(http.StatusBadRequest, inUse.message)
	}
	return rejection(http.StatusInternalServerError, "Internal error: "+err.Error())
}
