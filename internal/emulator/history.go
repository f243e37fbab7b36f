// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"slices"
	"time"
)

// version is one profile after one change.
type version struct {
	at      time.Time
	uuid    string
	profile *profile // nil after a deletion
}

// addVersion appends to the history. A nil profile means that the profile was deleted. The history is never shortened.
// The caller holds the lock.
func (c *collection) addVersion(uuid string, p *profile) {
	if p != nil {
		copied := p.clone()
		p = &copied
	}
	c.history = append(c.history, version{at: time.Now(), uuid: uuid, profile: p})
}

// lastName returns the current name of a profile, or its name before the deletion. It returns "" if the profile never
// existed.
func (s *store) lastName(kind Kind, uuid string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range slices.Backward(s.collection(kind).history) {
		if v.uuid == uuid && v.profile != nil {
			name, _ := v.profile.fields["name"].(string)
			return name
		}
	}
	return ""
}

// listAt returns the profiles that a kind had at the given time, including changes at that time.
func (s *store) listAt(kind Kind, at time.Time) []profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	var order []string
	last := make(map[string]*profile)
	for _, v := range s.collection(kind).history {
		if v.at.After(at) {
			break
		}
		if _, known := last[v.uuid]; !known {
			order = append(order, v.uuid)
		}
		last[v.uuid] = v.profile
	}
	all := make([]profile, 0, len(order))
	for _, uuid := range order {
		if p := last[uuid]; p != nil {
			all = append(all, p.clone())
		}
	}
	return all
}
