// SPDX-License-Identifier: MPL-2.0

// Package emulator is a stand-in for the OpenTact Profile API: an http.Handler that keeps profiles in memory, refuses
// what the written contract (openapi.yaml) does not allow, and answers what it describes. It shares nothing with the
// provider's client but the wire, so that a mistake in one cannot hide in the other.
package emulator

import (
	"fmt"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// BasePath is what every path of the API begins with.
const BasePath = "/rest"

// DefaultToken is what X-Auth-Token must carry unless Options.Token says otherwise.
const DefaultToken = "emulator-token" //nolint:gosec // it opens nothing but the emulator

// Shape is the form of the payload in an answer about profiles.
type Shape int

// The shapes that CONTRACT.md (rule 2) tells a client to expect.
const (
	// ShapeObject answers the profile itself, or for a list an array of profiles.
	ShapeObject Shape = iota
	// ShapeDocument answers as the sample of the vendor's document does: an array of phone-number leases that contain
	// the profile. An answer about one profile has two leases that repeat it, a list has one lease for each profile.
	ShapeDocument
)

// Spelling says which names the API knows for the two fields that have two (CONTRACT.md, rule 4).
type Spelling int

// The spellings. They change the wire only: Defaults, Add, Change and Profile always use the documented names.
const (
	// SpellingDocumented knows the names of the document: toll_free_weight and daily_spend_limit in requests.
	SpellingDocumented Spelling = iota
	// SpellingOtherIgnoring knows only tollfree_weight and daily_spent_limit, and skips the documented names unseen.
	SpellingOtherIgnoring
	// SpellingOtherRefusing knows only tollfree_weight and daily_spent_limit, and refuses the documented names with a
	// 400 that names the field.
	SpellingOtherRefusing
)

// Options are the ways in which one emulator differs from another. The zero value is a good emulator.
type Options struct {
	// Token is what X-Auth-Token must carry; empty means DefaultToken.
	Token string
	// Latency is waited before every answer. A client that goes away ends the wait, but its request, which has already
	// arrived, is carried out all the same: as with any real server.
	Latency time.Duration
	// Defaults is what a field becomes that a create does not mention, by kind and documented request name, merged over
	// the built-in defaults. Null is allowed for every field, because nobody knows what the real API does.
	Defaults map[Kind]map[string]any
	// Shape is the form of the payloads.
	Shape Shape
	// Spelling says which field names requests and answers use.
	Spelling Spelling
	// OnRequest is called after each request was answered, from the goroutine that served it; nil for nothing.
	OnRequest func(Request)
}

// Emulator is an OpenTact API with a state of its own. Its methods may be called from many goroutines.
type Emulator struct {
	options    Options
	kinds      map[Kind]*kind
	documented map[Kind]rules // what Add and Change are judged by
	router     routers.Router // what requests are judged by: the same, unless Options.Spelling says otherwise
	store      *store
	log        *requestLog
	handler    http.Handler
}

// New builds an emulator without any profile.
func New(options Options) (*Emulator, error) {
	if options.Token == "" {
		options.Token = DefaultToken
	}
	e := &Emulator{options: options, kinds: allKinds(), store: newStore(), log: &requestLog{}}
	if err := options.check(); err != nil {
		return nil, err
	}
	if err := e.loadContract(); err != nil {
		return nil, err
	}
	if err := e.mergeDefaults(); err != nil {
		return nil, err
	}
	e.handler = chain(http.HandlerFunc(e.operate), e.links()...)
	return e, nil
}

func (o Options) check() error {
	switch {
	case o.Latency < 0:
		return fmt.Errorf("the latency must not be negative, it is %s", o.Latency)
	case o.Shape < ShapeObject || o.Shape > ShapeDocument:
		return fmt.Errorf("there is no shape %d", o.Shape)
	case o.Spelling < SpellingDocumented || o.Spelling > SpellingOtherRefusing:
		return fmt.Errorf("there is no spelling %d", o.Spelling)
	}
	return nil
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
	if e.options.Spelling == SpellingDocumented {
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
	schema := e.documented[name].answer.Properties[k.answerName(field, e.options.Spelling)]
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

// ServeHTTP answers one request. Everything it serves is under BasePath.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.handler.ServeHTTP(w, r)
}
