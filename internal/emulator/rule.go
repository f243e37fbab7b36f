// SPDX-License-Identifier: MPL-2.0

package emulator

import "time"

// Action is what goes wrong with a request.
type Action string

// The actions. A request is handled if the API does what it asks for, as if nothing were wrong.
const (
	// ActionRespond does not handle the request: it answers Status, with the API's JSON error.
	ActionRespond Action = "respond"
	// ActionPage does not handle the request: it answers Status, with a page of HTML, as a proxy would.
	ActionPage Action = "page"
	// ActionReject does not handle the request: it answers 200, with "success": false.
	ActionReject Action = "reject"
	// ActionCloseBefore closes the connection instead of handling the request.
	ActionCloseBefore Action = "close_before"
	// ActionCloseAfter handles the request, and closes the connection instead of answering.
	ActionCloseAfter Action = "close_after"
	// ActionCut handles the request, announces the whole answer, sends half of its body, and closes the connection.
	ActionCut Action = "cut"
	// ActionEmpty handles the request, and answers 204 without a body, whatever the answer would be.
	ActionEmpty Action = "empty"
	// ActionDelay waits For, then handles the request. A client that goes away ends the wait, and nothing else.
	ActionDelay Action = "delay"
	// ActionHold waits until Release or Remove, whether or not the client does, then handles the request. It does not
	// hit a request after that.
	ActionHold Action = "hold"
	// ActionLag answers a GET for profiles from the state of For ago: without what has been created since, with what
	// has been removed since, and with the values from before each change since. It does not hit any other request.
	ActionLag Action = "lag"
	// ActionExpireLogins does what ExpireLogins does, then handles the request, which is refused if its own token was
	// one of those.
	ActionExpireLogins Action = "expire_logins"
)

// Fault is one thing that goes wrong.
type Fault struct {
	Action Action `json:"action"`
	// Status is the HTTP status: 400 to 599, or for a page also 200. Only for answer and page, which need it.
	Status int `json:"status,omitempty"`
	// RetryAfter is the header of that name, in seconds; 0 for none. Only for answer and page.
	RetryAfter int `json:"retry_after,omitempty"`
	// RetryAfterDate writes the header as the date that RetryAfter leads to, which it needs.
	RetryAfterDate bool `json:"retry_after_date,omitempty"`
	// For is how long, more than 0. Only for delay and lag, which need it.
	For Duration `json:"for,omitempty"`
}

// Rule says which requests go wrong, and how. The zero value of a selector selects every request.
type Rule struct {
	// Method is the exact method; empty for any.
	Method string `json:"method,omitempty"`
	// Path is a pattern of path.Match for what follows BasePath in the path, percent-encoded as received: "/auth",
	// "/profile/messaging", "/profile/*/*"; empty for any.
	Path string `json:"path,omitempty"`
	// Skip is how many of the requests that match pass unhurt at first.
	Skip int `json:"skip,omitempty"`
	// Times is how many requests are hit; 0 for no bound.
	Times int `json:"times,omitempty"`
	// Probability is the share of the requests that are hit, from 0 to 1; 0, like 1, for all of them. Which ones does
	// not depend on chance, nor on the order in which requests for different profiles arrive: see Seed.
	Probability float64 `json:"probability,omitempty"`
	// Seed decides, together with a request's method, kind, object and attempt, whether it is hit and by which of the
	// faults; Skip and Times are counted as requests arrive. The object is the name in the body of a POST, the name of
	// the profile that a path leads to, the last one it had if it was removed, its uuid if there never was one, or
	// nothing for a list. The attempt is how many such requests the rule has seen before. Rules that share a seed
	// decide alike.
	Seed uint64 `json:"seed,omitempty"`
	// Faults is what may go wrong, at least one fault. Of several, one is picked for each request.
	Faults []Fault `json:"faults"`
}

// Duration is a time.Duration that JSON has as a string, such as "250ms".
type Duration time.Duration

func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes what String returns.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what time.ParseDuration does.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}
