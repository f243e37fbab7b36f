// SPDX-License-Identifier: MPL-2.0

// Package outboundvoiceprofile is the outbound voice profile: what limits
// outbound calls, and whether and how they are recorded.
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

// spec is the kind as the client knows it.
var spec = opentact.Spec[Fields]{
	Name: "outbound voice profile",
	Path: "profile/outbound_voice",
	Nested: [][]string{
		{"outbound_voice_profile"},
		{"sip_connection", "outbound_voice_profile"},
		{"sip_control_app", "outbound_voice_profile"},
	},
	// The document has the first, the vendor's own client the second.
	Aliases: map[string]string{"daily_spend_limit": "daily_spent_limit"},
	// Inferred: nothing says which fields of this kind take a null.
	Nullable: []string{"channel_limit", "max_rate", "daily_spend_limit"},
	// The document calls it an "integer <float>".
	Float32: []string{"daily_spend_limit"},
}
