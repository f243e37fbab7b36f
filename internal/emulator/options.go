// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// The defaults of Options.
const (
	DefaultToken         = "emulator-token" //nolint:gosec // only an emulator accepts it
	DefaultEmail         = "emulator@example.com"
	DefaultPassword      = "emulator-password"
	DefaultTokenLifetime = 24 * time.Hour // as the vendor's
)

// maxRate is the maximum of Options.RequestsPerSecond. No machine serves more.
const maxRate = 1e6

// Shape is the form of the payload in a response about profiles.
type Shape int

// The shapes that CONTRACT.md (rule 2) describes.
const (
	// ShapeObject sends the profile itself, or an array of profiles for a list.
	ShapeObject Shape = iota
	// ShapeDocument sends what the sample of the vendor's document shows: an array of phone-number leases that contain
	// the profile. A response about one profile has two leases with the same profile. A list has one lease per profile.
	ShapeDocument
)

// FieldNames selects the names of the two fields that have two names (CONTRACT.md, rule 4). It changes only requests and
// responses: Defaults, Add, Change and Profile always use the documented names.
type FieldNames int

// The field names that the emulator can use.
const (
	// FieldNamesDocumented accepts the documented names: toll_free_weight and daily_spend_limit in requests.
	FieldNamesDocumented FieldNames = iota
	// FieldNamesAliasIgnore accepts only the aliases tollfree_weight and daily_spent_limit. It ignores the documented
	// names, without validating their values.
	FieldNamesAliasIgnore
	// FieldNamesAliasReject accepts only the aliases tollfree_weight and daily_spent_limit. It rejects the documented
	// names with a 400 that names the field.
	FieldNamesAliasReject
)

// Options configure an emulator. The zero value is valid.
type Options struct {
	// Token is accepted in X-Auth-Token besides the tokens that login issues, and never expires. Empty means
	// DefaultToken.
	Token string
	// Email and Password are the credentials of login. Empty means DefaultEmail and DefaultPassword. The email can't
	// contain a colon, because the header separates it from the password by a colon.
	Email, Password string
	// APIKeys maps each API key that is accepted in Authorization: Bearer to its lifetime, which begins at New. A key with
	// the lifetime 0 never expires. A key with a negative lifetime has already expired.
	APIKeys map[string]time.Duration
	// TokenLifetime is the lifetime of the tokens that login issues, in whole seconds. 0 means DefaultTokenLifetime.
	TokenLifetime time.Duration
	// RequestsPerSecond is the rate limit, from 0 (no limit) to 1,000,000. See LimitRate.
	RequestsPerSecond float64
	// Latency is the time that the emulator waits before it handles a request. A client that disconnects ends the wait,
	// and the emulator still handles its request, because a real server would have received it too.
	Latency time.Duration
	// Defaults are the values of fields that a create omits, by kind and documented name. They override the built-in
	// defaults. Every field may be null, because the API's own defaults are unknown.
	Defaults map[Kind]map[string]any
	// Shape is the form of the payloads.
	Shape Shape
	// FieldNames selects the field names in requests and responses.
	FieldNames FieldNames
	// PageSize is the number of profiles in one page of a list, in the form of the vendor's search endpoints. 0 means
	// that a list has no pages, as in the document.
	PageSize int
	// Decompose makes responses return text in Unicode NFD. Terraform uses NFC for all text.
	Decompose bool
	// Control enables all operations of the control endpoint. Without it, only those that need no token work: see
	// ControlOperation.NeedsToken.
	Control bool
	// OnRequest is called after each request, from the goroutine that served it. It may be nil.
	OnRequest func(Request)
}

func (o Options) withDefaults() Options {
	o.Token = cmp.Or(o.Token, DefaultToken)
	o.Email = cmp.Or(o.Email, DefaultEmail)
	o.Password = cmp.Or(o.Password, DefaultPassword)
	o.TokenLifetime = cmp.Or(o.TokenLifetime, DefaultTokenLifetime)
	return o
}

func (o Options) validate() error {
	switch {
	case o.Latency < 0:
		return fmt.Errorf("the latency must be at least 0, got %s", o.Latency)
	case o.Shape < ShapeObject || o.Shape > ShapeDocument:
		return fmt.Errorf("unknown shape %d", o.Shape)
	case o.FieldNames < FieldNamesDocumented || o.FieldNames > FieldNamesAliasReject:
		return fmt.Errorf("unknown field names %d", o.FieldNames)
	case o.PageSize < 0:
		return fmt.Errorf("the page size must be at least 0, got %d", o.PageSize)
	case strings.Contains(o.Email, ":"):
		return fmt.Errorf("the email must not contain a colon, got %q", o.Email)
	case o.TokenLifetime < time.Second || o.TokenLifetime%time.Second != 0:
		return fmt.Errorf("the token lifetime must be whole seconds and at least 1s, got %s", o.TokenLifetime)
	}
	return validateRate(o.RequestsPerSecond)
}

func validateRate(perSecond float64) error {
	if perSecond >= 0 && perSecond <= maxRate { // false for NaN
		return nil
	}
	return fmt.Errorf("the requests per second must be from 0 to %.0f, got %g", maxRate, perSecond)
}
