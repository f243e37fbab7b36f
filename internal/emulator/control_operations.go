// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"net/http"
	"path"
	"strings"
)

// ControlOperation describes one operation of the control endpoint.
type ControlOperation struct {
	Method string `json:"method"`
	// Path begins with ControlPath. A segment in braces is a parameter.
	Path    string `json:"path"`
	Summary string `json:"summary"`
	// NeedsToken reports whether the operation needs Options.Token and Options.Control.
	NeedsToken bool `json:"needs_token"`
}

// controlOperation is an operation with its code.
type controlOperation struct {
	ControlOperation
	do func(*Emulator, *http.Request) response
}

// ControlOperations returns all operations of the control endpoint, in the order of the manual.
func ControlOperations() []ControlOperation {
	var all []ControlOperation
	for _, o := range controlOperations() {
		all = append(all, o.ControlOperation)
	}
	return all
}

// controlOperations returns the operations of the control endpoint, for the endpoint itself, its list and the manual. It
// is a function, because a variable can't contain controlIndex, which uses it.
func controlOperations() []controlOperation {
	open := func(method, suffix, summary string, do func(*Emulator, *http.Request) response) controlOperation {
		return controlOperation{ControlOperation{Method: method, Path: ControlPath + suffix, Summary: summary}, do}
	}
	guarded := func(method, suffix, summary string, do func(*Emulator, *http.Request) response) controlOperation {
		o := open(method, suffix, summary, do)
		o.NeedsToken = true
		return o
	}
	return []controlOperation{
		open("GET", "", "List these operations.", (*Emulator).controlIndex),
		open("GET", "/health", "Respond with 200, for scripts that wait for the emulator.", (*Emulator).controlHealth),
		guarded("GET", "/seed", "Get all profiles as a file for -seed.", (*Emulator).controlSeed),
		guarded("POST", "/reset", "Delete all profiles, remove all rules, and clear the log.", (*Emulator).controlReset),
		guarded("POST", "/rules", "Add a rule. The response has its id.", (*Emulator).controlInject),
		guarded("GET", "/rules", "List the rules, and the number of requests hit and held.", (*Emulator).controlRules),
		guarded("DELETE", "/rules", "Remove all rules, and release their held requests.", (*Emulator).controlRemoveAll),
		guarded("DELETE", "/rules/{id}", "Remove one rule, and release its held requests.", controlRule((*Injection).Remove)),
		guarded("POST", "/rules/{id}/release", "Release the held requests. Hold no more requests.", controlRule((*Injection).Release)),
		guarded("GET", "/requests", "List the requests in the log, with times and bodies.", (*Emulator).controlRequests),
		guarded("GET", "/counters", "Count the requests by operation, status and fault.", (*Emulator).controlCounters),
		guarded("POST", "/expire-logins", "Invalidate all tokens from logins.", (*Emulator).controlExpireLogins),
		guarded("PUT", "/rate-limit", `Set the limit: {"requests_per_second": 20}. 0 means none.`, (*Emulator).controlLimitRate),
	}
}

// control returns the control endpoint. It checks the token before it says whether a path exists.
func (e *Emulator) control() http.Handler {
	mux := http.NewServeMux()
	for _, o := range controlOperations() {
		var operation http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { o.do(e, r).write(w) })
		if o.NeedsToken {
			operation = chain(operation, e.guard, limitBody)
		}
		mux.Handle(o.Method+" "+o.Path, operation)
		if o.Path == ControlPath { // people may add a slash
			mux.Handle(o.Method+" "+o.Path+"/{$}", operation)
		}
	}
	unknown := e.guard(jsonErrors(mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isOperation(mux, r) {
			mux.ServeHTTP(w, r)
			return
		}
		unknown.ServeHTTP(w, r)
	})
}

// isOperation reports whether the mux has an operation for the method and exactly this path. For a path such as
// "/_emulator//reset", http.ServeMux would redirect the request, and a script would treat the redirect as a success.
func isOperation(mux *http.ServeMux, r *http.Request) bool {
	escaped := r.URL.EscapedPath()
	_, pattern := mux.Handler(r)
	return pattern != "" && path.Clean(escaped) == strings.TrimSuffix(escaped, "/")
}

// controlIndex responds with the list of operations, indented for people.
func (e *Emulator) controlIndex(*http.Request) response {
	message := "Send the token of -token in X-Auth-Token"
	if !e.options.Control {
		message = controlOff
	}
	res := success(http.StatusOK, map[string]any{
		"control": e.options.Control, "message": message, "operations": ControlOperations(),
	})
	res.document, _ = json.MarshalIndent(res.body, "", "  ") // can't fail: texts and booleans
	res.document = append(res.document, '\n')
	return res
}

func (e *Emulator) controlHealth(*http.Request) response { return emptySuccess() }
