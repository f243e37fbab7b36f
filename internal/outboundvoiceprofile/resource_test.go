// SPDX-License-Identifier: MPL-2.0

package outboundvoiceprofile_test

import (
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
	"github.com/opentact/terraform-provider-opentact/internal/emulator"
)

const resourceType = "opentact_outbound_voice_profile"

func TestAccOutboundVoiceProfile(t *testing.T) {
	t.Parallel()
	acctest.Arc{
		Type: resourceType,
		Kind: emulator.OutboundVoiceProfile,
		Defaults: acctest.Values{ // not what anybody would guess
			"tech_prefix": 123456, "channel_limit": 7.5, "max_rate": nil, "record_calls": 2,
			"daily_spend_limit": 0.1, "filemat": nil, "audio_track_type": 1,
		},
		First: acctest.Values{
			"name": "arc, Straße 7", "tech_prefix": 100000, "channel_limit": 10.0, "max_rate": 0.005,
			"record_calls": 1, "daily_spend_limit": 250.25, "filemat": "mp3", "audio_track_type": 1,
		},
		Second: acctest.Values{
			"name": "arc, two", "tech_prefix": 999999, "channel_limit": 0.0, "max_rate": 0.1,
			"record_calls": 0, "daily_spend_limit": 0.0, "filemat": "wav", "audio_track_type": 0,
		},
	}.Run(t)
}
