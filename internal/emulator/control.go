// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// ControlPath is the prefix of every path of the control endpoint, which controls the emulator over HTTP. Its responses
// have the API's envelope, except the seed. It is not part of the API: its requests are not logged, rate limited, delayed
// or matched by rules. GET of this path lists the operations.
const ControlPath = "/_emulator"

// controlOff says why an operation of the control endpoint is not available.
const controlOff = "The control endpoint is off: start with -control"

// isControl reports whether r is for the control endpoint.
func isControl(r *http.Request) bool {
	return r.URL.Path == ControlPath || strings.HasPrefix(r.URL.Path, ControlPath+"/")
}

// guard rejects all requests unless Options.Control is set. Then it accepts only Options.Token. A website can't send this
// header, because the emulator doesn't allow it (CORS).
func (e *Emulator) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !e.options.Control:
			rejection(http.StatusForbidden, controlOff).write(w)
		case r.Header.Get("X-Auth-Token") != e.options.Token:
			rejection(http.StatusUnauthorized, "X-Auth-Token must be the emulator's own token, not a token of a login").write(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// jsonErrors responds to requests for unknown paths and methods. It replaces the plain-text errors of the mux by the API's
// JSON error.
func jsonErrors(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler, _ := mux.Handler(r)
		plain := &responseBuffer{header: make(http.Header)}
		handler.ServeHTTP(plain, r)
		if plain.status == http.StatusMethodNotAllowed {
			methodNotAllowed(plain.header.Get("Allow")).write(w)
			return
		}
		pathNotFound().write(w)
	})
}

// decode decodes a body that must be one JSON value without unknown members. It returns a rejection if the body is
// invalid.
func decode[T any](r *http.Request) (value T, rejected *response) {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&value)
	if err == nil && decoder.Decode(new(any)) != io.EOF {
		err = errors.New("unexpected data after the JSON value")
	}
	if err != nil {
		res := rejection(http.StatusBadRequest, "Invalid body: "+err.Error())
		return value, &res
	}
	return value, nil
}

func (e *Emulator) controlInject(r *http.Request) response {
	rule, rejected := decode[Rule](r)
	if rejected != nil {
		return *rejected
	}
	injection, err := e.Inject(rule)
	if err != nil {
		return rejection(http.StatusBadRequest, err.Error())
	}
	return success(http.StatusCreated, map[string]any{"id": injection.ID()})
}

func (e *Emulator) controlRules(*http.Request) response {
	rules := []any{}
	for _, i := range e.rules.all() {
		hits, held, _ := i.count()
		rules = append(rules, map[string]any{"id": i.ID(), "rule": i.rule, "hits": hits, "held": held})
	}
	return success(http.StatusOK, rules)
}

func (e *Emulator) controlRemoveAll(*http.Request) response {
	e.RemoveRules()
	return emptySuccess()
}

// controlRule returns an operation that calls do with the rule whose id is in the path.
func controlRule(do func(*Injection)) func(*Emulator, *http.Request) response {
	return func(e *Emulator, r *http.Request) response {
		for _, i := range e.rules.all() {
			if strconv.Itoa(i.ID()) == r.PathValue("id") {
				do(i)
				return emptySuccess()
			}
		}
		return rejection(http.StatusNotFound, fmt.Sprintf("There is no rule %q", r.PathValue("id")))
	}
}

// controlSeed responds with the seed without an envelope, so that users can save the body as a file.
func (e *Emulator) controlSeed(*http.Request) response {
	return response{status: http.StatusOK, document: e.ExportSeed()}
}

func (e *Emulator) controlReset(*http.Request) response {
	e.Reset()
	return emptySuccess()
}

func (e *Emulator) controlRequests(*http.Request) response {
	return success(http.StatusOK, e.Requests())
}

func (e *Emulator) controlCounters(*http.Request) response {
	return success(http.StatusOK, e.Counters())
}

func (e *Emulator) controlExpireLogins(*http.Request) response {
	e.ExpireLogins()
	return emptySuccess()
}

func (e *Emulator) controlLimitRate(r *http.Request) response {
	type limit struct {
		RequestsPerSecond *float64 `json:"requests_per_second"`
	}
	body, rejected := decode[limit](r)
	switch {
	case rejected != nil:
		return *rejected
	case body.RequestsPerSecond == nil:
		return rejection(http.StatusBadRequest, "requests_per_second is required: 0 means no limit")
	}
	if err := validateRate(*body.RequestsPerSecond); err != nil {
		return rejection(http.StatusBadRequest, err.Error())
	}
	e.LimitRate(*body.RequestsPerSecond)
	return emptySuccess()
}
