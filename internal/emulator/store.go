// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// profile is one stored profile. Its fields have documented names. Each value is a string, float64, bool or nil, so a
// shallow copy is a full copy.
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

// inUseError is the error for the deletion of a profile in use.
type inUseError struct{ message string }

func (e *inUseError) Error() string { return e.message }

// store holds the profiles of the account. It copies all profiles that it receives or returns.
type store struct {
	mu          sync.Mutex
	collections map[Kind]*collection
}

type collection struct {
	byUUID    map[string]*profile
	order     []string          // UUIDs in order of creation
	history   []version         // all changes, in order of time
	protected map[string]string // UUIDs of profiles in use, with the message for a DELETE
}

func newStore() *store {
	return &store{collections: make(map[Kind]*collection)}
}

// reset deletes all profiles, their history and their protection.
func (s *store) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.collections)
}

// collection returns the collection of a kind. The caller holds the lock.
func (s *store) collection(kind Kind) *collection {
	c := s.collections[kind]
	if c == nil {
		c = &collection{byUUID: make(map[string]*profile), protected: make(map[string]string)}
		s.collections[kind] = c
	}
	return c
}

func (s *store) create(kind Kind, uuid string, fields map[string]any) profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().UTC().Truncate(time.Millisecond)
	p := &profile{uuid: uuid, created: now, modified: now, fields: maps.Clone(fields)}
	c := s.collection(kind)
	c.byUUID[p.uuid] = p
	c.order = append(c.order, p.uuid)
	c.addVersion(p.uuid, p)
	return p.clone()
}

func (s *store) list(kind Kind) []profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collection(kind)
	all := make([]profile, 0, len(c.order))
	for _, uuid := range c.order {
		all = append(all, c.byUUID[uuid].clone())
	}
	return all
}

func (s *store) get(kind Kind, uuid string) (profile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.collection(kind).byUUID[uuid]
	if p == nil {
		return profile{}, errNotFound
	}
	return p.clone(), nil
}

// has reports whether a profile of any kind has the UUID.
func (s *store) has(uuid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.collections {
		if c.byUUID[uuid] != nil {
			return true
		}
	}
	return false
}

func (s *store) modify(kind Kind, uuid string, fields map[string]any) (profile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collection(kind)
	p := c.byUUID[uuid]
	if p == nil {
		return profile{}, errNotFound
	}
	maps.Copy(p.fields, fields)
	p.modified = nowAfter(p.modified)
	c.addVersion(uuid, p)
	return p.clone(), nil
}

// nowAfter returns the current time. If the current time is not later than t, it returns t plus one millisecond.
func nowAfter(t time.Time) time.Time {
	now := time.Now().UTC().Truncate(time.Millisecond)
	if !now.After(t) {
		now = t.Add(time.Millisecond)
	}
	return now
}

// remove deletes a profile. If force is set, it also deletes a protected profile.
func (s *store) remove(kind Kind, uuid string, force bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collection(kind)
	if c.byUUID[uuid] == nil {
		return errNotFound
	}
	if message, ok := c.protected[uuid]; ok && !force {
		return &inUseError{message}
	}
	delete(c.byUUID, uuid)
	c.order = slices.DeleteFunc(c.order, func(u string) bool { return u == uuid })
	c.addVersion(uuid, nil)
	return nil
}

func (s *store) protect(kind Kind, uuid, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if message == "" {
		delete(s.collection(kind).protected, uuid)
		return
	}
	s.collection(kind).protected[uuid] = message
}
