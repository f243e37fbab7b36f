// SPDX-License-Identifier: MPL-2.0

// Package emulator implements the OpenTact Profile API for tests. It is an http.Handler that keeps profiles in memory,
// rejects requests that the written contract (openapi.yaml) does not allow, and sends the responses that it describes.
// It shares no code with the provider's client, so a mistake in one can't hide in the other.
package emulator

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// BasePath is the prefix of every path of the API.
const BasePath = "/rest"

// Emulator is an OpenTact API with its own profiles. Its methods are safe for concurrent use.
type Emulator struct {
	options    Options
	kinds      map[Kind]*kindSpec
	schemas    map[Kind]schemas // with documented names: for Add, Change, Seed and Options.Defaults
	router     routers.Router   // for requests: with the names that Options.FieldNames selects
	store      *store
	rules      *ruleSet
	limit      rateLimit
	logins     *logins
	keys       apiKeys
	log        *requestLog
	handler    http.Handler
	controller http.Handler
}

// New returns an emulator without profiles. It returns an error if an option is invalid.
func New(options Options) (*Emulator, error) {
	options = options.withDefaults()
	if err := options.validate(); err != nil {
		return nil, err
	}
	e := &Emulator{
		options: options, kinds: allKinds(), store: newStore(), rules: &ruleSet{}, logins: newLogins(),
		keys: newAPIKeys(options.APIKeys),
		log:  &requestLog{maxBytes: maxLog},
	}
	e.LimitRate(options.RequestsPerSecond)
	if err := e.loadContract(); err != nil {
		return nil, err
	}
	if err := e.mergeDefaults(); err != nil {
		return nil, err
	}
	e.handler = chain(http.HandlerFunc(e.operate), e.middlewares()...)
	e.controller = e.control()
	return e, nil
}

// sharedContract returns the contract that all emulators share. They only read it. Under the race detector, loading takes
// 0.1 s.
var sharedContract = sync.OnceValues(Contract)

// loadContract sets e.schemas and e.router.
func (e *Emulator) loadContract() error {
	doc, err := sharedContract()
	if err != nil {
		return err
	}
	e.schemas = make(map[Kind]schemas, len(e.kinds))
	for kind, k := range e.kinds {
		if e.schemas[kind], err = findSchemas(doc, k); err != nil {
			return err
		}
	}
	if e.options.FieldNames != FieldNamesDocumented {
		// useAliases changes a document in place, and other emulators share the first one.
		if doc, err = Contract(); err != nil {
			return err
		}
		if err := useAliases(doc, e.kinds); err != nil {
			return err
		}
	}
	e.router, err = gorillamux.NewRouter(doc)
	return err
}

// mergeDefaults overrides the built-in defaults by Options.Defaults.
func (e *Emulator) mergeDefaults() error {
	for kind, fields := range e.options.Defaults {
		k := e.kinds[kind]
		if k == nil {
			return unknownKind(kind)
		}
		values, err := jsonValues(fields)
		if err != nil {
			return fmt.Errorf("defaults of %s: %w", kind, err)
		}
		for field, value := range values {
			if err := e.validateDefault(kind, field, value); err != nil {
				return fmt.Errorf("defaults of %s: %w", kind, err)
			}
			k.defaults[field] = value
		}
	}
	return nil
}

// validateDefault uses the schema of responses: a default is only in responses, never in a request.
func (e *Emulator) validateDefault(kind Kind, field string, value any) error {
	k := e.kinds[kind]
	if _, ok := k.defaults[field]; !ok {
		return fmt.Errorf("%q is not a field with a default", field)
	}
	schema := e.schemas[kind].profile.Properties[k.responseName(field, e.options.FieldNames)]
	if schema == nil || schema.Value == nil {
		return fmt.Errorf("openapi.yaml has no field %q in responses", field)
	}
	if err := schema.Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		return newViolations(err, field)
	}
	return nil
}

func unknownKind(kind Kind) error {
	return fmt.Errorf("unknown kind of profile %q: the kinds are %s", kind, joinKinds(", "))
}

// ServeHTTP serves the API below BasePath, the control endpoint below ControlPath, and a page for people at "/".
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case isControl(r):
		e.controller.ServeHTTP(w, r)
	case isPage(r):
		e.servePage(w, r)
	default:
		e.handler.ServeHTTP(w, r)
	}
}
