// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"fmt"
	"time"
)

// Action is the way in which a request goes wrong.
type Action string

// The actions. To handle a request means to do what the API would do if nothing went wrong.
const (
	// ActionRespond does not handle the request. It responds with Status and the API's JSON error.
	ActionRespond Action = "respond"
	// ActionPage does not handle the request. It responds with Status and an HTML page, as a proxy does.
	ActionPage Action = "page"
	// ActionReject does not handle the request. It responds with 200 and "success": false.
	ActionReject Action = "reject"
	// ActionCloseBefore does not handle the request. It closes the connection.
	ActionCloseBefore Action = "close_before"
	// ActionCloseAfter handles the request, and closes the connection without a response.
	ActionCloseAfter Action = "close_after"
	// ActionCut handles the request, sends the header and half of the body of the response, and closes the connection.
	ActionCut Action = "cut"
	// ActionEmpty handles the request, and responds with 204 and no body.
	ActionEmpty Action = "empty"
	// ActionDelay waits For, then handles the request. A client that disconnects ends the wait; the request is still
	// handled.
	ActionDelay Action = "delay"
	// ActionHold waits until Release or Remove is called, then handles the request. A client that disconnects does not
	// end the wait. After Release, the rule hits no more requests.
	ActionHold Action = "hold"
	// ActionHoldAfter handles the request, then waits like ActionHold before it responds.
	ActionHoldAfter Action = "hold_after"
	// ActionLag responds to a GET for profiles with old data, as if the GET had arrived earlier by the duration For.
	// It hits no other requests.
	ActionLag Action = "lag"
	// ActionExpireLogins calls ExpireLogins, then handles the request. If the request uses a token from a login, it is
	// rejected.
	ActionExpireLogins Action = "expire_logins"
)

// Fault is one way in which a request goes wrong, with its parameters.
type Fault struct {
	Action Action `json:"action"`
	// Status is the HTTP status, from 400 to 599; for ActionPage it may also be 200. ActionRespond and ActionPage require
	// it. Other actions do not allow it.
	Status int `json:"status,omitempty"`
	// RetryAfter is the Retry-After header in seconds. 0 means no header. Only ActionRespond and ActionPage allow it.
	RetryAfter int `json:"retry_after,omitempty"`
	// RetryAfterDate sends the header as a date, RetryAfter seconds from now. It requires RetryAfter.
	RetryAfterDate bool `json:"retry_after_date,omitempty"`
	// For is a duration of more than 0. ActionDelay and ActionLag require it. Other actions do not allow it.
	For Duration `json:"for,omitempty"`
}

// Rule selects requests and says how they go wrong. The zero value of a selector selects every request.
type Rule struct {
	// Method is the HTTP method. Empty means any.
	Method string `json:"method,omitempty"`
	// Path is a pattern of path.Match for the percent-encoded path after BasePath, such as "/auth",
	// "/profile/messaging" or "/profile/*/*". Empty means any.
	Path string `json:"path,omitempty"`
	// Skip is the number of matching requests that pass before the rule hits one.
	Skip int `json:"skip,omitempty"`
	// Times is the maximum number of requests that the rule hits. 0 means no maximum.
	Times int `json:"times,omitempty"`
	// Probability is the share of the matching requests that the rule hits, from 0 to 1. Both 0 and 1 mean all. The
	// selection is not random: see Seed.
	Probability float64 `json:"probability,omitempty"`
	// Seed selects the requests that Probability hits, and their faults. The selection depends only on the seed and on
	// the request's method, kind, object and attempt, so it does not depend on the order of requests for different
	// profiles. The object is:
	//
	//   - for a POST, the name in its body;
	//   - for a path of a profile, the last name of the profile, or the UUID if no profile ever had this UUID;
	//   - for other paths, nothing.
	//
	// The attempt is the number of equal requests that the rule has seen before. Rules with the same seed make the same
	// selection. Skip and Times count requests in order of arrival.
	Seed uint64 `json:"seed,omitempty"`
	// Faults are the possible faults. A rule has at least one. If there are several, Seed selects one per request.
	Faults []Fault `json:"faults"`
}

// Duration is a time.Duration that is a string in JSON, such as "250ms".
type Duration time.Duration

func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText returns d.String().
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText parses text as Set does.
func (d *Duration) UnmarshalText(text []byte) error {
	if err := d.Set(string(text)); err != nil {
		return fmt.Errorf("%w, got %q", err, text)
	}
	return nil
}

// Set parses text with time.ParseDuration. With Set, *Duration is a flag.Value.
func (d *Duration) Set(text string) error {
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return errors.New("a duration must have a number and a unit, such as 250ms or 1h")
	}
	*d = Duration(parsed)
	return nil
}
