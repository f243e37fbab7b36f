// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"net/http"
	"time"
)

// operate is the end of the chain: it reads what is asked for, does it, and answers.
func (e *Emulator) operate(w http.ResponseWriter, r *http.Request) {
	c, refused := e.readCall(r)
	if refused != nil {
		refused.write(w)
		return
	}
	e.perform(c).write(w)
}

// perform carries out a request that keeps the contract. Besides login, these five operations are all there are, for
// every kind.
func (e *Emulator) perform(c call) answer {
	switch {
	case c.kind == login:
		return e.loggedIn()
	case c.method == http.MethodPost:
		return e.created(c, e.create(c.kind, c.fields))
	case c.method == http.MethodGet && c.uuid == "":
		return e.listed(c)
	case c.method == http.MethodGet:
		p, err := e.stored(c)
		return e.found(c, p, err)
	case c.method == http.MethodPatch:
		p, err := e.store.modify(c.kind, c.uuid, c.fields)
		return e.found(c, p, err)
	case c.method == http.MethodDelete:
		return e.removed(c, e.store.remove(c.kind, c.uuid, false))
	}
	return refusal(http.StatusNotImplemented, "The emulator has no such operation")
}

// created answers 201 or 200: the vendor declares both for a create, so each shape takes one.
func (e *Emulator) created(c call, p profile) answer {
	status := http.StatusCreated
	if e.options.Shape == ShapeDocument {
		status = http.StatusOK
	}
	return success(status, e.single(c.kind, p))
}

func (e *Emulator) listed(c call) answer {
	profiles := e.store.list(c.kind)
	if c.lag > 0 {
		profiles = e.store.past(c.kind, time.Now().Add(-c.lag))
	}
	if e.options.PageSize == 0 {
		return success(http.StatusOK, e.many(c.kind, profiles))
	}
	total, size := len(profiles), e.options.PageSize
	page := profiles[min(c.skip, total):min(c.skip+size, total)]
	return success(http.StatusOK, map[string]any{"take": size, "skip": c.skip, "total": total, "data": e.many(c.kind, page)})
}

// stored is the profile that a GET asks for.
func (e *Emulator) stored(c call) (profile, error) {
	if c.lag == 0 {
		return e.store.get(c.kind, c.uuid)
	}
	for _, p := range e.store.past(c.kind, time.Now().Add(-c.lag)) {
		if p.uuid == c.uuid {
			return p, nil
		}
	}
	return profile{}, errNotFound
}

func (e *Emulator) found(c call, p profile, err error) answer {
	if err != nil {
		return e.refused(c, err)
	}
	return success(http.StatusOK, e.single(c.kind, p))
}

func (e *Emulator) removed(c call, err error) answer {
	if err != nil {
		return e.refused(c, err)
	}
	return done()
}

// refused answers what the store would not do.
func (e *Emulator) refused(c call, err error) answer {
	var inUse *inUseError
	switch {
	case errors.Is(err, errNotFound):
		return refusal(http.StatusNotFound, "No such "+e.kinds[c.kind].noun)
	case errors.As(err, &inUse):
		return refusal(http.StatusBadRequest, inUse.message)
	}
	return refusal(http.StatusInternalServerError, "The emulator failed: "+err.Error())
}
