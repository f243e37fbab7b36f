// SPDX-License-Identifier: MPL-2.0

package opentact

import (
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"sync"
)

// Two fields have one name in the API's document and another in the vendor's
// own answers or client. Requests use the document's name until the API is seen
// to heed the other one alone.

// spelling maps a field to the name under which one request carried it. Each
// request keeps its own: while it was under way another may have learned better.
type spelling map[string]string

// spellings remembers which name each field has in requests.
type spellings struct {
	others map[string]string

	mu      sync.Mutex
	learned spelling
}

// current returns the names in use for those of the fields that have two.
func (s *spellings) current(fields members) spelling {
	s.mu.Lock()
	defer s.mu.Unlock()
	used := make(spelling)
	for field := range s.others {
		if _, ok := fields[field]; !ok {
			continue
		}
		used[field] = field
		if name, ok := s.learned[field]; ok {
			used[field] = name
		}
	}
	return used
}

// other returns the spelling that differs from used in the given fields.
func (s *spellings) other(used spelling, fields ...string) spelling {
	changed := maps.Clone(used)
	for _, field := range fields {
		if used[field] == field {
			changed[field] = s.others[field]
		} else {
			changed[field] = field
		}
	}
	return changed
}

// learn makes later requests use a spelling that worked.
func (s *spellings) learn(worked spelling) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.learned == nil {
		s.learned = make(spelling)
	}
	maps.Copy(s.learned, worked)
}

// apply returns the fields under the names of the spelling.
func (s spelling) apply(fields members) members {
	renamed := make(members, len(fields))
	for field, raw := range fields {
		if name, ok := s[field]; ok {
			field = name
		}
		renamed[field] = raw
	}
	return renamed
}

// refused lists the fields that a 400 names by the name they were sent under.
func (s spelling) refused(err error) []string {
	apiErr, ok := errors.AsType[*APIError](err)
	if !ok || apiErr.Status != http.StatusBadRequest {
		return nil
	}
	var fields []string
	for _, field := range slices.Sorted(maps.Keys(s)) {
		_, named := apiErr.Fields[s[field]]
		if named || mentions(apiErr.Message, s[field]) {
			fields = append(fields, field)
		}
	}
	return fields
}

// mentions tells whether a message contains a name as a word of its own.
func mentions(message, name string) bool {
	return regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(name) + `(\W|$)`).MatchString(message)
}
