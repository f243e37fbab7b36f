// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// List is the list of a kind as it was at one time.
type List struct {
	// Started is when the attempt that brought the first page was sent.
	Started time.Time
	// Profiles are the profiles in the order of the API. Each is there once.
	Profiles []Listed
	// Skipped are the items that hold no profile.
	Skipped Skipped
	// Unserved are these and the profiles that may not serve reads.
	Unserved Skipped
	// Changed reports whether the list changed while its pages were read, so that a
	// profile may be missing although it exists. What the list holds does exist.
	Changed bool
	index   map[string]int
}

// Listed is one profile of a list.
type Listed struct {
	UUID string
	// Fields are the profile's raw fields.
	Fields RawFields
	// Decoded is the profile as the caller decodes it. Fields are then dropped, because
	// they need several times the memory of a struct.
	Decoded any
	// Partial reports whether the list lacks a field of the profile.
	Partial bool
	// Err says what is wrong with the API's data about the profile.
	Err error
}

// MayServe reports whether the list shows all of the profile.
func (l *Listed) MayServe() bool { return l.Decoded != nil && !l.Partial && l.Err == nil }

// Find returns the profile with a UUID, or nil.
func (l *List) Find(uuid string) *Listed {
	if at, ok := l.index[uuid]; ok {
		return &l.Profiles[at]
	}
	return nil
}

// Incomplete returns why a profile may exist although the list does not show it, and nil
// if the list is complete.
func (l *List) Incomplete() error {
	switch {
	case l.Changed:
		return errors.New("it changed while it was read")
	case l.Skipped.Count > 0:
		return errors.New(l.Skipped.String())
	default:
		return nil
	}
}

// add adds a profile. Leases may repeat it.
func (l *List) add(fields RawFields) {
	uuid := fields.UUID()
	if at, ok := l.index[uuid]; ok {
		if !l.Profiles[at].Fields.Equal(fields) {
			l.Profiles[at].Err = errors.New("the list shows two different profiles with the uuid " + uuid)
		}
		return
	}
	l.index[uuid] = len(l.Profiles)
	l.Profiles = append(l.Profiles, Listed{UUID: uuid, Fields: fields})
}

// Skipped counts what was left out of a list.
type Skipped struct {
	Count int
	// Reasons are those of the first ten items.
	Reasons []string
}

// maxReasons is how many reasons are kept.
const maxReasons = 10

// Add counts an item that was left out.
func (s *Skipped) Add(reason error) {
	if s.Count++; s.Count <= maxReasons {
		s.Reasons = append(s.Reasons, reason.Error())
	}
}

// String names the reasons.
func (s *Skipped) String() string {
	items := "items"
	if s.Count == 1 {
		items = "item"
	}
	return fmt.Sprintf("%d %s of the list could not be used: %s", s.Count, items, strings.Join(s.Reasons, "; "))
}
