// SPDX-License-Identifier: MPL-2.0

package messagingprofile

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// model is a messaging profile in Terraform.
type model struct {
	profile.Common
	CallbackURL      types.String    `tfsdk:"callback_url"`
	CallbackURL2     types.String    `tfsdk:"callback_url2"`
	NumberPoolEnable types.Bool      `tfsdk:"number_pool_enable"`
	LongCodeWeight   profile.Integer `tfsdk:"long_code_weight"`
	TollFreeWeight   profile.Integer `tfsdk:"toll_free_weight"`
	SkipUnhealthyTNs types.Bool      `tfsdk:"skip_unhealthy_tns"`
	StickySender     types.Bool      `tfsdk:"sticky_sender"`
}

func fromAPI(common profile.Common, f Fields) model {
	return model{
		Common:           common,
		CallbackURL:      types.StringPointerValue(f.CallbackURL.Pointer()),
		CallbackURL2:     types.StringPointerValue(f.CallbackURL2.Pointer()),
		NumberPoolEnable: types.BoolPointerValue(f.NumberPoolEnable.Pointer()),
		LongCodeWeight:   profile.NewInteger(f.LongCodeWeight),
		TollFreeWeight:   profile.NewInteger(f.TollFreeWeight),
		SkipUnhealthyTNs: types.BoolPointerValue(f.SkipUnhealthyTNs.Pointer()),
		StickySender:     types.BoolPointerValue(f.StickySender.Pointer()),
	}
}

func toAPI(m model) Fields {
	return Fields{
		Named:            m.Named(),
		CallbackURL:      profile.Optional(m.CallbackURL, m.CallbackURL.ValueString()),
		CallbackURL2:     profile.Optional(m.CallbackURL2, m.CallbackURL2.ValueString()),
		NumberPoolEnable: profile.Optional(m.NumberPoolEnable, m.NumberPoolEnable.ValueBool()),
		LongCodeWeight:   profile.Optional(m.LongCodeWeight, m.LongCodeWeight.ValueInt64()),
		TollFreeWeight:   profile.Optional(m.TollFreeWeight, m.TollFreeWeight.ValueInt64()),
		SkipUnhealthyTNs: profile.Optional(m.SkipUnhealthyTNs, m.SkipUnhealthyTNs.ValueBool()),
		StickySender:     profile.Optional(m.StickySender, m.StickySender.ValueBool()),
	}
}
