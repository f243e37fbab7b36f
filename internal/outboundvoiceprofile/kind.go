// SPDX-License-Identifier: MPL-2.0

package outboundvoiceprofile

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// Kind registers outbound voice profiles with the provider.
func Kind() profile.Registration {
	return &profile.Kind[Fields]{
		Spec:     &spec,
		TypeName: "outbound_voice_profile",
		Description: "An outbound voice profile limits the outbound calls of the SIP connections and applications it is assigned to, " +
			"by channels, rate and daily spend, and says whether they are recorded.",
		Attributes: attributes(),
	}
}

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"tech_prefix": schema.Int64Attribute{
			CustomType: profile.IntegerType{}, Optional: true, Computed: true,
			MarkdownDescription: "The technical prefix, a number of six digits: 100000 to 999999.",
			Validators:          []validator.Int64{int64validator.Between(100000, 999999)},
		},
		"channel_limit": schema.Float64Attribute{
			CustomType: profile.DecimalType{}, Optional: true, Computed: true,
			MarkdownDescription: "The most outbound channels in use at a time, 0 or more. One call takes one channel. The API document allows fractions.",
			Validators:          []validator.Float64{profile.NonNegative{}},
		},
		"max_rate": schema.Float64Attribute{
			CustomType: profile.DecimalType{}, Optional: true, Computed: true,
			MarkdownDescription: "The highest rate at which a call may be charged, 0 or more. The API document names neither currency nor unit of time.",
			Validators:          []validator.Float64{profile.NonNegative{}},
		},
		"record_calls": schema.Int64Attribute{
			CustomType: profile.IntegerType{}, Optional: true, Computed: true,
			MarkdownDescription: "Which outbound calls are recorded: 0, 1 or 2 (the API's `EVoiceRecordCallType`). " +
				"The vendor distinguishes all outbound calls from those with a specific ANI, and does not document which number stands for which.",
			Validators: []validator.Int64{int64validator.OneOf(0, 1, 2)},
		},
		"daily_spend_limit": schema.Float64Attribute{
			CustomType: profile.DecimalType{}, Optional: true, Computed: true,
			MarkdownDescription: "The most that outbound calls may cost in a day, 0 or more. The API document names no currency. The API may keep it in 32 bits, which is about seven significant digits.",
			Validators:          []validator.Float64{profile.NonNegative{}},
		},
		"filemat": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The file format of recordings: `wav` or `mp3` (the API's `EVoiceRecordCallFileType`).",
			Validators:          []validator.String{stringvalidator.OneOf("wav", "mp3")},
		},
		"audio_track_type": schema.Int64Attribute{
			CustomType: profile.IntegerType{}, Optional: true, Computed: true,
			MarkdownDescription: "How a recording holds the two channels of a call: 0 or 1 (the API's `EVoiceRecordCallAudioTrackType`). " +
				"The vendor distinguishes both on one track from each on its own, and does not document which number stands for which.",
			Validators: []validator.Int64{int64validator.OneOf(0, 1)},
		},
	}
}
