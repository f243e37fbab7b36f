// SPDX-License-Identifier: MPL-2.0

package create

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// evidence is what one list shows about an ambiguous create.
type evidence struct {
	// candidates are the listed profiles that the create may have made, the most probable
	// first. They have the sent name. No list before the create showed them, no other
	// resource owns them, and they are not excluded.
	candidates []candidate
	// owned are the UUIDs of profiles with the sent name that belong to other resources.
	owned []string
	// incomplete says why the list may lack an existing profile. It is nil if the list is
	// complete.
	incomplete error
}

// candidate is a profile that the create may have made.
type candidate struct {
	wire.RawFields
	age age
	// matches reports whether the profile shows the sent name and no value that differs
	// from the sent one. Fields that the API does not show are not compared.
	matches bool
	// doubt says why another create may have made the profile, or is "".
	doubt string
}

// matching returns the candidates of an age with the sent name and values.
func (e evidence) matching(age age) (found []candidate) {
	for _, c := range e.candidates {
		if c.matches && c.age == age {
			found = append(found, c)
		}
	}
	return found
}

// shows reports whether the list shows a candidate.
func (e evidence) shows(other candidate) bool {
	return slices.ContainsFunc(e.candidates, func(c candidate) bool { return c.UUID() == other.UUID() })
}

// showsLag reports whether all candidates are older than the baseline, which lacked them.
func (e evidence) showsLag() bool {
	return !slices.ContainsFunc(e.candidates, func(c candidate) bool { return c.age != older })
}

// gather reads the list and classifies its profiles.
func (r *recovery) gather(ctx context.Context) (seen evidence, err error) {
	owned := r.ownedNow()
	list, err := r.list(ctx, r.request.Sent, r.options.List)
	if err != nil {
		return seen, err
	}
	baselineDate, _ := r.baselineResult()
	for _, listed := range list.Profiles {
		switch {
		case !r.hasName(listed.Fields):
		case owned[listed.UUID]:
			seen.owned = append(seen.owned, listed.UUID)
		case r.existed(listed.UUID, r.lastList):
		case r.isRejected(listed.UUID):
		default:
			err := r.complete(ctx, listed)
			if apierror.IsNotFound(err) || !r.hasName(listed.Fields) { // it was deleted meanwhile, or the list did not show its name
				continue
			}
			c := candidate{RawFields: listed.Fields, matches: err == nil && r.matches(listed.Fields)}
			c.age = r.clock.compare(c.Text(wire.CreatedOn), baselineDate, list.Date)
			if err != nil {
				c.doubt = "it could not be read: " + err.Error()
			}
			seen.candidates = append(seen.candidates, c)
		}
	}
	slices.SortStableFunc(seen.candidates, func(a, b candidate) int { return a.rank() - b.rank() })
	seen.incomplete = r.incomplete(list, owned)
	return seen, nil
}

// isRejected reports whether accept has rejected a profile because it is older.
func (r *recovery) isRejected(uuid string) bool {
	return r.described != nil && r.described.age == older && r.described.UUID() == uuid
}

// rank returns a number that is smaller for a more probable candidate.
func (c candidate) rank() int {
	rank := map[age]int{newer: 0, undecided: 1, older: 2}[c.age]
	if !c.matches {
		rank += 3
	}
	return rank
}

// incomplete returns why a list may lack a profile that existed before its read began. It
// certainly does so if it lacks an owned profile.
func (r *recovery) incomplete(list *pager.List, owned map[string]bool) error {
	if err := list.Incomplete(); err != nil {
		return fmt.Errorf("the list is not complete: %w", err)
	}
	var missing []string
	for uuid := range r.ownedNow() { // without profiles that were deleted meanwhile
		if owned[uuid] && list.Find(uuid) == nil {
			missing = append(missing, uuid)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return errors.New("the list does not show profiles that were created before: " + redact.Enumerate(missing))
}

// hasName reports whether a profile has the sent name or shows no name. An API may change the case and the
// white space of a name: see nameKey.
func (r *recovery) hasName(fields wire.RawFields) bool {
	name := fields.Text(wire.Name)
	return name == "" || nameKey(name) == nameKey(r.request.Name)
}

// complete reads a profile with its own GET if the list lacks a field that was sent.
// Without these fields, the profile of another create could match.
func (r *recovery) complete(ctx context.Context, listed pager.Listed) error {
	if !listed.Fields.Lacks(r.request.Sent.Names()) {
		return nil
	}
	full, err := r.options.Get(ctx, listed.UUID, r.request.Sent)
	listed.Fields.Fill(full)
	return err
}

// matches reports whether a profile shows a name and no value that differs from the sent
// one. Any value matches a null.
func (r *recovery) matches(fields wire.RawFields) bool {
	_, named := fields[wire.Name]
	return named && len(r.differences(fields)) == 0
}

// hasValues reports whether a profile shows no value, except the name, that differs from
// the sent one.
func (r *recovery) hasValues(fields wire.RawFields) bool {
	values := maps.Clone(fields)
	delete(values, wire.Name)
	return len(r.differences(values)) == 0
}

// differences describes the values of a profile that differ from the sent ones.
func (r *recovery) differences(fields wire.RawFields) (differences []string) {
	for _, field := range r.request.Sent.Names() {
		sent := r.request.Sent[field]
		if got, ok := fields[field]; ok && !wire.IsNull(sent) && !r.options.Same(field, sent, got) {
			differences = append(differences, r.options.Compare(field, r.request.Sent, fields).Doubt())
		}
	}
	return differences
}

// doubts say why another create may have made a candidate.
func (r *recovery) doubts(c candidate) []string {
	doubts := r.differences(c.RawFields)
	if c.doubt != "" {
		doubts = append(doubts, c.doubt)
	}
	if c.age == older && c.doubt == "" {
		date, _ := r.baselineResult()
		doubts = append(doubts, fmt.Sprintf("its created_on (%s) is before the first list (%s)", c.Text(wire.CreatedOn), date.UTC().Format(time.RFC3339)))
	}
	return doubts
}
