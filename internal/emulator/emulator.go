// SPDX-License-Identifier: MPL-2.0

// Package emulator is a stand-in for the OpenTact Profile API: an http.Handler that keeps profiles in memory, refuses
// what the written contract (openapi.yaml) does not allow, and answers what it describes. It shares nothing with the
// provider's client but the wire, so that a mistake in one cannot hide in the other.
package emulator

import (
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// BasePath is what every path of the API begins with.
const BasePath = "/rest"

// Emulator is an OpenTact API with a state of its own. Its methods may be called from many goroutines.
type Emulator struct {
	options    Options
	kinds      map[Kind]*kind
	documented map[Kind]rules // what Add and Change are judged by
	router     routers.Router // what requests are judged by: the same, unless Options.Spelling says otherwise
	store      *store
	faults     *faultSet
	limit      rateLimit
	logins     *logins
	log        *requestLog
	handler    http.Handler
	controller http.Handler
}

// New builds an emulator without any profile.
func New(options Options) (*Emulator, error) {
	options = options.withDefaults()
	if err := options.check(); err != nil {
		return nil, err
	}
	e := &Emulator{
		options: options, kinds: allKinds(), store: newStore(), faults: &faultSet{}, logins: newLogins(),
		log: &requestLog{most: maxLog},
	}
	e.LimitRate(options.RequestsPerSecond)
	if err := e.loadContract(); err != nil {
		return nil, err
	}
	if err := e.mergeDefaults(); err != nil {
		return nil, err
	}
	e.handler = chain(http.HandlerFunc(e.operate), e.links()...)
	e.controller = e.control()
	return e, nil
}

// loadContract prepares the rules for requests and those for out-of-band changes.
func (e *Emulator) loadContract() error {
	doc, err := Contract()
	if err != nil {
		return err
	}
	e.documented = make(map[Kind]rules, len(e.kinds))
	for name, k := range e.kinds {
		if e.documented[name], err = rulesOf(doc, k); err != nil {
			return err
		}
	}
	if doc, err = e.servedContract(doc); err != nil {
		return err
	}
	e.router, err = gorillamux.NewRouter(doc)
	return err
}

// servedContract is the contract that requests are held to. It is another copy where it differs from the documented
// one, because respelling changes a document in place.
func (e *Emulator) servedContract(documented *openapi3.T) (*openapi3.T, error) {
	if e.options.FieldNames == FieldNamesDocumented {
		return documented, nil
	}
	doc, err := Contract()
	if err != nil {
		return nil, err
	}
	return doc, respell(doc, e.kinds)
}

// mergeDefaults lays Options.Defaults over the built-in ones.
func (e *Emulator) mergeDefaults() error {
	for name, fields := range e.options.Defaults {
		k := e.kinds[name]
		if k == nil {
			return unknownKind(name)
		}
		values, err := plain(fields)
		if err != nil {
			return fmt.Errorf("defaults of %s: %w", name, err)
		}
		for field, value := range values {
			if err := e.checkDefault(name, field, value); err != nil {
				return fmt.Errorf("defaults of %s: %w", name, err)
			}
			k.defaults[field] = value
		}
	}
	return nil
}

// checkDefault judges by the rules for answers: a default is never sent, only answered.
func (e *Emulator) checkDefault(name Kind, field string, value any) error {
	k := e.kinds[name]
	if _, ok := k.defaults[field]; !ok {
		return fmt.Errorf("%q is no field that a create may leave out", field)
	}
	schema := e.documented[name].answer.Properties[k.answerName(field, e.options.FieldNames)]
	if schema == nil || schema.Value == nil {
		return fmt.Errorf("openapi.yaml describes no answer for %q", field)
	}
	if err := schema.Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		return fmt.Errorf("%s: %w", field, explain(err))
	}
	return nil
}

func unknownKind(name Kind) error {
	return fmt.Errorf("there is no kind of profile %q", name)
}

// ServeHTTP answers one request. Everything it serves is under BasePath, or under ControlPath.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isControl(r) {
		e.controller.ServeHTTP(w, r)
		return
	}
	e.handler.ServeHTTP(w, r)
}
