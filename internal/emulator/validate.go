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

// validRequest is a request that the contract allows.
type validRequest struct {
	method string
	kind   Kind
	uuid   string         // empty if the path has none
	fields map[string]any // by documented name; nil if the operation has no body
	lag    time.Duration  // the age of the profiles in the response to a GET
	skip   int            // the number of profiles that a list skips at its beginning
}

// validate checks a request against the contract. It returns a rejection if the contract does not allow the request.
func (e *Emulator) validate(r *http.Request) (req validRequest, rejected *response) {
	route, params, err := e.router.FindRoute(r)
	if err != nil {
		res := e.noRoute(r, err)
		return validRequest{}, &res
	}
	if uuid, ok := params["uuid"]; ok {
		// The router does not decode parameters. If decoding fails, the pattern of the parameter rejects the encoded text.
		if decoded, err := url.PathUnescape(uuid); err == nil {
			params["uuid"] = decoded
		}
	}
	kind := kindOf(route)
	if route.Operation.RequestBody != nil && e.options.FieldNames == FieldNamesAliasIgnore {
		e.dropDocumented(r, kind)
	}
	body, err := validBody(r, route, params)
	if err != nil {
		return validRequest{}, newViolations(err, "").rejection()
	}
	skip, _ := strconv.Atoi(r.URL.Query().Get("skip")) // 0 without it
	return validRequest{
		method: r.Method, kind: kind, uuid: params["uuid"],
		fields: e.documentedFields(kind, body), lag: lagFrom(r.Context()), skip: max(0, skip),
	}, nil
}

// kindOf returns the kind in a path of the contract: /profile/<kind>, /profile/<kind>/{uuid} or /auth.
func kindOf(route *routers.Route) Kind {
	return Kind(path.Base(strings.TrimSuffix(route.Path, "/{uuid}")))
}

// noRoute returns the response to a request that has no operation in the contract.
func (e *Emulator) noRoute(r *http.Request, err error) response {
	if errors.Is(err, routers.ErrMethodNotAllowed) {
		return methodNotAllowed(e.methodsOf(r))
	}
	return pathNotFound()
}

// methodsOf returns the methods that the contract has for the path of a request.
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

// validBody checks a request against its operation. It returns the decoded body, or nil if the operation has none.
func validBody(r *http.Request, route *routers.Route, params map[string]string) (any, error) {
	err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request:    r,
		PathParams: params,
		Route:      route,
		Options: &openapi3filter.Options{
			MultiError:          true,
			SkipSettingDefaults: true,
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc, // authenticate has checked the token
		},
	})
	if err != nil || route.Operation.RequestBody == nil {
		return nil, err
	}
	// ValidateRequest restores the body. It reads only the first JSON value and ignores any text after it.
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

// dropDocumented removes the documented names of fields with an alias from the body, like an API that ignores unknown
// fields. It does not change a body that is not a JSON object, which validBody rejects.
func (e *Emulator) dropDocumented(r *http.Request, kind Kind) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // can't happen: the body is in memory
	}
	setBody(r, body)
	var rawFields map[string]json.RawMessage
	if json.Unmarshal(body, &rawFields) != nil || rawFields == nil {
		return
	}
	for documented := range e.kinds[kind].aliases {
		delete(rawFields, documented)
	}
	if rest, err := json.Marshal(rawFields); err == nil {
		setBody(r, rest)
	}
}

// documentedFields returns the fields of a valid body by their documented names.
func (e *Emulator) documentedFields(kind Kind, body any) map[string]any {
	fields, _ := body.(map[string]any)
	if fields == nil || e.options.FieldNames == FieldNamesDocumented {
		return fields
	}
	for documented, alias := range e.kinds[kind].aliases {
		if value, ok := fields[alias]; ok {
			fields[documented] = value
			delete(fields, alias)
		}
	}
	return fields
}
