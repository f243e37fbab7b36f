// SPDX-License-Identifier: MPL-2.0

package outboundvoiceprofile

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// model is an outbound voice profile in Terraform.
type model struct {
	profile.Common
	TechPrefix      profile.Integer `tfsdk:"tech_prefix"`
	ChannelLimit    profile.Decimal `tfsdk:"channel_limit"`
	MaxRate         profile.Decimal `tfsdk:"max_rate"`
	RecordCalls     profile.Integer `tfsdk:"record_calls"`
	DailySpendLimit profile.Decimal `tfsdk:"daily_spend_limit"`
	Filemat         types.String    `tfsdk:"filemat"`
	AudioTrackType  profile.Integer `tfsdk:"audio_track_type"`
}

func fromAPI(common profile.Common, f Fields) model {
	return model{
		Common:          common,
		TechPrefix:      profile.NewInteger(f.TechPrefix),
		ChannelLimit:    profile.NewDecimal(f.ChannelLimit),
		MaxRate:         profile.NewDecimal(f.MaxRate),
		RecordCalls:     profile.NewInteger(f.RecordCalls),
		DailySpendLimit: profile.NewDecimal(f.DailySpendLimit),
		Filemat:         types.StringPointerValue(f.Filemat.Pointer()),
		AudioTrackType:  profile.NewInteger(f.AudioTrackType),
	}
}

func toAPI(m model) Fields {
	return Fields{
		Named:           m.Named(),
		TechPrefix:      profile.Optional(m.TechPrefix, m.TechPrefix.ValueInt64()),
		ChannelLimit:    profile.Optional(m.ChannelLimit, m.ChannelLimit.ValueFloat64()),
		MaxRate:         profile.Optional(m.MaxRate, m.MaxRate.ValueFloat64()),
		RecordCalls:     profile.Optional(m.RecordCalls, m.RecordCalls.ValueInt64()),
		DailySpendLimit: profile.Optional(m.DailySpendLimit, m.DailySpendLimit.ValueFloat64()),
		Filemat:         profile.Optional(m.Filemat, m.Filemat.ValueString()),
		AudioTrackType:  profile.Optional(m.AudioTrackType, m.AudioTrackType.ValueInt64()),
	}
}
