// SPDX-License-Identifier: MPL-2.0

package messagingprofile

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opentact/terraform-provider-opentact/internal/profile"
)

// Kind registers messaging profiles with the provider.
func Kind() profile.Registration {
	return &profile.Kind[Fields]{
		Spec:     &spec,
		TypeName: "messaging_profile",
		Description: "A messaging profile sets the webhooks that receive the SMS to a group of phone numbers, " +
			"and how the API chooses the sender of an SMS from a pool of these numbers.",
		Attributes: attributes(),
	}
}

func attributes() map[string]schema.Attribute {
	weight := []validator.Number{profile.IntegerBetween(0, 9)}
	return map[string]schema.Attribute{
		"callback_url": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The URL of the primary webhook.",
			Validators:          []validator.String{callbackURLRule},
		},
		"callback_url2": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The URL of the secondary webhook. The API uses it if it can't reach the primary one.",
			Validators:          []validator.String{callbackURLRule},
		},
		"number_pool_enable": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether messages are sent from a pool of the profile's phone numbers.",
		},
		"long_code_weight": schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The weight of long codes (ordinary phone numbers) when the API chooses a sender from the pool. It has no unit.",
			Validators:          weight,
		},
		"toll_free_weight": schema.NumberAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "The weight of toll-free numbers when the API chooses a sender from the pool. It has no unit.",
			Validators:          weight,
		},
		"skip_unhealthy_tns": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether the API skips unhealthy telephone numbers when it chooses a sender from the pool.",
		},
		"sticky_sender": schema.BoolAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Whether all messages to one recipient come from the same number of the pool.",
		},
	}
}
