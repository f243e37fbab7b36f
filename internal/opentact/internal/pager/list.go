// SPDX-License-Identifier: MPL-2.0

package pager

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// List is the result of one read of the list of a kind.
type List struct {
	// Started is when the successful attempt for the first page was sent.
	Started time.Time
	// Date is a time on the server's clock at which the list was complete: the API had no
	// older profile that the list lacks. It is zero if the server gave no usable time.
	Date time.Time
	// Stale says why the list is an old copy from a cache, or is "".
	Stale string
	// Profiles are the profiles in the order of the API. Each profile is in Profiles
	// once.
	Profiles []Listed
	// Skipped are the items that contain no profile.
	Skipped Skipped
	// Unserved are the skipped items and the profiles that may not serve reads.
	Unserved Skipped
	// Changed reports whether the list changed each time that its pages were read. An
	// existing profile may then be missing.
	Changed bool
	index   map[string]int
}

// Listed is one profile of a list.
type Listed struct {
	UUID string
	// Fields are the profile's raw fields.
	Fields wire.RawFields
	// Decoded is the profile as the caller decoded it. The caller then drops Fields,
	// which need several times the memory of a struct.
	Decoded any
	// Partial reports whether the list lacks a field of the profile.
	Partial bool
	// Err says what is wrong with the API's data about the profile.
	Err error
}

// MayServe reports whether the list shows the whole profile, so that it may serve a read.
func (l *Listed) MayServe() bool { return l.Decoded != nil && !l.Partial && l.Err == nil }

// Find returns the profile with a UUID, or nil.
func (l *List) Find(uuid string) *Listed {
	if at, ok := l.index[uuid]; ok {
		return &l.Profiles[at]
	}
	return nil
}

// Incomplete returns why the list may lack an existing profile, or nil if the list is
// complete.
func (l *List) Incomplete() error {
	switch {
	case l.Stale != "":
		return errors.New(l.Stale)
	case l.Changed:
		return fmt.Errorf("it changed while it was read, %d times in a row", maxReadings)
	case l.Skipped.Count > 0:
		return errors.New(l.Skipped.String())
	default:
		return nil
	}
}

// contains reports whether the list contains all profiles of an index.
func (l *List) contains(index map[string]int) bool {
	for uuid := range index {
		if _, ok := l.index[uuid]; !ok {
			return false
		}
	}
	return true
}

// add adds a profile. Several leases may contain the same profile.
func (l *List) add(fields wire.RawFields) {
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

// Skipped counts the skipped items of a list.
type Skipped struct {
	Count int
	// Reasons are the reasons for the first ten items.
	Reasons []string
}

// maxReasons is the maximum number of reasons that are kept.
const maxReasons = 10

// Add counts a skipped item.
func (s *Skipped) Add(reason error) { s.add(reason.Error) }

// add counts a skipped item. It calls reason only for the first items, because redaction
// takes time.
func (s *Skipped) add(reason func() string) {
	if s.Count++; s.Count <= maxReasons {
		s.Reasons = append(s.Reasons, reason())
	}
}

// String returns the count and the reasons.
func (s *Skipped) String() string {
	items := "items"
	if s.Count == 1 {
		items = "item"
	}
	return fmt.Sprintf("%d %s of the list could not be used: %s", s.Count, items, strings.Join(s.Reasons, "; "))
}
