// SPDX-License-Identifier: MPL-2.0

package outboundvoiceprofile

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// Kind registers outbound voice profiles with the provider.
func Kind() profile.Registration {
	return &profile.Kind[Fields]{
		Spec:     &spec,
		TypeName: "outbound_voice_profile",
		Description: "An outbound voice profile limits the outbound calls of SIP connections and SIP control apps: " +
			"simultaneous calls, the charge rate and the daily spend. It also sets which calls are recorded, and how.",
		Attributes: attributes(),
	}
}

// fraudHint is part of the description of each limit that can stop toll fraud.
const fraudHint = " Without `channel_limit` and `daily_spend_limit`, toll fraud can empty the account."

func attributes() map[string]schema.Attribute {
	limit := []validator.Number{profile.NonNegative()}
	return map[string]schema.Attribute{
		"tech_prefix": schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The technical prefix, a number of six digits. The API's document doesn't say what it does.",
			Validators:          []validator.Number{profile.IntegerBetween(100000, 999999)},
		},
		"channel_limit": schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The maximum number of outbound channels in use at the same time. One call uses one channel. The API's document allows fractions." + fraudHint,
			Validators:          limit,
		},
		"max_rate": schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The maximum rate at which a call is charged. The API's document names neither the currency nor the unit of time.",
			Validators:          limit,
		},
		"record_calls": schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Which outbound calls are recorded: a number of the API's `EVoiceRecordCallType`. " +
				"The vendor can record all outbound calls, or those with a specific ANI (the number of the caller). No document says which number means which: ask the vendor. " +
				"In many countries, it is illegal to record a call without the consent of all parties.",
			Validators: []validator.Number{profile.IntegerOneOf(0, 1, 2)},
		},
		"daily_spend_limit": schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The maximum cost of outbound calls per day. The API's document doesn't name the currency. " +
				"The API may store the number in 32 bits, which is about seven significant digits." + fraudHint,
			Validators: limit,
		},
		"filemat": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The file format of recordings: a value of the API's `EVoiceRecordCallFileType`.",
			Validators:          []validator.String{profile.StringOneOf("wav", "mp3")},
		},
		"audio_track_type": schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether both directions of a call share one track of the recording or have their own tracks: a number of the API's `EVoiceRecordCallAudioTrackType`. " +
				"No document says which number means which.",
			Validators: []validator.Number{profile.IntegerOneOf(0, 1)},
		},
	}
}
