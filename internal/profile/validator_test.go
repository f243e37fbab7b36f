// SPDX-License-Identifier: MPL-2.0

package profile_test

import (
	"strings"
	"testing"

	"github.com/opentact/terraform-provider-opentact/internal/acctest"
)

// Each invalid value gets one error: the attribute, its rule and the value.
func TestResource_Validate_InvalidValue_IsOneError(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	const hint = "; round it with floor(number + 0.5)"
	for _, test := range []struct {
		resourceType, attribute string
		value                   any
		want                    string
	}{
		{messagingProfile, "toll_free_weight", "1.5", "must be an integer from 0 to 9, got 1.5"},
		{messagingProfile, "toll_free_weight", 10, "must be an integer from 0 to 9, got 10"},
		{messagingProfile, "long_code_weight", "0.99999999999999997", "must be an integer from 0 to 9, got 0.99999999999999997" + hint},
		{messagingProfile, "long_code_weight", "1e400", "must be an integer from 0 to 9, got 1e+400"},
		{messagingProfile, "name", "", "must have 1 to 255 characters, got 0"},
		{messagingProfile, "name", strings.Repeat("é", 256), "must have 1 to 255 characters, got 256"},
		{voiceProfile, "name", "", "must have 1 to 255 characters, got 0"},
		{voiceProfile, "tech_prefix", 99999, "must be an integer from 100000 to 999999, got 99999"},
		{voiceProfile, "record_calls", 3, "must be 0, 1 or 2, got 3"},
		{voiceProfile, "record_calls", "0.5", "must be 0, 1 or 2, got 0.5"},
		{voiceProfile, "audio_track_type", -1, "must be 0 or 1, got -1"},
		{voiceProfile, "filemat", "ogg", `must be "wav" or "mp3", got "ogg"`},
		{voiceProfile, "filemat", "", `must be "wav" or "mp3", got ""`},
		{voiceProfile, "filemat", "WAV\u00a0", `must be "wav" or "mp3", got "WAV\u00a0"`},
	} {
		config := acctest.Values{"name": "a"}
		config[test.attribute] = test.value
		diags := p.ValidateResource(t, test.resourceType, config)
		acctest.WantError(t, diags, test.attribute, "Invalid Attribute Value: "+test.attribute+" "+test.want+".")
	}
}

// The API's document only limits the length of a name.
func TestResource_Validate_NameOfInvisibleCharacters_IsAccepted(t *testing.T) {
	t.Parallel()
	p := acctest.NewProtocol(t)
	for _, name := range []string{" ", "\u200b", strings.Repeat("📞", 255)} {
		acctest.NoDiagnostics(t, p.ValidateResource(t, messagingProfile, acctest.Values{"name": name}))
	}
}
