// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"slices"
	"time"
)

// version is what became of one profile at one time.
type version struct {
	at      time.Time
	uuid    string
	profile *profile // nil from the removal on
}

// note enters what has just become of a profile, nil if it was removed, into the history, which grows without bound.
// The caller holds the lock.
func (c *collection) note(uuid string, p *profile) {
	if p != nil {
		copied := p.clone()
		p = &copied
	}
	c.history = append(c.history, version{at: time.Now(), uuid: uuid, profile: p})
}

// lastName is the name that a profile has, or had when it was removed; empty if there never was one.
func (s *store) lastName(kind Kind, uuid string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range slices.Backward(s.of(kind).history) {
		if v.uuid == uuid && v.profile != nil {
			name, _ := v.profile.fields["name"].(string)
			return name
		}
	}
	return ""
}

// past is the list of a kind as it was at a time, what had changed at that very moment included.
func (s *store) past(name Kind, at time.Time) []profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	var order []string
	last := make(map[string]*profile)
	for _, v := range s.of(name).history {
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
