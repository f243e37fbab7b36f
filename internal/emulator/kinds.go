// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"maps"
	"slices"
	"strings"
)

// Kind names one kind of profile. It is the last segment of the collection's path.
type Kind string

// The kinds of profile that the API has.
const (
	MessagingProfile     Kind = "messaging"
	OutboundVoiceProfile Kind = "outbound_voice"
)

// kind is everything that differs between one kind of profile and another. The operations know nothing else about it.
type kind struct {
	noun     string         // for messages: "No such <noun>"
	schema   string         // what the names of its schemas in openapi.yaml begin with
	defaults map[string]any // by request name: what a create stores for a field that it does not mention

	// otherSpelling maps the name that the document gives a request field to the name that it has elsewhere.
	otherSpelling map[string]string
	// answersOther is set where answers use the other spelling even if requests do not.
	answersOther bool

	// extra are the members of an answer that are neither fields nor common to all kinds; nil for none.
	extra map[string]any
	// lease puts a profile where the document's sample has it: inside a phone-number lease.
	lease func(lease, profile map[string]any)
}

// allKinds builds the table of kinds. Nothing documents the defaults: they are guesses that Options.Defaults overrides,
// and no client may count on them.
func allKinds() map[Kind]*kind {
	return map[Kind]*kind{
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
			otherSpelling: map[string]string{"toll_free_weight": "tollfree_weight"},
			answersOther:  true, // the document's own sample answer does
			extra:         map[string]any{"leases": []any{}},
			lease: func(lease, profile map[string]any) {
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
			otherSpelling: map[string]string{"daily_spend_limit": "daily_spent_limit"},
			lease: func(lease, profile map[string]any) {
				lease["sip_connection"] = sipConnection(profile)
			},
		},
	}
}

// Kinds are all kinds of profile, in alphabetical order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(allKinds())) }

// joinKinds is a text of the names of all kinds.
func joinKinds(separator string) string {
	var names []string
	for _, name := range Kinds() {
		names = append(names, string(name))
	}
	return strings.Join(names, separator)
}

// answerName is the name that a field, given by its documented request name, has in an answer.
func (k *kind) answerName(field string, spelling FieldNames) string {
	if other, ok := k.otherSpelling[field]; ok && (k.answersOther || spelling != FieldNamesDocumented) {
		return other
	}
	return field
}
