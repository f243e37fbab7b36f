// SPDX-License-Identifier: MPL-2.0

package create

import (
	"context"
	"fmt"
	"slices"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/pager"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/redact"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// evidence is what one list shows about an ambiguous create.
type evidence struct {
	// matching are new profiles with the sent name and without a differing value. Fields
	// that the API does not show are not compared.
	matching []wire.RawFields
	// differing are new profiles with the sent name and a differing value, and new
	// profiles whose name the API does not show.
	differing []wire.RawFields
	// owned are the UUIDs of profiles with the sent name that belong to other resources.
	owned []string
	// missing are the UUIDs of owned profiles that the list lacks. They show that the
	// list lags.
	missing []string
	// incomplete says why the list may lack an existing profile. It is nil if the list is
	// complete.
	incomplete error
}

// gather reads the list and classifies its profiles.
func (r *recovery) gather(ctx context.Context) (seen evidence, err error) {
	owned := r.ownedNow()
	list, err := r.options.List(ctx, r.request.Sent)
	if err != nil {
		return seen, err
	}
	seen.incomplete = list.Incomplete()
	for _, listed := range list.Profiles {
		switch {
		case !r.isNew(listed.UUID) || !r.hasName(listed.Fields):
		case owned[listed.UUID]:
			seen.owned = append(seen.owned, listed.UUID)
		default:
			err := r.complete(ctx, listed)
			switch {
			case apierror.IsNotFound(err): // it was deleted meanwhile
			case err != nil:
				return seen, err
			case !r.hasName(listed.Fields): // the list did not show its name
			case r.matches(listed.Fields):
				seen.matching = append(seen.matching, listed.Fields)
			default:
				seen.differing = append(seen.differing, listed.Fields)
			}
		}
	}
	for uuid := range r.ownedNow() { // without profiles that were deleted meanwhile
		if owned[uuid] && list.Find(uuid) == nil {
			seen.missing = append(seen.missing, uuid)
		}
	}
	slices.Sort(seen.missing)
	return seen, nil
}

// hasName reports whether a profile has the sent name, apart from the changes that an API
// may make to it. It also reports true if the profile shows no name.
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
	if _, named := fields[wire.Name]; !named {
		return false
	}
	for field, sent := range r.request.Sent {
		if got, ok := fields[field]; ok && !wire.IsNull(sent) && !r.options.Same(field, sent, got) {
			return false
		}
	}
	return true
}

// differences describes the values of a profile that differ from the sent ones.
func (r *recovery) differences(fields wire.RawFields) (differences []string) {
	for _, field := range r.request.Sent.Names() {
		sent := r.request.Sent[field]
		if got, ok := fields[field]; ok && !wire.IsNull(sent) && !r.options.Same(field, sent, got) {
			differences = append(differences, fmt.Sprintf("%s is %s, and was sent as %s", field, r.options.Show(field, fields, r.request.Sent), r.options.Show(field, r.request.Sent)))
		}
	}
	return differences
}

// noNewProfile returns the text for an error after no new profile was found.
func (e evidence) noNewProfile() string {
	if len(e.owned) > 0 {
		return "no new profile has this name except those of other resources, " + redact.Enumerate(e.owned)
	}
	return "no new profile has this name"
}
