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

// parameters are the members of Fault that an action requires. It allows no others, except that an action with a status
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
	ActionLag:          {duration: true},
	ActionExpireLogins: {},
}

// validate returns an error with the member, its rule and its value.
func (r Rule) validate() error {
	switch {
	case r.Method != strings.ToUpper(r.Method):
		return fmt.Errorf("method must be in upper case, it is %q", r.Method)
	case r.Skip < 0:
		return fmt.Errorf("skip must not be negative, it is %d", r.Skip)
	case r.Times < 0:
		return fmt.Errorf("times must not be negative, it is %d", r.Times)
	case !(r.Probability >= 0 && r.Probability <= 1): // true for NaN
		return fmt.Errorf("probability must be from 0 to 1, it is %g", r.Probability)
	case len(r.Faults) == 0:
		return errors.New("faults must hold at least one fault, there is none")
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
		return fmt.Errorf("path must be a pattern of path.Match, %q is malformed", pattern)
	case pattern != "" && !strings.HasPrefix(pattern, "/"):
		return fmt.Errorf("path must begin with a slash, it is %q", pattern)
	case strings.HasPrefix(pattern, BasePath+"/"):
		return fmt.Errorf("path must be what follows %s, it is %q", BasePath, pattern)
	}
	return nil
}

func (f Fault) validate() error {
	p, ok := actions[f.Action]
	switch {
	case !ok:
		return fmt.Errorf("action must be one of %q, it is %q", slices.Sorted(maps.Keys(actions)), f.Action)
	case p.status && !f.validStatus():
		return fmt.Errorf("status must be %s, it is %d", f.statusRange(), f.Status)
	case !p.status && f.Status != 0:
		return fmt.Errorf("status does not go with %s, it is %d", f.Action, f.Status)
	case p.duration && f.For <= 0:
		return fmt.Errorf("for must be more than 0 for %s, it is %s", f.Action, f.For)
	case !p.duration && f.For != 0:
		return fmt.Errorf("for does not go with %s, it is %s", f.Action, f.For)
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
		return "from 400 to 599 for page, or 200"
	}
	return "from 400 to 599 for " + string(f.Action)
}

func (f Fault) validateRetryAfter(p parameters) error {
	switch {
	case f.RetryAfter < 0:
		return fmt.Errorf("retry_after must not be negative, it is %d", f.RetryAfter)
	case !p.status && f.RetryAfter != 0:
		return fmt.Errorf("retry_after does not go with %s, it is %d", f.Action, f.RetryAfter)
	case f.RetryAfterDate && f.RetryAfter == 0:
		return fmt.Errorf("retry_after_date needs a retry_after, for %s there is none", f.Action)
	}
	return nil
}
