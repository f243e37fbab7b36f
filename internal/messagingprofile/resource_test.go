// SPDX-License-Identifier: MPL-2.0

package messagingprofile_test

import (
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const resourceType = "opentact_messaging_profile"

func TestAccMessagingProfile(t *testing.T) {
	t.Parallel()
	acctest.Arc{
		Type: resourceType,
		Kind: emulator.MessagingProfile,
		Defaults: acctest.Values{ // not what anybody would guess
			"callback_url": "https://default.example.com/", "callback_url2": nil, "number_pool_enable": true,
			"long_code_weight": 9, "toll_free_weight": 4, "skip_unhealthy_tns": nil, "sticky_sender": true,
		},
		First: acctest.Values{
			"name": "arc, Straße 7", "callback_url": "https://a.example.com/sms?x=1&y=2", "callback_url2": "http://b.example.com/",
			"number_pool_enable": true, "long_code_weight": 1, "toll_free_weight": 2, "skip_unhealthy_tns": true, "sticky_sender": true,
		},
		Second: acctest.Values{
			"name": "arc, two", "callback_url": "http://c.example.com/", "callback_url2": "https://d.example.com/",
			"number_pool_enable": false, "long_code_weight": 0, "toll_free_weight": 0, "skip_unhealthy_tns": false, "sticky_sender": false,
		},
	}.Run(t)
}
