// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"maps"
	"slices"
	"strings"
)

// Kind names one kind of profile. It is the last segment of the collection's path.
type Kind string

// The kinds of profile in the API.
const (
	MessagingProfile     Kind = "messaging"
	OutboundVoiceProfile Kind = "outbound_voice"
)

// kindSpec holds everything that differs between the kinds of profile.
type kindSpec struct {
	noun     string         // for messages
	schema   string         // the prefix of the kind's schemas in openapi.yaml
	defaults map[string]any // values of fields that a create omits, by documented name

	// aliases maps the documented name of a request field to its second name.
	aliases map[string]string
	// aliasInResponses reports whether responses use the alias even if requests use the documented name.
	aliasInResponses bool

	// extra holds fields that a profile has only in responses. It may be nil.
	extra map[string]any
	// addToLease puts a profile into a phone-number lease, at the place that the document's sample shows.
	addToLease func(lease, profile map[string]any)
}

// allKinds returns a new table of kinds. The defaults are not documented. They are guesses that Options.Defaults
// overrides, and no client may depend on them.
func allKinds() map[Kind]*kindSpec {
	return map[Kind]*kindSpec{
		MessagingProfile: {
			noun:   "messaging profile",
			schema: "MessagingProfile",
			defaults: map[string]any{
				"callback_url":       nil,
				"callback_url2":      nil,
				"number_pool_enable": false,
				"long_code_weight":   1.0,
				"toll_free_weight":   1.0,
				"skip_unhealthy_tns": false,
				"sticky_sender":      false,
			},
			aliases:          map[string]string{"toll_free_weight": "tollfree_weight"},
			aliasInResponses: true, // as in the document's sample response
			extra:            map[string]any{"leases": []any{}},
			addToLease: func(lease, profile map[string]any) {
				lease["messaging_profile"] = profile
			},
		},
		OutboundVoiceProfile: {
			noun:   "outbound voice profile",
			schema: "OutboundVoiceProfile",
			defaults: map[string]any{
				"tech_prefix":       nil,
				"channel_limit":     nil,
				"max_rate":          nil,
				"record_calls":      0.0,
				"daily_spend_limit": nil,
				"filemat":           "wav",
				"audio_track_type":  0.0,
			},
			aliases: map[string]string{"daily_spend_limit": "daily_spent_limit"},
			addToLease: func(lease, profile map[string]any) {
				lease["sip_connection"] = sipConnection(profile)
			},
		},
	}
}

// Kinds returns all kinds of profile, in alphabetical order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(allKinds())) }

// joinKinds returns the names of all kinds, joined by separator.
func joinKinds(separator string) string {
	var names []string
	for _, kind := range Kinds() {
		names = append(names, string(kind))
	}
	return strings.Join(names, separator)
}

// responseName returns the name that responses use for a field. The field is given by its documented name.
func (k *kindSpec) responseName(field string, names FieldNames) string {
	if alias, ok := k.aliases[field]; ok && (k.aliasInResponses || names != FieldNamesDocumented) {
		return alias
	}
	return field
}
