// SPDX-License-Identifier: MPL-2.0

package messagingprofile

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// Kind registers messaging profiles with the provider.
func Kind() profile.Registration {
	return &profile.Kind[Fields]{
		Spec:     &spec,
		TypeName: "messaging_profile",
		Description: "A messaging profile says where the SMS of the phone numbers assigned to it are delivered, " +
			"and from which numbers of a pool messages are sent.",
		Attributes: attributes(),
	}
}

// secretHint is about webhooks that authenticate their caller by their URL.
const secretHint = "Terraform shows it in plans, unless it comes from a sensitive variable, and keeps it in the state, with any credentials in it."

func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"callback_url": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The primary webhook's URL. It has to be an absolute http or https URL of 10 to 255 characters. " + secretHint,
			Validators:          []validator.String{callbackURLRule},
		},
		"callback_url2": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The secondary webhook's URL, used if the primary one can't be reached. It has to be an absolute http or https URL of 10 to 255 characters. " + secretHint,
			Validators:          []validator.String{callbackURLRule},
		},
		"number_pool_enable": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether messages are sent from a pool of the profile's numbers: `true` or `false`.",
		},
		"long_code_weight": schema.Int64Attribute{
			CustomType: profile.IntegerType{}, Optional: true, Computed: true,
			MarkdownDescription: "The weight of long code numbers when a sender is chosen from the pool: an integer without a unit, 0 to 9.",
			Validators:          []validator.Int64{int64validator.Between(0, 9)},
		},
		"toll_free_weight": schema.Int64Attribute{
			CustomType: profile.IntegerType{}, Optional: true, Computed: true,
			MarkdownDescription: "The weight of toll-free numbers when a sender is chosen from the pool: an integer without a unit, 0 to 9.",
			Validators:          []validator.Int64{int64validator.Between(0, 9)},
		},
		"skip_unhealthy_tns": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether telephone numbers in bad health are skipped when a sender is chosen from the pool: `true` or `false`.",
		},
		"sticky_sender": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether messages to one recipient always come from the same number of the pool: `true` or `false`.",
		},
	}
}
