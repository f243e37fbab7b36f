// SPDX-License-Identifier: MPL-2.0

// Package messagingprofile defines the messaging profile. It says how the SMS of the phone numbers
// that are assigned to it are delivered and sent.
package messagingprofile

import "github.com/opentact/terraform-provider-opentact/internal/opentact"

// Fields are the settable fields of a messaging profile.
type Fields struct {
	opentact.Named
	CallbackURL      opentact.Optional[string] `json:"callback_url,omitzero"`
	CallbackURL2     opentact.Optional[string] `json:"callback_url2,omitzero"`
	NumberPoolEnable opentact.Optional[bool]   `json:"number_pool_enable,omitzero"`
	LongCodeWeight   opentact.Optional[int64]  `json:"long_code_weight,omitzero"`
	TollFreeWeight   opentact.Optional[int64]  `json:"toll_free_weight,omitzero"`
	SkipUnhealthyTNs opentact.Optional[bool]   `json:"skip_unhealthy_tns,omitzero"`
	StickySender     opentact.Optional[bool]   `json:"sticky_sender,omitzero"`
}

// spec describes messaging profiles to the client.
var spec = opentact.Spec[Fields]{
	Name:   "messaging profile",
	Path:   "profile/messaging",
	Nested: [][]string{{"messaging_profile"}},
	// The requests of the API's document have the first name, its sample response has the second.
	Aliases: map[string]string{"toll_free_weight": "tollfree_weight"},
	// The vendor's OpenAPI description allows null in these fields only.
	Nullable: []string{"callback_url", "callback_url2"},
	// The URL of a webhook may contain a user name and password, or a key.
	Sensitive: []string{"callback_url", "callback_url2"},
}
