// SPDX-License-Identifier: MPL-2.0

package acctest

import "github.com/opentact/terraform-provider-opentact/internal/emulator"

// Lifecycles returns the lifecycle of each kind of profile. All names begin with
// NamePrefix, so that a test can find profiles that an earlier run left.
func Lifecycles() []Lifecycle {
	return []Lifecycle{
		{
			Type: "opentact_messaging_profile", Kind: emulator.MessagingProfile, Schema: "MessagingProfile",
			Defaults: Values{ // unusual, so that a test fails if the provider assumes a default
				"callback_url": "https://default.example.com/", "callback_url2": nil, "number_pool_enable": true,
				"long_code_weight": 9, "toll_free_weight": 4, "skip_unhealthy_tns": nil, "sticky_sender": true,
			},
			First: Values{
				"name": NamePrefix + "Straße 7", "callback_url": "https://a.example.com/sms?x=1&y=2", "callback_url2": "http://b.example.com/",
				"number_pool_enable": true, "long_code_weight": 1, "toll_free_weight": 2, "skip_unhealthy_tns": true, "sticky_sender": true,
			},
			Second: Values{
				"name": NamePrefix + "two", "callback_url": "http://c.example.com/", "callback_url2": "https://d.example.com/",
				"number_pool_enable": false, "long_code_weight": 0, "toll_free_weight": 0, "skip_unhealthy_tns": false, "sticky_sender": false,
			},
		},
		{
			Type: "opentact_outbound_voice_profile", Kind: emulator.OutboundVoiceProfile, Schema: "OutboundVoiceProfile",
			Defaults: Values{
				"tech_prefix": 123456, "channel_limit": 7.5, "max_rate": nil, "record_calls": 2,
				"daily_spend_limit": 0.1, "filemat": nil, "audio_track_type": 1,
			},
			First: Values{
				"name": NamePrefix + "Straße 7", "tech_prefix": 100000, "channel_limit": 10.0, "max_rate": 0.005,
				"record_calls": 1, "daily_spend_limit": 250.25, "filemat": "mp3", "audio_track_type": 1,
			},
			Second: Values{
				"name": NamePrefix + "two", "tech_prefix": 999999, "channel_limit": 0.0, "max_rate": 0.1,
				"record_calls": 0, "daily_spend_limit": 0.0, "filemat": "wav", "audio_track_type": 0,
			},
		},
	}
}
