// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

// parameters says which fields of Fault an action requires. It allows no others, except that an action with a status
// may have a RetryAfter.
type parameters struct{ status, duration bool }

var actions = map[Action]parameters{
	ActionRespond:      {status: true},
	ActionPage:         {status: true},
	ActionReject:       {},
	ActionCloseBefore:  {},
	ActionCloseAfter:   {},
	ActionCut:          {},
	ActionEmpty:        {},
	ActionDelay:        {duration: true},
	ActionHold:         {},
	ActionHoldAfter:    {},
	ActionLag:          {duration: true},
	ActionExpireLogins: {},
}

// validate returns an error with the member, its rule and its value.
func (r Rule) validate() error {
	switch {
	case r.Method != strings.ToUpper(r.Method):
		return fmt.Errorf("method must be in upper case, got %q", r.Method)
	case r.Skip < 0:
		return fmt.Errorf("skip must be at least 0, got %d", r.Skip)
	case r.Times < 0:
		return fmt.Errorf("times must be at least 0, got %d", r.Times)
	case !(r.Probability >= 0 && r.Probability <= 1): // true for NaN
		return fmt.Errorf("probability must be from 0 to 1, got %g", r.Probability)
	case len(r.Faults) == 0:
		return errors.New("faults must have at least one element, got none")
	}
	if err := validatePath(r.Path); err != nil {
		return err
	}
	for i, f := range r.Faults {
		if err := f.validate(); err != nil {
			return fmt.Errorf("faults[%d].%w", i, err)
		}
	}
	return nil
}

// validatePath returns an error if the pattern is malformed or can't match a path.
func validatePath(pattern string) error {
	_, err := path.Match(pattern, "")
	switch {
	case err != nil:
		return fmt.Errorf("path must be a valid pattern of path.Match, got %q", pattern)
	case pattern != "" && !strings.HasPrefix(pattern, "/"):
		return fmt.Errorf("path must begin with a slash, got %q", pattern)
	case strings.HasPrefix(pattern, BasePath+"/"):
		return fmt.Errorf("path must not include %s, got %q", BasePath, pattern)
	}
	return nil
}

func (f Fault) validate() error {
	p, ok := actions[f.Action]
	switch {
	case !ok:
		return fmt.Errorf("action must be one of %s, got %q", joinActions(), f.Action)
	case p.status && !f.validStatus():
		return fmt.Errorf("status must be %s, got %d", f.statusRange(), f.Status)
	case !p.status && f.Status != 0:
		return fmt.Errorf("status is not allowed for %s, got %d", f.Action, f.Status)
	case p.duration && f.For <= 0:
		return fmt.Errorf("for must be more than 0 for %s, got %s", f.Action, f.For)
	case !p.duration && f.For != 0:
		return fmt.Errorf("for is not allowed for %s, got %s", f.Action, f.For)
	}
	return f.validateRetryAfter(p)
}

// validStatus reports whether the action allows the status. A page may have status 200, like the login page of a public
// network.
func (f Fault) validStatus() bool {
	return f.Status >= 400 && f.Status <= 599 || f.Action == ActionPage && f.Status == http.StatusOK
}

func (f Fault) statusRange() string {
	if f.Action == ActionPage {
		return "200 or from 400 to 599 for page"
	}
	return "from 400 to 599 for " + string(f.Action)
}

func (f Fault) validateRetryAfter(p parameters) error {
	switch {
	case f.RetryAfter < 0:
		return fmt.Errorf("retry_after must be at least 0, got %d", f.RetryAfter)
	case !p.status && f.RetryAfter != 0:
		return fmt.Errorf("retry_after is not allowed for %s, got %d", f.Action, f.RetryAfter)
	case f.RetryAfterDate && f.RetryAfter == 0:
		return errors.New("retry_after_date requires retry_after")
	}
	return nil
}

// joinActions returns the names of all actions.
func joinActions() string {
	var names []string
	for _, action := range slices.Sorted(maps.Keys(actions)) {
		names = append(names, string(action))
	}
	return strings.Join(names, ", ")
}
