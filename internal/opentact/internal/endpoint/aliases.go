// SPDX-License-Identifier: MPL-2.0

package endpoint

import (
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"sync"

	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/apierror"
	"github.com/opentact/terraform-provider-opentact/internal/opentact/internal/wire"
)

// aliases stores which fields the API accepts only under their alias. All other fields
// are sent under their documented name.
type aliases struct {
	// alias maps the documented name of a field to its alias.
	alias map[string]string

	mu sync.Mutex
	// aliased reports for each field whether to send it under its alias.
	aliased map[string]bool
}

// inUse returns, for each of the fields that has an alias, whether to send it under the
// alias.
func (a *aliases) inUse(fields wire.RawFields) map[string]bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	used := make(map[string]bool)
	for field := range a.alias {
		if _, ok := fields[field]; ok {
			used[field] = a.aliased[field]
		}
	}
	return used
}

// learn stores whether later requests send a field under its alias.
func (a *aliases) learn(field string, aliased bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.aliased == nil {
		a.aliased = make(map[string]bool)
	}
	a.aliased[field] = aliased
}

// rename returns the fields under the names to send.
func (a *aliases) rename(fields wire.RawFields, aliased map[string]bool) wire.RawFields {
	renamed := maps.Clone(fields)
	for field, isAliased := range aliased {
		if isAliased {
			renamed[a.alias[field]] = fields[field]
			delete(renamed, field)
		}
	}
	return renamed
}

// rejected returns the fields with an alias that a 400 response names, under the name in
// the request.
func (a *aliases) rejected(err error, aliased map[string]bool) (fields []string) {
	apiErr, ok := errors.AsType[*apierror.APIError](err)
	if !ok || apiErr.Status != http.StatusBadRequest {
		return nil
	}
	for _, field := range slices.Sorted(maps.Keys(aliased)) {
		name := field
		if aliased[field] {
			name = a.alias[field]
		}
		asWord := regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(name) + `(\W|$)`)
		if _, named := apiErr.Fields[name]; named || asWord.MatchString(apiErr.Message) {
			fields = append(fields, field)
		}
	}
	return fields
}
