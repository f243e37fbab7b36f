// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// What an emulator accepts, and how long what it issues is good for, unless Options say otherwise.
const (
	DefaultToken         = "emulator-token" //nolint:gosec // it opens nothing but the emulator
	DefaultEmail         = "emulator@example.com"
	DefaultPassword      = "emulator-password"
	DefaultTokenLifetime = 24 * time.Hour // as the vendor's
)

// maxRate is the largest rate, in requests per second, that can be asked for. No machine serves more.
const maxRate = 1e6

// Shape is the form of the payload in an answer about profiles.
type Shape int

// The shapes that CONTRACT.md (rule 2) tells a client to expect.
const (
	// ShapeObject answers the profile itself, or for a list an array of profiles.
	ShapeObject Shape = iota
	// ShapeDocument answers as the sample of the vendor's document does: an array of phone-number leases that contain
	// the profile. An answer about one profile has two leases that repeat it, a list has one lease for each profile.
	ShapeDocument
)

// FieldNames says which names the API knows for the two fields that have two (CONTRACT.md, rule 4).
type FieldNames int

// The spellings. They change the wire only: Defaults, Add, Change and Profile always use the documented names.
const (
	// FieldNamesDocumented knows the names of the document: toll_free_weight and daily_spend_limit in requests.
	FieldNamesDocumented FieldNames = iota
	// FieldNamesAliasIgnore knows only tollfree_weight and daily_spent_limit, and skips the documented names unseen.
	FieldNamesAliasIgnore
	// FieldNamesAliasReject knows only tollfree_weight and daily_spent_limit, and refuses the documented names with a
	// 400 that names the field.
	FieldNamesAliasReject
)

// Options are the ways in which one emulator differs from another. The zero value is a good emulator.
type Options struct {
	// Token is what X-Auth-Token may carry instead of a token that login issued; empty means DefaultToken. It never
	// expires.
	Token string
	// Email and Password are what login wants; empty means DefaultEmail and DefaultPassword. An email has no colon: it
	// ends at the first one in the header.
	Email, Password string
	// TokenLifetime is how long a token of login is good for, a whole number of seconds; 0 means DefaultTokenLifetime.
	TokenLifetime time.Duration
	// RequestsPerSecond is what LimitRate sets, from 0 (no limit) to a million.
	RequestsPerSecond float64
	// Latency is waited before every answer. A client that goes away ends the wait, but its request, which has already
	// arrived, is carried out all the same: as with any real server.
	Latency time.Duration
	// Defaults is what a field becomes that a create does not mention, by kind and documented request name, merged over
	// the built-in defaults. Null is allowed for every field, because nobody knows what the real API does.
	Defaults map[Kind]map[string]any
	// Shape is the form of the payloads.
	Shape Shape
	// FieldNames says which field names requests and answers use.
	FieldNames FieldNames
	// PageSize makes lists come in pages of this many profiles, in the form of the vendor's search endpoints; 0 means
	// in one response. The document has no pages.
	PageSize int
	// Decompose makes responses show text in Unicode NFD, whatever form it was sent in. Terraform knows NFC alone.
	Decompose bool
	// Control serves ControlPath, which steers the emulator over HTTP.
	Control bool
	// OnRequest is called after each request was answered, from the goroutine that served it; nil for nothing.
	OnRequest func(Request)
}

func (o Options) withDefaults() Options {
	o.Token = cmp.Or(o.Token, DefaultToken)
	o.Email = cmp.Or(o.Email, DefaultEmail)
	o.Password = cmp.Or(o.Password, DefaultPassword)
	o.TokenLifetime = cmp.Or(o.TokenLifetime, DefaultTokenLifetime)
	return o
}

func (o Options) check() error {
	switch {
	case o.Latency < 0:
		return fmt.Errorf("the latency must not be negative, it is %s", o.Latency)
	case o.Shape < ShapeObject || o.Shape > ShapeDocument:
		return fmt.Errorf("there is no shape %d", o.Shape)
	case o.FieldNames < FieldNamesDocumented || o.FieldNames > FieldNamesAliasReject:
		return fmt.Errorf("there is no spelling %d", o.FieldNames)
	case o.PageSize < 0:
		return fmt.Errorf("the page size must not be negative, it is %d", o.PageSize)
	case strings.Contains(o.Email, ":"):
		return errors.New("the email must not contain a colon")
	case o.TokenLifetime < time.Second || o.TokenLifetime%time.Second != 0:
		return fmt.Errorf("the token lifetime must be whole seconds and at least 1s, it is %s", o.TokenLifetime)
	}
	return checkRate(o.RequestsPerSecond)
}

func checkRate(perSecond float64) error {
	if perSecond >= 0 && perSecond <= maxRate { // false for NaN
		return nil
	}
	return fmt.Errorf("the requests per second must be from 0 to %.0f, they are %g", maxRate, perSecond)
}
