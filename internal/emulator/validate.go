// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// call is a request that keeps the contract.
type call struct {
	method string
	kind   Kind
	uuid   string         // empty where the path has none
	fields map[string]any // by documented name; nil where the operation takes no body
	lag    time.Duration  // how far behind the state is that a GET is answered from
	skip   int            // how many profiles a list leaves out at its beginning
}

// readCall finds the operation that a request is for and holds the request to the contract. Either the call is good or
// the refusal is not nil.
func (e *Emulator) readCall(r *http.Request) (call, *answer) {
	route, params, err := e.router.FindRoute(r)
	if err != nil {
		return call{}, e.misrouted(r, err)
	}
	if uuid, ok := params["uuid"]; ok {
		// The router leaves percent-encoding in; where it makes no sense, the pattern refuses it.
		if plain, err := url.PathUnescape(uuid); err == nil {
			params["uuid"] = plain
		}
	}
	if route.Operation.RequestBody != nil && e.options.FieldNames == FieldNamesAliasIgnore {
		e.dropDocumented(r, kindOf(route))
	}
	value, err := validated(r, route, params)
	if err != nil {
		return call{}, explain(err).refusal()
	}
	name := kindOf(route)
	skip, _ := strconv.Atoi(r.URL.Query().Get("skip")) // 0 without it
	return call{
		method: r.Method, kind: name, uuid: params["uuid"],
		fields: e.documentedFields(name, value), lag: lagOf(r.Context()), skip: max(0, skip),
	}, nil
}

// kindOf reads the kind out of a path of the contract: /profile/<kind>, /profile/<kind>/{uuid}, or that of login.
func kindOf(route *routers.Route) Kind {
	return Kind(path.Base(strings.TrimSuffix(route.Path, "/{uuid}")))
}

// misrouted answers a request that the contract has no operation for.
func (e *Emulator) misrouted(r *http.Request, err error) *answer {
	a := refusal(http.StatusNotFound, "There is nothing at this path")
	if errors.Is(err, routers.ErrMethodNotAllowed) {
		a = refusal(http.StatusMethodNotAllowed, "This path does not take this method")
		a.allow = e.methodsOf(r)
	}
	return &a
}

// methodsOf lists the methods that the contract has for the path of a request.
func (e *Emulator) methodsOf(r *http.Request) string {
	var methods []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		probe := r.WithContext(r.Context()) // a shallow copy
		probe.Method = method
		if _, _, err := e.router.FindRoute(probe); err == nil {
			methods = append(methods, method)
		}
	}
	return strings.Join(methods, ", ")
}

var errNotJSON = errors.New("the request body is not valid JSON")

// validated holds a request to the contract and returns the value of its body; nil where the operation takes none.
func validated(r *http.Request, route *routers.Route, params map[string]string) (any, error) {
	err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request:    r,
		PathParams: params,
		Route:      route,
		Options: &openapi3filter.Options{
			MultiError:          true,
			SkipSettingDefaults: true,
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc, // an earlier link has decided about the token
		},
	})
	if err != nil || route.Operation.RequestBody == nil {
		return nil, err
	}
	// The validator puts the body back as it was. It reads the first JSON value and overlooks whatever follows it.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, errNotJSON
	}
	return value, nil
}

// dropDocumented removes the documented spellings from a body, as an API does that has never heard of them. A body that
// is no JSON object is left as it is, for the contract to refuse.
func (e *Emulator) dropDocumented(r *http.Request, name Kind) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the body is in memory
	}
	setBody(r, body)
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members == nil {
		return
	}
	for documented := range e.kinds[name].otherSpelling {
		delete(members, documented)
	}
	if rest, err := json.Marshal(members); err == nil {
		setBody(r, rest)
	}
}

// documentedFields gives the fields of a valid body the names that the document gives them, whatever the API calls them.
func (e *Emulator) documentedFields(name Kind, body any) map[string]any {
	fields, _ := body.(map[string]any)
	if fields == nil || e.options.FieldNames == FieldNamesDocumented {
		return fields
	}
	for documented, other := range e.kinds[name].otherSpelling {
		if value, ok := fields[other]; ok {
			fields[documented] = value
			delete(fields, other)
		}
	}
	return fields
}
