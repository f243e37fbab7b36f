// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// profile is one stored profile. Fields are by documented request name and hold only what JSON has for one value:
// string, float64, bool and nil, so a shallow copy is a full copy.
type profile struct {
	uuid              string
	created, modified time.Time // UTC, whole milliseconds
	fields            map[string]any
}

func (p *profile) clone() profile {
	c := *p
	c.fields = maps.Clone(p.fields)
	return c
}

var errNotFound = errors.New("there is no profile of this kind with this uuid")

// inUseError is why a profile cannot be removed.
type inUseError struct{ message string }

func (e *inUseError) Error() string { return e.message }

// store is the account: all profiles, and which of them are in use. What goes in and comes out is copied.
type store struct {
	mu          sync.Mutex
	collections map[Kind]*collection
}

type collection struct {
	byUUID    map[string]*profile
	order     []string          // uuids in order of creation
	history   []version         // every change, in order of time
	protected map[string]string // uuid to the message that a removal is refused with
}

func newStore() *store {
	return &store{collections: make(map[Kind]*collection)}
}

// of returns the collection of a kind. The caller holds the lock.
func (s *store) of(name Kind) *collection {
	c := s.collections[name]
	if c == nil {
		c = &collection{byUUID: make(map[string]*profile), protected: make(map[string]string)}
		s.collections[name] = c
	}
	return c
}

func (s *store) create(name Kind, uuid string, fields map[string]any) profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().UTC().Truncate(time.Millisecond)
	p := &profile{uuid: uuid, created: now, modified: now, fields: maps.Clone(fields)}
	c := s.of(name)
	c.byUUID[p.uuid] = p
	c.order = append(c.order, p.uuid)
	c.note(p.uuid, p)
	return p.clone()
}

func (s *store) list(name Kind) []profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.of(name)
	all := make([]profile, 0, len(c.order))
	for _, uuid := range c.order {
		all = append(all, c.byUUID[uuid].clone())
	}
	return all
}

func (s *store) get(name Kind, uuid string) (profile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.of(name).byUUID[uuid]
	if p == nil {
		return profile{}, errNotFound
	}
	return p.clone(), nil
}

func (s *store) modify(name Kind, uuid string, fields map[string]any) (profile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.of(name)
	p := c.byUUID[uuid]
	if p == nil {
		return profile{}, errNotFound
	}
	maps.Copy(p.fields, fields)
	p.modified = after(p.modified)
	c.note(uuid, p)
	return p.clone(), nil
}

// after is now, but later than t even if the clock has not moved on or was put back.
func after(t time.Time) time.Time {
	now := time.Now().UTC().Truncate(time.Millisecond)
	if !now.After(t) {
		now = t.Add(time.Millisecond)
	}
	return now
}

// remove takes a profile out. Force removes it even if it is protected.
func (s *store) remove(name Kind, uuid string, force bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.of(name)
	if c.byUUID[uuid] == nil {
		return errNotFound
	}
	if message, ok := c.protected[uuid]; ok && !force {
		return &inUseError{message}
	}
	delete(c.byUUID, uuid)
	c.order = slices.DeleteFunc(c.order, func(u string) bool { return u == uuid })
	c.note(uuid, nil)
	return nil
}

func (s *store) protect(name Kind, uuid, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if message == "" {
		delete(s.of(name).protected, uuid)
		return
	}
	s.of(name).protected[uuid] = message
}
