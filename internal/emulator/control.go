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

// ControlPath is what every path of the control endpoint begins with. It steers the emulator over HTTP, with the same
// envelope around answers as the API. It is no part of the API: nothing about it is logged, limited, delayed or hit by
// a rule.
const ControlPath = "/_emulator"

// HealthPath answers every GET, without a token and whatever Options.Control is: for scripts that wait for the emulator.
const HealthPath = ControlPath + "/health"

// control is the control endpoint. It refuses everything but HealthPath unless Options.Control is set.
func (e *Emulator) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+HealthPath, func(w http.ResponseWriter, _ *http.Request) { done().write(w) })
	mux.Handle("/", e.steering())
	return mux
}

// steering is what the control endpoint does with a token.
func (e *Emulator) steering() http.Handler {
	if !e.options.Control {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			refusal(http.StatusForbidden, "The control endpoint is switched off").write(w)
		})
	}
	mux := http.NewServeMux()
	for pattern, operation := range e.controlOperations() {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+ControlPath+path, func(w http.ResponseWriter, r *http.Request) {
			operation(r).write(w)
		})
	}
	return chain(inEnvelope(mux), e.controlToken, limitBody)
}

// controlOperations are what the control endpoint does, by method and path below ControlPath.
func (e *Emulator) controlOperations() map[string]func(*http.Request) answer {
	return map[string]func(*http.Request) answer{
		"POST /rules":              e.controlInject,
		"GET /rules":               e.controlRules,
		"DELETE /rules":            e.controlRemoveAll,
		"DELETE /rules/{id}":       e.controlEach((*Injection).Remove),
		"POST /rules/{id}/release": e.controlEach((*Injection).Release),
		"GET /requests":            e.controlRequests,
		"GET /counters":            e.controlCounters,
		"POST /expire-logins":      e.controlExpireLogins,
		"PUT /rate-limit":          e.controlLimitRate,
	}
}

// isControl tells the control endpoint from the API.
func isControl(r *http.Request) bool {
	return r.URL.Path == ControlPath || strings.HasPrefix(r.URL.Path, ControlPath+"/")
}

// controlToken wants the emulator's own token, in a header that no page in a browser can send unasked.
func (e *Emulator) controlToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Auth-Token") != e.options.Token {
			refusal(http.StatusUnauthorized, "X-Auth-Token must carry the emulator's own token here").write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// inEnvelope gives the answers that a mux has of its own, to unknown paths and methods, the form of all others.
func inEnvelope(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		plain := &unsent{header: make(http.Header)}
		own.ServeHTTP(plain, r)
		a := refusal(http.StatusNotFound, "There is nothing at this path")
		if plain.status == http.StatusMethodNotAllowed {
			a = refusal(http.StatusMethodNotAllowed, "This path does not take this method")
			a.allow = plain.header.Get("Allow")
		}
		a.write(w)
	})
}

// decode reads a body that has to be one JSON value without members that the type does not have.
func decode[T any](r *http.Request) (value T, refused *answer) {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&value)
	if err == nil && decoder.Decode(new(any)) != io.EOF {
		err = errors.New("something follows the JSON value")
	}
	if err != nil {
		a := refusal(http.StatusBadRequest, "Invalid body: "+err.Error())
		return value, &a
	}
	return value, nil
}

func (e *Emulator) controlInject(r *http.Request) answer {
	rule, refused := decode[Rule](r)
	if refused != nil {
		return *refused
	}
	injection, err := e.Inject(rule)
	if err != nil {
		return refusal(http.StatusBadRequest, err.Error())
	}
	return success(http.StatusCreated, map[string]any{"id": injection.ID()})
}

func (e *Emulator) controlRules(*http.Request) answer {
	rules := []any{}
	for _, i := range e.faults.all() {
		hits, held, _ := i.count()
		rules = append(rules, map[string]any{"id": i.ID(), "rule": i.rule, "hits": hits, "held": held})
	}
	return success(http.StatusOK, rules)
}

func (e *Emulator) controlRemoveAll(*http.Request) answer {
	e.RemoveRules()
	return done()
}

// controlEach does something with the rule that the path names.
func (e *Emulator) controlEach(do func(*Injection)) func(*http.Request) answer {
	return func(r *http.Request) answer {
		for _, i := range e.faults.all() {
			if strconv.Itoa(i.ID()) == r.PathValue("id") {
				do(i)
				return done()
			}
		}
		return refusal(http.StatusNotFound, fmt.Sprintf("There is no rule %q", r.PathValue("id")))
	}
}

func (e *Emulator) controlRequests(*http.Request) answer {
	return success(http.StatusOK, e.Requests())
}

func (e *Emulator) controlCounters(*http.Request) answer {
	return success(http.StatusOK, e.Counters())
}

func (e *Emulator) controlExpireLogins(*http.Request) answer {
	e.ExpireLogins()
	return done()
}

func (e *Emulator) controlLimitRate(r *http.Request) answer {
	type limit struct {
		RequestsPerSecond *float64 `json:"requests_per_second"`
	}
	body, refused := decode[limit](r)
	switch {
	case refused != nil:
		return *refused
	case body.RequestsPerSecond == nil:
		return refusal(http.StatusBadRequest, "requests_per_second is required; 0 is no limit")
	}
	if err := checkRate(*body.RequestsPerSecond); err != nil {
		return refusal(http.StatusBadRequest, err.Error())
	}
	e.LimitRate(*body.RequestsPerSecond)
	return done()
}
