// SPDX-License-Identifier: MPL-2.0

// Package outboundvoiceprofile defines the outbound voice profile. It limits outbound calls, and says
// whether and how they are recorded.
package outboundvoiceprofile

import "github.com/opentact/terraform-provider-opentact/internal/opentact"

// Fields are the settable fields of an outbound voice profile.
type Fields struct {
	opentact.Named
	TechPrefix      opentact.Optional[int64]   `json:"tech_prefix,omitzero"`
	ChannelLimit    opentact.Optional[float64] `json:"channel_limit,omitzero"`
	MaxRate         opentact.Optional[float64] `json:"max_rate,omitzero"`
	RecordCalls     opentact.Optional[int64]   `json:"record_calls,omitzero"`
	DailySpendLimit opentact.Optional[float64] `json:"daily_spend_limit,omitzero"`
	Filemat         opentact.Optional[string]  `json:"filemat,omitzero"`
	AudioTrackType  opentact.Optional[int64]   `json:"audio_track_type,omitzero"`
}

// spec describes outbound voice profiles to the client.
var spec = opentact.Spec[Fields]{
	Name: "outbound voice profile",
	Path: "profile/outbound_voice",
	Nested: [][]string{
		{"outbound_voice_profile"},
		{"sip_connection", "outbound_voice_profile"},
		{"sip_control_app", "outbound_voice_profile"},
	},
	// The API's document has the first name, the vendor's client has the second.
	Aliases: map[string]string{"daily_spend_limit": "daily_spent_limit"},
	// Inferred: no source says which of these fields a null unsets.
	Nullable: []string{"channel_limit", "max_rate", "daily_spend_limit"},
	// The API's document calls the type "integer <float>".
	Float32: []string{"daily_spend_limit"},
}
